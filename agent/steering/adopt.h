/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_ADOPT_H
#define STEERING_ADOPT_H

/*
 * The tables of a previous run, adopted in place: slots, counters, flow records
 * and windows go on.
 *
 * An adopted VIP keeps its table while its routes come in again. Whatever set it
 * is given meanwhile is its wish. steering_release_vip() lets it have that: from
 * then on it is a VIP like others, and what differs goes through a window.
 */

#include <stdbool.h>
#include <stdint.h>

#include "steering/steering.h"

/* Readers of the tables of a previous run: those of datapath/datapath.h. */
struct steering_source {
	void (*each_vip)(const struct datapath *datapath,
			 void (*visit)(const struct prefix *prefix,
				       const struct hg_vip *vip, void *context),
			 void *context);
	/* Read a bucket of a group and its previous slot. 0 or -errno. */
	int (*get_bucket)(const struct datapath *datapath, uint32_t group,
			  uint32_t bucket, struct hg_bucket *word,
			  uint16_t *previous);
	int (*get_nexthop)(const struct datapath *datapath, uint32_t slot,
			   struct hg_nexthop *nexthop);
	const struct datapath *datapath; /* first argument of each */
};

/*
 * Adopt all tables, before the first VIP is set. The sink writes the tables that
 * the source reads. Returns 0 or -ENOMEM.
 */
int steering_adopt(struct steering *steering,
		   const struct steering_source *source, uint64_t now_ms);
/* Let an adopted VIP have its wish, or no server. Any other one stays. */
void steering_release_vip(struct steering *steering,
			  const struct prefix *prefix);
/*
 * The session of a next hop has not come back: if it leaves its sets, its flows
 * stay for a window and not as long as on one that drains; or, if no other
 * session announces it and --session-loss says so, it counts as dead.
 */
void steering_session_absent(struct steering *steering,
			     const struct address *address, bool sole);
/* All VIPs are released: next hops that are in no table any more may go. */
void steering_end_adoption(struct steering *steering);
/* Return the set that a VIP is to have, its wish while it is adopted, or NULL. */
const struct steering_set *steering_wanted_set(const struct steering *steering,
					       const struct prefix *prefix);

#endif
