// SPDX-License-Identifier: BSD-2-Clause
/* Filters of VIPs: limits, sources, what stays after a refusal, explanations. */

#include "datapath/datapath.h"
#include "datapath/filters.h"
#include "filter/book.h"
#include "frame.h"
#include "sandbox.h"
#include "trial.h"
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	WORDS_SIZE = 512,
	DNS = 53,
	CLIENT = 0x0a000001, /* 10.0.0.1 */
	OTHER_CLIENT = 0x0a000002,
	FAR_CLIENT = 0xc6336409, /* 198.51.100.9 */
	SECOND_VIP = 0xc0000202, /* 192.0.2.2 */
	LATER_VIP = 0xc6120707,	 /* 198.18.7.7 */
};

static struct {
	struct world *world;
	struct filter_book *book;
} trial;

static int set_filters(void *datapath, const struct datapath_filters *wanted,
		       uint16_t *slots)
{
	return datapath_set_filters(datapath, wanted, slots);
}

/* Put rules in force that are parsed. */
static int configure(struct flowspec_rule *parsed, size_t count)
{
	const struct filter_options options = { .rules = parsed,
						.rule_count = count };
	char error[FLOWSPEC_ERROR_SIZE];

	return filter_book_configure(trial.book, &options, error);
}

/* A datagram to port 53 of 192.0.2.1 */
static struct shape plain_from(uint32_t source)
{
	return (struct shape){
		.source = frame_ipv4_address(source),
		.destination = frame_ipv4_address(WORLD_FIRST_VIP),
		.protocol = IPPROTO_UDP,
		.destination_port = DNS,
	};
}

static enum hg_outcome explain(const struct shape *shape, uint32_t *slot)
{
	struct datapath_explanation explanation;
	struct frame frame;

	frame_build(shape, trial.world->ports[PORT_LEFT].mac, &frame);
	assert_int_equal(
		datapath_explain(
			trial.world->dp, frame.bytes, frame.size,
			trial_ifindex(trial.world->ports[PORT_LEFT].ifindex),
			&explanation),
		0);
	if (slot)
		*slot = explanation.details.filter;
	return explanation.outcome;
}

static void must_parse(const char *text, struct flowspec_rule *rule)
{
	char error[FLOWSPEC_ERROR_SIZE];

	if (!flowspec_parse(text, rule, error))
		fail_msg("%s: %s", text, error);
}

static void explains_the_filter_that_drops(void **state)
{
	const struct shape plain = plain_from(CLIENT);
	struct flowspec_rule rules[2];
	struct hg_filter_use use;
	struct filter_row row;
	uint32_t slot;

	(void)state;
	must_parse("vip 192.0.2.1 protocol tcp drop", &rules[0]);
	must_parse("vip 192.0.2.1 port 53 drop", &rules[1]);
	assert_int_equal(configure(rules, 2), 0);
	assert_int_equal(explain(&plain, &slot), HG_DROPPED_FILTER);
	filter_book_row(trial.book, 1, &row);
	assert_int_equal(slot, row.slot);
	assert_int_equal(filter_book_find(trial.book, (uint16_t)slot), 1);
	/* It counts nothing. */
	datapath_read_filter(trial.world->dp, slot, &use);
	assert_int_equal(use.matched.packets, 0);
	assert_int_equal(configure(NULL, 0), 0);
	assert_int_equal(explain(&plain, &slot), HG_FORWARDED_TX);
	assert_int_equal(slot, 0);
}

static void takes_256_rules_for_a_vip_and_refuses_257(void **state)
{
	const struct shape plain = plain_from(CLIENT);
	static struct flowspec_rule rules[HG_MAX_FILTERS_OF_VIP + 1];
	char text[WORDS_SIZE];
	uint32_t slot, again;

	(void)state;
	for (int i = 0; i <= HG_MAX_FILTERS_OF_VIP; i++) {
		snprintf(text, sizeof(text), "vip 192.0.2.1 port %d drop",
			 i == HG_MAX_FILTERS_OF_VIP - 1 ? 53 : 1000 + i);
		must_parse(text, &rules[i]);
	}
	assert_int_equal(configure(rules, HG_MAX_FILTERS_OF_VIP), 0);
	assert_int_equal(explain(&plain, &slot), HG_DROPPED_FILTER);
	assert_int_equal(configure(rules, HG_MAX_FILTERS_OF_VIP + 1), -E2BIG);
	/* Nothing has changed. */
	assert_int_equal(explain(&plain, &again), HG_DROPPED_FILTER);
	assert_int_equal(again, slot);
	assert_int_equal(filter_book_count(trial.book), HG_MAX_FILTERS_OF_VIP);
	assert_int_equal(configure(NULL, 0), 0);
}

