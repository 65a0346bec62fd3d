// SPDX-License-Identifier: BSD-2-Clause
/* The control protocol: requests and captures. See control.h. */

#include "control/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control_socket.h"
#include "control/dump.h"
#include "control/event_followers.h"
#include "control/json.h"
#include "control/pages/api.h"
#include "control/permission.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/server.h"
#include "control/show.h"
#include "core/log.h"
#include "headgate/ctl.h"

enum {
	MAX_CLIENTS = 64,
	MAX_CLIENTS_OF_USER = 16,
	/* Bytes that the client has not read yet. */
	MAX_CAPTURE_BACKLOG = 1 << 20,
};

struct control {
	const struct control_view *view;
	struct permission permission;
	struct control_socket socket;
	struct server *server;
	struct control_hooks hooks;
	struct event_followers followers;
	struct server_client *capturing; /* NULL: none */
	uint64_t lost;			 /* frames of the capture */
	uint64_t lost_reported;
};

static void send_line(struct server_client *client, struct json_object *json)
{
	struct evbuffer *out = server_output(client);

	reply_write_json(out, json);
	evbuffer_add(out, "\n", 1);
}

/* Send a whole reply. */
static void send_reply(struct server_client *client, struct json_object *json)
{
	json_object_object_add(json, "schema",
			       json_object_new_int(HG_CTL_SCHEMA));
	send_line(client, json);
}

/* ------------------------------------------------------------- capture */

static void start_client_capture(struct control *control,
				 struct server_client *client,
				 struct json_object *request)
{
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
		send_line(client, failure);
		return;
	}
	control->capturing = client;
	control->lost = 0;
	control->lost_reported = 0;
	server_set_patient(client);
	send_line(client, capture_head(control->view));
}

/* While a reply is written no frame can be sent either. */
static bool is_behind(const struct server_client *client)
{
	return server_is_replying(client) ||
	       evbuffer_get_length(server_output(client)) > MAX_CAPTURE_BACKLOG;
}

void control_captured(struct control *control, const struct hg_capture *record,
		      const uint8_t *frame)
{
	struct server_client *client = control->capturing;

	if (!client)
		return;
	if (is_behind(client)) {
		control->lost++;
		return;
	}
	if (control->lost != control->lost_reported) {
		send_line(client, capture_lost(control->lost));
		control->lost_reported = control->lost;
	}
	send_line(client, capture_packet(control->view, record, frame));
}

void control_capture_lost(struct control *control, uint64_t count)
{
	control->lost += count;
}

static void on_client_closed(struct server_client *client, void *context)
{
	struct control *control = context;

	event_followers_remove(&control->followers, client);
	if (control->capturing != client)
		return;
	control->capturing = NULL;
	control->hooks.capture_stop(control->hooks.context);
}

/* ------------------------------------------------------------- requests */

static void begin_reply(struct control *control, struct server_client *client,
			const struct control_verb *verb,
			struct json_object *request)
{
	struct json_object *failure;
	struct reply *reply = api_list(control->view, verb, request, &failure);

	if (!reply && !failure)
		failure = request_failure("%s: out of memory", verb->name);
	if (failure)
		send_line(client, failure);
	else
		server_begin_reply(client, reply);
}

/* Return the reason that goes to the peer, or NULL and the reply. */
static const char *reason_of(struct json_object *request,
			     struct json_object **failure)
{
	const char *reason = json_get_text(request, "reason");

	if (!reason)
		return "";
	if (strlen(reason) <= BGP_SHUTDOWN_TEXT_MAX)
		return reason;
	*failure = request_failure("reason: %zu bytes; must be at most %d (RFC "
				   "9003)",
				   strlen(reason), BGP_SHUTDOWN_TEXT_MAX);
	return NULL;
}

/* Carry out an order. The reply is the neighbor after it. */
static struct json_object *take_order(struct control *control,
				      const struct control_verb *verb,
				      struct json_object *request)
{
	const struct control_hooks *hooks = &control->hooks;
	const char *name = json_get_text(request, "neighbor");
	struct json_object *failure = NULL;
	const char *reason = reason_of(request, &failure);
	char error[CONTROL_ERROR_SIZE];

