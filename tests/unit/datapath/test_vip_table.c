// SPDX-License-Identifier: BSD-2-Clause
/*
 * The tables of VIPs in memory: a reader that searches like the program finds
 * every VIP that is set, and the limit of VIPs fits.
 */

#include "datapath/vip_table.h"

#include "../../random.h"
#include "vip_hash.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
	FLOOD = 2000, /* addresses */
	RANDOM_ADDRESSES = 4096,
	RANDOM_STEPS = 200000,
	CROWDED_PLACE = HG_VIP_PLACES -
			3, /* its probes wrap around the end of the table */
};

static const struct hg_vip_secret secret = {
	.addend = 0x0123456789abcdef,
	.factor = 0xd1342543de82ef95,
	.subnet_factor = 0xaf251af3b0f025b5,
};

struct tables {
	struct hg_vip4_entry vip4[HG_VIP_PLACES];
	struct hg_vip6_entry vip6[HG_VIP_PLACES];
	struct vip_table table4;
	struct vip_table table6;
};

static void empty(struct tables *tables)
{
	memset(tables, 0, sizeof(*tables));
	tables->table4.shape = &vip_table_shape4;
	tables->table4.words = (uint64_t *)tables->vip4;
	tables->table6.shape = &vip_table_shape6;
	tables->table6.words = (uint64_t *)tables->vip6;
}