static void swaps_full_tables_again_and_again(void **state)
{
	static struct flowspec_rule rules[HG_MAX_FILTERS + 1];
	char text[WORDS_SIZE];

	(void)state;
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i <= HG_MAX_FILTERS; i++) {
			snprintf(text, sizeof(text),
				 "vip 203.0.%d.%d source-port %d drop", i / 200,
				 i % 200, round + 1);
			must_parse(text, &rules[i]);
		}
		assert_int_equal(configure(rules, HG_MAX_FILTERS), 0);
		assert_int_equal(configure(rules, HG_MAX_FILTERS + 1), -E2BIG);
	}
	assert_int_equal(configure(NULL, 0), 0);
}

static void drops_sources_that_a_vip_does_not_take(void **state)
{
	struct prefix taken[2];
	struct filter_vip_options vips_of[2] = { 0 };
	const struct filter_options options = { .vips = vips_of,
						.vip_count = 2 };
	const struct shape plain = plain_from(CLIENT);
	struct shape other = plain_from(OTHER_CLIENT);
	const struct shape far = plain_from(FAR_CLIENT);
	char error[FLOWSPEC_ERROR_SIZE];
	struct filter_row row;
	uint32_t slot;

	(void)state;
	prefix_parse("10.0.0.0/31", &taken[0]);
	prefix_parse("198.51.100.0/24", &taken[1]);
	prefix_parse("192.0.2.0/24", &vips_of[0].vip);
	prefix_parse("192.0.2.2", &vips_of[1].vip);
	vips_of[0].has_sources = true;
	vips_of[0].sources = taken;
	vips_of[0].source_count = 2;
	assert_int_equal(filter_book_configure(trial.book, &options, error), 0);
	assert_int_equal(explain(&plain, NULL), HG_FORWARDED_TX);
	assert_int_equal(explain(&other, &slot), HG_DROPPED_SOURCE);
	filter_book_row(trial.book, 0, &row);
	assert_int_equal(row.origin, FILTER_SOURCES);
	assert_int_equal(slot, row.slot);
	assert_int_equal(explain(&far, NULL), HG_FORWARDED_TX);
	/* A --vip inside that has no sources takes all. */
	other.destination = frame_ipv4_address(SECOND_VIP);
	assert_int_equal(explain(&other, NULL), HG_FORWARDED_REDIRECT);
	/* No source at all */
	vips_of[0].source_count = 0;
	assert_int_equal(filter_book_configure(trial.book, &options, error), 0);
	assert_int_equal(explain(&plain, NULL), HG_DROPPED_SOURCE);
	assert_int_equal(configure(NULL, 0), 0);
	assert_int_equal(explain(&plain, NULL), HG_FORWARDED_TX);
}

static void marks_vips_that_come_later(void **state)
{
	struct flowspec_rule rule;
	struct shape shape = plain_from(CLIENT);
	struct world_route route = trial.world->routes[0];

	(void)state;
	must_parse("vip 198.18.7.0/24 drop", &rule);
	assert_int_equal(configure(&rule, 1), 0);
	shape.destination = frame_ipv4_address(LATER_VIP);
	route.address = shape.destination;
	route.ipv6 = false;
	route.length = 32;
	assert_int_equal(explain(&shape, NULL), HG_PASSED_NOT_VIP);
	world_add_route(trial.world, route);
	assert_int_equal(explain(&shape, NULL), HG_DROPPED_FILTER);
	world_remove_last_route(trial.world);
	assert_int_equal(configure(NULL, 0), 0);
}

/* Return the rule of the book with this origin; there is one. */
static struct filter_row row_of(enum filter_origin origin)
{
	struct filter_row row = { .origin = FILTER_ORIGIN_COUNT };

	for (size_t i = 0; i < filter_book_count(trial.book); i++) {
		filter_book_row(trial.book, i, &row);
		if (row.origin == origin)
			return row;
	}
	fail_msg("no %s", filter_origin_names[origin]);
	return row;
}

