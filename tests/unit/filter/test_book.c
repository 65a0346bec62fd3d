// SPDX-License-Identifier: BSD-2-Clause
/* The book of filters, with a sink that keeps what it gets. */

#include "filter/book.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../chance.h"
#include "bgp/codec/flowspec_text.h"

enum {
	ROUNDS = 200,
	RULES = 60,
	NEIGHBORS = 3,
};

/* Filters in force; the lists point into `places` */
static struct {
	struct datapath_filters in_force;
	struct datapath_filter_list lists[HG_MAX_FILTER_LISTS];
	uint16_t places[HG_FILTER_PLACES];
	int error;
	unsigned int calls;
} sunk;

/* A filter's slot is its index and 1. */
static int set_filters(void *context, const struct datapath_filters *wanted,
		       uint16_t *slots)
{
	size_t place = 0;

	(void)context;
	sunk.calls++;
	if (sunk.error)
		return sunk.error;
	assert_in_range(wanted->filter_count, 0, HG_MAX_FILTERS);
	assert_in_range(wanted->list_count, 0, HG_MAX_FILTER_LISTS);
	sunk.in_force = *wanted;
	for (uint32_t i = 0; i < wanted->list_count; i++) {
		const struct datapath_filter_list *list = &wanted->lists[i];

		assert_in_range(list->count, 0, HG_MAX_FILTERS_OF_VIP);
		assert_true(place + list->count <= HG_FILTER_PLACES);
		sunk.lists[i] = *list;
		sunk.lists[i].order = sunk.places + place;
		memcpy(sunk.places + place, list->order,
		       list->count * sizeof(*list->order));
		place += list->count;
	}
	for (uint32_t i = 0; i < wanted->filter_count; i++)
		slots[i] = (uint16_t)(i + 1);
	return 0;
}

static struct filter_book *new_book(void)
{
	const struct filter_sink sink = { .set = set_filters };
	struct filter_book *book = filter_book_new(&sink);

	assert_non_null(book);
	memset(&sunk, 0, sizeof(sunk));
	return book;
}

static struct address neighbor_of(unsigned int number)
{
	struct address address;

	assert_true(address_parse("10.0.0.1", &address));
	address.bytes[sizeof(address.bytes) - 1] = (uint8_t)(number + 1);
	return address;
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	return prefix;
}

static struct flowspec_rule parse(const char *words)
{
	char error[FLOWSPEC_ERROR_SIZE];
	struct flowspec_rule rule;

	memset(&rule, 0, sizeof(rule));
	if (!flowspec_parse(words, &rule, error))
		fail_msg("%s: %s", words, error);
	return rule;
}

static int learn(struct filter_book *book, unsigned int neighbor,
		 const char *words, const char *judgment)
{
	const struct flowspec_rule rule = parse(words);
	const struct filter_flowspec from = {
		.neighbor = neighbor_of(neighbor),
		.ipv6 = rule.ipv6,
		.rule = flowspec_rule_reader(&rule),
	};

	return filter_book_learn_flowspec(book, &from, &rule.actions, judgment);
}

static bool withdraw(struct filter_book *book, unsigned int neighbor,
		     const char *words)
{
	const struct flowspec_rule rule = parse(words);
	const struct filter_flowspec from = {
		.neighbor = neighbor_of(neighbor),
		.ipv6 = rule.ipv6,
		.rule = flowspec_rule_reader(&rule),
	};

	return filter_book_withdraw_flowspec(book, &from);
}

static void apply(struct filter_book *book)
{
	assert_int_equal(filter_book_apply(book), 0);
	assert_false(filter_book_is_dirty(book));
}

static struct filter_row row_at(const struct filter_book *book, size_t index)
{
	struct filter_row row;

	assert_in_range(index, 0, filter_book_count(book) - 1);
	filter_book_row(book, index, &row);
	return row;
}

static size_t count_in_force(const struct filter_book *book)
{
	size_t count = 0;

	for (size_t i = 0; i < filter_book_count(book); i++)
		count += row_at(book, i).slot != 0;
	return count;
}

/* ------------------------------------------------------------- lists */

static const char *const nested[] = {
	"0.0.0.0/0",	     "192.0.2.0/24",	"192.0.2.0/28",
	"192.0.2.1/32",	     "192.0.2.7/32",	"192.0.2.16/28",
	"192.0.2.17/32",     "198.51.100.0/24", "::/0",
	"2001:db8::/32",     "2001:db8:1::/48", "2001:db8:1::1/128",
	"2001:db8:2::1/128", "ffff::/16",
};

