// SPDX-License-Identifier: BSD-2-Clause
/*
 * The control socket's server. A client has a bounded line and a deadline, and
 * there is a bounded number of clients, so that none of them can hold the agent
 * up or fill its memory. For the same reason all routes are told in turns of a
 * bounded time, as fast as the client takes them.
 */

#include "control/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/request.h"
#include "control/route_cursor.h"
#include "control/show_internal.h"
#include "core/clock.h"
#include "headgate/ctl.h"

enum {
	MAX_CLIENTS = 64,
	MAX_CAPTURE_BACKLOG = 1 << 20, /* bytes not yet taken by the client */
	BACKLOG = 16,
	LOCK_MODE = 0600,
	TURN_MS = 2,
	MAX_ROUTES_BACKLOG = 1 << 20, /* bytes not yet taken by the client */
	SOCKET_MODE = 0660,	      /* its group may look */
	FOLDER_MODE = 0755,
};

struct client {
	struct control *control;
	struct bufferevent *stream;
	struct event *turn; /* NULL: no routes are being told */
	struct route_cursor cursor;
	size_t told; /* routes */
	bool ended;  /* gone when all is written */
	TAILQ_ENTRY(client) link;
};

TAILQ_HEAD(client_list, client);

struct control {
	struct event_base *base;
	const struct control_view *view;
	struct sockaddr_un path;
	char lock_path[sizeof(((struct sockaddr_un *)0)->sun_path) + 8];
	int lock;
	struct event *listener;
	struct client_list clients;
	size_t client_count;
	struct control_hooks hooks;
	struct client *capturing; /* NULL: nobody is */
	uint64_t lost;		  /* of its frames */
	uint64_t lost_told;
};

/* ------------------------------------------------------------- clients */

static void end_walk(struct client *client)
{
	if (client->turn)
		event_free(client->turn);
	client->turn = NULL;
	route_cursor_end(&client->cursor);
}

static void client_free(struct client *client)
{
	struct control *control = client->control;

	if (control->capturing == client) {
		control->capturing = NULL;
		control->hooks.capture_stop(control->hooks.context);
	}
	end_walk(client);
	TAILQ_REMOVE(&control->clients, client, link);
	control->client_count--;
	bufferevent_free(client->stream);
	free(client);
}

