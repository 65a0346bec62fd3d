/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_VIEW_TABLE_H
#define TOOLS_VIEW_TABLE_H

/*
 * Rows of the tables in view_*.c, and the views that each of these files has.
 */

#include "core/array.h"
#include "view.h"

#define COLUMN_TEXT(name, from)                             \
	{                                                   \
		.table = { (name), false }, .field = (from) \
	}
#define COLUMN_NUMBER(name, from)                          \
	{                                                  \
		.table = { (name), true }, .field = (from) \
	}
#define COLUMN_WRITE_NUMBER(name, function)                    \
	{                                                      \
		.table = { (name), true }, .write = (function) \
	}
#define COLUMN_RATE(name, from)                                            \
	{                                                                  \
		.table = { (name), true }, .field = (from), .watch = true, \
	}
/* Left out if each row lacks the value, or has the usual one. */
#define COLUMN_RARE(name, from, value)                                        \
	{                                                                     \
		.table = { (name), false }, .field = (from), .usual = (value) \
	}
#define COLUMN_WRITE(name, function)                            \
	{                                                       \
		.table = { (name), false }, .write = (function) \
	}
#define COLUMNS(array)	.columns = (array), .column_count = COUNT_OF(array)
#define LINES(array)	.lines = (array), .line_count = COUNT_OF(array)
#define SECTIONS(array) .sections = (array), .section_count = COUNT_OF(array)

/* view_agent.c */
extern const struct view view_status, view_host, view_config, view_events;
/* view_neighbors.c */
extern const struct view view_neighbors, view_neighbor;
/* view_routes.c */
extern const struct view view_routes, view_routes_from, view_routes_to;
extern const struct view view_route;
/* view_forwarding.c */
extern const struct view view_vips, view_nexthops, view_drains, view_filters;
extern const struct view view_groups, view_flows, view_counters;

/* Write "*=" for the best path, "=" for others of the set, "-" for the rest. */
void view_write_mark(const struct view_place *place, FILE *out);

#endif
