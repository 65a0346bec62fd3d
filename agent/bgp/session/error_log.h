/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ERROR_LOG_H
#define BGP_ERROR_LOG_H

/* The last errors of a neighbor, with their times. Pure. */

#include <stddef.h>
#include <stdint.h>

#include "bgp/session/connection.h"

enum bgp_error_log_sizes {
	BGP_ERROR_LOG_MAX = 8,
	/* A longer text is cut here; bgp_neighbor.last_error has it whole. */
	BGP_ERROR_LOG_TEXT_SIZE = 160,
};

struct bgp_error_entry {
	uint64_t time_ms; /* by core/clock.h */
	enum bgp_direction direction;
	uint8_t code; /* of the NOTIFICATION; 0: none */
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
/* Return an entry, 0 being the newest; NULL beyond the oldest. */
const struct bgp_error_entry *bgp_error_log_at(const struct bgp_error_log *log,
					       size_t index);
const char *bgp_direction_name(enum bgp_direction direction); /* "sent" */

#endif
