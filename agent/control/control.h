/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

/*
 * The control socket: one JSON object a line as the request, one a line as the
 * reply (headgate/ctl.h). What a request gets is made in show.c.
 */

#include <stddef.h>

#include "control/show.h"

struct control;
struct event_base;

enum control_sizes {
	CONTROL_ERROR_SIZE = 256,
};

/*
 * Takes the lock beside the socket, so that a second agent with the same path
 * finds out before it touches anything else (-EBUSY), and listens. `view` must
 * outlive it. On failure `error` says what failed and what to do. The caller
 * frees with control_free(), which removes the socket.
 */
int control_new(struct event_base *base, const char *path,
		const struct control_view *view, struct control **control,
		char error[CONTROL_ERROR_SIZE]);
void control_free(struct control *control);

#endif
