/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_SHOW_H
#define TOOLS_SHOW_H

/* Replies as tables. */

#include <stdbool.h>
#include <stdio.h>

struct json_object;
struct view;

/*
 * Print a reply by a view; with `rates`, also the columns of rates.h. Return 0,
 * -ENOMEM, or -EPROTO if the reply lacks a part, whose path is then in *missing.
 */
int show_print(const struct view *view, struct json_object *reply, bool rates,
	       FILE *out, const char **missing);

#endif
