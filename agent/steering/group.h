/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_GROUP_H
#define STEERING_GROUP_H

/*
 * Groups: the bucket table of a set in the map `buckets`, built in turns and
 * written at once. settle.c decides which set gets a table and where.
 */

#include "steering/nexthop_slots.h"
#include "steering/set.h"
#include "steering/steering.h"

struct group_table {
	const struct steering_options *options;
	const struct steering_sink *sink;
	struct nexthop_slots *nexthops;
	struct steering_group **groups; /* by index; NULL: free */
	struct hg_bucket *buckets;	/* one table, while it is written */
	uint16_t *previous;		/* likewise, of its buckets */
	uint32_t last;	     /* index used last: the search goes on there */
	uint32_t free_count; /* indices that no group and no build has */
	/* Windows: see window.h. */
	bool published;	    /* packets are steered, so flows can be broken */
	bool windows_open;  /* some group may have one, or be a variant */
	bool holds_changed; /* since window_note_holds() */
	uint32_t now_s;
	uint32_t published_s; /* since when, once that is so */
	uint32_t *terms;      /* by slot, while a window opens */
	uint64_t contents;    /* the last number of contents */
	uint64_t unwindowed;  /* VIPs and tables that changed without one */
};

/* A table that is being computed. It reads no packet path memory. */
struct group_build {
	struct steering_set *set;
	struct steering_group *in_place; /* to be rewritten, or NULL */
	uint32_t index;			 /* of the new group, if that is NULL */
	bool shared;			 /* of the group when it is done */
	struct steering_group *absorb;	 /* its VIPs follow then; or NULL */
	struct slot **slots;
	struct ranking *ranking;
	struct assignment *assignment;
	/* After the change that the set foresees; NULL before, or if none. */
	struct ranking *next_ranking;
	struct assignment *next_assignment;
};

int group_table_init(struct group_table *table,
		     const struct steering_options *options,
		     const struct steering_sink *sink,
		     struct nexthop_slots *nexthops);
void group_table_free(struct group_table *table);

/*
 * Start the table of `set`: in place of another group's, or with a free index,
 * which there must be. `base` is a group with a similar set, or NULL: from it a
 * table is computed faster. Returns 0, -ENOSPC (no slot left for a next hop),
 * -ENOMEM or an error of the sink.
 */
int group_build_start(struct group_table *table, struct steering_set *set,
		      struct steering_group *in_place,
		      const struct steering_group *base,
		      struct group_build **build);
/* Compute for about `scores` scores. Returns how many it took. */
uint64_t group_build_step(struct group_build *build, uint64_t scores);
bool group_build_is_done(const struct group_build *build);
/*
 * Write the table of a build that is done, and free the build. A group that is
 * not in place takes over VIPs of `from`, or NULL. Returns the group, or NULL
 * and *error; then a group in place stays what it was.
 */
struct steering_group *group_build_finish(struct group_table *table,
					  struct group_build *build,
					  const struct steering_group *from,
					  int *error);
void group_build_cancel(struct group_table *table, struct group_build *build);

/*
 * Write one more table of a set that has one, for VIPs of `from`: in its place,
 * or with a free index, which there must be. Returns the group, or NULL and
 * *error.
 */
struct steering_group *group_make_variant(struct group_table *table,
					  struct steering_set *set,
					  struct steering_group *from,
					  bool in_place, int *error);
/* Let a group be the one that its set has, and the other one a variant. */
void group_make_main(struct steering_group *group);

/*
 * Go on with the table of a previous run, whose index is free. `owners` and
 * `backups` are indices of members of `set`, or ASSIGN_NONE. The group takes one
 * more reference on the set. NULL: out of memory, or of slots.
 */
struct steering_group *group_adopt(struct group_table *table,
				   struct steering_set *set, uint32_t index,
				   const uint16_t *owners,
				   const uint16_t *backups);

/* Free a group that no VIP uses. */
void group_remove(struct group_table *table, struct steering_group *group);

/*
 * True if the group may carry VIPs of this set: one of its members is alive and
 * in the set, none is alive and not in it.
 */
bool group_is_safe(const struct group_table *table,
		   const struct steering_group *group,
		   const struct steering_set *set);

#endif