static const struct datapath_filter_list *list_of(const struct prefix *prefix)
{
	const struct datapath_filter_list *found = NULL;

	for (uint32_t i = 0; i < sunk.in_force.list_count; i++) {
		if (!prefix_equal(&sunk.lists[i].prefix, prefix))
			continue;
		assert_null(found);
		found = &sunk.lists[i];
	}
	return found;
}

/* Check a list against the rules in force, looked at one by one. */
static void check_list(const struct filter_book *book,
		       const struct datapath_filter_list *list)
{
	uint32_t place = 0;

	for (size_t i = 0; i < filter_book_count(book); i++) {
		const struct filter_row row = row_at(book, i);

		if (!row.slot || row.origin == FILTER_SOURCES ||
		    !prefix_covers(&row.vip, &list->prefix))
			continue;
		assert_in_range(place, 0, list->count - 1);
		assert_int_equal(list->order[place++], row.slot - 1);
	}
	assert_int_equal(place, list->count);
}

static void check_lists(const struct filter_book *book)
{
	for (size_t i = 0; i < filter_book_count(book); i++) {
		const struct filter_row row = row_at(book, i);

		if (row.slot && row.origin != FILTER_SOURCES)
			assert_non_null(list_of(&row.vip));
	}
	for (uint32_t i = 0; i < sunk.in_force.list_count; i++)
		check_list(book, &sunk.lists[i]);
}

static void lists_have_the_rules_that_cover_them_in_order(void **state)
{
	(void)state;
	chance_begin();
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct filter_book *book = new_book();
		char words[FLOWSPEC_TEXT_SIZE];

		for (unsigned int i = 0; i < RULES; i++) {
			const char *vip = nested[chance_below(sizeof(nested) /
							      sizeof(*nested))];
			unsigned int neighbor = chance_below(NEIGHBORS);
			const struct address from = neighbor_of(neighbor);
			const struct prefix prefix = prefix_of(vip);

			snprintf(words, sizeof(words), "vip %s length %u drop",
				 vip, chance_below(8));
			if (chance_below(4))
				learn(book, neighbor, words, NULL);
			else
				filter_book_learn(book, &from, &prefix);
			if (!chance_below(4))
				withdraw(book, neighbor, words);
		}
		apply(book);
		check_lists(book);
		filter_book_free(book);
	}
}

static void a_list_has_the_sources_of_the_longest_vip(void **state)
{
	struct prefix sources[] = { prefix_of("10.0.0.0/8") };
	struct filter_vip_options vips[] = {
		{ .vip = prefix_of("192.0.2.0/24"),
		  .has_sources = true,
		  .sources = sources,
		  .source_count = 1 },
		{ .vip = prefix_of("192.0.2.16/28") },
	};
	const struct filter_options options = { .vips = vips, .vip_count = 2 };
	const struct prefix within = prefix_of("192.0.2.1/32"),
			    without = prefix_of("192.0.2.17/32");
	struct filter_book *book = new_book();
	char error[FLOWSPEC_ERROR_SIZE];

	(void)state;
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 drop", NULL), 0);
	assert_int_equal(learn(book, 0, "vip 192.0.2.17 drop", NULL), 0);
	assert_int_equal(filter_book_configure(book, &options, error), 0);
	assert_int_equal(sunk.in_force.list_count, 4);
	assert_true(list_of(&vips[0].vip)->has_sources);
	assert_true(list_of(&within)->has_sources);
	assert_ptr_equal(list_of(&within)->sources, sources);
	assert_int_equal(list_of(&within)->sources_filter,
			 row_at(book, 0).slot - 1);
	assert_false(list_of(&vips[1].vip)->has_sources);
	assert_false(list_of(&without)->has_sources);
	filter_book_free(book);
}

/* ------------------------------------------------------------- room */

static void learn_many(struct filter_book *book, unsigned int neighbor,
		       const char *vip, unsigned int count)
{
	char words[FLOWSPEC_TEXT_SIZE];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(words, sizeof(words), "vip %s length %u drop", vip, i);
		assert_int_equal(learn(book, neighbor, words, NULL), 0);
	}
}