static int setup(void **state)
{
	*state = malloc(sizeof(struct tables));
	if (!*state)
		return -1;
	empty(*state);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct hg_vip vip_of(uint32_t counter)
{
	return (struct hg_vip){ .group = counter & 7,
				.counter = counter,
				.used = 1 };
}

/*
 * Return an IPv6 address that differs from others in both halves, or only in
 * one.
 */
static struct hg_address ipv6_of(uint32_t address)
{
	struct hg_address out = { { 0x20, 0x01, 0x0d, 0xb8 } };

	memcpy(&out.bytes[4 + 8 * (address & 1)], &address, sizeof(address));
	memcpy(&out.bytes[12], &address, sizeof(address));
	return out;
}

static int set4(struct tables *tables, uint32_t address, struct hg_vip vip)
{
	struct vip_table_entry entry = vip_table_entry4(&secret, address, vip);

	return vip_table_set(&tables->table4, &entry);
}

static int delete4(struct tables *tables, uint32_t address)
{
	struct vip_table_entry entry =
		vip_table_entry4(&secret, address, (struct hg_vip){});

	return vip_table_delete(&tables->table4, &entry);
}

static int set6(struct tables *tables, uint32_t address, struct hg_vip vip)
{
	struct hg_address key = ipv6_of(address);
	struct vip_table_entry entry = vip_table_entry6(&secret, &key, vip);

	return vip_table_set(&tables->table6, &entry);
}

static int delete6(struct tables *tables, uint32_t address)
{
	struct hg_address key = ipv6_of(address);
	struct vip_table_entry entry =
		vip_table_entry6(&secret, &key, (struct hg_vip){});

	return vip_table_delete(&tables->table6, &entry);
}

/* Find a VIP like the program; without `used` there is none. */
static struct hg_vip read4(const struct tables *tables, uint32_t address)
{
	uint32_t index = vip4_home(&secret, address);

	for (uint32_t probe = 1; probe <= HG_VIP_PROBES; probe++) {
		const struct hg_vip4_entry *entry = &tables->vip4[index];

		if (entry->address == address && entry->vip.used)
			return entry->vip;
		if (!entry->vip.further)
			break;
		index = vip_next(index, probe);
	}
	return (struct hg_vip){};
}

static struct hg_vip read6(const struct tables *tables, uint32_t address)
{
	const struct hg_address key = ipv6_of(address);
	uint64_t words[2];
	uint32_t index;

	memcpy(words, &key, sizeof(words));
	index = vip6_home(&secret, words[0], words[1]);
	for (uint32_t probe = 1; probe <= HG_VIP_PROBES; probe++) {
		const struct hg_vip6_entry *entry = &tables->vip6[index];

		if (!memcmp(&entry->address, &key, sizeof(key)) &&
		    entry->vip.used)
			return entry->vip;
		if (!entry->vip.further)
			break;
		index = vip_next(index, probe);
	}
	return (struct hg_vip){};
}

struct family {
	int (*set)(struct tables *tables, uint32_t address, struct hg_vip vip);
	int (*delete)(struct tables *tables, uint32_t address);
	struct hg_vip (*read)(const struct tables *tables, uint32_t address);
};

static const struct family families[] = {
	{ set4, delete4, read4 },
	{ set6, delete6, read6 },
};

enum {
	FAMILIES = sizeof(families) / sizeof(families[0])
};

static void a_vip_is_found_until_it_is_deleted(void **state)
{
	for (size_t f = 0; f < FAMILIES; f++) {
		const struct family *family = &families[f];

		assert_false(family->read(*state, 1).used);
		assert_int_equal(family->set(*state, 1, vip_of(10)), 0);
		assert_int_equal(family->read(*state, 1).counter, 10);
		assert_int_equal(family->set(*state, 1, vip_of(11)), 0);
		assert_int_equal(family->read(*state, 1).counter, 11);
		assert_int_equal(family->delete (*state, 1), 0);
		assert_false(family->read(*state, 1).used);
		assert_int_equal(family->delete (*state, 1), -ENOENT);
	}
}

static void an_empty_entry_is_nobodys_not_the_zero_address(void **state)
{
	for (size_t f = 0; f < FAMILIES; f++) {
		assert_int_equal(families[f].delete(*state, 0), -ENOENT);
		assert_int_equal(families[f].set(*state, 0, vip_of(0)), 0);
		assert_true(families[f].read(*state, 0).used);
		assert_int_equal(families[f].delete(*state, 0), 0);
	}
}

/* Return address number `i` of a series. */
static uint32_t sequential(uint32_t i)
{
	return __builtin_bswap32(0xc0000200 + i);
}

static uint32_t of_subnets(uint32_t i)
{
	return __builtin_bswap32(0x0a000001 + (i << 8));
}

static uint32_t of_networks(uint32_t i)
{
	return __builtin_bswap32(0x00000a0a + (i << 16));
}

static uint32_t every_eighth(uint32_t i)
{
	return __builtin_bswap32(0xc6120001 + i * VIP_BLOCK);
}

static uint32_t scattered(uint32_t i)
{
	return i * 2654435761u ^ 0x5ca1ab1e;
}

static void fill(struct tables *tables, const struct family *family,
		 uint32_t (*address)(uint32_t i))
{
	for (uint32_t i = 0; i < HG_MAX_VIPS; i++)
		assert_int_equal(family->set(tables, address(i), vip_of(i)), 0);
	assert_int_equal(family->set(tables, address(HG_MAX_VIPS), vip_of(0)),
			 -E2BIG);
	for (uint32_t i = 0; i < HG_MAX_VIPS; i++)
		assert_int_equal(family->read(tables, address(i)).counter, i);
}

static void there_is_room_for_as_many_as_there_can_be_and_no_more(void **state)
{
	static uint32_t (*const series[])(uint32_t i) = {
		sequential, every_eighth, of_subnets, of_networks, scattered
	};

	for (size_t s = 0; s < sizeof(series) / sizeof(series[0]); s++) {
		empty(*state);
		for (size_t f = 0; f < FAMILIES; f++)
			fill(*state, &families[f], series[s]);
	}
}

/*
 * Return the next address, from `*from` on, that belongs into the crowded
 * place.
 */
static uint32_t next_crowded(uint32_t *from)
{
	while (vip4_home(&secret, *from) != CROWDED_PLACE)
		++*from;
	return (*from)++;
}

static void
taken_places_refuse_one_more_and_take_it_when_one_has_gone(void **state)
{
	uint32_t addresses[HG_VIP_PROBES + 1];
	uint32_t from = 1;

	for (size_t i = 0; i <= HG_VIP_PROBES; i++)
		addresses[i] = next_crowded(&from);
	for (size_t i = 0; i < HG_VIP_PROBES; i++)
		assert_int_equal(set4(*state, addresses[i], vip_of(i)), 0);
	assert_int_equal(set4(*state, addresses[HG_VIP_PROBES], vip_of(0)),
			 -ENOSPC);
	assert_int_equal(delete4(*state, addresses[3]), 0);
	assert_int_equal(set4(*state, addresses[HG_VIP_PROBES], vip_of(99)), 0);
	assert_int_equal(read4(*state, addresses[HG_VIP_PROBES]).counter, 99);
	for (size_t i = 4; i < HG_VIP_PROBES; i++)
		assert_int_equal(read4(*state, addresses[i]).counter, i);
}

/*
 * A VIP that is set again while a place nearer home is free must not stand
 * twice.
 */
static void a_vip_stands_once(void **state)
{
	uint32_t from = 1;
	uint32_t near = next_crowded(&from), far = next_crowded(&from);

	assert_int_equal(set4(*state, near, vip_of(1)), 0);
	assert_int_equal(set4(*state, far, vip_of(2)), 0);
	assert_int_equal(delete4(*state, near), 0);
	assert_int_equal(set4(*state, far, vip_of(50)), 0);
	assert_int_equal(delete4(*state, far), 0);
	assert_false(read4(*state, far).used);
}

/* Eight VIPs in a row occupy one cache line. */
static void a_block_of_addresses_shares_a_line(void **state)
{
	uint32_t line = vip4_home(&secret, sequential(0)) / VIP_BLOCK;
	uint32_t seen = 0;

	(void)state;
	for (uint32_t i = 0; i < VIP_BLOCK; i++) {
		uint32_t home = vip4_home(&secret, sequential(i));

		assert_int_equal(home / VIP_BLOCK, line);
		seen |= 1U << home % VIP_BLOCK;
	}
	assert_int_equal(seen, (1U << VIP_BLOCK) - 1);
}

/* Return the block's place by a hash without a secret, as an attacker may know. */
static uint32_t place_without_secret(uint64_t block)
{
	return (uint32_t)(block * VIP_HASH_FACTOR >> VIP_HASH_SHIFT);
}

static uint32_t next_crafted4(uint32_t *host)
{
	do
		*host += VIP_BLOCK;
	while (place_without_secret(*host >> VIP_BLOCK_BITS));
	return __builtin_bswap32(*host);
}

/* Choose the half that undoes the effect of `high` on the hash. */
static struct hg_address crafted6(uint64_t high)
{
	uint64_t subnet = high * 0xbf58476d1ce4e5b9;
	uint64_t block = -(subnet ^ subnet >> 32) &
			 (UINT64_MAX >> VIP_BLOCK_BITS);
	uint64_t words[2] = { high,
			      __builtin_bswap64(block << VIP_BLOCK_BITS) };
	struct hg_address address;

	memcpy(&address, words, sizeof(address));
	return address;
}

/* Count the places that a search for each VIP of the table looks at. */
static size_t searched_places(const struct tables *tables)
{
	size_t count = 0;

	for (uint32_t i = 0; i < HG_VIP_PLACES; i++) {
		const struct hg_vip4_entry *entry = &tables->vip4[i];
		uint32_t index = vip4_home(&secret, entry->address);

		if (!entry->vip.used)
			continue;
		for (uint32_t probe = 1; ++count && index != i; probe++)
			index = vip_next(index, probe);
	}
	return count;
}

static void crafted_vips_cost_what_random_ones_do(void **state)
{
	struct random_source random = { .state = 1 };
	struct tables *tables = *state;
	uint32_t host = 0x0a000000;
	size_t random_cost;

	for (uint32_t i = 0; i < FLOOD; i++)
		assert_int_equal(set4(tables, (uint32_t)random_u64(&random),
				      vip_of(i)),
				 0);
	random_cost = searched_places(tables);
	empty(tables);
	for (uint32_t i = 0; i < FLOOD; i++)
		assert_int_equal(set4(tables, next_crafted4(&host), vip_of(i)),
				 0);
	assert_true(searched_places(tables) * 2 <= random_cost * 3);
}

static void crafted_ipv6_vips_all_have_a_place(void **state)
{
	struct random_source random = { .state = 1 };
	struct tables *tables = *state;

	for (uint32_t i = 0; i < FLOOD; i++) {
		const struct hg_address key = crafted6(random_u64(&random));
		const struct vip_table_entry entry =
			vip_table_entry6(&secret, &key, vip_of(i));

		assert_int_equal(vip_table_set(&tables->table6, &entry), 0);
	}
}

/* Compare the table with an array of the expected addresses. */
static void random_changes_leave_the_expected_vips(void **state)
{
	static uint32_t expected[FAMILIES][RANDOM_ADDRESSES];
	unsigned int seed = time(NULL);

	print_message("seed %u\n", seed);
	srandom(seed);
	for (uint32_t step = 0; step < RANDOM_STEPS; step++) {
		size_t f = random() % FAMILIES;
		uint32_t which = random() % RANDOM_ADDRESSES;
		uint32_t *known = &expected[f][which];
		uint32_t counter = 1 + random() % (HG_MAX_VIPS - 1);
		/* many that share a block, and a stride */
		uint32_t address = which % 64 ? which : which << 20;

		if (random() % 3) {
			assert_int_equal(families[f].set(*state, address,
							 vip_of(counter)),
					 0);
			*known = counter;
		} else {
			assert_int_equal(families[f].delete(*state, address),
					 *known ? 0 : -ENOENT);
			*known = 0;
		}
		which = random() % RANDOM_ADDRESSES;
		address = which % 64 ? which : which << 20;
		assert_int_equal(families[f].read(*state, address).counter,
				 expected[f][which]);
	}
}

static void an_entry_where_no_search_ends_can_be_cleared(void **state)
{
	struct tables *tables = *state;
	struct vip_table_entry entry =
		vip_table_entry4(&secret, 0x010200c0, vip_of(1));
	uint32_t wrong = (entry.home + 1000) % HG_VIP_PLACES;
	struct hg_vip vip;

	assert_int_equal(vip_table_get(&tables->table4, &entry, &vip), -ENOENT);
	assert_int_equal(vip_table_set(&tables->table4, &entry), 0);
	tables->vip4[wrong] = tables->vip4[entry.home];
	assert_true(vip_table_is_at(&tables->table4, &entry, entry.home));
	assert_false(vip_table_is_at(&tables->table4, &entry, wrong));
	vip_table_clear(&tables->table4, wrong);
	assert_false(tables->vip4[wrong].vip.used);
	assert_int_equal(vip_table_get(&tables->table4, &entry, &vip), 0);
	assert_int_equal(vip.counter, 1);
	assert_int_equal(tables->table4.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_vip_is_found_until_it_is_deleted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_empty_entry_is_nobodys_not_the_zero_address, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			there_is_room_for_as_many_as_there_can_be_and_no_more,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			taken_places_refuse_one_more_and_take_it_when_one_has_gone,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_entry_where_no_search_ends_can_be_cleared, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_vip_stands_once, setup,
						teardown),
		cmocka_unit_test(a_block_of_addresses_shares_a_line),
		cmocka_unit_test_setup_teardown(
			crafted_vips_cost_what_random_ones_do, setup, teardown),
		cmocka_unit_test_setup_teardown(
			crafted_ipv6_vips_all_have_a_place, setup, teardown),
		cmocka_unit_test_setup_teardown(
			random_changes_leave_the_expected_vips, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
