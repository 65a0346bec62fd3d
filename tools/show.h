/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_SHOW_H
#define TOOLS_SHOW_H

/* A reply as tables, by a view. */

#include <stdbool.h>
#include <stdio.h>

struct json_object;
struct view;

/*
 * With `rates` also the columns that only a second reply can fill. Returns 0, -ENOMEM, or -EPROTO if the reply lacks a part, whose path is then
 * in *missing.
 */
int show_print(const struct view *view, struct json_object *reply, bool rates,
	       FILE *out, const char **missing);

#endif
