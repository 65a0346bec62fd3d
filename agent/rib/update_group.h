/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_UPDATE_GROUP_H
#define RIB_UPDATE_GROUP_H

/*
 * Update groups: neighbors that get the same announcements, which are made and
 * encoded once for all of them.
 *
 * Whether a neighbor gets a route, and in which bytes, depends on the route and
 * on the neighbor's profile. Neighbors with equal profiles are an update group.
 * export_rule.h, outbound.h and the encoder get a profile and not a neighbor, so
 * that they cannot depend on anything outside of it. The facts about one
 * neighbor alone are not part of it: which routes came from it, and the bits in
 * struct route_export.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/codec/exchange.h"
#include "bgp/codec/negotiated.h"
#include "core/address.h"
#include "rib/path.h"
#include "rib/policy/policy.h"

struct rib;
struct rib_peer;
struct rib_peer_options;

/* Compared byte by byte, so that no member can be forgotten. */
struct update_profile {
	struct bgp_negotiated session; /* bgp_negotiated_for_updates() */
	struct policy_trace rules;     /* rules about routes to it */
	/* The next hop of what we announce, by family; zero: none. */
	struct address nexthops[BGP_FAMILY_COUNT];
	enum peer_type type;
	enum neighbor_role role;
	enum bgp_role relation;
	enum neighbor_nexthop nexthop;
	bool client; /* we reflect routes to it */
	bool remove_private_as;
	uint32_t override_as; /* its AS, to be replaced by ours; 0: not */
};

struct update_group {
	unsigned int number; /* for display: from 1, the lowest free one */
	uint64_t members;    /* their bits */
	struct update_profile profile;
	TAILQ_ENTRY(update_group) link;
};

TAILQ_HEAD(update_group_list, update_group);

/* Fill in the profile of a neighbor that comes up with these options. */
void update_profile_init(struct update_profile *profile, const struct rib *rib,
			 const struct rib_peer_options *options);

/* Add a peer, which has a bit, to its group. Returns 0 or -ENOMEM. */
int update_group_join(struct rib *rib, struct rib_peer *peer,
		      const struct rib_peer_options *options);
/* Remove a peer, or its bit. A group without members is freed. */
void update_group_remove(struct rib *rib, struct update_group *group,
			 uint64_t bit);
void update_group_leave(struct rib *rib, struct rib_peer *peer);

#endif
