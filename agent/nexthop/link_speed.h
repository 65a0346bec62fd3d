/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_LINK_SPEED_H
#define NEXTHOP_LINK_SPEED_H

/*
 * The speeds of our interfaces, as their drivers say (ETHTOOL_GLINKSETTINGS): a
 * link that lost a member or was negotiated down is slower. They are read when a
 * link changes. Some drivers change the speed and tell no change of the link, so
 * they are also read every few seconds.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/sizes.h"

struct event_base;
struct link_speeds;

/*
 * Read the speeds of these interfaces, and call `changed` from the event loop
 * when one is another. The caller frees with link_speeds_free(). NULL: out of
 * memory, or no socket.
 */
struct link_speeds *
link_speeds_new(struct event_base *base, const char (*names)[INTERFACE_SIZE],
		size_t count, void (*changed)(void *context), void *context);
void link_speeds_free(struct link_speeds *speeds);
/* Read the speeds again, without a call of `changed`. */
void link_speeds_read(struct link_speeds *speeds);
/* Return the speed of an interface in Mbit/s; 0: unknown. */
uint32_t link_speeds_find(const struct link_speeds *speeds, const char *name);

#endif
