/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_SET_H
#define STEERING_SET_H

/*
 * Multipath sets, each kept once: VIPs with equal sets point at one structure,
 * which knows them and the group that has its table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/keyed_hash.h"
#include "core/member.h"

struct steering_group;
struct steering_vip;

TAILQ_HEAD(steering_vip_list, steering_vip);
LIST_HEAD(steering_group_list, steering_group);

enum set_table_sizes {
	SET_TABLE_CHAINS = 4096,
};

struct steering_set {
	LIST_ENTRY(steering_set) chain;
	uint64_t hash;
	uint64_t servers;	 /* a hash of the addresses, without weights */
	unsigned int references; /* VIPs, groups, a build */
	uint32_t window_s;	 /* affinity window of its VIPs */
	bool foresees;		 /* a weight will change */
	bool adopted;		 /* of a previous run's table */
	struct steering_group *group; /* with the table of this set, or NULL */
	struct steering_group_list variants; /* others, if there is one */
	struct steering_vip_list done;	     /* VIPs that use that table */
	struct steering_vip_list waiting;
	bool queued; /* in steering.queue: some VIP waits */
	TAILQ_ENTRY(steering_set) queue_link;
	uint64_t retry_ms; /* not served before: its table was refused */
	size_t count;
	struct member members[]; /* in address order */
};

LIST_HEAD(steering_set_chain, steering_set);

struct set_table {
	struct keyed_hash_secret secret;
	struct steering_set_chain chains[SET_TABLE_CHAINS];
};

/* Draw the secret of a zeroed table. Returns 0 or -errno. */
int set_table_init(struct set_table *table);
/*
 * Return the set with these members, in any order, and this affinity window,
 * with one more reference, which the caller gives back by set_release(). NULL:
 * out of memory.
 */
struct steering_set *set_intern(struct set_table *table,
				const struct member *members, size_t count,
				uint32_t window_s);
/*
 * Likewise, of the table of a previous run: no other set is equal to it, as its
 * weights are numbers of buckets.
 */
struct steering_set *set_adopt(struct set_table *table,
			       const struct member *members, size_t count,
			       uint32_t window_s);
void set_release(struct steering_set *set);

/* Return the member with the address, or NULL. */
const struct member *set_find(const struct steering_set *set,
			      const struct address *address);
/* True if the set has the address, with any weight. */
bool set_has(const struct steering_set *set, const struct address *address);
/*
 * The same for addresses in ascending order, each with the place where the last
 * one was looked for, 0 at first: all of them cost one pass over the set.
 */
bool set_walk(const struct steering_set *set, size_t *place,
	      const struct address *address);
/* True if `part` has no address that `set` lacks. */
bool set_contains(const struct steering_set *set,
		  const struct steering_set *part);
/* True if the sets differ in weights at most. */
bool set_has_servers_of(const struct steering_set *set,
			const struct steering_set *other);
/*
 * Write the members of `a` whose address is in `b`, too, to `out`, which has
 * room for all of `a`. Returns their number.
 */
size_t set_intersect(const struct member *a, size_t count,
		     const struct steering_set *b, struct member *out);

#endif