static size_t backlog(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

static void send_text(struct client *client, const char *text)
{
	evbuffer_add(bufferevent_get_output(client->stream), text,
		     strlen(text));
}

static void send_json(struct client *client, struct json_object *json)
{
	send_text(client,
		  json_object_to_json_string_ext(
			  json, JSON_C_TO_STRING_PLAIN |
					JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}

static void send_reply(struct client *client, struct json_object *reply)
{
	send_json(client, reply);
	send_text(client, "\n");
}

/* Who waits for us, or is sent frames, may be silent as long as he likes. */
static void set_deadlines(struct client *client)
{
	const struct timeval deadline = { .tv_sec = HG_CTL_TIMEOUT_S };
	bool may_be_silent = client->turn ||
			     client->control->capturing == client;

	bufferevent_set_timeouts(client->stream,
				 may_be_silent ? NULL : &deadline, &deadline);
}

static struct json_object *start_capture(struct client *client,
					 struct json_object *request)
{
	struct control *control = client->control;
	struct capture_request what = { 0 };
	struct json_object *refusal = capture_parse(request, &what);
	char error[CONTROL_ERROR_SIZE];

	if (refusal)
		return refusal;
	if (control->capturing)
		return request_failure("another client is capturing");
	if (control->hooks.capture_start(&what, control->hooks.context, error))
		return request_failure("%s", error);
	control->capturing = client;
	control->lost = 0;
	control->lost_told = 0;
	set_deadlines(client);
	return capture_head(control->view);
}

/* ------------------------------------------------------------- all routes */

/*
 * Always by a timer: then the event loop looks at all sockets between two
 * turns, which it does not do for what is made active at once.
 */
static void wait_for_turn(struct client *client)
{
	const struct timeval next = { 0 };

	if (!event_pending(client->turn, EV_TIMEOUT, NULL))
		event_add(client->turn, &next);
}

/* False if that was all. */
static bool tell_next_route(struct client *client)
{
	const struct control_view *view = client->control->view;
	const struct route *route;

	if (!route_cursor_next(&client->cursor, view->rib, &route))
		return false;
	if (!route)
		return true;
	if (client->told++)
		send_text(client, ",");
	send_json(client, show_whole_route(view, route));
	return true;
}

static void answer_input(struct client *client);

static void on_turn(evutil_socket_t fd, short what, void *argument)
{
	const uint64_t end_ms = clock_now_ms() + TURN_MS;
	struct client *client = argument;

	(void)fd, (void)what;
	while (backlog(client) < MAX_ROUTES_BACKLOG) {
		if (!tell_next_route(client)) {
			send_text(client, "]}\n");
			end_walk(client);
			set_deadlines(client);
			answer_input(client);
			return;
		}
		if (clock_now_ms() >= end_ms) {
			wait_for_turn(client);
			return;
		}
	}
	/* on_written() goes on. */
}

static void start_walk(struct client *client)
{
	struct control *control = client->control;

	client->turn = evtimer_new(control->base, on_turn, client);
	if (!client->turn ||
	    route_cursor_start(&client->cursor, control->view->rib)) {
		end_walk(client);
		send_reply(client, request_failure("out of memory"));
		return;
	}
	client->told = 0;
	set_deadlines(client);
	send_text(client, "{\"routes\":[");
	wait_for_turn(client);
}

/* ------------------------------------------------------------- requests */

static void answer(struct client *client, const char *line)
{
	struct json_object *request = request_parse(line);

	if (show_is_of_routes(request))
		start_walk(client);
	else if (capture_is_asked(request))
		send_reply(client, start_capture(client, request));
	else
		send_reply(client,
			   request_answer(client->control->view, request));
	json_object_put(request);
}

/* Frees the client as soon as he has what was sent to him. */
static void end_client(struct client *client)
{
	client->ended = true;
	bufferevent_disable(client->stream, EV_READ);
	if (!backlog(client))
		client_free(client);
}

/* In their order: what comes after a request for all routes waits for its end. */
static void answer_input(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	char *line;

	while (!client->turn &&
	       (line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
		answer(client, line);
		free(line);
	}
	if (client->turn)
		return;
	if (evbuffer_get_length(input) >= HG_CTL_MAX_REQUEST) {
		send_reply(client,
			   request_failure("a request has at most %d bytes",
					   HG_CTL_MAX_REQUEST));
		client->ended = true;
	}
	if (client->ended)
		end_client(client);
}

/* ------------------------------------------------------------- capture */

/* A frame has no place in the middle of the routes either. */
static bool is_behind(const struct client *client)
{
	return client->turn || backlog(client) > MAX_CAPTURE_BACKLOG;
}

void control_captured(struct control *control, const struct hg_capture *record,
		      const uint8_t *frame)
{
	struct client *client = control->capturing;

	if (!client)
		return;
	if (is_behind(client)) {
		control->lost++;
		return;
	}
	if (control->lost != control->lost_told) {
		send_reply(client, capture_lost(control->lost));
		control->lost_told = control->lost;
	}
	send_reply(client, capture_packet(control->view, record, frame));
}

void control_capture_lost(struct control *control, uint64_t count)
{
	control->lost += count;
}

/* ------------------------------------------------------------- events */

static void on_input(struct bufferevent *stream, void *argument)
{
	(void)stream;
	answer_input(argument);
}

/* Nothing of what was sent waits any more. */
static void on_written(struct bufferevent *stream, void *argument)
{
	struct client *client = argument;

	(void)stream;
	if (client->turn)
		wait_for_turn(client);
	else if (client->ended)
		client_free(client);
}

/* End of input, an error, or nothing for too long: what was asked is answered. */
static void on_event(struct bufferevent *stream, short what, void *argument)
{
	struct client *client = argument;

	(void)stream;
	if (!(what & BEV_EVENT_EOF)) {
		client_free(client);
		return;
	}
	client->ended = true;
	answer_input(client);
}

static void on_client(evutil_socket_t listener, short what, void *argument)
{
	struct control *control = argument;
	struct client *client = NULL;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (fd < 0)
		return;
	if (control->client_count < MAX_CLIENTS)
		client = calloc(1, sizeof(*client));
	if (client)
		client->stream = bufferevent_socket_new(control->base, fd,
							BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(fd);
		return;
	}
	client->control = control;
	TAILQ_INSERT_TAIL(&control->clients, client, link);
	control->client_count++;
	bufferevent_setcb(client->stream, on_input, on_written, on_event,
			  client);
	bufferevent_setwatermark(client->stream, EV_READ, 0,
				 HG_CTL_MAX_REQUEST);
	set_deadlines(client);
	bufferevent_enable(client->stream, EV_READ);
}

/* ------------------------------------------------------------- the socket */

/* Makes the folder of `path` if only that one is missing. */
static void make_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		mkdir(folder, FOLDER_MODE);
	}
}

static int take_lock(struct control *control, char error[CONTROL_ERROR_SIZE])
{
	int code;

	control->lock = open(control->lock_path, O_RDWR | O_CREAT | O_CLOEXEC,
			     LOCK_MODE);
	if (control->lock >= 0 && !flock(control->lock, LOCK_EX | LOCK_NB))
		return 0;
	code = errno;
	if (code == EWOULDBLOCK)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "%s: another headgate has this control socket; end it "
			 "or choose another --control-socket",
			 control->path.sun_path);
	else
		snprintf(error, CONTROL_ERROR_SIZE, "%s: %s",
			 control->lock_path, strerror(code));
	return code == EWOULDBLOCK ? -EBUSY : -code;
}

/* With the lock taken, a socket that stands there is nobody's. */
static int start_listening(struct control *control,
			   char error[CONTROL_ERROR_SIZE])
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int code;

	unlink(control->path.sun_path);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&control->path,
		 sizeof(control->path)) ||
	    chmod(control->path.sun_path, SOCKET_MODE) || listen(fd, BACKLOG)) {
		code = errno;
		snprintf(error, CONTROL_ERROR_SIZE, "%s: %s",
			 control->path.sun_path, strerror(code));
		if (fd >= 0)
			close(fd);
		return -code;
	}
	control->listener = event_new(control->base, fd, EV_READ | EV_PERSIST,
				      on_client, control);
	if (!control->listener) {
		close(fd);
		return -ENOMEM;
	}
	event_add(control->listener, NULL);
	return 0;
}

