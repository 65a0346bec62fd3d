// SPDX-License-Identifier: BSD-2-Clause
/*
 * The control socket's server. A client has a bounded line and a deadline, and
 * there is a bounded number of clients, so that none of them can hold the agent
 * up or fill its memory.
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
#include "headgate/ctl.h"

enum {
	MAX_CLIENTS = 64,
	MAX_CAPTURE_BACKLOG = 1 << 20, /* bytes not yet taken by the client */
	BACKLOG = 16,
	LOCK_MODE = 0600,
	SOCKET_MODE = 0660, /* its group may look */
	FOLDER_MODE = 0755,
};

struct client {
	struct control *control;
	struct bufferevent *stream;
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

static void client_free(struct client *client)
{
	struct control *control = client->control;

	if (control->capturing == client) {
		control->capturing = NULL;
		control->hooks.capture_stop(control->hooks.context);
	}
	TAILQ_REMOVE(&control->clients, client, link);
	control->client_count--;
	bufferevent_free(client->stream);
	free(client);
}

static void on_written(struct bufferevent *stream, void *argument)
{
	(void)stream;
	client_free(argument);
}

static void send_reply(struct client *client, struct json_object *reply)
{
	struct evbuffer *output = bufferevent_get_output(client->stream);

	evbuffer_add_printf(output, "%s\n",
			    json_object_to_json_string_ext(
				    reply,
				    JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(reply);
}

/* From here on the client is sent frames; he may be silent as long as he likes. */
static struct json_object *start_capture(struct client *client,
					 struct json_object *request)
{
	const struct timeval deadline = { .tv_sec = HG_CTL_TIMEOUT_S };
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
	bufferevent_set_timeouts(client->stream, NULL, &deadline);
	return capture_head(control->view);
}

static void answer(struct client *client, const char *line)
{
	struct json_object *request = request_parse(line);

	send_reply(client,
		   capture_is_asked(request) ?
			   start_capture(client, request) :
			   request_answer(client->control->view, request));
	json_object_put(request);
}

/* ------------------------------------------------------------- capture */

static bool is_behind(const struct client *client)
{
	struct evbuffer *output = bufferevent_get_output(client->stream);

	return evbuffer_get_length(output) > MAX_CAPTURE_BACKLOG;
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
	struct client *client = argument;
	struct evbuffer *input = bufferevent_get_input(stream);
	char *line;

	while ((line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
		answer(client, line);
		free(line);
	}
	if (evbuffer_get_length(input) < HG_CTL_MAX_REQUEST)
		return;
	send_reply(client, request_failure("a request has at most %d bytes",
					   HG_CTL_MAX_REQUEST));
	bufferevent_disable(stream, EV_READ);
	bufferevent_setcb(stream, NULL, on_written, NULL, client);
}

/* End of input, an error, or nothing for too long: what was asked is answered. */
static void on_event(struct bufferevent *stream, short what, void *argument)
{
	struct client *client = argument;

	if ((what & BEV_EVENT_EOF) &&
	    evbuffer_get_length(bufferevent_get_output(stream)))
		bufferevent_setcb(stream, NULL, on_written, on_event, client);
	else
		client_free(client);
}

static void on_client(evutil_socket_t listener, short what, void *argument)
{
	const struct timeval deadline = { .tv_sec = HG_CTL_TIMEOUT_S };
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
	bufferevent_setcb(client->stream, on_input, NULL, on_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0,
				 HG_CTL_MAX_REQUEST);
	bufferevent_set_timeouts(client->stream, &deadline, &deadline);
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
