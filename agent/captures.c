// SPDX-License-Identifier: BSD-2-Clause
/* One capture at a time. See captures.h. */

#include "captures.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>

#include "datapath/datapath.h"

static void on_captured(void *context, const struct hg_capture *record,
			const uint8_t *frame)
{
	struct captures *captures = context;

	control_captured(captures->control, record, frame);
}

static void on_lost(void *context, uint64_t count)
{
	struct captures *captures = context;

	control_capture_lost(captures->control, count);
}

static void on_capture_readable(evutil_socket_t fd, short what, void *context)
{
	struct captures *captures = context;

	(void)fd, (void)what;
	datapath_capture_read(captures->datapath);
}

static void stop_capture(void *context)
{
	struct captures *captures = context;

	if (captures->readable)
		event_free(captures->readable);
	captures->readable = NULL;
	datapath_capture_stop(captures->datapath);
}

static int start_capture(const struct capture_request *what, void *context,
			 char error[CONTROL_ERROR_SIZE])
{
	struct captures *captures = context;
	const struct datapath_capture options = {
		.vip = what->one_vip ? &what->vip : NULL,
		.interval = what->interval,
		.captured = on_captured,
		.lost = on_lost,
		.context = captures,
	};
	struct datapath_error reason;
	int code =
		datapath_capture_start(captures->datapath, &options, &reason);

	if (code) {
		snprintf(error, CONTROL_ERROR_SIZE, "%.*s",
			 CONTROL_ERROR_SIZE - 1, reason.text);
		return code;
	}
	captures->readable = event_new(captures->base,
				       datapath_capture_fd(captures->datapath),
				       EV_READ | EV_PERSIST,
				       on_capture_readable, captures);
	if (captures->readable && !event_add(captures->readable, NULL))
		return 0;
	stop_capture(captures);
	snprintf(error, CONTROL_ERROR_SIZE, "out of memory");
	return -ENOMEM;
}

struct control_hooks captures_hooks(struct captures *captures)
{
	return (struct control_hooks){
		.capture_start = start_capture,
		.capture_stop = stop_capture,
		.context = captures,
	};
}
