/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_VALUE_H
#define TOOLS_VALUE_H

/*
 * JSON values as people read them. What is missing, null or empty is "-"; a
 * list is its values with blanks between; a number of seconds, told by the
 * end "_s" of its name, is a duration like "4d02h" or "17s"; a "share" is
 * given in percent.
 */

#include <stdio.h>

struct json_object;

/* The value at a path of names such as "neighbors.configured", or NULL. */
struct json_object *value_at(struct json_object *from, const char *path);
/* Writes the value at `path`. */
void value_write(struct json_object *from, const char *path, FILE *out);
/* Writes `text`, each "{PATH}" in it replaced by the value there. */
void value_expand(struct json_object *from, const char *text, FILE *out);

#endif
