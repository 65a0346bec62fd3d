/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_FILTER_H
#define TOOLS_FILTER_H

/* Rows that `show` leaves out: --role, --state, --failed and --vip. */

#include <stdbool.h>

#include "ask.h"

struct json_object;

/* True if the options leave out rows of this view. */
bool filter_is_set(const struct ask_options *options, const char *what);
/* Remove the rows that the options do not ask for from a reply's list. */
void filter_rows(const struct ask_options *options, const char *what,
		 struct json_object *reply);

#endif
