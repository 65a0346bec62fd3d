/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_VALUE_H
#define TOOLS_VALUE_H

/*
 * JSON values as text. A missing, null or empty value is "-"; a list is its
 * values with blanks between them; a number whose name ends in "_s" is a
 * duration like "4d02h" or "17s"; a "share" is a percentage.
 */

#include <stdio.h>

struct json_object;

/* Return the value at a path such as "neighbors.configured", or NULL. */
struct json_object *value_at(struct json_object *from, const char *path);
/* Write the value at `path`. */
void value_write(struct json_object *from, const char *path, FILE *out);
/* Write `text` with the value at PATH in place of each "{PATH}". */
void value_expand(struct json_object *from, const char *text, FILE *out);

#endif
