/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_WINDOW_H
#define STEERING_WINDOW_H

/*
 * The affinity windows of a group: between the state machine of its buckets
 * (affinity.h) and the program's tables.
 *
 * A group that takes over VIPs of another one, or replaces itself, opens a
 * window for each bucket whose next hop differs. The slots that flows stay on
 * are held, and their next hops stay tracked, until the windows end.
 */

#include <stdbool.h>
#include <stdint.h>

#include "headgate/abi.h"

struct affinity;
struct group_table;
struct slot;
struct steering_group;
struct steering_set;

/* True if VIPs of the set take their flows along when they change tables. */
bool window_is_wanted(const struct group_table *table,
		      const struct steering_set *set);
/*
 * Fill the windows of a group that is not written yet and takes over the VIPs
 * of `from`; NULL: of none. Without memory it has no windows, which is counted.
 */
void window_open(struct group_table *table, struct steering_group *group,
		 const struct steering_group *from);
/*
 * End windows that are over or whose previous died, and write what changed.
 * Returns whether anything did.
 */
bool window_update(struct group_table *table, struct steering_group *group);
/*
 * Let flows that began on the backups of dead next hops stay there when these are
 * back. Comes before they are alive again.
 */
void window_return(struct group_table *table, struct steering_group *group);
/* Give VIPs that come late the time of a whole window. */
void window_extend(struct group_table *table, struct steering_group *group);
/* Let no window on the slot last longer than one window. */
void window_shorten(struct group_table *table, struct steering_group *group,
		    const struct slot *slot);
/* Track the flows that come with a VIP of `from`, unless it does so already. */
void window_track(struct group_table *table, struct steering_group *group,
		  const struct steering_group *from);
/* A sweep has ended: untrack the buckets without a record. */
void window_untrack(struct group_table *table, struct steering_group *group);
/* Free the windows and let the slots go. */
void window_free(struct group_table *table, struct steering_group *group);
/* True if some bucket moves. */
bool window_is_open(const struct steering_group *group);

/*
 * Go on with the windows of an adopted group. Next hops that flows stay on are
 * held for as long as the previous run would have held them.
 */
void window_adopt(struct group_table *table, struct steering_group *group,
		  struct affinity *affinity);
/* Write into the next hops how long flows stay on them. */
void window_note_holds(struct group_table *table);

/* Return a bucket of the group as the program reads it. */
struct hg_bucket window_word(const struct steering_group *group,
			     uint32_t bucket);
/* Write all buckets of the group. Returns 0 or an error of the sink. */
int window_write(struct group_table *table, struct steering_group *group);

#endif
