/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_RETURNS_H
#define STEERING_RETURNS_H

/*
 * Next hops that are back before the tables that name them were written anew.
 *
 * While such a next hop was dead, new flows of its buckets began on the backups,
 * and no record has them. They would break if their buckets led back at once. So
 * each bucket first gets a window with its backup as the previous, as if it had
 * moved there and back again. Windows that remember the next hop as the previous
 * forget it: it lost those flows. Only then is it alive for the program.
 *
 * That takes a look at all groups, in small pieces. Meanwhile the backups go on.
 */

#include <stdbool.h>

#include "steering/settle_internal.h"

/* Returns whether something was done. */
bool returns_step(struct turn *turn);

#endif
