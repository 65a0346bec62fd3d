// SPDX-License-Identifier: BSD-2-Clause
/* The ring of a neighbor's last errors. See error_log.h. */

#include "bgp/session/error_log.h"

#include <stdio.h>

static const char *const direction_names[BGP_DIRECTION_COUNT] = {
	[BGP_DIRECTION_NONE] = "none",
	[BGP_DIRECTION_SENT] = "sent",
	[BGP_DIRECTION_RECEIVED] = "received",
};

void bgp_error_log_add(struct bgp_error_log *log, uint64_t now_ms,
		       const struct bgp_connection_error *error)
{
	struct bgp_error_entry *entry =
		&log->entries[log->total++ % BGP_ERROR_LOG_MAX];

	entry->time_ms = now_ms;
	entry->direction = error->direction;
	entry->code = error->code;
	entry->subcode = error->subcode;
	snprintf(entry->text, sizeof(entry->text), "%s", error->text);
}

const struct bgp_error_entry *bgp_error_log_at(const struct bgp_error_log *log,
					       size_t index)
{
	if (index >= BGP_ERROR_LOG_MAX || index >= log->total)
		return NULL;
	return &log->entries[(log->total - 1 - index) % BGP_ERROR_LOG_MAX];
}

const char *bgp_direction_name(enum bgp_direction direction)
{
	return direction_names[direction];
}
