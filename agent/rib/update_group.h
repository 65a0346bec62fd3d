/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_UPDATE_GROUP_H
#define RIB_UPDATE_GROUP_H

/*
 * Neighbors that are to be told the same, so that it is worked out and encoded
 * once for all of them.
 *
 * Whether a neighbor is told of a route, and in which bytes, depends on the
 * route and on the neighbor's profile. Those with equal profiles are an update
 * group. export_rule.h, outbound.h and who encodes are given a profile and not
 * a neighbor, so that nothing they look at can be missing in it. What is about
 * one neighbor alone stays out: whom a route came from, and in struct
 * route_export the bits of who has it and who must be told of it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/codec/exchange.h"
#include "bgp/codec/negotiated.h"
#include "core/address.h"
#include "rib/decision.h"
#include "rib/policy/policy.h"

struct rib;
struct rib_peer;
struct rib_peer_options;

/* Compared byte by byte, so that no member can be left out. */
struct update_profile {
	struct bgp_negotiated session; /* bgp_negotiated_for_updates() */
	struct policy_trace rules;     /* those about what it is told */
	struct address local_address;  /* next hop of what we announce */
	enum peer_type type;
	enum neighbor_role role;
	enum bgp_role relation;
	enum neighbor_nexthop nexthop;
	bool client; /* we reflect routes to it */
};

struct update_group {
	unsigned int number; /* as it is shown: from 1, the lowest free one */
	uint64_t members;    /* their bits */
	struct update_profile profile;
	TAILQ_ENTRY(update_group) link;
};

TAILQ_HEAD(update_group_list, update_group);

/* The profile of a neighbor that comes up like this. */
void update_profile_init(struct update_profile *profile, const struct rib *rib,
			 const struct rib_peer_options *options);

/* Takes the peer, which has a bit, into the group it belongs to. 0 or -ENOMEM. */
int update_group_join(struct rib *rib, struct rib_peer *peer,
		      const struct rib_peer_options *options);
/* Takes it out; a group without members is freed. */
void update_group_leave(struct rib *rib, struct rib_peer *peer);

#endif
