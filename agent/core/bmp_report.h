/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_BMP_REPORT_H
#define CORE_BMP_REPORT_H

/* The collectors of --bmp, as `show status` and the metrics have them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/endpoint.h"

enum bmp_limits {
	BMP_MAX_COLLECTORS = 4,
	BMP_ERROR_SIZE = 128,
};

enum bmp_state {
	BMP_WAITING, /* to try again */
	BMP_CONNECTING,
	BMP_SENDING_TABLES,
	BMP_UP,
	BMP_STATE_COUNT,
};

static const char *const bmp_state_names[BMP_STATE_COUNT] = {
	[BMP_WAITING] = "waiting",
	[BMP_CONNECTING] = "connecting",
	[BMP_SENDING_TABLES] = "sending_tables",
	[BMP_UP] = "up",
};

struct bmp_collector_report {
	bool used;
	struct endpoint endpoint;
	enum bmp_state state;
	uint64_t since_ms; /* of the connection; core/clock.h */
	uint64_t messages; /* over all connections, as are these */
	uint64_t bytes;
	uint64_t drops;	   /* connections that were lost */
	uint64_t buffered; /* bytes that the collector has not taken */
	char last_error[BMP_ERROR_SIZE]; /* "": none */
};

struct bmp_report {
	struct bmp_collector_report collectors[BMP_MAX_COLLECTORS];
};

#endif
