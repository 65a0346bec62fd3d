// SPDX-License-Identifier: BSD-2-Clause
/* Captured frames, from the program to the client who asked for them. */

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>

#include "control/control.h"
#include "wires.h"

static void on_captured(void *context, const struct hg_capture *record,
			const uint8_t *frame)
{
	struct agent *agent = context;

	control_captured(agent->control, record, frame);
}

static void on_lost(void *context, uint64_t count)
{
	struct agent *agent = context;

	control_capture_lost(agent->control, count);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;

	(void)fd, (void)what;
	datapath_capture_read(agent->datapath);
}

static void stop(void *context)
{
	struct agent *agent = context;

	if (agent->capture)
		event_free(agent->capture);
	agent->capture = NULL;
	datapath_capture_stop(agent->datapath);
}

static int start(const struct capture_request *what, void *context,
		 char error[CONTROL_ERROR_SIZE])
{
	struct agent *agent = context;
	const struct datapath_capture options = {
		.vip = what->one_vip ? &what->vip : NULL,
		.interval = what->interval,
		.captured = on_captured,
		.lost = on_lost,
		.context = agent,
	};
	struct datapath_error reason;
	int code = datapath_capture_start(agent->datapath, &options, &reason);

	if (code) {
		snprintf(error, CONTROL_ERROR_SIZE, "%.*s",
			 CONTROL_ERROR_SIZE - 1, reason.text);
		return code;
	}
	agent->capture = event_new(agent->base,
				   datapath_capture_fd(agent->datapath),
				   EV_READ | EV_PERSIST, on_readable, agent);
	if (agent->capture && !event_add(agent->capture, NULL))
		return 0;
	stop(agent);
	snprintf(error, CONTROL_ERROR_SIZE, "out of memory");
	return -ENOMEM;
}

struct control_hooks wire_capture(struct agent *agent)
{
	return (struct control_hooks){
		.capture_start = start,
		.capture_stop = stop,
		.context = agent,
	};
}