	if (!reason)
		return failure;
	if (hooks->order(name ? name : "", verb->order, reason,
			 hooks->order_context, error))
		return request_failure("%s", error);
	return show_neighbor(control->view, request);
}

/* Carry out an order to drain. The reply is the order that is in force. */
static struct json_object *take_drain(struct control *control, bool drain,
				      struct json_object *request)
{
	const struct control_hooks *hooks = &control->hooks;
	struct drain_order order;
	struct json_object *failure = drain_order_parse(request, drain, &order);
	char error[CONTROL_ERROR_SIZE];

	if (failure)
		return failure;
	if (hooks->drain(&order, hooks->drain_context, error))
		return request_failure("%s", error);
	return drain_order_reply(control->view, &order);
}

/* Read the configuration again. The reply says what has changed. */
static struct json_object *take_reload(struct control *control, bool confirms,
				       struct json_object *request)
{
	const struct control_hooks *hooks = &control->hooks;
	struct reload_order order;
	struct json_object *json = reload_order_parse(request, &order);
	struct reload_reply *reply;

	if (json)
		return json;
	order.confirms = confirms;
	reply = reload_reply_new();
	if (!reply)
		return request_failure("reload: out of memory");
	hooks->reload(&order, reply, hooks->reload_context);
	if (!order.dry_run && !confirms)
		reload_reply_log(reply);
	json = reload_reply_json(reply, &order);
	reload_reply_free(reply);
	return json;
}

/* Refuse what the user at the other end may not ask. */
static struct json_object *refuse_request(const struct server_client *client,
					  const struct control_verb *verb)
{
	struct json_object *reply = request_failure(
		"%s: not permitted: needs root or a member of the group %s",
		verb->name,
		verb->level == CONTROL_CHANGE ? "headgate-admin" :
						"headgate or headgate-admin");

	log_event(EVENT_REQUEST_REFUSED, NULL,
		  "user %u: %s refused: not permitted", server_user(client),
		  verb->name);
	json_add_bool(reply, "permitted", false);
	return reply;
}

/*
 * Give a copy of the connection away: what follows is no request any more. A
 * refusal is a reply.
 */
static enum server_verdict begin_handover(struct control *control,
					  struct server_client *client)
{
	const struct control_hooks *hooks = &control->hooks;
	int fd = fcntl(server_fd(client), F_DUPFD_CLOEXEC, 0);
	char error[CONTROL_ERROR_SIZE];

	if (fd < 0)
		send_line(client, request_failure("%s", strerror(errno)));
	else if (hooks->handover(fd, hooks->handover_context, error))
		send_line(client, request_failure("%s", error));
	return SERVER_LAST;
}

static enum server_verdict answer_line(struct control *control,
				       struct server_client *client,
				       const char *line)
{
	enum server_verdict verdict = SERVER_TAKEN;
	struct json_object *request = request_parse(line), *failure;
	const struct control_verb *verb = request_find_verb(request, &failure);

	if (!verb)
		send_line(client, failure);
	else if (server_level(client) < verb->level)
		send_line(client, refuse_request(client, verb));
	else if (verb->stream == CONTROL_STREAM_CAPTURE)
		start_client_capture(control, client, request);
	else if (verb->stream == CONTROL_STREAM_EVENTS)
		send_line(client,
			  event_followers_add(&control->followers,
					      control->view, client, request));
	else if (verb->stream == CONTROL_STREAM_HANDOVER)
		verdict = begin_handover(control, client);
	else if (verb->stream == CONTROL_STREAM_ORDER)
		send_reply(client, take_order(control, verb, request));
	else if (verb->stream == CONTROL_STREAM_DRAIN ||
		 verb->stream == CONTROL_STREAM_UNDRAIN)
		send_reply(client,
			   take_drain(control,
				      verb->stream == CONTROL_STREAM_DRAIN,
				      request));
	else if (verb->stream == CONTROL_STREAM_RELOAD ||
		 verb->stream == CONTROL_STREAM_CONFIRM)
		send_reply(client,
			   take_reload(control,
				       verb->stream == CONTROL_STREAM_CONFIRM,
				       request));
	else if (verb->stream != CONTROL_STREAM_NONE)
		begin_reply(control, client, verb, request);
	else
		send_reply(client, verb->answer(control->view, request));
	json_object_put(request);
	return verdict;
}

