/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_VERDICT_H
#define TOOLS_VERDICT_H

/* The verdict of `show status`. */

#include <stdio.h>

struct json_object;

/* The exit codes of `health`, which monitoring plugins have. */
enum health {
	HEALTH_OK,
	HEALTH_DEGRADED,
	HEALTH_NOT_FORWARDING,
	HEALTH_UNKNOWN,
	HEALTH_COUNT,
};

/* Return the verdict in a status; HEALTH_UNKNOWN: it has none. */
enum health verdict_health(struct json_object *status);
/* Return "HEALTHY", "DEGRADED", ... */
const char *verdict_title(enum health health);
/* Write the verdict of a status, and a line for each reason. */
void verdict_write(struct json_object *status, FILE *out);

#endif
