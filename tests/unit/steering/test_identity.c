// SPDX-License-Identifier: BSD-2-Clause
/* Nodes steer alike, whatever ifindexes their links have. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steering/identity.h"

enum {
	MEMBERS = 4,
	TABLE_SIZE = 256,
};

static struct member member(const char *text, uint32_t ifindex)
{
	struct member result = { .weight = 1 };

	assert_true(address_parse(text, &result.address));
	result.address = address_scoped(&result.address, ifindex);
	return result;
}

static uint64_t digest_of(const struct member *members, size_t count)
{
	struct member identities[MEMBERS];
	uint16_t owners[TABLE_SIZE];

	assert_int_equal(identity_of_members(members, count, identities), 0);
	assert_int_equal(assign_buckets(identities, count, 0, TABLE_SIZE,
					owners, NULL),
			 0);
	return assign_digest(identities, owners, TABLE_SIZE);
}

static void addresses_with_a_meaning_of_their_own_stay(void **state)
{
	const struct member members[] = {
		member("10.0.0.2", 0),
		member("2001:db8::2", 0),
		member("fe80::2", 0),
	};
	struct member identities[3];

	(void)state;
	assert_int_equal(identity_of_members(members, 3, identities), 0);
	assert_memory_equal(identities, members, sizeof(members));
}

static void two_nodes_agree_whatever_the_ifindex(void **state)
{
	const struct member one[] = {
		member("fe80::2", 3),
		member("fe80::3", 4),
		member("2001:db8::2", 0),
	};
	const struct member other[] = {
		member("2001:db8::2", 0),
		member("fe80::3", 17),
		member("fe80::2", 171),
	};

	(void)state;
	assert_true(digest_of(one, 3) == digest_of(other, 3));
}

static void the_same_address_behind_two_links_is_two_members(void **state)
{
	const struct member one[] = {
		member("fe80::2", 9),
		member("fe80::2", 3),
		member("fe80::1", 300),
		member("fe80::2", 5),
	};
	const struct member other[] = {
		member("fe80::1", 1),
		member("fe80::2", 10),
		member("fe80::2", 11),
		member("fe80::2", 12),
	};
	struct member identities[MEMBERS];

	(void)state;
	assert_int_equal(identity_of_members(one, MEMBERS, identities), 0);
	assert_int_equal(address_scope(&identities[0].address), 2);
	assert_int_equal(address_scope(&identities[1].address), 0);
	assert_int_equal(address_scope(&identities[2].address), 0);
	assert_int_equal(address_scope(&identities[3].address), 1);
	assert_true(digest_of(one, MEMBERS) == digest_of(other, MEMBERS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_with_a_meaning_of_their_own_stay),
		cmocka_unit_test(two_nodes_agree_whatever_the_ifindex),
		cmocka_unit_test(
			the_same_address_behind_two_links_is_two_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
