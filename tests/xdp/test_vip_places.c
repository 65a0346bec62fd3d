// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program in crowded tables of VIPs. Addresses that all belong into the
 * last place of the table or the first one are added and deleted at random. The
 * program finds each VIP that is there, with its latest value, and no other.
 * The test prints its seed; SEED repeats a run.
 */

#include "../random.h"
#include "core/address.h"
#include "datapath/datapath.h"
#include "frame.h"
#include "sandbox.h"
#include "trial.h"
#include "vip_hash.h"
#include "world.h"

#include <errno.h>
#include <linux/bpf.h>
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
	CANDIDATES = 256, /* more than fit */
	ROUNDS = 20000,
	ROUNDS_PER_LOOK_AT_ALL = 200,
	LOOKS = 4,
	ANY_RATE = 0,
};

struct candidate {
	struct prefix prefix;
	bool present;
	enum world_vip group;
};

struct crowd {
	struct world *world;
	struct random_source random;
	bool ipv6;
	struct candidate candidates[CANDIDATES];
	unsigned int refused;
};

static uint32_t home_of(const struct prefix *prefix)
{
	uint64_t words[2];

	if (address_is_ipv4(&prefix->address))
		return vip4_home(&world_vip_secret,
				 address_ipv4(&prefix->address));
	memcpy(words, prefix->address.bytes, sizeof(words));
	return vip6_home(&world_vip_secret, words[0], words[1]);
}

static struct prefix any_host(struct crowd *crowd)
{
	uint64_t words[2] = { random_u64(&crowd->random),
			      random_u64(&crowd->random) };
	struct prefix prefix = { .length = ADDRESS_BITS_IPV6 };

	memcpy(prefix.address.bytes, words, sizeof(words));
	if (!crowd->ipv6)
		prefix = (struct prefix){ address_from_ipv4(words[0]),
					  ADDRESS_BITS_IPV4 };
	return prefix;
}

static bool is_at_the_seam(const struct prefix *prefix)
{
	uint32_t home = home_of(prefix);

	return home == HG_VIP_PLACES - 1 || home == 0;
}

/*
 * True if the prefix repeats one of the first `count`: among so few addresses
 * some come up twice.
 */
static bool is_among_first(const struct crowd *crowd, int count,
			   const struct prefix *prefix)
{
	for (int i = 0; i < count; i++)
		if (prefix_equal(&crowd->candidates[i].prefix, prefix))
			return true;
	return false;
}

static void seek_candidates(struct crowd *crowd)
{
	for (int i = 0; i < CANDIDATES; i++) {
		struct candidate *candidate = &crowd->candidates[i];

		do
			candidate->prefix = any_host(crowd);
		while (!is_at_the_seam(&candidate->prefix) ||
		       is_among_first(crowd, i, &candidate->prefix));
		candidate->present = false;
	}
}

static enum xdp_action run_frame(const struct crowd *crowd,
				 const struct candidate *candidate)
{
	const struct world_port_info *port = &crowd->world->ports[PORT_LEFT];
	struct shape shape = { .ipv6 = crowd->ipv6 };
	struct frame frame, out = { .size = sizeof(out.bytes) };
	uint32_t action;

	memcpy(shape.destination.bytes, candidate->prefix.address.bytes,
	       sizeof(shape.destination.bytes));
	frame_build(&shape, port->mac, &frame);
	assert_int_equal(trial_run(crowd->world->dp, frame.bytes, frame.size,
				   port->ifindex, out.bytes, &out.size,
				   &action),
			 0);
	return action;
}

static void look_at(const struct crowd *crowd,
		    const struct candidate *candidate)
{
	enum xdp_action want = XDP_PASS;

	if (candidate->present)
		want = candidate->group == VIP_LEFT ? XDP_TX : XDP_REDIRECT;
	assert_int_equal(run_frame(crowd, candidate), want);
}

static void look_at_all(const struct crowd *crowd)
{
	for (int i = 0; i < CANDIDATES; i++)
		look_at(crowd, &crowd->candidates[i]);
}

static void set_candidate(struct crowd *crowd, struct candidate *candidate)
{
	enum world_vip group = random_one_in(&crowd->random, 2) ? VIP_LEFT :
								  VIP_RIGHT;
	const struct hg_vip vip = { .group = group };
	int err = datapath_set_vip(crowd->world->dp, &candidate->prefix, &vip);

	if (candidate->present)
		assert_int_equal(err, 0);
	if (err) {
		assert_int_equal(err, -ENOSPC);
		crowd->refused++;
		return;
	}
	candidate->present = true;
	candidate->group = group;
}

static void delete_candidate(struct crowd *crowd, struct candidate *candidate)
{
	int err = datapath_delete_vip(crowd->world->dp, &candidate->prefix);

	assert_int_equal(err, candidate->present ? 0 : -ENOENT);
	candidate->present = false;
}

/* Set or delete one candidate. The table fills up and empties by turns. */
static void change_one(struct crowd *crowd, unsigned int round)
{
	struct candidate *candidate =
		&crowd->candidates[random_below(&crowd->random, CANDIDATES)];
	bool filling = round / 1000 % 2;

	if (random_one_in(&crowd->random, 4) != filling)
		set_candidate(crowd, candidate);
	else
		delete_candidate(crowd, candidate);
	look_at(crowd, candidate);
}

/*
 * Look up the address of zeroes, whose home is place 0. A free place looks like
 * it, whether never used, free again, or passed by searches.
 */
static void look_at_the_zero_address(const struct crowd *crowd)
{
	struct candidate zero = {
		.prefix = { .length = ADDRESS_BITS_IPV6 },
	};

	if (!crowd->ipv6)
		zero.prefix = (struct prefix){ address_from_ipv4(0),
					       ADDRESS_BITS_IPV4 };
	assert_int_equal(home_of(&zero.prefix), 0);
	look_at(crowd, &zero);
}

static void come_and_go(struct crowd *crowd)
{
	seek_candidates(crowd);
	look_at_the_zero_address(crowd);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		change_one(crowd, round);
		for (int i = 0; i < LOOKS; i++)
			look_at(crowd, &crowd->candidates[random_below(
					       &crowd->random, CANDIDATES)]);
		if (!(round % ROUNDS_PER_LOOK_AT_ALL))
			look_at_all(crowd);
	}
	assert_true(crowd->refused);
	look_at_the_zero_address(crowd);
	for (int i = 0; i < CANDIDATES; i++)
		delete_candidate(crowd, &crowd->candidates[i]);
	look_at_the_zero_address(crowd);
}

static void finds_each_address_in_a_crowded_table(void **state)
{
	struct crowd *crowd = *state;

	crowd->ipv6 = false;
	come_and_go(crowd);
}

static void finds_each_ipv6_address_in_a_crowded_table(void **state)
{
	struct crowd *crowd = *state;

	crowd->ipv6 = true;
	come_and_go(crowd);
}

static int set_up(void **state)
{
	static struct crowd crowd;
	const char *given = getenv("SEED");

	crowd.random.state = time(NULL);
	if (given)
		crowd.random.state = strtoull(given, NULL, 10);
	printf("SEED=%llu\n", (unsigned long long)crowd.random.state);
	crowd.world = world_new(ANY_RATE);
	*state = &crowd;
	return 0;
}

static int tear_down(void **state)
{
	struct crowd *crowd = *state;

	world_free(crowd->world);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_address_in_a_crowded_table),
		cmocka_unit_test(finds_each_ipv6_address_in_a_crowded_table),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
