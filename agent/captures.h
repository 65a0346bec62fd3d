/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CAPTURES_H
#define CAPTURES_H

/* Captured frames, from the program to the client that asked for them. */

#include "control/control.h"

struct datapath;
struct event;
struct event_base;

/* Set by the owner before the first request; zeroed otherwise. */
struct captures {
	struct event_base *base;
	struct control *control;
	struct datapath *datapath;
	struct event *readable; /* NULL: no capture is running */
};

/* Return the hooks of the control socket; `captures` must outlive it. */
struct control_hooks captures_hooks(struct captures *captures);

#endif
