/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_VERDICT_H
#define CONTROL_VERDICT_H

/*
 * The state of the agent in one word, and why: what a monitor asks for, and the
 * first lines of `show status`.
 */

#include "control/view.h"

struct json_object;

enum verdict {
	VERDICT_HEALTHY,
	VERDICT_DEGRADED, /* some of it does not work, or soon may not */
	VERDICT_NOT_FORWARDING,
	VERDICT_COUNT,
};

/* "healthy", "degraded", "not_forwarding" */
extern const char *const verdict_names[VERDICT_COUNT];

/* Add a sentence for each reason to the list, the gravest first. */
enum verdict verdict_of(const struct control_view *view,
			struct json_object *reasons);

#endif
