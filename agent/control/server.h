/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

/*
 * Clients of a listening socket: the control socket (control.c) and metrics
 * (metrics.c). None of them can hold the event loop, fill memory or keep the
 * others out:
 *
 * - all clients together have a limited time in a turn of the loop
 *   (core/work_turns.h), one request or one part of a reply after the other, each
 *   client in its turn; within it a request is answered in the turn it arrives;
 * - a client's next request waits until all output is written, and so does a
 *   reply of which too much is not read yet;
 * - a request must arrive within a time that no byte extends, and output must
 *   make progress within the same time;
 * - the number of clients is limited, in all and of each user but root.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct evbuffer;
struct event_base;
struct reply;
struct server;
struct server_client;
struct work_turns;

enum server_limits {
	SERVER_MAX_BACKLOG = 1 << 18, /* bytes that the client has not read */
};

/* The result of a look at the input of a client. */
enum server_verdict {
	SERVER_INCOMPLETE, /* no whole request yet */
	SERVER_TAKEN,	   /* a request is removed from the input */
	SERVER_LAST,	   /* likewise; close when all output is written */
};

struct server_options {
	const char *name; /* in log lines */
	size_t max_clients;
	size_t max_clients_of_user; /* on a Unix socket; 0: no limit */
	size_t max_request;	    /* bytes of input that are kept */
	unsigned int timeout_s;	    /* for a request, and progress of output */
	unsigned int reply_timeout_s; /* for a whole reply; 0: no limit */
	/* Return what a client may do, for server_level(). NULL: 0. */
	unsigned int (*level)(int fd, void *context);
	/* Take one request from the input and answer it. */
	enum server_verdict (*take)(struct server_client *client,
				    void *context);
	/* A client is about to be freed. NULL: of no interest. */
	void (*closed)(struct server_client *client, void *context);
	void *context;
};

/*
 * Serve `listener`, which belongs to the server from then on. NULL: out of
 * memory. The caller frees with server_free().
 */
struct server *server_new(struct event_base *base, struct work_turns *turns,
			  int listener, const struct server_options *options);
/* Close all connections, and accept no more. */
void server_hang_up(struct server *server);
void server_free(struct server *server);

/* Return the listening socket, or -1 after server_hang_up(). */
int server_listener(const struct server *server);
int server_fd(const struct server_client *client);
struct evbuffer *server_input(const struct server_client *client);
struct evbuffer *server_output(const struct server_client *client);
unsigned int server_level(const struct server_client *client);
uid_t server_user(const struct server_client *client);
/* Answer the request that was taken by this reply, which the client frees. */
void server_begin_reply(struct server_client *client, struct reply *reply);
/* True while a reply is written. */
bool server_is_replying(const struct server_client *client);
/* The client may be silent for any time from now on: it gets a stream. */
void server_set_patient(struct server_client *client);

#endif
