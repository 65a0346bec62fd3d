/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_API_H
#define CONTROL_API_H

/*
 * The lists of the control socket by HTTP: /api/v1/vips?filter=192.0.2&limit=100 is
 * the request {"request": "show", "what": "vips", "filter": ..., "limit": ...}. Only
 * what clients without rights may read: it changes nothing.
 */

#include "control/verb.h"

struct control_view;
struct json_object;
struct reply;

/* Return the reply to a verb that is a list, as verb->stream says. */
struct reply *api_list(const struct control_view *view,
		       const struct control_verb *verb,
		       struct json_object *request,
		       struct json_object **failure);
/*
 * Return the reply in parts to a path below /api/v1/, which the caller frees, or NULL
 * and *answer, the reply or what is wrong with the path, which the caller puts;
 * *found says whether there is such a page.
 */
struct reply *api_answer(const struct control_view *view, const char *path,
			 struct json_object **answer, bool *found);

#endif
