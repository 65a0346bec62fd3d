// SPDX-License-Identifier: BSD-2-Clause
/*
 * The writers of the program's tables: values they accept, values they refuse,
 * and how many entries fit.
 */

#include "core/address.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	TABLE_SIZE = 256,
	GROUPS = 4,
	LOG_SIZE = 1024,
};

/* Return address number `number`, counted from 192.0.2.1. */
static struct prefix ipv4_host(uint32_t number)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(0xc0000201 + number)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static void writes_whole_buckets_and_reads_them_back(void **state)
{
	const struct hg_bucket bucket = { .current = 1,
					  .backup = HG_MAX_NEXTHOPS - 1,
					  .tracked = 1 };
	struct datapath *dp = *state;
	const uint32_t last = TABLE_SIZE * GROUPS - 1;
	struct hg_bucket read;

	assert_int_equal(datapath_set_buckets(dp, last, &bucket, 1), 0);
	assert_int_equal(datapath_get_bucket(dp, last, &read), 0);
	assert_memory_equal(&read, &bucket, sizeof(read));
	assert_int_equal(datapath_get_bucket(dp, last - 1, &read), 0);
	assert_int_equal(read.current, HG_NEXTHOP_NONE);
	assert_int_equal(read.backup, HG_NEXTHOP_NONE);
	assert_int_equal(datapath_get_bucket(dp, 0, &read), 0);
	assert_int_equal(read.current, HG_NEXTHOP_NONE);
}

static void refuses_an_index_outside_the_table(void **state)
{
	struct datapath *dp = *state;
	const uint32_t buckets = TABLE_SIZE * GROUPS;
	const struct hg_nexthop nexthop = {};
	const struct hg_bucket bucket = {}, two[2] = {};
	struct hg_bucket read;
	struct hg_counter sum;

	assert_int_equal(datapath_set_nexthop(dp, 0, &nexthop), -EINVAL);
	assert_int_equal(datapath_set_nexthop(dp, HG_MAX_NEXTHOPS, &nexthop),
			 -EINVAL);
	assert_int_equal(datapath_set_alive(dp, 0, true), -EINVAL);
	assert_int_equal(datapath_set_alive(dp, HG_MAX_NEXTHOPS, true),
			 -EINVAL);
	assert_int_equal(datapath_set_buckets(dp, buckets, &bucket, 1),
			 -EINVAL);
	assert_int_equal(datapath_set_buckets(dp, buckets - 1, two, 2),
			 -EINVAL);
	assert_int_equal(datapath_set_buckets(dp, 1, two, UINT32_MAX), -EINVAL);
	assert_int_equal(datapath_get_bucket(dp, buckets, &read), -EINVAL);
	assert_int_equal(datapath_read_vip_counter(dp, HG_MAX_VIPS, &sum),
			 -EINVAL);
	assert_int_equal(datapath_read_outcome_counter(dp, HG_OUTCOME_COUNT,
						       &sum),
			 -EINVAL);
	assert_int_equal(datapath_clear_nexthop_counter(dp, HG_MAX_NEXTHOPS),
			 -EINVAL);
}

static void refuses_a_vip_without_a_group_or_mode(void **state)
{
	struct datapath *dp = *state;
	const struct hg_vip no_group = { .group = GROUPS };
	const struct hg_vip no_mode = { .hash_fields = HG_HASH_FIELDS_COUNT };
	const struct prefix host = ipv4_host(0);

	assert_int_equal(datapath_set_vip(dp, &host, &no_group), -EINVAL);
	assert_int_equal(datapath_set_vip(dp, &host, &no_mode), -EINVAL);
}

static struct prefix ipv6_host(uint32_t number)
{
	struct prefix prefix = { .length = ADDRESS_BITS_IPV6 };

	assert_true(address_parse("2001:db8::", &prefix.address));
	number = htonl(number);
	memcpy(prefix.address.bytes + 4, &number, sizeof(number));
	return prefix;
}

static struct prefix ipv4_network(uint32_t number)
{
	struct prefix prefix = ipv4_host(number << 1);

	prefix.length = ADDRESS_BITS_IPV4 - 1;
	return prefix;
}

static struct prefix ipv6_network(uint32_t number)
{
	struct prefix prefix = ipv6_host(number);

	prefix.length = ADDRESS_BITS_IPV6 / 2;
	return prefix;
}

static void take_all(struct datapath *dp, struct prefix (*nth)(uint32_t number))
{
	const struct prefix first = nth(0);
	const struct hg_vip vip = {};

	for (uint32_t i = 0; i < HG_MAX_VIPS; i++) {
		const struct prefix prefix = nth(i);

		assert_int_equal(datapath_set_vip(dp, &prefix, &vip), 0);
	}
	assert_int_equal(datapath_set_vip(dp, &first, &vip), 0);
}

static void give_one_back(struct datapath *dp, struct prefix prefix)
{
	assert_int_equal(datapath_delete_vip(dp, &prefix), 0);
	assert_int_equal(datapath_delete_vip(dp, &prefix), -ENOENT);
}

/*
 * Tries have room for one more, so that a full one can still replace; the next
 * addition fails until one is deleted.
 */
