/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

/*
 * The control socket: one JSON object a line as the request, one a line as the
 * reply (headgate/ctl.h). verb.c lists the requests, show_*.c and explain_*.c
 * answer them. control_socket.c has the file of the socket, server.c the
 * clients, also those of metrics.c, and reply.c answers in parts.
 */

#include <stddef.h>

#include "bgp/session/neighbor_admin.h"
#include "control/capture.h"
#include "control/drain_order.h"
#include "control/reload_order.h"
#include "control/sizes.h"
#include "control/view.h"

struct control;
struct event_base;
struct work_turns;

/* Services of the agent for clients; one capture at a time. */
struct control_hooks {
	/* Return 0, or -errno and a message in `error`. */
	int (*capture_start)(const struct capture_request *capture,
			     void *context, char error[CONTROL_ERROR_SIZE]);
	void (*capture_stop)(void *context);
	void *context;
	/*
	 * Carry out an order about a neighbor, named as bgp_speaker_find() takes
	 * it. Return 0, or -errno and a message in `error`.
	 */
	int (*order)(const char *neighbor, enum bgp_admin_order order,
		     const char *reason, void *order_context,
		     char error[CONTROL_ERROR_SIZE]);
	void *order_context;
	/* Carry out an order to drain, likewise. Sets order->address. */
	int (*drain)(struct drain_order *order, void *drain_context,
		     char error[CONTROL_ERROR_SIZE]);
	void *drain_context;
	/* Read the configuration again; the reply has what became of it. */
	void (*reload)(const struct reload_order *order,
		       struct reload_reply *reply, void *reload_context);
	void *reload_context;
	/*
	 * Hand over to the agent at the other end of a connection. Takes it over
	 * and returns 0, or returns -errno with a message in `error` and closes
	 * it.
	 */
	int (*handover)(int fd, void *handover_context,
			char error[CONTROL_ERROR_SIZE]);
	void *handover_context;
};

/*
 * Lock a file beside the socket, so that a second agent with the same path
 * fails before it touches anything else (-EBUSY), and listen. `view` must
 * outlive the object. Return 0, or -errno and a message in `error`. The caller
 * frees with control_free(). `lock` is that of an agent that hands over, whose
 * socket stays in place until control_publish(); -1: there is none.
 */
int control_new(struct event_base *base, struct work_turns *turns,
		const char *path, int lock, const struct control_view *view,
		const struct control_hooks *hooks, struct control **control,
		char error[CONTROL_ERROR_SIZE]);
/* Return the descriptor whose owners have the lock. */
int control_lock(const struct control *control);
/* Put the socket in the place of the other agent's. Returns 0 or -errno. */
int control_publish(struct control *control);
/* Close all connections, before the rooms that answer are freed. */
void control_hang_up(struct control *control);
/* Close all connections and remove the socket. */
void control_free(struct control *control);

/*
 * Send a captured frame to the client that captures; the frame is counted as
 * lost if the client reads too slowly.
 */
void control_captured(struct control *control, const struct hg_capture *record,
		      const uint8_t *frame);
/* Count frames that the agent did not receive. */
void control_capture_lost(struct control *control, uint64_t count);

#endif
