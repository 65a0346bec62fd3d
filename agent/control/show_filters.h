/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_FILTERS_H
#define CONTROL_SHOW_FILTERS_H

/* Filters as JSON: a list of show.h, and parts of other replies. */

#include <stdint.h>

#include "control/view.h"

struct json_object;

/*
 * Return the filter in a slot of the program's tables: origin, match, action.
 * NULL: there is none.
 */
struct json_object *show_filter_in(const struct control_view *view,
				   uint32_t slot);

#endif
