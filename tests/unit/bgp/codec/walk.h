/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BGP_WALK_H
#define TESTS_BGP_WALK_H

/*
 * Use a decoded UPDATE as its callers do: walk the routes, show and keep the
 * attributes. Any decoded UPDATE must stand that.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/extended_community.h"
#include "bgp/codec/update.h"

enum {
	WALK_TEXT_SIZE = 64,
	WALK_TYPES = 256,
};

static inline void walk_nlri(struct bgp_nlri nlri)
{
	unsigned int bits = nlri.family == BGP_IPV4_UNICAST ?
				    ADDRESS_BITS_IPV4 :
				    ADDRESS_BITS_IPV6;
	struct bgp_path_key key;

	while (bgp_nlri_next(&nlri, &key)) {
		assert_true(key.prefix.length <= bits);
		assert_int_equal(bgp_nlri_family(&key.prefix), nlri.family);
		assert_true(nlri.add_path || !key.path_id);
	}
	assert_false(nlri.bytes.failed);
}

static inline void walk_shown(const struct bgp_attributes *attributes)
{
	char text[WALK_TEXT_SIZE];
	double bandwidth;

	for (unsigned int type = 0; type < WALK_TYPES; type++)
		if (bgp_attributes_show(attributes, type, text, sizeof(text)))
			assert_true(strlen(text) < sizeof(text));
	if (extended_community_bandwidth(attributes, &bandwidth))
		assert_true(bandwidth >= 0);
}

/* The canonical form of its view is itself. */
static inline void walk_canonical(const struct bgp_attributes *attributes)
{
	static uint8_t one[BGP_CANONICAL_MAX], two[BGP_CANONICAL_MAX];
	struct writer first = writer_of(one, sizeof(one));
	struct writer second = writer_of(two, sizeof(two));
	struct bgp_attributes view;

	bgp_attributes_encode(&first, attributes, BGP_AS4_SIZE);
	assert_false(first.failed);
	bgp_attributes_view(one, first.used, &view);
	bgp_attributes_encode(&second, &view, BGP_AS4_SIZE);
	assert_int_equal(first.used, second.used);
	assert_memory_equal(one, two, first.used);
}

static inline void walk_update(const struct bgp_update *decoded)
{
	assert_int_equal(!decoded->error.reason, !decoded->error.verdict);
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		struct bgp_attributes attributes =
			bgp_update_attributes(decoded, part);

		walk_nlri(decoded->withdrawn[part]);
		walk_nlri(decoded->announced[part].nlri);
		walk_shown(&attributes);
		walk_canonical(&attributes);
	}
}

static inline void assert_next(struct bgp_nlri *nlri, const char *expected)
{
	char text[PREFIX_TEXT_SIZE];
	struct bgp_path_key key;

	assert_true(bgp_nlri_next(nlri, &key));
	assert_string_equal(prefix_format(&key.prefix, text), expected);
}

static inline void assert_end(struct bgp_nlri *nlri)
{
	struct bgp_path_key key;

	assert_false(bgp_nlri_next(nlri, &key));
	assert_false(nlri->bytes.failed);
}

static inline void assert_address(const struct address *address,
				  const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(address, text), expected);
}

#endif
