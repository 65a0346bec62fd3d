// SPDX-License-Identifier: BSD-2-Clause
/* Connection collisions when both sides dial: RFC 4271 6.8, RFC 6286 2.3. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/collision.h"

enum {
	LOW = 10,
	HIGH = 20,
};

static enum bgp_collision resolve(uint32_t our_id, uint32_t our_as,
				  uint32_t peer_id, uint32_t peer_as,
				  bool incoming, enum bgp_state other)
{
	const struct bgp_open local = { .as = our_as, .identifier = our_id };
	const struct bgp_open remote = { .as = peer_as, .identifier = peer_id };

	return bgp_collision_resolve(&local, &remote, incoming, other);
}

static bool ends_other(uint32_t our_id, uint32_t peer_id, bool incoming,
		       enum bgp_state other)
{
	const struct bgp_open local = { .as = 1, .identifier = our_id };
	const struct bgp_open remote = { .as = 2, .identifier = peer_id };

	return bgp_collision_ends_other(&local, &remote, incoming, other);
}

static void it_is_too_early_before_both_are_in_open_confirm(void **state)
{
	(void)state;
	for (enum bgp_state other = BGP_STATE_IDLE;
	     other < BGP_STATE_OPEN_CONFIRM; other++)
		for (int incoming = 0; incoming <= 1; incoming++)
			assert_int_equal(resolve(HIGH, 1, LOW, 2, incoming,
						 other),
					 BGP_COLLISION_NONE);
}

static void the_higher_identifier_keeps_what_it_has_dialled(void **state)
{
	static const struct {
		uint32_t our_id, our_as, peer_id, peer_as;
		bool incoming;
		enum bgp_collision expected;
	} table[] = {
		{ HIGH, 1, LOW, 2, false, BGP_COLLISION_PAUSE_OTHER },
		{ HIGH, 1, LOW, 2, true, BGP_COLLISION_DROP_NEW },
		{ LOW, 1, HIGH, 2, false, BGP_COLLISION_DROP_NEW },
		{ LOW, 1, HIGH, 2, true, BGP_COLLISION_PAUSE_OTHER },
		/* Equal identifiers: the higher AS decides. */
		{ LOW, 2, LOW, 1, false, BGP_COLLISION_PAUSE_OTHER },
		{ LOW, 2, LOW, 1, true, BGP_COLLISION_DROP_NEW },
		{ LOW, 1, LOW, 2, false, BGP_COLLISION_DROP_NEW },
		{ LOW, 1, LOW, 2, true, BGP_COLLISION_PAUSE_OTHER },
		/* A high first byte is not a sign bit. */
		{ 0xf0000001, 1, LOW, 2, false, BGP_COLLISION_PAUSE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(resolve(table[i].our_id, table[i].our_as,
					 table[i].peer_id, table[i].peer_as,
					 table[i].incoming,
					 BGP_STATE_OPEN_CONFIRM),
				 table[i].expected);
}

/* The peer may have no session there yet: it decides. */
static void a_session_loses_only_to_a_session_on_the_preferred_one(void **state)
{
	(void)state;
	assert_int_equal(resolve(HIGH, 1, LOW, 2, false, BGP_STATE_ESTABLISHED),
			 BGP_COLLISION_NONE);
	assert_int_equal(resolve(HIGH, 1, LOW, 2, true, BGP_STATE_ESTABLISHED),
			 BGP_COLLISION_DROP_NEW);
	assert_true(ends_other(HIGH, LOW, false, BGP_STATE_ESTABLISHED));
	assert_true(ends_other(LOW, HIGH, true, BGP_STATE_ESTABLISHED));
}

static void a_session_ends_the_other_if_that_is_not_preferred(void **state)
{
	(void)state;
	for (enum bgp_state other = BGP_STATE_IDLE; other < BGP_STATE_COUNT;
	     other++) {
		bool open = other != BGP_STATE_IDLE;
		bool greeted = other >= BGP_STATE_OPEN_SENT;

		assert_int_equal(ends_other(HIGH, LOW, false, other), open);
		assert_int_equal(ends_other(LOW, HIGH, true, other), open);
		assert_int_equal(ends_other(HIGH, LOW, true, other),
				 open && !greeted);
		assert_int_equal(ends_other(LOW, HIGH, false, other),
				 open && !greeted);
	}
}

/* Both ends of a connection, dialled by A and incoming at B, must agree. */
static void both_sides_prefer_the_same_connection(void **state)
{
	static const struct {
		uint32_t id, as;
	} side[] = { { 1, 1 }, { 1, 2 }, { 2, 1 }, { 0xffffffff, 7 } };
	size_t count = sizeof(side) / sizeof(side[0]);

	(void)state;
	for (size_t a = 0; a < count; a++)
		for (size_t b = 0; b < count; b++)
			if (a != b)
				assert_int_equal(
					resolve(side[a].id, side[a].as,
						side[b].id, side[b].as, false,
						BGP_STATE_OPEN_CONFIRM),
					resolve(side[b].id, side[b].as,
						side[a].id, side[a].as, true,
						BGP_STATE_OPEN_CONFIRM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			it_is_too_early_before_both_are_in_open_confirm),
		cmocka_unit_test(
			the_higher_identifier_keeps_what_it_has_dialled),
		cmocka_unit_test(
			a_session_loses_only_to_a_session_on_the_preferred_one),
		cmocka_unit_test(
			a_session_ends_the_other_if_that_is_not_preferred),
		cmocka_unit_test(both_sides_prefer_the_same_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
