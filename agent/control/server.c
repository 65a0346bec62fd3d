// SPDX-License-Identifier: BSD-2-Clause
/* Clients in turns. See server.h. */

#include "control/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/reply.h"
#include "core/acceptor.h"
#include "core/log.h"
#include "core/work_turns.h"

struct server_client {
	struct server *server;
	struct bufferevent *stream;
	struct event *deadline; /* of the request, or of the reply */
	struct reply *reply;	/* NULL: none is being written */
	uid_t user;
	unsigned int level; /* by the options' function */
	bool input_end;	    /* the client sends nothing more */
	bool is_last;	    /* to be freed when all output is written */
	bool is_patient;
	struct work turn;
	TAILQ_ENTRY(server_client) link;
};

TAILQ_HEAD(server_client_list, server_client);

struct server {
	struct event_base *base;
	struct server_options options;
	struct acceptor *acceptor;
	struct work_turns *turns;
	struct server_client_list clients;
	size_t count;
	bool is_full; /* and this is logged */
};

/* ------------------------------------------------------------- clients */

static void client_close(struct server_client *client)
{
	struct server *server = client->server;

	if (server->options.closed)
		server->options.closed(client, server->options.context);
	work_queue_remove(&server->turns->queue, &client->turn);
	TAILQ_REMOVE(&server->clients, client, link);
	server->count--;
	reply_free(client->reply);
	bufferevent_free(client->stream);
	event_free(client->deadline);
	free(client);
}

int server_listener(const struct server *server)
{
	return server->acceptor ? acceptor_fd(server->acceptor) : -1;
}

int server_fd(const struct server_client *client)
{
	return bufferevent_getfd(client->stream);
}

struct evbuffer *server_input(const struct server_client *client)
{
	return bufferevent_get_input(client->stream);
}

struct evbuffer *server_output(const struct server_client *client)
{
	return bufferevent_get_output(client->stream);
}

unsigned int server_level(const struct server_client *client)
{
	return client->level;
}

uid_t server_user(const struct server_client *client)
{
	return client->user;
}

void server_begin_reply(struct server_client *client, struct reply *reply)
{
	client->reply = reply;
}

bool server_is_replying(const struct server_client *client)
{
	return client->reply;
}

void server_set_patient(struct server_client *client)
{
	client->is_patient = true;
}

static size_t unread_size(const struct server_client *client)
{
	return evbuffer_get_length(server_output(client));
}

/* ------------------------------------------------------------- deadlines */

static void set_deadline(struct server_client *client, unsigned int seconds)
{
	const struct timeval wait = { .tv_sec = seconds };

	event_del(client->deadline);
	if (seconds && !client->is_patient)
		event_add(client->deadline, &wait);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	client_close(context);
}

/* ------------------------------------------------------------- turns */

/* Go on with a client's request or reply after those of others. */
static void make_ready(struct server_client *client)
{
	work_queue_add(&client->server->turns->queue, &client->turn);
}

static void end_client(struct server_client *client)
{
	client->is_last = true;
	bufferevent_disable(client->stream, EV_READ);
	if (!unread_size(client))
		client_close(client);
}

/*
 * Write what the socket takes at once: the stream would in the next turn of the
 * loop. It calls on_client_output() then, as if it had written this itself.
 */
static void write_output(struct server_client *client)
{
	struct evbuffer *out = server_output(client);

	evbuffer_unfreeze(out, 1);
	evbuffer_write(out, bufferevent_getfd(client->stream));
	evbuffer_freeze(out, 1);
}

/* Write the next part of the reply. on_client_output() goes on if this waits. */
static void write_part(struct server_client *client)
{
	if (unread_size(client) >= SERVER_MAX_BACKLOG)
		return;
	if (client->reply->type->write(client->reply, server_output(client))) {
		make_ready(client);
		return;
	}
	reply_free(client->reply);
	client->reply = NULL;
	if (client->is_last)
		end_client(client);
}

/* Answer one request. on_client_output() looks for the next one. */
static void answer_request(struct server_client *client)
{
	const struct server_options *options = &client->server->options;
	enum server_verdict verdict;

	if (unread_size(client))
		return;
	verdict = options->take(client, options->context);
	if (verdict == SERVER_INCOMPLETE) {
		if (client->input_end)
			end_client(client);
		return;
	}
	set_deadline(client, options->reply_timeout_s);
	if (client->reply)
		make_ready(client);
	else
		write_output(client);
	if (verdict != SERVER_LAST)
		return;
	if (client->reply)
		client->is_last = true;
	else
		end_client(client);
}

