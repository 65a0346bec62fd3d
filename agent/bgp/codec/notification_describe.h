/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NOTIFICATION_DESCRIBE_H
#define BGP_NOTIFICATION_DESCRIBE_H

/*
 * A NOTIFICATION in words: its name, and what its data says where the RFC that
 * assigns the error gives the data a meaning. The peer may have written
 * anything into it: data that is not as it should be is shown in hexadecimal.
 */

#include "bgp/codec/notification.h"

enum bgp_notification_describe_sizes {
	/* Room for a hard reset around the longest shutdown text. */
	BGP_NOTIFICATION_TEXT_SIZE =
		2 * BGP_NOTIFICATION_NAME_SIZE + BGP_SHUTDOWN_TEXT_SIZE + 16,
};

/*
 * "Cease/Maximum Number of Prefixes Reached (ipv4 unicast, limit 100)", safe
 * to log. Writes at most BGP_NOTIFICATION_TEXT_SIZE bytes, returns `text`.
 */
const char *bgp_notification_describe(const struct bgp_notification *n,
				      char *text);

#endif
