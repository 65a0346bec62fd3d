// SPDX-License-Identifier: BSD-2-Clause
/* Messages to the service manager. See notify.h. */

#include "notify.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

enum {
	MESSAGE_SIZE = NOTIFY_STATUS_SIZE + 16,
	STATUS_INTERVAL_S = 1,
};

/* ------------------------------------------------------------- messages */

/* Return true if the manager has the message. */
static bool send_text(const struct notify *notify, const char *text)
{
	return send(notify->fd, text, strlen(text),
		    MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void send_state(struct notify *notify)
{
	if (notify->state[0] && send_text(notify, notify->state))
		notify->state[0] = '\0';
}

static void send_status(struct notify *notify)
{
	char line[NOTIFY_STATUS_SIZE] = "", message[MESSAGE_SIZE];

	notify->status(line, notify->context);
	if (!strcmp(line, notify->line))
		return;
	snprintf(message, sizeof(message), "STATUS=%s", line);
	if (send_text(notify, message))
		memcpy(notify->line, line, sizeof(line));
}

/* A state that is not sent so far is out of date. */
static void set_state(struct notify *notify, const char *state)
{
	if (!notify->connected)
		return;
	snprintf(notify->state, sizeof(notify->state), "%s", state);
	send_state(notify);
	send_status(notify);
}

void notify_ready(struct notify *notify)
{
	set_state(notify, "READY=1");
}

/* The time tells the manager that READY=1 of before is not meant. */
void notify_reloading(struct notify *notify)
{
	char state[NOTIFY_STATE_SIZE];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 clock_read_ns(CLOCK_MONOTONIC) / CLOCK_NS_PER_US);
	set_state(notify, state);
}

void notify_stopping(struct notify *notify)
{
	set_state(notify, "STOPPING=1");
}

bool notify_successor(struct notify *notify, pid_t pid)
{
	char state[NOTIFY_STATE_SIZE];

	snprintf(state, sizeof(state), "MAINPID=%jd", (intmax_t)pid);
	return !notify->connected || send_text(notify, state);
}

/* ------------------------------------------------------------- timers */

static void on_notify_turn(evutil_socket_t fd, short what, void *context)
{
	struct notify *notify = context;

	(void)fd, (void)what;
	send_state(notify);
	send_status(notify);
}

static void on_watchdog(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	send_text(context, "WATCHDOG=1");
}

/* Return the number in a variable of the environment; 0: there is none. */
static uint64_t read_variable(const char *variable)
{
	const char *text = getenv(variable);
	uint64_t number = 0;
	char end;

	if (!text || sscanf(text, "%" SCNu64 "%c", &number, &end) != 1)
		return 0;
	return number;
}

/* Return half the time after which the manager ends us; 0: it does not. */
static uint64_t watchdog_interval_us(void)
{
	uint64_t pid = read_variable("WATCHDOG_PID");

	if (pid && pid != (uint64_t)getpid())
		return 0;
	return read_variable("WATCHDOG_USEC") / 2;
}

static int start_turns(struct notify *notify)
{
	const struct timeval turn = { .tv_sec = STATUS_INTERVAL_S };

	notify->turn =
		event_new(notify->base, -1, EV_PERSIST, on_notify_turn, notify);
	return notify->turn && !event_add(notify->turn, &turn) ? 0 : -ENOMEM;
}

static int start_watchdog(struct notify *notify, uint64_t sign_us)
{
	struct timeval interval = clock_timeval_of_us(sign_us);

	notify->sign_us = sign_us;
	if (!sign_us)
		return 0;
	notify->watchdog =
		event_new(notify->base, -1, EV_PERSIST, on_watchdog, notify);
	return notify->watchdog && !event_add(notify->watchdog, &interval) ?
		       0 :
		       -ENOMEM;
}

/* ------------------------------------------------------------- life */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (path[0] != '/' || strlen(path) >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* Returns 0 or -ENOMEM; without a connection nothing is sent. */
static int use_manager(struct notify *notify, const char *path,
		       uint64_t sign_us)
{
	int fd = connect_to(path);
	int code;

	if (fd < 0) {
		log_event(EVENT_MANAGER_UNREACHED, NULL,
			  "NOTIFY_SOCKET %s: not used, so the service "
			  "manager learns nothing: %s",
			  path, strerror(-fd));
		return 0;
	}
	notify->fd = fd;
	notify->connected = true;
	snprintf(notify->path, sizeof(notify->path), "%s", path);
	code = start_turns(notify);
	return code ? code : start_watchdog(notify, sign_us);
}

int notify_open(struct notify *notify, struct event_base *base,
		notify_status_fn *status, void *context)
{
	const char *path = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){ .base = base,
				   .status = status,
				   .context = context };
	return path ? use_manager(notify, path, watchdog_interval_us()) : 0;
}

int notify_adopt(struct notify *notify, const char *path, uint64_t sign_us)
{
	return notify->connected ? 0 : use_manager(notify, path, sign_us);
}

void notify_close(struct notify *notify)
{
	if (notify->turn)
		event_free(notify->turn);
	if (notify->watchdog)
		event_free(notify->watchdog);
	if (notify->connected)
		close(notify->fd);
}