static void take_turn(void *context)
{
	struct server_client *client = context;

	if (client->reply)
		write_part(client);
	else
		answer_request(client);
}

/* ------------------------------------------------------------- events */

static void on_client_input(struct bufferevent *stream, void *context)
{
	struct server_client *client = context;

	(void)stream;
	if (!client->reply && !client->is_last)
		work_turns_run(client->server->turns, &client->turn);
}

/* All output is written: a reply goes on, or the next request has its turn. */
static void on_client_output(struct bufferevent *stream, void *context)
{
	struct server_client *client = context;

	(void)stream;
	if (client->reply) {
		make_ready(client);
	} else if (client->is_last) {
		client_close(client);
	} else {
		set_deadline(client, client->server->options.timeout_s);
		make_ready(client);
	}
}

/* At the end of input answer what was asked; at an error or a timeout do not. */
static void on_client_event(struct bufferevent *stream, short what,
			    void *context)
{
	struct server_client *client = context;

	(void)stream;
	if (!(what & BEV_EVENT_EOF)) {
		client_close(client);
		return;
	}
	client->input_end = true;
	if (!client->reply && !client->is_last)
		make_ready(client);
}

/* ------------------------------------------------------------- accepting */

/* Return the user at the other end of a Unix socket; root for a TCP socket. */
static uid_t user_of(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return 0;
	return peer.uid;
}

static size_t count_of_user(const struct server *server, uid_t user)
{
	const struct server_client *client;
	size_t count = 0;

	TAILQ_FOREACH(client, &server->clients, link)
		count += client->user == user;
	return count;
}

static bool may_connect(struct server *server, uid_t user)
{
	const struct server_options *options = &server->options;
	bool is_full = server->count >= options->max_clients;

	if (is_full && !server->is_full)
		log_event(EVENT_CLIENTS_REFUSED, NULL,
			  "%s: connections closed: limit of %zu reached",
			  options->name, options->max_clients);
	server->is_full = is_full;
	if (is_full || !options->max_clients_of_user || !user)
		return !is_full;
	return count_of_user(server, user) < options->max_clients_of_user;
}

/* Return NULL if out of memory; `fd` is not closed then. */
static struct server_client *client_new(struct server *server, int fd)
{
	struct server_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->server = server;
	client->turn = (struct work){ .run = take_turn,
				      .context = client,
				      .name = "request of a client" };
	client->deadline = evtimer_new(server->base, on_deadline, client);
	client->stream =
		bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (client->deadline && client->stream)
		return client;
	if (client->deadline)
		event_free(client->deadline);
	free(client);
	return NULL;
}

static void add_client(struct server *server, int fd, uid_t user)
{
	const struct timeval progress = {
		.tv_sec = server->options.timeout_s,
	};
	struct server_client *client = client_new(server, fd);

	if (!client) {
		close(fd);
		return;
	}
	client->user = user;
	if (server->options.level)
		client->level =
			server->options.level(fd, server->options.context);
	TAILQ_INSERT_TAIL(&server->clients, client, link);
	server->count++;
	bufferevent_setcb(client->stream, on_client_input, on_client_output,
			  on_client_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0,
				 server->options.max_request);
	bufferevent_set_timeouts(client->stream, NULL, &progress);
	set_deadline(client, server->options.timeout_s);
	bufferevent_enable(client->stream, EV_READ);
}

static int take_client(int listener, void *context)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct server *server = context;
	uid_t user;

	if (fd < 0)
		return -errno;
	user = user_of(fd);
	if (may_connect(server, user))
		add_client(server, fd, user);
	else
		close(fd);
	return 0;
}

/* ------------------------------------------------------------- life */

struct server *server_new(struct event_base *base, struct work_turns *turns,
			  int listener, const struct server_options *options)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		close(listener);
		return NULL;
	}
	server->base = base;
	server->turns = turns;
	server->options = *options;
	TAILQ_INIT(&server->clients);
	server->acceptor = acceptor_new(base, NULL, listener, options->name,
					take_client, server);
	if (server->acceptor)
		return server;
	close(listener);
	free(server);
	return NULL;
}

void server_hang_up(struct server *server)
{
	struct server_client *client;

	if (!server)
		return;
	while ((client = TAILQ_FIRST(&server->clients)))
		client_close(client);
	acceptor_free(server->acceptor);
	server->acceptor = NULL;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	server_hang_up(server);
	free(server);
}
