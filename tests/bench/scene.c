// SPDX-License-Identifier: BSD-2-Clause
/* The scenes. tests/bench/packet.py knows their names. */

#include "scene.h"

enum scene_flows {
	FLOWS_1K = 1 << 10,
	FLOWS_65K = 1 << 16,
	FLOWS_1M = 1 << 20,
	FLOWS_16M = 1 << 24, /* so many that none comes twice in a burst */
	/* A flow is unknown, then moves to those pinned, then stays there. */
	WARM_UP = 3,
};

/* Frames of a kind for one of the arena's VIPs, by the path of its packets */
#define FRAMES(frames_kind, way, flow_count)   \
	.frames = { .kind = (frames_kind),     \
		    .flows = (flow_count),     \
		    .vip = FRAMES_VIP + (way), \
		    .vip_count = 1 }
#define TCP(way, flow_count) FRAMES(FRAMES_TCP4, way, flow_count)
#define TCP_MANY_VIPS(scattered)                        \
	.frames = { .kind = FRAMES_TCP4,                \
		    .flows = FLOWS_65K,                 \
		    .vip = FRAMES_VIP + ARENA_VIP_MANY, \
		    .vip_count = ARENA_MANY_VIPS,       \
		    .vip_scattered = (scattered) }
#define TCP_TAGGED(way)                        \
	.frames = { .kind = FRAMES_TCP4,       \
		    .flows = FLOWS_65K,        \
		    .vip = FRAMES_VIP + (way), \
		    .vip_count = 1,            \
		    .tags = 1 }
#define TCP_NOT_VIP                       \
	.frames = { .kind = FRAMES_TCP4,  \
		    .flows = FLOWS_65K,   \
		    .vip = FRAMES_NO_VIP, \
		    .vip_count = 1 }

#define HEADGATE     .contender = ARENA_HEADGATE
#define EVENT(event) .events = 1 << (event)

const struct scene scenes[] = {
	/* Scenes that are compared with each other */
	{ "empty", ARENA_EMPTY, TCP(ARENA_VIP, FLOWS_65K) },
	{ "flows_65k", HEADGATE, TCP(ARENA_VIP, FLOWS_65K) },
	{ "kernel", ARENA_KERNEL, TCP(ARENA_VIP, FLOWS_65K) },
	{ "flows_1k", HEADGATE, TCP(ARENA_VIP, FLOWS_1K) },
	{ "flows_1m", HEADGATE, TCP(ARENA_VIP, FLOWS_1M) },
	{ "nexthops_2", HEADGATE, TCP(ARENA_VIP_FEW_NEXTHOPS, FLOWS_65K) },
	{ "nexthops_512", HEADGATE, TCP(ARENA_VIP_MANY_NEXTHOPS, FLOWS_65K) },
	{ "vips_10k_one_used", HEADGATE, .extra = ARENA_VIPS_ONE_GROUP,
	  TCP(ARENA_VIP, FLOWS_65K) },
	{ "vips_10k", HEADGATE, .extra = ARENA_VIPS_ONE_GROUP,
	  TCP_MANY_VIPS(0) },
	{ "vips_10k_scattered", HEADGATE, .extra = ARENA_VIPS_SCATTERED,
	  TCP_MANY_VIPS(1) },
	{ "vips_10k_64_groups", HEADGATE, .extra = ARENA_VIPS_MANY_GROUPS,
	  TCP_MANY_VIPS(0) },

	/* Work that a packet can need */
	{ "redirect", HEADGATE, HG_FORWARDED_REDIRECT,
	  TCP(ARENA_VIP_REDIRECT, FLOWS_65K) },
	{ "backup", HEADGATE, EVENT(HG_EVENT_BACKUP),
	  TCP(ARENA_VIP_BACKUP, FLOWS_65K) },
	{ "tag_in", HEADGATE, TCP_TAGGED(ARENA_VIP) },
	{ "tag_out", HEADGATE, TCP(ARENA_VIP_TAGGED, FLOWS_65K) },
	{ "tag_in_out", HEADGATE, TCP_TAGGED(ARENA_VIP_TAGGED) },
	{ "ipip", HEADGATE, TCP(ARENA_VIP_IPIP, FLOWS_65K) },
	{ "gue", HEADGATE, TCP(ARENA_VIP_GUE, FLOWS_65K) },
	{ "ipv6", HEADGATE,
	  .frames = { FRAMES_TCP6, FLOWS_65K, .vip = 1, .vip_count = 1 } },
	{ "prefix", HEADGATE, .extra = ARENA_PREFIX,
	  TCP(ARENA_VIP_IN_PREFIX, FLOWS_65K) },
	{ "first_fragment", HEADGATE, EVENT(HG_EVENT_FRAGMENT_FIRST),
	  FRAMES(FRAMES_FIRST_FRAGMENT4, ARENA_VIP, FLOWS_1K) },
	{ "later_fragment", HEADGATE, EVENT(HG_EVENT_FRAGMENT_FOLLOWED),
	  FRAMES(FRAMES_LATER_FRAGMENT4, ARENA_VIP, FLOWS_1K) },
	{ "lost_fragment", HEADGATE, EVENT(HG_EVENT_FRAGMENT_MISSED),
	  FRAMES(FRAMES_LOST_FRAGMENT4, ARENA_VIP, FLOWS_1K) },
	{ "icmp_error", HEADGATE, EVENT(HG_EVENT_ICMP_ERROR),
	  FRAMES(FRAMES_ICMP_ERROR4, ARENA_VIP, FLOWS_65K) },
	{ "flow_miss", HEADGATE, TCP(ARENA_VIP_TRACKED, FLOWS_65K) },
	{ "flow_hit", HEADGATE, EVENT(HG_EVENT_FLOW_FOLLOWED),
	  TCP(ARENA_VIP_MOVING, FLOWS_65K), .warm_up = WARM_UP },
	{ "flow_hit_1m", HEADGATE, EVENT(HG_EVENT_FLOW_FOLLOWED),
	  TCP(ARENA_VIP_MOVING, FLOWS_1M), .warm_up = WARM_UP },
	{ "flow_record", HEADGATE, EVENT(HG_EVENT_FLOW_RECORDED),
	  FRAMES(FRAMES_SYN4, ARENA_VIP_NEW, FLOWS_16M), .fresh = true },
	{ "flow_unknown", HEADGATE, EVENT(HG_EVENT_FLOW_UNKNOWN),
	  TCP(ARENA_VIP_NEW, FLOWS_16M), .fresh = true },
	{ "not_vip", HEADGATE, HG_PASSED_NOT_VIP, TCP_NOT_VIP },
	{ "not_vip_prefix", HEADGATE, HG_PASSED_NOT_VIP, .extra = ARENA_PREFIX,
	  TCP_NOT_VIP },
};

const unsigned int scene_count = sizeof(scenes) / sizeof(scenes[0]);
