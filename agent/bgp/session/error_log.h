/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ERROR_LOG_H
#define BGP_ERROR_LOG_H

/* The last few things that went wrong with a neighbor, and when. Pure. */

#include <stddef.h>
#include <stdint.h>

#include "bgp/session/connection.h"

enum bgp_error_log_sizes {
	BGP_ERROR_LOG_MAX = 8,
	/* The beginning of a longer one: the last error is kept whole. */
	BGP_ERROR_LOG_TEXT_SIZE = 160,
};

struct bgp_error_entry {
	uint64_t time_ms; /* of core/clock.h */
	enum bgp_direction direction;
	uint8_t code; /* of the NOTIFICATION; 0: there was none */
	uint8_t subcode;
	char text[BGP_ERROR_LOG_TEXT_SIZE];
};

/* All zero: empty. */
struct bgp_error_log {
	struct bgp_error_entry entries[BGP_ERROR_LOG_MAX];
	uint64_t total;
};

void bgp_error_log_add(struct bgp_error_log *log, uint64_t now_ms,
		       const struct bgp_connection_error *error);
/* The newest for 0, then older ones; NULL at the end. */
const struct bgp_error_entry *bgp_error_log_at(const struct bgp_error_log *log,
					       size_t index);
const char *bgp_direction_name(enum bgp_direction direction); /* "sent" */

#endif