static void exhaust(struct datapath *dp, struct prefix (*nth)(uint32_t number))
{
	const struct prefix spare = nth(HG_MAX_VIPS);
	const struct prefix last = nth(HG_MAX_VIPS + 1);
	const struct hg_vip vip = {};

	take_all(dp, nth);
	assert_int_equal(datapath_set_vip(dp, &spare, &vip), 0);
	assert_int_equal(datapath_set_vip(dp, &last, &vip), -ENOSPC);
	give_one_back(dp, nth(0));
	assert_int_equal(datapath_set_vip(dp, &last, &vip), 0);
}

static void refuses_a_prefix_without_room(void **state)
{
	exhaust(*state, ipv4_network);
	exhaust(*state, ipv6_network);
}

/* Consecutive addresses fit as well as others. */
static void fill_up(struct datapath *dp, struct prefix (*nth)(uint32_t number))
{
	const struct prefix last = nth(HG_MAX_VIPS);
	const struct hg_vip vip = {};

	take_all(dp, nth);
	assert_int_equal(datapath_set_vip(dp, &last, &vip), -E2BIG);
	give_one_back(dp, nth(0));
	assert_int_equal(datapath_set_vip(dp, &last, &vip), 0);
}

static void refuses_an_address_without_room(void **state)
{
	fill_up(*state, ipv4_host);
	fill_up(*state, ipv6_host);
}

static void names_every_outcome_and_event(void **state)
{
	(void)state;
	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++)
		for (enum hg_outcome j = 0; j < i; j++)
			assert_string_not_equal(hg_outcome_name(i),
						hg_outcome_name(j));
	for (enum hg_event i = 0; i < HG_EVENT_COUNT; i++)
		for (enum hg_event j = 0; j < i; j++)
			assert_string_not_equal(hg_event_name(i),
						hg_event_name(j));
	assert_string_equal(hg_event_name(HG_EVENT_BACKUP), "backup");
	assert_string_equal(hg_outcome_name(HG_FORWARDED_TX), "forwarded_tx");
	assert_string_equal(hg_outcome_name(HG_PASSED_NOT_VIP),
			    "passed_not_vip");
}

/* Write one of each, in debug level. */
static void write_some(struct datapath *dp)
{
	const struct hg_nexthop nexthop = {
		.ifindex = 7,
		.mtu = 1500,
		.address.bytes = { [10] = 0xff, 0xff, 10, 0, 0, 2 },
	};
	const struct hg_vip vip = { .group = 3, .counter = 5 };
	const struct prefix host = ipv4_host(0), network = ipv6_network(0);
	const struct hg_bucket buckets[TABLE_SIZE] = {};

	log_set_level(LOG_LEVEL_DEBUG);
	assert_int_equal(datapath_set_nexthop(dp, 9, &nexthop), 0);
	assert_int_equal(datapath_set_alive(dp, 9, true), 0);
	assert_int_equal(datapath_set_buckets(dp, 3 * TABLE_SIZE, buckets,
					      TABLE_SIZE),
			 0);
	assert_int_equal(datapath_set_vip(dp, &host, &vip), 0);
	assert_int_equal(datapath_set_vip(dp, &network, &vip), 0);
	assert_int_equal(datapath_delete_vip(dp, &host), 0);
	assert_int_equal(datapath_delete_vip(dp, &host), -ENOENT);
	assert_int_equal(datapath_delete_vip(dp, &network), 0);
	log_set_level(LOG_LEVEL_INFO);
}

static void logs_each_write_on_a_line_of_its_own(void **state)
{
	static const char expected[] =
		"debug datapath: slot 9: next hop 10.0.0.2 written: ifindex 7, MTU 1500, dead\n"
		"debug datapath: slot 9: next hop 10.0.0.2 alive\n"
		"debug datapath: group 3: 256 buckets written\n"
		"debug datapath: VIP 192.0.2.1/32: set to group 3, counter 5\n"
		"debug datapath: VIP 2001:db8::/64: set to group 3, counter 5\n"
		"debug datapath: VIP 192.0.2.1/32: deleted\n"
		"debug datapath: VIP 2001:db8::/64: deleted\n";
	int ends[2], saved = dup(STDERR_FILENO);
	char written[LOG_SIZE] = "";

	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	dup2(ends[1], STDERR_FILENO);
	write_some(*state);
	dup2(saved, STDERR_FILENO);
	assert_true(read(ends[0], written, sizeof(written) - 1) > 0);
	assert_string_equal(written, expected);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

/* Load one program for all tests: loading takes longer than they do. */
static int set_up(void **state)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.hash_key = 1,
		.table_size = TABLE_SIZE,
		.group_count = GROUPS,
	};
	struct datapath_error error;
	struct datapath *dp;

	if (datapath_open(&options, &dp, &error)) {
		print_error("%s\n", error.text);
		return -1;
	}
	*state = dp;
	return 0;
}

static int tear_down(void **state)
{
	datapath_close(*state, false);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_whole_buckets_and_reads_them_back),
		cmocka_unit_test(refuses_an_index_outside_the_table),
		cmocka_unit_test(refuses_a_vip_without_a_group_or_mode),
		cmocka_unit_test(logs_each_write_on_a_line_of_its_own),
		cmocka_unit_test(refuses_a_prefix_without_room),
		cmocka_unit_test(refuses_an_address_without_room),
		cmocka_unit_test(names_every_outcome_and_event),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
