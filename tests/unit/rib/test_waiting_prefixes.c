// SPDX-License-Identifier: BSD-2-Clause
/* Prefixes that wait for room: they are counted, and the first ones named. */

#include <stdio.h>

#include "world.h"

static struct prefix number(unsigned int i)
{
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	snprintf(text, sizeof(text), "192.0.2.%u/32", i);
	prefix_parse(text, &prefix);
	return prefix;
}

static void add(struct waiting_prefixes *waiting, unsigned int i)
{
	const struct prefix prefix = number(i);

	waiting_prefixes_add(waiting, &prefix);
}

static void remove_number(struct waiting_prefixes *waiting, unsigned int i)
{
	const struct prefix prefix = number(i);

	waiting_prefixes_remove(waiting, &prefix);
}

static void the_first_ones_are_named_and_all_counted(void **state)
{
	struct waiting_prefixes waiting = { .named = 0 };

	(void)state;
	for (unsigned int i = 0; i < WAITING_PREFIXES_NAMED + 3; i++)
		add(&waiting, i);
	assert_int_equal(waiting.named, WAITING_PREFIXES_NAMED);
	assert_int_equal(waiting_prefixes_count(&waiting),
			 WAITING_PREFIXES_NAMED + 3);
	add(&waiting, 0); /* announced once more */
	assert_int_equal(waiting_prefixes_count(&waiting),
			 WAITING_PREFIXES_NAMED + 3);
}

static void one_that_goes_is_not_named_any_more(void **state)
{
	struct waiting_prefixes waiting = { .named = 0 };
	const struct prefix second = number(2);

	(void)state;
	add(&waiting, 1);
	add(&waiting, 2);
	remove_number(&waiting, 1);
	remove_number(&waiting, 9);
	assert_int_equal(waiting.named, 1);
	assert_int_equal(waiting_prefixes_count(&waiting), 1);
	assert_true(prefix_equal(&waiting.names[0], &second));
}

static void families_are_cleared_apart(void **state)
{
	struct waiting_prefixes waiting = { .named = 0 };
	struct prefix ipv6;

	(void)state;
	prefix_parse("2001:db8::1/128", &ipv6);
	add(&waiting, 1);
	waiting_prefixes_add(&waiting, &ipv6);
	add(&waiting, 2);
	waiting_prefixes_clear(&waiting, BGP_IPV4_UNICAST_BIT);
	assert_int_equal(waiting.named, 1);
	assert_true(prefix_equal(&waiting.names[0], &ipv6));
	assert_int_equal(waiting_prefixes_count(&waiting), 1);
}

/* Through the rib: refused, withdrawn, taken. */
static void what_max_prefix_refuses_waits(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer = world->backends[0];
	const struct waiting_prefixes *waiting = &peer->waiting;

	peer->max_prefix.limit = 1;
	announce_vip(world, 0, "192.0.2.1/32");
	assert_int_equal(waiting->named, 0);
	announce_vip(world, 0, "192.0.2.2/32");
	announce_vip(world, 0, "192.0.2.3/32");
	assert_int_equal(waiting->named, 2);
	withdraw(world, 0, "192.0.2.2/32");
	assert_int_equal(waiting->named, 1);
	withdraw(world, 0, "192.0.2.1/32");
	announce_vip(world, 0, "192.0.2.3/32");
	assert_int_equal(waiting->named, 0);
	assert_int_equal(waiting_prefixes_count(waiting), 0);
	assert_non_null(route_of(world, "192.0.2.3/32"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_ones_are_named_and_all_counted),
		cmocka_unit_test(one_that_goes_is_not_named_any_more),
		cmocka_unit_test(families_are_cleared_apart),
		cmocka_unit_test_setup_teardown(what_max_prefix_refuses_waits,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