static void a_rule_that_does_not_fit_stays_out_until_another_goes(void **state)
{
	struct filter_book *book = new_book();

	(void)state;
	learn_many(book, 0, "192.0.2.1", HG_MAX_FILTERS_OF_VIP + 1);
	/* In the list of its own prefix there would be room. */
	assert_int_equal(learn(book, 0, "vip 192.0.2.0/24 drop", NULL), 0);
	assert_int_equal(learn(book, 0, "vip 192.0.2.9 drop", NULL), 0);
	apply(book);
	assert_int_equal(count_in_force(book), HG_MAX_FILTERS_OF_VIP + 1);
	assert_null(row_at(book, HG_MAX_FILTERS_OF_VIP - 1).refusal);
	assert_string_equal(row_at(book, HG_MAX_FILTERS_OF_VIP).refusal,
			    "more filters than fit");
	check_lists(book);
	assert_false(withdraw(book, 0, "vip 192.0.2.1 length 3 drop"));
	assert_false(withdraw(book, 0, "vip 192.0.2.1 length 4 drop"));
	apply(book);
	assert_int_equal(count_in_force(book), filter_book_count(book));
	check_lists(book);
	filter_book_free(book);
}

static void a_neighbor_has_a_limit_and_leaves_room_to_others(void **state)
{
	struct filter_book *book = new_book();
	const struct address first = neighbor_of(0);

	(void)state;
	for (unsigned int vip = 0; vip < 5; vip++) {
		char text[ADDRESS_TEXT_SIZE];

		snprintf(text, sizeof(text), "192.0.2.%u", vip);
		learn_many(book, 0, text, FILTER_MAX_FLOWSPECS / 5);
	}
	assert_int_equal(learn(book, 0, "vip 192.0.2.9 drop", NULL), -ENOSPC);
	/* One that is known may change. */
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 length 7 accept", NULL),
			 0);
	assert_int_equal(learn(book, 1, "vip 192.0.2.0 drop", NULL), 0);
	assert_int_equal(filter_book_flowspecs(book, &first),
			 FILTER_MAX_FLOWSPECS);
	apply(book);
	assert_int_equal(count_in_force(book), HG_MAX_FILTERS);
	check_lists(book);
	filter_book_forget(book, &first);
	assert_int_equal(filter_book_count(book), 1);
	apply(book);
	assert_int_equal(count_in_force(book), 1);
	filter_book_free(book);
}

static void rules_of_the_configuration_are_never_left_out(void **state)
{
	static struct flowspec_rule rules[HG_MAX_FILTERS_OF_VIP + 1];
	struct filter_options options = { .rules = rules };
	struct filter_book *book = new_book();
	char error[FLOWSPEC_ERROR_SIZE], words[FLOWSPEC_TEXT_SIZE];

	(void)state;
	for (unsigned int i = 0; i < HG_MAX_FILTERS_OF_VIP + 1; i++) {
		snprintf(words, sizeof(words), "vip 192.0.2.1 length %u drop",
			 i);
		rules[i] = parse(words);
	}
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 drop", NULL), 0);
	options.rule_count = HG_MAX_FILTERS_OF_VIP - 1;
	assert_int_equal(filter_book_configure(book, &options, error), 0);
	assert_int_equal(count_in_force(book), HG_MAX_FILTERS_OF_VIP);
	options.rule_count++;
	assert_int_equal(filter_book_configure(book, &options, error), 0);
	assert_string_equal(row_at(book, HG_MAX_FILTERS_OF_VIP).refusal,
			    "more filters than fit");
	options.rule_count++;
	assert_int_equal(filter_book_configure(book, &options, error), -E2BIG);
	assert_int_equal(count_in_force(book), HG_MAX_FILTERS_OF_VIP);
	check_lists(book);
	filter_book_free(book);
}

static void an_error_of_the_tables_leaves_what_is_in_force(void **state)
{
	struct filter_book *book = new_book();

	(void)state;
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 drop", NULL), 0);
	apply(book);
	assert_int_equal(learn(book, 0, "vip 192.0.2.2 drop", NULL), 0);
	sunk.error = -ENOMEM;
	assert_int_equal(filter_book_apply(book), -ENOMEM);
	assert_true(filter_book_is_dirty(book));
	assert_int_equal(count_in_force(book), 1);
	sunk.error = 0;
	apply(book);
	assert_int_equal(count_in_force(book), 2);
	filter_book_free(book);
}

/* ------------------------------------------------------------- neighbors */

