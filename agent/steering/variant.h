/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_VARIANT_H
#define STEERING_VARIANT_H

/*
 * Groups of one set that differ in their windows.
 *
 * A VIP that changes to a set with a table takes its flows along, so it needs a
 * table of the set in which each bucket remembers the next hop that it had for
 * this VIP. VIPs from one group share such a variant. When its windows are over
 * it differs from the main group in nothing, and its VIPs move there. Without
 * room for a variant a VIP moves to the main group at once, and some of its flows
 * may break, which is counted.
 */

#include "steering/settle_internal.h"

/* True if the VIP's flows stay where they are when it moves to the group. */
bool variant_fits(const struct steering *steering,
		  const struct steering_group *group,
		  const struct steering_vip *vip);
/*
 * Return a group of the VIP's set, which has one: one that fits, if there is one
 * or room for it. NULL: an error, which lets the set wait.
 */
struct steering_group *variant_for(struct turn *turn,
				   const struct steering_vip *vip);
/* Free some variant for another set. Returns whether that was begun. */
bool variant_give_up(struct turn *turn);

/*
 * Return when the windows are looked at next. Sets that wait for tables come first
 * for a second: a table that is about to be replaced is not worth a look.
 */
uint64_t variant_due_ms(const struct steering *steering);
/*
 * Look at the windows of the next group: end what is over, and merge groups that
 * do not differ any more. False: nothing to do for now.
 */
bool variant_step(struct turn *turn);

#endif
