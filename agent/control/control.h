/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

/*
 * The control socket: one JSON object a line as the request, one a line as the
 * reply (headgate/ctl.h). What a request gets is made in show.c.
 */

#include <stddef.h>

#include "control/capture.h"
#include "control/show.h"

struct control;
struct event_base;

enum control_sizes {
	CONTROL_ERROR_SIZE = 256,
};

/* What the agent does for a client who asks for a capture; one at a time. */
struct control_hooks {
	/* 0, or -errno and the text of an error. */
	int (*capture_start)(const struct capture_request *what, void *context,
			     char error[CONTROL_ERROR_SIZE]);
	void (*capture_stop)(void *context);
	void *context;
};

/*
 * Takes the lock beside the socket, so that a second agent with the same path
 * finds out before it touches anything else (-EBUSY), and listens. `view` must
 * outlive it. On failure `error` says what failed and what to do. The caller
 * frees with control_free(), which removes the socket.
 */
int control_new(struct event_base *base, const char *path,
		const struct control_view *view,
		const struct control_hooks *hooks, struct control **control,
		char error[CONTROL_ERROR_SIZE]);
/* Ends all connections: the rooms that answer are about to go. */
void control_hang_up(struct control *control);
/* A frame for the client who captures; it is lost if he reads too slowly. */
void control_captured(struct control *control, const struct hg_capture *record,
		      const uint8_t *frame);
/* So many never came to us. */
void control_capture_lost(struct control *control, uint64_t count);
/* Ends all connections: the rooms that answer are about to go. */
void control_hang_up(struct control *control);
void control_free(struct control *control);

#endif
