// SPDX-License-Identifier: BSD-2-Clause
/* The machines of upstreams. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "core/array.h"
#include "rib/upstream_machines.h"

enum {
	LINK = 3,
	OTHER_LINK = 4,
};

static struct address upstream(uint32_t number)
{
	return address_from_ipv4(htonl(0x0a000000 + number));
}

static bool note(struct upstream_machines *machines, uint32_t number,
		 uint32_t ifindex, uint8_t last)
{
	const struct address address = upstream(number);
	const uint8_t mac[MAC_SIZE] = { [MAC_SIZE - 1] = last };

	return upstream_machines_note(machines, &address, ifindex, mac);
}

/* Return the number of the upstream found there; 0: none. */
static uint32_t find(const struct upstream_machines *machines, uint32_t ifindex,
		     uint8_t last)
{
	const uint8_t mac[MAC_SIZE] = { [MAC_SIZE - 1] = last };
	const struct address *found =
		upstream_machines_find(machines, ifindex, mac);

	for (uint32_t i = 1; found; i++) {
		const struct address address = upstream(i);

		if (address_equal(found, &address))
			return i;
	}
	return 0;
}

static void finds_a_mac_on_its_link_only(void **state)
{
	struct upstream_machines machines = { .noted = 0 };

	(void)state;
	assert_int_equal(find(&machines, LINK, 1), 0);
	assert_true(note(&machines, 1, LINK, 1));
	assert_true(note(&machines, 2, OTHER_LINK, 2));
	assert_int_equal(find(&machines, LINK, 1), 1);
	assert_int_equal(find(&machines, OTHER_LINK, 1), 0);
	assert_int_equal(find(&machines, OTHER_LINK, 2), 2);
}

static void an_upstream_has_the_last_one(void **state)
{
	struct upstream_machines machines = { .noted = 0 };

	(void)state;
	assert_true(note(&machines, 1, LINK, 1));
	assert_false(note(&machines, 1, LINK, 1));
	assert_true(note(&machines, 1, LINK, 7));
	assert_int_equal(find(&machines, LINK, 1), 0);
	assert_int_equal(find(&machines, LINK, 7), 1);
}

static void what_is_unknown_is_not_noted(void **state)
{
	struct upstream_machines machines = { .noted = 0 };

	(void)state;
	assert_false(note(&machines, 1, LINK, 0));
	assert_false(note(&machines, 1, 0, 1));
	assert_int_equal(find(&machines, LINK, 0), 0);
	assert_int_equal(find(&machines, 0, 1), 0);
}

static void beyond_the_limit_the_oldest_makes_room(void **state)
{
	struct upstream_machines machines = { .noted = 0 };

	(void)state;
	for (uint32_t i = 1; i <= UPSTREAM_MACHINES_MAX; i++)
		assert_true(note(&machines, i, LINK, (uint8_t)i));
	assert_int_equal(find(&machines, LINK, 1), 1);
	assert_true(note(&machines, UPSTREAM_MACHINES_MAX + 1, LINK, 200));
	assert_int_equal(find(&machines, LINK, 1), 0);
	assert_int_equal(find(&machines, LINK, 2), 2);
	assert_int_equal(find(&machines, LINK, 200), UPSTREAM_MACHINES_MAX + 1);
}

/* The last byte is the number of the virtual router. */
static void a_mac_of_routers_is_that_of_an_upstream_on_its_link(void **state)
{
	static const uint8_t shared[][MAC_SIZE] = {
		{ 0x00, 0x00, 0x5e, 0x00, 0x01, 0x07 },
		{ 0x00, 0x00, 0x5e, 0x00, 0x02, 0x07 },
		{ 0x00, 0x00, 0x0c, 0x07, 0xac, 0x07 },
		{ 0x00, 0x00, 0x0c, 0x9f, 0xff, 0x07 },
	};
	static const uint8_t other[][MAC_SIZE] = {
		{ 0x00, 0x00, 0x5e, 0x00, 0x00, 0x01 },
		{ 0x00, 0x00, 0x5e, 0x00, 0x03, 0x01 },
		{ 0x00, 0x00, 0x0c, 0x07, 0xad, 0x07 },
		{ 0x00, 0x00, 0x0c, 0x9f, 0xef, 0x07 },
		{ 0x01, 0x00, 0x5e, 0x00, 0x01, 0x07 },
	};
	struct upstream_machines machines = { .noted = 0 };

	(void)state;
	assert_true(note(&machines, 1, LINK, 1));
	for (size_t i = 0; i < COUNT_OF(shared); i++) {
		assert_true(mac_is_virtual_router(shared[i]));
		assert_non_null(
			upstream_machines_find(&machines, LINK, shared[i]));
		assert_null(upstream_machines_find(&machines, OTHER_LINK,
						   shared[i]));
	}
	for (size_t i = 0; i < COUNT_OF(other); i++) {
		assert_false(mac_is_virtual_router(other[i]));
		assert_null(upstream_machines_find(&machines, LINK, other[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_mac_on_its_link_only),
		cmocka_unit_test(an_upstream_has_the_last_one),
		cmocka_unit_test(what_is_unknown_is_not_noted),
		cmocka_unit_test(
			a_mac_of_routers_is_that_of_an_upstream_on_its_link),
		cmocka_unit_test(beyond_the_limit_the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
