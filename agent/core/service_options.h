/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SERVICE_OPTIONS_H
#define CORE_SERVICE_OPTIONS_H

/*
 * How the service behind a path is checked (check= of --neighbor and --path).
 * Plain values, of the options of two rooms.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum service_kind {
	SERVICE_UNCHECKED,
	SERVICE_TCP,  /* the server accepts a connection */
	SERVICE_HTTP, /* and answers a request with a status of 2xx or 3xx */
};

enum service_options_sizes {
	SERVICE_PATH_SIZE = 96, /* of the request, with the final zero */
};

enum service_options_limits {
	SERVICE_INTERVAL_MS = 2000,
	SERVICE_TIMEOUT_MS = 1000,
	SERVICE_RISE = 2,
	SERVICE_FALL = 3,
	SERVICE_MIN_INTERVAL_MS = 100,
	SERVICE_MAX_INTERVAL_MS = 3600000,
	SERVICE_MIN_TIMEOUT_MS = 10,
	SERVICE_MAX_TIMEOUT_MS = 60000,
	SERVICE_MAX_RUN = 100, /* of rise and fall */
};

/* The question of a check. */
struct service_target {
	uint8_t kind; /* enum service_kind */
	uint16_t port;
	char path[SERVICE_PATH_SIZE]; /* "/health"; "" unless HTTP */
};

struct service_options {
	struct service_target target;
	uint32_t interval_ms; /* from the end of one check to the next */
	uint32_t timeout_ms;  /* of one check */
	uint8_t rise; /* checks in a row that must pass after a failure */
	uint8_t fall; /* checks in a row that must fail */
};

static inline bool service_options_equal(const struct service_options *a,
					 const struct service_options *b)
{
	return a->target.kind == b->target.kind &&
	       a->target.port == b->target.port &&
	       !strcmp(a->target.path, b->target.path) &&
	       a->interval_ms == b->interval_ms &&
	       a->timeout_ms == b->timeout_ms && a->rise == b->rise &&
	       a->fall == b->fall;
}

#endif
