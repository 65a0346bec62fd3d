// SPDX-License-Identifier: BSD-2-Clause
/* Actions of Flow Specifications, and who may send them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/flowspec_action.h"
#include "bgp/codec/flowspec_valid.h"
#include "bytes.h"
#include "core/array.h"

enum {
	SPACE = 128,
};

/* A rate of the AS 65001 as a float */
#define RATE_BYTES(...)	  0x80, 0x06, 0xfd, 0xe9, __VA_ARGS__
#define RATE_PACKETS(...) 0x80, 0x0c, 0xfd, 0xe9, __VA_ARGS__
#define F_0		  0, 0, 0, 0
#define F_1000		  0x44, 0x7a, 0, 0
#define F_2000		  0x44, 0xfa, 0, 0
#define F_MINUS_1	  0xbf, 0x80, 0, 0
#define F_INFINITE	  0x7f, 0x80, 0, 0
#define F_NAN		  0x7f, 0xc0, 0, 0

static const char *read_list(struct reader list,
			     struct flowspec_actions *actions)
{
	const struct bgp_attributes attributes = { .extended_communities =
							   list };

	return flowspec_actions_read(&attributes, actions);
}

static void reads_rates(void **state)
{
	struct flowspec_actions actions;

	(void)state;
	assert_null(read_list(BYTES(RATE_BYTES(F_1000)), &actions));
	assert_int_equal(actions.set, FLOWSPEC_RATE_BYTES);
	assert_true(actions.bytes_per_second == 1000);
	assert_false(flowspec_drops(&actions));
	assert_null(read_list(BYTES(RATE_PACKETS(F_2000)), &actions));
	assert_int_equal(actions.set, FLOWSPEC_RATE_PACKETS);
	assert_true(actions.packets_per_second == 2000);
	assert_null(read_list(BYTES(RATE_BYTES(F_0)), &actions));
	assert_true(flowspec_drops(&actions));
	assert_null(read_list(BYTES(RATE_PACKETS(F_MINUS_1)), &actions));
	assert_true(flowspec_drops(&actions));
	assert_null(read_list(BYTES(RATE_BYTES(F_INFINITE)), &actions));
	assert_int_equal(actions.set, 0);
	assert_non_null(read_list(BYTES(RATE_BYTES(F_NAN)), &actions));
}

static void takes_the_lowest_of_several_rates(void **state)
{
	struct flowspec_actions actions;

	(void)state;
	assert_null(read_list(BYTES(RATE_BYTES(F_2000), RATE_BYTES(F_1000),
				    RATE_BYTES(F_2000)),
			      &actions));
	assert_true(actions.bytes_per_second == 1000);
	assert_non_null(read_list(
		BYTES(RATE_BYTES(F_2000), RATE_PACKETS(F_1000)), &actions));
	assert_null(read_list(BYTES(RATE_BYTES(F_2000), RATE_PACKETS(F_0)),
			      &actions));
	assert_true(flowspec_drops(&actions));
}

static void reads_other_actions(void **state)
{
	struct flowspec_actions actions;

	(void)state;
	assert_null(read_list(BYTES(0x80, 0x07, 0, 0, 0, 0, 0, 3, 0x80, 0x09, 0,
				    0, 0, 0, 0, 46, 0, 2, 0, 1, 0, 0, 0, 1),
			      &actions));
	assert_int_equal(actions.set,
			 FLOWSPEC_MARK | FLOWSPEC_SAMPLE | FLOWSPEC_CONTINUE);
	assert_int_equal(actions.dscp, 46);
	assert_null(read_list(BYTES(0x80, 0x07, 0, 0, 0, 0, 0, 1), &actions));
	assert_int_equal(actions.set, FLOWSPEC_CONTINUE);
	assert_null(read_list(reader_of(NULL, 0), &actions));
	assert_int_equal(actions.set, 0);
}

static void refuses_redirects(void **state)
{
	static const uint16_t types[] = { 0x8008, 0x8108, 0x8208, 0x0800,
					  0x010c };
	struct flowspec_actions actions;
	struct bgp_attributes attributes = {
		.ipv6_extended_communities = BYTES(0, 0x0b, 0, 0, 0, 0, 0, 0, 0,
						   0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
						   0),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		const char *reason = read_list(
			BYTES(RATE_BYTES(F_0), (uint8_t)(types[i] >> 8),
			      (uint8_t)types[i], 0, 0, 0, 0, 0, 1),
			&actions);

		assert_non_null(reason);
		assert_non_null(strstr(reason, "redirect"));
	}
	assert_non_null(flowspec_actions_read(&attributes, &actions));
}

static void writes_what_it_reads(void **state)
{
	static const struct flowspec_actions all[] = {
		{ .set = FLOWSPEC_RATE_BYTES },
		{ .set = FLOWSPEC_RATE_BYTES, .bytes_per_second = 125000 },
		{ .set = FLOWSPEC_RATE_PACKETS | FLOWSPEC_MARK |
			 FLOWSPEC_SAMPLE | FLOWSPEC_CONTINUE,
		  .packets_per_second = 1000,
		  .dscp = 63 },
		{ .set = FLOWSPEC_SAMPLE },
		{ .set = 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		uint8_t bytes[SPACE];
		struct writer w = writer_of(bytes, sizeof(bytes));
		struct flowspec_actions again;

		flowspec_actions_write(&w, &all[i], 65001);
		assert_false(w.failed);
		assert_null(read_list(reader_of(bytes, w.used), &again));
		assert_memory_equal(&again, &all[i], sizeof(again));
	}
}

/* RFC 9117 4: every combination of facts, against the sentences of the RFC. */
static void judges_by_rfc_9117(void **state)
{
	(void)state;
	for (unsigned int bits = 0; bits < 1 << 10; bits++) {
		const struct flowspec_facts facts = {
			.has_destination = bits & 1,
			.inside_vips = bits & 2,
			.external = bits & 4,
			.local_path = bits & 8,
			.has_route = bits & 16,
			.same_originator = bits & 32,
			.same_first_as = bits & 64,
			.other_more_specific = bits & 128,
			.inside_its_vips = bits & 256,
			.trusted = bits & 512,
		};
		bool by_route = facts.has_route && facts.same_originator &&
				(!facts.external || facts.same_first_as) &&
				!facts.other_more_specific;
		bool feasible = facts.has_destination && facts.inside_vips &&
				facts.inside_its_vips &&
				(facts.trusted || facts.local_path || by_route);

		assert_int_equal(!flowspec_refusal(&facts), feasible);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rates),
		cmocka_unit_test(takes_the_lowest_of_several_rates),
		cmocka_unit_test(reads_other_actions),
		cmocka_unit_test(refuses_redirects),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(judges_by_rfc_9117),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
