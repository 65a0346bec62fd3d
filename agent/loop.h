/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOOP_H
#define LOOP_H

/*
 * The event loop, turn by turn. In a turn the loop looks at sockets and timers,
 * calls back for what it found, and then does some of the work that waits
 * (core/work_turns.h). Requests of clients are answered as they are read, while
 * there is time for them in the turn. Each turn is measured (core/turn_meter.h),
 * and the log says what ran in one of 100 ms or more.
 */

#include "core/turn_meter.h"
#include "core/work_turns.h"

struct event_base;

struct loop {
	struct event_base *base;
	struct work_turns work;
	struct work_turns clients; /* of the control socket and of metrics */
	struct turn_meter meter;
	int waits_fd; /* -1: the kernel does not count waits for a CPU */
};

/* Return 0 or -ENOMEM; loop_destroy() is legal in both cases. */
int loop_init(struct loop *loop);
void loop_destroy(struct loop *loop);
/* Run until event_base_loopbreak(). */
void loop_run(struct loop *loop);

#endif
