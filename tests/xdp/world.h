/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_WORLD_H
#define TESTS_XDP_WORLD_H

/*
 * A load balancer with two ports, and next hops and VIPs of every kind. It is
 * held twice: in the tables of the real program, and here for the oracle.
 */

#include "datapath/datapath.h"
#include "sandbox.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum world_slot {
	SLOT_NONE = HG_NEXTHOP_NONE,
	SLOT_LEFT,   /* behind the port frames come in by */
	SLOT_RIGHT,  /* behind the other port */
	SLOT_DEAD,   /* not alive */
	SLOT_NARROW, /* behind a port with a small MTU */
	SLOT_LOST,   /* behind an interface that is no port */
	SLOT_COUNT,
};

enum world_vip {
	VIP_LEFT,
	VIP_RIGHT,
	VIP_BACKUP, /* current next hop dead, backup alive */
	VIP_DEAD,   /* both dead */
	VIP_EMPTY,  /* buckets of zeroes */
	VIP_NARROW,
	VIP_LOST,
	VIP_ANY_HASH, /* from here on every mode, buckets at random */
	VIP_PACKET = VIP_ANY_HASH + HG_HASH_PACKET,
	VIP_COUNT,
};

enum world_sizes {
	WORLD_TABLE_SIZE = 256,
	WORLD_MTU = 1500,
	WORLD_NARROW_MTU = 100,
	WORLD_FIRST_VIP = 0xc0000201, /* 192.0.2.1 */
	WORLD_NO_VIP = 0xc6336401,    /* 198.51.100.1 */
};

static const uint64_t world_key = 0x5ca1ab1e0ddba11;
static const uint8_t left_mac[ETH_ALEN] = { 2, 0, 0, 0, 1, 1 };
static const uint8_t right_mac[ETH_ALEN] = { 2, 0, 0, 0, 1, 2 };

struct world {
	struct datapath *dp;
	uint32_t left; /* ifindexes */
	uint32_t right;
	struct hg_nexthop nexthops[SLOT_COUNT];
	struct hg_vip vips[VIP_COUNT];
	struct hg_bucket buckets[VIP_COUNT][WORLD_TABLE_SIZE];
};

static inline uint32_t world_address(enum world_vip vip)
{
	return WORLD_FIRST_VIP + vip;
}

static inline void world_check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(SANDBOX_FAILED);
}

static inline void world_check_text(int err, const struct datapath_error *error)
{
	if (err)
		world_check(err, error->text);
}

static inline void world_open(struct world *world)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.hash_key = world_key,
		.table_size = WORLD_TABLE_SIZE,
		.group_count = VIP_COUNT,
	};
	struct datapath_error error;
	int err;

	world->left = sandbox_add_veth("left");
	world->right = sandbox_add_veth("right");
	err = datapath_open(&options, &world->dp, &error);
	if (!err)
		err = datapath_attach(world->dp, world->left, "left", left_mac,
				      &error);
	if (!err)
		err = datapath_attach(world->dp, world->right, "right",
				      right_mac, &error);
	world_check_text(err, &error);
}

/* Next hop MACs are 02:00:00:00:09:SLOT, those of their ports 02:..:08:SLOT. */
static inline void world_add_nexthops(struct world *world)
{
	const uint32_t ifindexes[SLOT_COUNT] = {
		[SLOT_LEFT] = world->left, [SLOT_RIGHT] = world->right,
		[SLOT_DEAD] = world->left, [SLOT_NARROW] = world->left,
		[SLOT_LOST] = UINT16_MAX,
	};

	for (uint8_t slot = SLOT_LEFT; slot < SLOT_COUNT; slot++) {
		world->nexthops[slot] = (struct hg_nexthop){
			.destination_mac = { 2, 0, 0, 0, 9, slot },
			.source_mac = { 2, 0, 0, 0, 8, slot },
			.ifindex = ifindexes[slot],
			.mtu = slot == SLOT_NARROW ? WORLD_NARROW_MTU :
						     WORLD_MTU,
			.alive = slot != SLOT_DEAD,
		};
		world_check(datapath_set_nexthop(world->dp, slot,
						 &world->nexthops[slot]),
			    "next hop");
	}
}

static inline struct hg_bucket world_bucket(enum world_vip vip)
{
	static const struct hg_bucket buckets[VIP_ANY_HASH] = {
		[VIP_LEFT] = { SLOT_LEFT, SLOT_RIGHT, 0, 0 },
		[VIP_RIGHT] = { SLOT_RIGHT, SLOT_LEFT, 0, 0 },
		[VIP_BACKUP] = { SLOT_DEAD, SLOT_LEFT, 0, 0 },
		[VIP_DEAD] = { SLOT_DEAD, SLOT_DEAD, 0, 0 },
		[VIP_NARROW] = { SLOT_NARROW, SLOT_LEFT, 0, 0 },
		[VIP_LOST] = { SLOT_LOST, SLOT_LEFT, 0, 0 },
	};

	if (vip < VIP_ANY_HASH)
		return buckets[vip];
	return (struct hg_bucket){ .current = random() % SLOT_COUNT,
				   .backup = random() % SLOT_COUNT };
}

static inline void world_fill_group(struct world *world, enum world_vip vip)
{
	uint32_t first = vip * WORLD_TABLE_SIZE;
	struct hg_group group = { .first_bucket = first,
				  .mask = WORLD_TABLE_SIZE - 1 };

	for (uint32_t i = 0; i < WORLD_TABLE_SIZE; i++) {
		world->buckets[vip][i] = world_bucket(vip);
		world_check(datapath_set_bucket(world->dp, first + i,
						world->buckets[vip][i]),
			    "bucket");
	}
	world_check(datapath_set_group(world->dp, vip, group), "group");
}

static inline void world_add_vips(struct world *world)
{
	for (enum world_vip vip = 0; vip < VIP_COUNT; vip++) {
		world_fill_group(world, vip);
		world->vips[vip] = (struct hg_vip){
			.group = vip,
			.counter = vip,
			.hash_fields = vip < VIP_ANY_HASH ? HG_HASH_5_TUPLE :
							    vip - VIP_ANY_HASH,
		};
		world_check(datapath_set_vip(world->dp,
					     htonl(world_address(vip)),
					     &world->vips[vip]),
			    "vip");
	}
}

/* In a sandbox. The buckets of some VIPs depend on the state of random(). */
static inline struct world *world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		sandbox_die("calloc");
	world_open(world);
	world_add_nexthops(world);
	world_add_vips(world);
	return world;
}

static inline void world_free(struct world *world)
{
	datapath_close(world->dp, false);
	free(world);
}

#endif
