// SPDX-License-Identifier: BSD-2-Clause
/* The scenes. tests/bench/packet.py knows them by their names. */

#include "scene.h"

enum scene_flows {
	FLOWS_1K = 1 << 10,
	FLOWS_65K = 1 << 16,
	FLOWS_1M = 1 << 20,
};

/* TCP for a VIP of the arena's, of which the VIP's way says the rest. */
#define TCP(way, flow_count)                                \
	{                                                   \
		.kind = FRAMES_TCP4, .flows = (flow_count), \
		.vip = FRAMES_VIP + (way), .vip_count = 1,  \
	}
#define TCP_MANY_VIPS                                    \
	{                                                \
		.kind = FRAMES_TCP4, .flows = FLOWS_65K, \
		.vip = FRAMES_VIP + ARENA_VIP_MANY,      \
		.vip_count = ARENA_MANY_VIPS,            \
	}

const struct scene scenes[] = {
	/* Side by side: what is compared with what. */
	{ "empty", ARENA_EMPTY, .frames = TCP(ARENA_VIP, FLOWS_65K) },
	{ "flows_65k", ARENA_HEADGATE, HG_FORWARDED_TX,
	  .frames = TCP(ARENA_VIP, FLOWS_65K) },
	{ "kernel", ARENA_KERNEL, .frames = TCP(ARENA_VIP, FLOWS_65K) },
	{ "flows_1k", ARENA_HEADGATE, HG_FORWARDED_TX,
	  .frames = TCP(ARENA_VIP, FLOWS_1K) },
	{ "flows_1m", ARENA_HEADGATE, HG_FORWARDED_TX,
	  .frames = TCP(ARENA_VIP, FLOWS_1M) },
	{ "nexthops_2", ARENA_HEADGATE, HG_FORWARDED_TX,
	  .frames = TCP(ARENA_VIP_FEW_NEXTHOPS, FLOWS_65K) },
	{ "nexthops_512", ARENA_HEADGATE, HG_FORWARDED_TX,
	  .frames = TCP(ARENA_VIP_MANY_NEXTHOPS, FLOWS_65K) },
	{ "vips_10k_one_used", ARENA_HEADGATE, HG_FORWARDED_TX, SCENE_MANY_VIPS,
	  TCP(ARENA_VIP, FLOWS_65K) },
	{ "vips_10k", ARENA_HEADGATE, HG_FORWARDED_TX, SCENE_MANY_VIPS,
	  TCP_MANY_VIPS },
	{ "vips_10k_64_groups", ARENA_HEADGATE, HG_FORWARDED_TX,
	  SCENE_MANY_GROUPS, TCP_MANY_VIPS },
	/* What a feature costs. */
	{ "redirect", ARENA_HEADGATE, HG_FORWARDED_REDIRECT,
	  .frames = TCP(ARENA_VIP_REDIRECT, FLOWS_65K) },
	{ "backup", ARENA_HEADGATE, HG_FORWARDED_TX,
	  .frames = TCP(ARENA_VIP_BACKUP, FLOWS_65K) },
	{ "not_vip", ARENA_HEADGATE, HG_PASSED_NOT_VIP,
	  .frames = { FRAMES_TCP4, FLOWS_65K, FRAMES_NO_VIP, 1 } },
};

const unsigned int scene_count = sizeof(scenes) / sizeof(scenes[0]);