static void blackholes_come_before_flow_specifications(void **state)
{
	const struct address neighbor = neighbor_of(0);
	const struct prefix prefix = prefix_of("192.0.2.7/32");
	struct filter_book *book = new_book();

	(void)state;
	assert_int_equal(learn(book, 0, "vip 192.0.2.0/24 drop", NULL), 0);
	assert_int_equal(learn(book, 0, "vip 192.0.2.7 accept", NULL), 0);
	assert_int_equal(filter_book_learn(book, &neighbor, &prefix), 0);
	apply(book);
	assert_int_equal(row_at(book, 0).origin, FILTER_BLACKHOLE);
	/* RFC 8955 5.1: the more specific destination comes first. */
	assert_int_equal(row_at(book, 1).vip.length, ADDRESS_BITS_IPV4);
	assert_int_equal(row_at(book, 2).vip.length, 24);
	check_lists(book);
	filter_book_free(book);
}

static void the_same_rule_of_two_neighbors_counts_once(void **state)
{
	struct filter_book *book = new_book();

	(void)state;
	assert_int_equal(learn(book, 1, "vip 192.0.2.1 drop", NULL), 0);
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 accept", NULL), 0);
	apply(book);
	assert_int_equal(sunk.in_force.filter_count, 1);
	assert_string_equal(row_at(book, 1).refusal,
			    "the same rule of another neighbor is in force");
	/* One that is refused takes no other's place. */
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 accept", "no"), 0);
	apply(book);
	assert_int_equal(row_at(book, 0).slot, 0);
	assert_int_not_equal(row_at(book, 1).slot, 0);
	filter_book_free(book);
}

static const char *judge_second(const struct filter_row *row, void *context)
{
	const struct address second = neighbor_of(1);

	return address_equal(&row->neighbor, &second) ? context : NULL;
}

static void a_judgment_is_taken_back(void **state)
{
	static char reason[] = "no route";
	struct filter_book *book = new_book();

	(void)state;
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 drop", NULL), 0);
	assert_int_equal(learn(book, 1, "vip 192.0.2.2 drop", NULL), 0);
	apply(book);
	filter_book_judge(book, judge_second, reason);
	assert_true(filter_book_is_dirty(book));
	apply(book);
	assert_int_equal(count_in_force(book), 1);
	assert_string_equal(row_at(book, 1).refusal, reason);
	filter_book_judge(book, judge_second, reason);
	assert_false(filter_book_is_dirty(book));
	filter_book_judge(book, judge_second, NULL);
	apply(book);
	assert_int_equal(count_in_force(book), 2);
	filter_book_free(book);
}

static void what_becomes_of_rules_is_reported_once(void **state)
{
	struct filter_book *book = new_book();
	const struct address neighbor = neighbor_of(0);
	struct filter_row row;
	size_t index = 0;

	(void)state;
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 drop", NULL), 0);
	assert_int_equal(learn(book, 0, "vip 192.0.2.2 drop", "no"), 0);
	apply(book);
	assert_true(filter_book_take_news(book, &index, &row));
	assert_null(row.refusal);
	assert_true(filter_book_take_news(book, &index, &row));
	assert_string_equal(row.refusal, "no");
	assert_false(filter_book_take_news(book, &index, &row));
	index = 0;
	assert_false(filter_book_take_news(book, &index, &row));
	/* Other actions are news. */
	assert_int_equal(learn(book, 0, "vip 192.0.2.1 accept", NULL), 0);
	apply(book);
	index = 0;
	assert_true(filter_book_take_news(book, &index, &row));
	assert_false(filter_book_take_news(book, &index, &row));
	assert_false(withdraw(book, 0, "vip 192.0.2.2 drop"));
	assert_int_equal(filter_book_forget(book, &neighbor), 1);
	filter_book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_have_the_rules_that_cover_them_in_order),
		cmocka_unit_test(a_list_has_the_sources_of_the_longest_vip),
		cmocka_unit_test(
			a_rule_that_does_not_fit_stays_out_until_another_goes),
		cmocka_unit_test(
			a_neighbor_has_a_limit_and_leaves_room_to_others),
		cmocka_unit_test(rules_of_the_configuration_are_never_left_out),
		cmocka_unit_test(
			an_error_of_the_tables_leaves_what_is_in_force),
		cmocka_unit_test(blackholes_come_before_flow_specifications),
		cmocka_unit_test(the_same_rule_of_two_neighbors_counts_once),
		cmocka_unit_test(a_judgment_is_taken_back),
		cmocka_unit_test(what_becomes_of_rules_is_reported_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
