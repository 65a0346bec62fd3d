/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BGP_ATTRIBUTE_FIXTURE_H
#define TESTS_BGP_ATTRIBUTE_FIXTURE_H

/*
 * Attributes under test, each in an otherwise valid UPDATE that announces
 * 192.0.2.1/32.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/update.h"
#include "bytes.h"

#define OPTIONAL	    0x80
#define TRANSITIVE	    0x40
#define PARTIAL		    0x20
#define EXTENDED	    0x10
#define OPTIONAL_TRANSITIVE 0xc0

#define ORIGIN	       TRANSITIVE, 1, 1, 0
#define PATH_65001     TRANSITIVE, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9
#define OLD_PATH_65001 TRANSITIVE, 2, 4, 2, 1, 0xfd, 0xe9
#define NEXT_HOP       TRANSITIVE, 3, 4, 10, 0, 0, 1

static struct bgp_negotiated negotiated;
static struct bgp_decode_context context;
static struct bgp_scratch scratch;
static struct bgp_update update;
static uint8_t body[BGP_MAX_EXTENDED_MESSAGE];

static const struct bgp_negotiated ebgp = { .local_as = 65000,
					    .peer_as = 65001,
					    .as4 = true,
					    .ebgp = true,
					    .families = BGP_IPV4_UNICAST_BIT,
					    .max_message = BGP_MAX_MESSAGE };
static const struct bgp_negotiated ibgp = { .local_as = 65001,
					    .peer_as = 65001,
					    .as4 = true,
					    .families = BGP_IPV4_UNICAST_BIT,
					    .max_message = BGP_MAX_MESSAGE };
static const struct bgp_negotiated old_ebgp = {
	.local_as = 65000,
	.peer_as = 65001,
	.ebgp = true,
	.families = BGP_IPV4_UNICAST_BIT,
	.max_message = BGP_MAX_MESSAGE
};

static inline int start_from_ebgp(void **state)
{
	(void)state;
	negotiated = ebgp;
	context = (struct bgp_decode_context){ .negotiated = &negotiated };
	return 0;
}

/* Decode an UPDATE with this attribute block, with or without a prefix. */
static inline enum bgp_verdict decode_block(struct reader block, bool announce)
{
	static const uint8_t prefix[] = { 32, 192, 0, 2, 1 };
	struct writer w = writer_of(body, sizeof(body));

	writer_u16(&w, 0);
	writer_u16(&w, (uint16_t)block.left);
	writer_bytes(&w, block.data, block.left);
	if (announce)
		writer_bytes(&w, prefix, sizeof(prefix));
	assert_false(w.failed);
	return bgp_update_decode(&context, reader_of(body, w.used), &scratch,
				 &update);
}

/* Return the mandatory attributes except the one of type `without`. */
static inline void write_mandatory(struct writer *w, unsigned int without)
{
	struct reader path = negotiated.as4 ? BYTES(PATH_65001) :
					      BYTES(OLD_PATH_65001);
	const struct reader mandatory[] = { BYTES(ORIGIN), path,
					    BYTES(NEXT_HOP) };

	for (size_t i = 0; i < 3; i++)
		if (mandatory[i].data[1] != without)
			writer_bytes(w, mandatory[i].data, mandatory[i].left);
}

/* Return the verdict on attributes added to, or replacing, valid ones. */
static inline enum bgp_verdict judge(struct reader attributes)
{
	static uint8_t block[BGP_MAX_EXTENDED_MESSAGE];
	struct writer w = writer_of(block, sizeof(block));

	write_mandatory(&w, attributes.data[1]);
	writer_bytes(&w, attributes.data, attributes.left);
	return decode_block(reader_of(block, w.used), true);
}

static inline void assert_judged(struct reader attribute,
				 enum bgp_verdict verdict, unsigned int subcode)
{
	assert_int_equal(judge(attribute), verdict);
	assert_int_equal(update.error.notification.code, BGP_ERROR_UPDATE);
	assert_int_equal(update.error.notification.subcode, subcode);
	assert_int_equal(update.error.attribute, attribute.data[1]);
	assert_non_null(update.error.reason);
}

static inline bool has(uint32_t presence)
{
	return update.attributes.present & presence;
}

static inline void assert_good(struct reader attribute)
{
	assert_int_equal(judge(attribute), BGP_VERDICT_OK);
	assert_null(update.error.reason);
}

static inline void assert_discarded(struct reader attribute)
{
	assert_int_equal(judge(attribute), BGP_VERDICT_DISCARD);
}

static inline void assert_withdrawn(struct reader attribute)
{
	assert_int_equal(judge(attribute), BGP_VERDICT_WITHDRAW);
}

#define from_ebgp(test) cmocka_unit_test_setup(test, start_from_ebgp)

#endif
