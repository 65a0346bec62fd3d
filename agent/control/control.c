// SPDX-License-Identifier: BSD-2-Clause
/*
 * The server of the control socket. The number of clients, the length of a
 * request and the time for it are bounded, so that no client can block the
 * agent or fill its memory. For the same reason all routes are sent in turns of
 * a bounded time, as fast as the client reads.
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
#include "control/show.h"
#include "core/clock.h"
#include "headgate/ctl.h"

enum {
	MAX_CLIENTS = 64,
	/* Bytes that the client has not read yet. */
	MAX_CAPTURE_BACKLOG = 1 << 20,
	MAX_ROUTES_BACKLOG = 1 << 20,
	LISTEN_BACKLOG = 16, /* connections */
	TURN_MS = 2,
	LOCK_MODE = 0600,
	SOCKET_MODE = 0660, /* the group may connect */
	FOLDER_MODE = 0755,
};

struct client {
	struct control *control;
	struct bufferevent *stream;
	struct event *turn; /* NULL: no walk over the routes */
	struct route_cursor cursor;
	size_t routes_sent; /* of the walk */
	bool ended;	    /* to be freed when all output is written */
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
	struct client *capturing; /* NULL: none */
	uint64_t lost;		  /* frames of the capture */
	uint64_t lost_reported;
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

static size_t output_backlog(const struct client *client)
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

/* A client that waits for routes or captures may be silent for any time. */
static void set_client_deadlines(struct client *client)
{
	const struct timeval deadline = { .tv_sec = HG_CTL_TIMEOUT_S };
	bool may_be_silent = client->turn ||
			     client->control->capturing == client;

	bufferevent_set_timeouts(client->stream,
				 may_be_silent ? NULL : &deadline, &deadline);
}

/* ------------------------------------------------------------- routes */

/*
 * Schedule the next turn by a timer of 0: the event loop looks at all sockets
 * before it runs, which it would not do with event_active().
 */
static void wait_for_turn(struct client *client)
{
	const struct timeval next = { 0 };

	if (!event_pending(client->turn, EV_TIMEOUT, NULL))
		event_add(client->turn, &next);
}

/* Return false if there are no more routes. */
static bool send_next_route(struct client *client)
{
	const struct control_view *view = client->control->view;
	const struct route *route;

	if (!route_cursor_next(&client->cursor, view->rib, &route))
		return false;
	if (!route)
		return true;
	if (client->routes_sent++)
		send_text(client, ",");
	send_json(client, show_whole_route(view, route));
	return true;
}

static void answer_input(struct client *client);

static void on_client_turn(evutil_socket_t fd, short what, void *argument)
{
	const uint64_t end_ms = clock_now_ms() + TURN_MS;
	struct client *client = argument;

	(void)fd, (void)what;
	while (output_backlog(client) < MAX_ROUTES_BACKLOG) {
		if (!send_next_route(client)) {
			send_text(client, "]}\n");
			end_walk(client);
			set_client_deadlines(client);
			answer_input(client);
			return;
		}
		if (clock_now_ms() >= end_ms) {
			wait_for_turn(client);
			return;
		}
	}
	/* on_client_output() continues. */
}

static void start_walk(struct client *client)
{
	struct control *control = client->control;

	client->turn = evtimer_new(control->base, on_client_turn, client);
	if (!client->turn ||
	    route_cursor_start(&client->cursor, control->view->rib)) {
		end_walk(client);
		send_reply(client,
			   request_failure("show routes: out of memory"));
		return;
	}
	client->routes_sent = 0;
	set_client_deadlines(client);
	send_text(client, "{\"routes\":[");
	wait_for_turn(client);
}

/* ------------------------------------------------------------- capture */

static void start_client_capture(struct client *client,
				 struct json_object *request)
{
	struct control *control = client->control;
	struct capture_request capture = { 0 };
	struct json_object *failure = capture_parse(request, &capture);
	char error[CONTROL_ERROR_SIZE];

