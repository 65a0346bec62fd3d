/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_ADMIN_H
#define BGP_NEIGHBOR_ADMIN_H

/*
 * Orders of the administrator about one neighbor, at run time. The reason goes
 * to the peer with the NOTIFICATION (RFC 9003) and is shown here. Nothing of it
 * outlives the agent: a restarted one has its configuration only.
 */

#include <stddef.h>

#include "bgp/codec/notification.h"

struct bgp_neighbor;

enum bgp_admin_order {
	BGP_ADMIN_SHUTDOWN, /* end the session and have none until ENABLE */
	BGP_ADMIN_ENABLE,
	BGP_ADMIN_RESTART, /* end the session, and dial again at once */
	BGP_ADMIN_CLEAR,   /* end the session; it comes back as after a loss */
	BGP_ADMIN_REFRESH_IN,  /* ask the peer for its routes (RFC 2918) */
	BGP_ADMIN_REFRESH_OUT, /* send ours again */
	BGP_ADMIN_ORDER_COUNT,
};

enum bgp_admin_sizes {
	BGP_ADMIN_ERROR_SIZE = 160,
};

/* "shutdown", "refresh in", ... */
extern const char *const bgp_admin_order_names[BGP_ADMIN_ORDER_COUNT];

/*
 * Carry out an order; `reason` may be "" and has at most BGP_SHUTDOWN_TEXT_MAX
 * bytes. Not from inside a callback of the neighbor. Return 0, or -errno and
 * why not in `error`.
 */
int bgp_neighbor_administer(struct bgp_neighbor *neighbor,
			    enum bgp_admin_order order, const char *reason,
			    char error[BGP_ADMIN_ERROR_SIZE]);
/*
 * Format "administratively down: REASON", with what could harm a terminal
 * escaped. Return `text`.
 */
const char *bgp_neighbor_format_admin(const struct bgp_neighbor *neighbor,
				      char *text, size_t size);

#endif