/* A rule of the configuration may accept what a neighbor wants dropped. */
static void a_blackhole_drops_what_no_rule_takes(void **state)
{
	const struct address neighbor = address_from_ipv4(htonl(CLIENT));
	const struct prefix vip = {
		.address = address_from_ipv4(htonl(WORLD_FIRST_VIP)),
		.length = ADDRESS_BITS_IPV4,
	};
	const struct shape plain = plain_from(CLIENT);
	struct flowspec_rule rule;
	uint32_t slot;

	(void)state;
	assert_int_equal(filter_book_learn(trial.book, &neighbor, &vip), 0);
	assert_int_equal(filter_book_learn(trial.book, &neighbor, &vip), 0);
	assert_int_equal(filter_book_apply(trial.book), 0);
	assert_int_equal(explain(&plain, &slot), HG_DROPPED_BLACKHOLE);
	assert_int_equal(row_of(FILTER_BLACKHOLE).slot, slot);
	must_parse("vip 192.0.2.0/24 source 10.0.0.1 accept", &rule);
	assert_int_equal(configure(&rule, 1), 0);
	assert_int_equal(explain(&plain, NULL), HG_FORWARDED_TX);
	assert_int_equal(configure(NULL, 0), 0);
	assert_int_equal(explain(&plain, NULL), HG_DROPPED_BLACKHOLE);
	filter_book_withdraw(trial.book, &neighbor, &vip);
	filter_book_withdraw(trial.book, &neighbor, &vip);
	assert_true(filter_book_is_dirty(trial.book));
	assert_int_equal(filter_book_apply(trial.book), 0);
	assert_int_equal(explain(&plain, NULL), HG_FORWARDED_TX);
	assert_int_equal(filter_book_count(trial.book), 0);
}

/* Fill the list of a VIP, then all of the table. */
static void a_blackhole_that_does_not_fit_waits_for_room(void **state)
{
	const struct address neighbor = address_from_ipv4(htonl(CLIENT));
	const struct address other = address_from_ipv4(htonl(OTHER_CLIENT));
	struct prefix vip = {
		.address = address_from_ipv4(htonl(WORLD_FIRST_VIP)),
		.length = ADDRESS_BITS_IPV4,
	};
	static struct flowspec_rule rules[HG_MAX_FILTERS_OF_VIP];
	const struct shape plain = plain_from(CLIENT);
	char text[WORDS_SIZE];

	(void)state;
	for (int i = 0; i < HG_MAX_FILTERS_OF_VIP; i++) {
		snprintf(text, sizeof(text), "vip 192.0.2.1 port %d drop",
			 1000 + i);
		must_parse(text, &rules[i]);
	}
	assert_int_equal(filter_book_learn(trial.book, &neighbor, &vip), 0);
	assert_int_equal(configure(rules, HG_MAX_FILTERS_OF_VIP), 0);
	assert_int_equal(filter_book_refused(trial.book), 1);
	assert_non_null(row_of(FILTER_BLACKHOLE).refusal);
	assert_int_equal(row_of(FILTER_BLACKHOLE).slot, 0);
	assert_int_equal(explain(&plain, NULL), HG_FORWARDED_TX);
	assert_int_equal(configure(rules, HG_MAX_FILTERS_OF_VIP - 1), 0);
	assert_int_equal(filter_book_refused(trial.book), 0);
	assert_int_equal(explain(&plain, NULL), HG_DROPPED_BLACKHOLE);
	filter_book_forget(trial.book, &neighbor);
	assert_int_equal(configure(rules, 1), 0);
	for (uint32_t i = 0; i < HG_MAX_FILTERS; i++) {
		vip.address = address_from_ipv4(htonl(SECOND_VIP + i));
		assert_int_equal(filter_book_learn(trial.book,
						   i % 2 ? &other : &neighbor,
						   &vip),
				 0);
	}
	vip.address = address_from_ipv4(htonl(LATER_VIP));
	assert_int_equal(filter_book_learn(trial.book, &neighbor, &vip),
			 -ENOSPC);
	assert_int_equal(filter_book_apply(trial.book), 0);
	assert_int_equal(filter_book_refused(trial.book), 1);
	filter_book_forget(trial.book, &other);
	assert_int_equal(filter_book_count(trial.book), HG_MAX_FILTERS / 2 + 1);
	filter_book_forget(trial.book, &neighbor);
	assert_int_equal(configure(NULL, 0), 0);
	assert_int_equal(filter_book_count(trial.book), 0);
}

static int start(void **state)
{
	struct filter_sink sink = { .set = set_filters };

	(void)state;
	sandbox_enter();
	trial.world = world_new(0);
	sink.context = trial.world->dp;
	trial.book = filter_book_new(&sink);
	return trial.book ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	filter_book_free(trial.book);
	world_free(trial.world);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_the_filter_that_drops),
		cmocka_unit_test(takes_256_rules_for_a_vip_and_refuses_257),
		cmocka_unit_test(swaps_full_tables_again_and_again),
		cmocka_unit_test(drops_sources_that_a_vip_does_not_take),
		cmocka_unit_test(marks_vips_that_come_later),
		cmocka_unit_test(a_blackhole_drops_what_no_rule_takes),
		cmocka_unit_test(a_blackhole_that_does_not_fit_waits_for_room),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