	if (!failure && control->capturing)
		failure = request_failure("capture: another client captures; "
					  "end it first");
	if (!failure && control->hooks.capture_start(
				&capture, control->hooks.context, error))
		failure = request_failure("%s", error);
	if (failure) {
		send_reply(client, failure);
		return;
	}
	control->capturing = client;
	control->lost = 0;
	control->lost_reported = 0;
	set_client_deadlines(client);
	send_reply(client, capture_head(control->view));
}

/* During a walk over the routes no frame can be sent either. */
static bool is_behind(const struct client *client)
{
	return client->turn || output_backlog(client) > MAX_CAPTURE_BACKLOG;
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
	if (control->lost != control->lost_reported) {
		send_reply(client, capture_lost(control->lost));
		control->lost_reported = control->lost;
	}
	send_reply(client, capture_packet(control->view, record, frame));
}

void control_capture_lost(struct control *control, uint64_t count)
{
	control->lost += count;
}

/* ------------------------------------------------------------- requests */

static void answer_line(struct client *client, const char *line)
{
	struct json_object *request = request_parse(line), *failure;
	const struct control_verb *verb = request_find_verb(request, &failure);

	if (!verb)
		send_reply(client, failure);
	else if (verb->stream == CONTROL_STREAM_ROUTES)
		start_walk(client);
	else if (verb->stream == CONTROL_STREAM_CAPTURE)
		start_client_capture(client, request);
	else
		send_reply(client,
			   verb->answer(client->control->view, request));
	json_object_put(request);
}

/* Free the client as soon as all output is written. */
static void end_client(struct client *client)
{
	client->ended = true;
	bufferevent_disable(client->stream, EV_READ);
	if (!output_backlog(client))
		client_free(client);
}

/* Answer requests in order: during a walk over the routes, later ones wait. */
static void answer_input(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	char *line;

	while (!client->turn &&
	       (line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
		answer_line(client, line);
		free(line);
	}
	if (client->turn)
		return;
	if (evbuffer_get_length(input) >= HG_CTL_MAX_REQUEST) {
		send_reply(client,
			   request_failure("request: longer than %d bytes",
					   HG_CTL_MAX_REQUEST));
		client->ended = true;
	}
	if (client->ended)
		end_client(client);
}

/* ------------------------------------------------------------- events */

static void on_client_input(struct bufferevent *stream, void *argument)
{
	(void)stream;
	answer_input(argument);
}

/* All output is written: continue the walk, or free a client that ended. */
static void on_client_output(struct bufferevent *stream, void *argument)
{
	struct client *client = argument;

	(void)stream;
	if (client->turn)
		wait_for_turn(client);
	else if (client->ended)
		client_free(client);
}

/* At the end of input answer what was asked; at an error or a timeout do not. */
static void on_client_event(struct bufferevent *stream, short what,
			    void *argument)
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

static void on_connection(evutil_socket_t listener, short what, void *argument)
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
	bufferevent_setcb(client->stream, on_client_input, on_client_output,
			  on_client_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0,
				 HG_CTL_MAX_REQUEST);
	set_client_deadlines(client);
	bufferevent_enable(client->stream, EV_READ);
}

/* ------------------------------------------------------------- the socket */

/* Make the folder of `path`, but not the folders above it. */
static void make_socket_folder(const char *path)
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

static int lock_socket_path(struct control *control,
			    char error[CONTROL_ERROR_SIZE])
{
	int code;

	control->lock = open(control->lock_path, O_RDWR | O_CREAT | O_CLOEXEC,
			     LOCK_MODE);
	if (control->lock >= 0 && !flock(control->lock, LOCK_EX | LOCK_NB))
		return 0;
	code = errno;
	if (code == EWOULDBLOCK)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "%s: another headgate listens on this control socket; "
			 "stop it or choose another --control-socket",
			 control->path.sun_path);
	else
		snprintf(error, CONTROL_ERROR_SIZE, "%s: %s",
			 control->lock_path, strerror(code));
	return code == EWOULDBLOCK ? -EBUSY : -code;
}

/* The lock is held, so a socket in the way is left from an agent that died. */
static int start_listening(struct control *control,
			   char error[CONTROL_ERROR_SIZE])
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int code;

	unlink(control->path.sun_path);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&control->path,
		 sizeof(control->path)) ||
	    chmod(control->path.sun_path, SOCKET_MODE) ||
	    listen(fd, LISTEN_BACKLOG)) {
		code = errno;
		snprintf(error, CONTROL_ERROR_SIZE, "%s: %s",
			 control->path.sun_path, strerror(code));
		if (fd >= 0)
			close(fd);
		return -code;
	}
	control->listener = event_new(control->base, fd, EV_READ | EV_PERSIST,
				      on_connection, control);
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
	make_socket_folder(path);
	code = lock_socket_path(control, error);
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
