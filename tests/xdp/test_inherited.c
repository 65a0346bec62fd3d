// SPDX-License-Identifier: BSD-2-Clause
/* Maps of an agent that was killed: used on if they fit, else read. */

#include "core/log.h"
#include "datapath/datapath.h"
#include "sandbox.h"
#include "trial.h"

#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	TABLE_SIZE = 512,
	GROUPS = 4,
};

static const uint8_t mac[DATAPATH_MAC_SIZE] = { 2, 0, 0, 0, 1, 1 };

static const struct datapath_options good_options = {
	.bpffs = SANDBOX_PINS,
	.hash_key = 1,
	.table_size = TABLE_SIZE,
	.group_count = GROUPS,
};

static struct datapath *must_open(enum datapath_mode mode)
{
	struct datapath_options options = good_options;
	struct datapath_error error;
	struct datapath *dp;

	options.mode = mode;
	if (datapath_open(&options, &dp, &error))
		fail_msg("%s", error.text);
	return dp;
}

static void must_attach(struct datapath *dp, const char *name)
{
	struct datapath_error error;

	if (datapath_attach(dp, if_nametoindex(name), name, mac, &error))
		fail_msg("%s", error.text);
}

static void must_pin(struct datapath *dp)
{
	struct datapath_error error;

	if (datapath_pin_maps(dp, &error))
		fail_msg("%s", error.text);
}

static void note_prefix(const struct prefix *prefix, const struct hg_vip *vip,
			void *context)
{
	struct prefix *found = context;

	assert_int_equal(vip->counter, 5);
	assert_int_equal(found->length, 0); /* there is one VIP */
	*found = *prefix;
}

/* An agent that crashes with one VIP, one next hop and one bucket. */
static void crash_an_agent_with_tables(void)
{
	const struct hg_vip vip = { .group = 1, .counter = 5 };
	const struct hg_nexthop nexthop = { .mtu = 1400, .incarnation = 9 };
	const struct hg_bucket bucket = { .current = 3, .tracked = 1 };
	struct datapath *dp = must_open(DATAPATH_AUTO);
	struct prefix prefix;

	assert_int_equal(prefix_parse("192.0.2.1", &prefix), PREFIX_OK);
	must_attach(dp, "veth0");
	must_pin(dp);
	assert_int_equal(datapath_set_vip(dp, &prefix, &vip), 0);
	assert_int_equal(datapath_set_nexthop(dp, 3, &nexthop), 0);
	assert_int_equal(datapath_set_buckets(dp, good_options.table_size + 7,
					      &bucket, 1),
			 0);
	datapath_close(dp, true);
}

static void adopts_tables_that_fit(void **state)
{
	struct prefix found = {}, expected;
	struct hg_nexthop nexthop;
	struct hg_bucket bucket;
	struct datapath *dp;
	uint16_t previous;

	(void)state;
	crash_an_agent_with_tables();
	dp = must_open(DATAPATH_AUTO);
	assert_true(datapath_is_adopted(dp));
	assert_int_equal(datapath_get_bucket(dp, good_options.table_size + 7,
					     &bucket),
			 0);
	assert_int_equal(bucket.current, 3);
	assert_int_equal(
		datapath_inherited_bucket(dp, 1, 7, &bucket, &previous), 0);
	assert_int_equal(bucket.current, 3);
	assert_int_equal(datapath_inherited_nexthop(dp, 3, &nexthop), 0);
	assert_int_equal(nexthop.incarnation, 9);
	datapath_inherited_vips(dp, note_prefix, &found);
	assert_int_equal(prefix_parse("192.0.2.1", &expected), PREFIX_OK);
	assert_true(prefix_equal(&found, &expected));
	/* The places of VIPs depend on the secret of the previous run. */
	assert_int_equal(datapath_delete_vip(dp, &expected), 0);
	must_attach(dp, "veth0");
	must_pin(dp);
	datapath_close(dp, false);
}