int control_new(struct event_base *base, const char *path,
		const struct control_view *view,
		const struct control_hooks *hooks, struct control **out,
		char error[CONTROL_ERROR_SIZE])
{
	struct control *control = calloc(1, sizeof(*control));
	int code;

	if (!control) {
		snprintf(error, CONTROL_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	control->lock = -1;
	control->base = base;
	control->view = view;
	control->hooks = *hooks;
	control->path.sun_family = AF_UNIX;
	TAILQ_INIT(&control->clients);
	snprintf(control->path.sun_path, sizeof(control->path.sun_path), "%s",
		 path);
	snprintf(control->lock_path, sizeof(control->lock_path), "%s.lock",
		 path);
	make_folder(path);
	code = take_lock(control, error);
	if (!code)
		code = start_listening(control, error);
	if (code) {
		control_free(control);
		return code;
	}
	*out = control;
	return 0;
}

void control_hang_up(struct control *control)
{
	struct client *client;

	if (!control)
		return;
	while ((client = TAILQ_FIRST(&control->clients)))
		client_free(client);
}

void control_free(struct control *control)
{
	if (!control)
		return;
	control_hang_up(control);
	if (control->listener) {
		unlink(control->path.sun_path);
		close(event_get_fd(control->listener));
		event_free(control->listener);
	}
	if (control->lock >= 0)
		close(control->lock);
	free(control);
}
