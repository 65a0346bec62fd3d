/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_EVENT_FOLLOWERS_H
#define CONTROL_EVENT_FOLLOWERS_H

/*
 * Clients that follow events: each gets the kept ones that it asks for, then each
 * new one. They are written in the clients' part of a turn of the loop, some for
 * each follower at a time. One that reads slowly waits without memory of its own:
 * its next event is a number in the ring, and when the ring has moved on it is
 * told how many are missing.
 */

#include <stddef.h>
#include <stdint.h>

#include "control/event_filter.h"
#include "core/work_queue.h"

struct json_object;
struct server_client;
struct work_turns;

enum event_followers_limits {
	EVENT_FOLLOWERS_MAX = 16,
};

struct event_follower {
	struct server_client *client;
	struct event_filter filter;
	uint64_t next; /* the event to look at next */
};

struct event_followers {
	struct work_turns *turns;
	struct work pump;
	struct event_follower list[EVENT_FOLLOWERS_MAX];
	size_t count;
	size_t turn; /* the one that is served next */
};

void event_followers_init(struct event_followers *followers,
			  struct work_turns *turns);
void event_followers_release(struct event_followers *followers);
/*
 * Add a client, by its request. Return the first line of its stream; or the reply
 * that refuses it, with "error".
 */
struct json_object *event_followers_add(struct event_followers *followers,
					const struct control_view *view,
					struct server_client *client,
					struct json_object *request);
/* Forget a client that closes, if it is one of them. */
void event_followers_remove(struct event_followers *followers,
			    const struct server_client *client);
/* Go on: a client has read what was written. */
void event_followers_wake(struct event_followers *followers);

#endif