static void reads_tables_of_another_size_and_makes_new_ones(void **state)
{
	struct datapath_options options = good_options;
	struct datapath_error error;
	struct hg_bucket bucket;
	struct datapath *dp;
	uint16_t previous;

	(void)state;
	crash_an_agent_with_tables();
	options.table_size /= 2;
	assert_int_equal(datapath_open(&options, &dp, &error), 0);
	assert_false(datapath_is_adopted(dp));
	assert_true(datapath_inherits(dp));
	assert_int_equal(datapath_inherited_table_size(dp),
			 good_options.table_size);
	assert_int_equal(
		datapath_inherited_bucket(dp, 1, 7, &bucket, &previous), 0);
	assert_int_equal(bucket.current, 3);
	assert_int_equal(
		datapath_get_bucket(dp, options.table_size + 7, &bucket), 0);
	assert_int_equal(bucket.current, HG_NEXTHOP_NONE);
	must_pin(dp);
	must_attach(dp, "veth0");
	datapath_close(dp, false);
}

static void fills_larger_tables_out_of_smaller_ones(void **state)
{
	const struct hg_bucket moving = { .current = 3, .backup = 4 };
	struct datapath_options options = good_options;
	uint32_t first, size = options.table_size;
	struct datapath_error error;
	struct hg_nexthop nexthop;
	struct hg_bucket bucket;
	struct datapath *dp;
	uint16_t previous;

	(void)state;
	crash_an_agent_with_tables();
	options.table_size *= 4;
	first = options.table_size; /* of group 1 */
	assert_int_equal(datapath_open(&options, &dp, &error), 0);
	assert_true(datapath_is_adopted(dp));
	for (uint32_t part = 0; part < 4; part++) {
		uint32_t at = part * size + 7;

		assert_int_equal(datapath_get_bucket(dp, first + at, &bucket),
				 0);
		assert_int_equal(bucket.current, moving.current);
		assert_int_equal(datapath_inherited_bucket(dp, 1, at, &bucket,
							   &previous),
				 0);
		assert_int_equal(bucket.current, moving.current);
		assert_int_equal(
			datapath_get_bucket(dp, first + at + 1, &bucket), 0);
		assert_int_equal(bucket.current, HG_NEXTHOP_NONE);
	}
	assert_int_equal(datapath_get_nexthop(dp, 3, &nexthop), 0);
	assert_int_equal(nexthop.incarnation, 9);
	must_attach(dp, "veth0");
	must_pin(dp);
	datapath_close(dp, true);
	/* The next one finds them as they are now. */
	assert_int_equal(datapath_open(&options, &dp, &error), 0);
	assert_true(datapath_is_adopted(dp));
	assert_int_equal(datapath_get_bucket(dp, first + 3 * size + 7, &bucket),
			 0);
	assert_int_equal(bucket.current, moving.current);
	must_attach(dp, "veth0");
	must_pin(dp);
	datapath_close(dp, false);
}

/* An agent that is killed while it pins leaves them so. */
static void adopts_nothing_without_the_pin_that_comes_last(void **state)
{
	struct datapath *dp;

	(void)state;
	crash_an_agent_with_tables();
	assert_int_equal(unlink(SANDBOX_PINS "/_rodata_config"), 0);
	dp = must_open(DATAPATH_AUTO);
	assert_false(datapath_is_adopted(dp));
	assert_false(datapath_inherits(dp));
	must_pin(dp);
	must_attach(dp, "veth0");
	datapath_close(dp, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adopts_tables_that_fit),
		cmocka_unit_test(
			reads_tables_of_another_size_and_makes_new_ones),
		cmocka_unit_test(fills_larger_tables_out_of_smaller_ones),
		cmocka_unit_test(
			adopts_nothing_without_the_pin_that_comes_last),
	};

	log_set_level(LOG_LEVEL_ERROR);
	sandbox_enter();
	sandbox_add_veth("veth0");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
