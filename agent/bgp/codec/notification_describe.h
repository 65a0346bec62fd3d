/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NOTIFICATION_DESCRIBE_H
#define BGP_NOTIFICATION_DESCRIBE_H

/*
 * NOTIFICATIONs as text: the name of the error and, where its RFC defines the
 * data, the meaning of the data. Data of any other form is shown in
 * hexadecimal.
 */

#include "bgp/codec/notification.h"

enum bgp_notification_describe_sizes {
	/* Room for a hard reset around the longest shutdown text. */
	BGP_NOTIFICATION_TEXT_SIZE =
		2 * BGP_NOTIFICATION_NAME_SIZE + BGP_SHUTDOWN_TEXT_SIZE + 16,
};

/*
 * Format "Cease/Maximum Number of Prefixes Reached (ipv4 unicast, limit 100)",
 * safe to log. Write at most BGP_NOTIFICATION_TEXT_SIZE bytes. Return `text`.
 */
const char *bgp_notification_describe(const struct bgp_notification *n,
				      char *text);

#endif