static enum server_verdict take_line(struct server_client *client,
				     void *context)
{
	struct evbuffer *input = server_input(client);
	char *line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF);
	enum server_verdict verdict;

	if (line) {
		verdict = answer_line(context, client, line);
		free(line);
		return verdict;
	}
	/* All output is read. */
	event_followers_wake(&((struct control *)context)->followers);
	if (evbuffer_get_length(input) < HG_CTL_MAX_REQUEST)
		return SERVER_INCOMPLETE;
	send_line(client, request_failure("request: longer than %d bytes",
					  HG_CTL_MAX_REQUEST));
	return SERVER_LAST;
}

/* ------------------------------------------------------------- life */

static void share_socket(struct control *control)
{
	const struct control_socket *file = &control->socket;
	const char *path = file->is_staged ? file->staged.sun_path :
					     file->path.sun_path;
	int code;

	permission_init(&control->permission);
	code = permission_share(&control->permission, path);
	if (code)
		log_event(EVENT_SOCKET_NOT_SHARED, NULL,
			  "%s: not open to the group headgate-admin: %s; its "
			  "members need the group headgate, too",
			  path, strerror(-code));
}

static unsigned int level_of_client(int fd, void *context)
{
	const struct control *control = context;

	return permission_of_socket(&control->permission, fd);
}

static int serve_clients(struct event_base *base, struct work_turns *turns,
			 struct control *control, int listener,
			 char error[CONTROL_ERROR_SIZE])
{
	const struct server_options options = {
		.name = "control socket",
		.max_clients = MAX_CLIENTS,
		.max_clients_of_user = MAX_CLIENTS_OF_USER,
		.max_request = HG_CTL_MAX_REQUEST,
		.timeout_s = HG_CTL_TIMEOUT_S,
		.level = level_of_client,
		.take = take_line,
		.closed = on_client_closed,
		.context = control,
	};

	share_socket(control);
	event_followers_init(&control->followers, turns);
	control->server = server_new(base, turns, listener, &options);
	if (control->server)
		return 0;
	snprintf(error, CONTROL_ERROR_SIZE, "out of memory");
	return -ENOMEM;
}

/* Return the listening socket, or -errno. */
static int open_control_socket(struct control_socket *file, const char *path,
			       int lock, char error[CONTROL_ERROR_SIZE])
{
	int code;

	if (lock >= 0)
		return control_socket_stage(file, path, lock, error);
	code = control_socket_lock(file, path, error);
	return code ? code : control_socket_listen(file, error);
}

int control_new(struct event_base *base, struct work_turns *turns,
		const char *path, int lock, const struct control_view *view,
		const struct control_hooks *hooks, struct control **out,
		char error[CONTROL_ERROR_SIZE])
{
	struct control *control = calloc(1, sizeof(*control));
	int code;

	if (!control) {
		snprintf(error, CONTROL_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	control->view = view;
	control->hooks = *hooks;
	code = open_control_socket(&control->socket, path, lock, error);
	if (code >= 0)
		code = serve_clients(base, turns, control, code, error);
	if (code) {
		control_free(control);
		return code;
	}
	*out = control;
	return 0;
}

int control_lock(const struct control *control)
{
	return control->socket.lock;
}

int control_publish(struct control *control)
{
	return control_socket_publish(&control->socket);
}

void control_hang_up(struct control *control)
{
	if (control)
		server_hang_up(control->server);
}

void control_free(struct control *control)
{
	if (!control)
		return;
	server_free(control->server);
	event_followers_release(&control->followers);
	control_socket_close(&control->socket);
	free(control);
}
