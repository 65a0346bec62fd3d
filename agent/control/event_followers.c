// SPDX-License-Identifier: BSD-2-Clause
/* Clients that follow events. See event_followers.h. */

#include "control/event_followers.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <unistd.h>

#include "control/json.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/server.h"
#include "control/show_events.h"
#include "core/event_ring.h"
#include "core/log.h"
#include "core/work_turns.h"

enum {
	EVENTS_AT_ONCE = 16, /* written to one follower in one piece of work */
	LOOKS_AT_ONCE = 512, /* at events that it may not want */
};

static void send_follower_line(const struct event_follower *follower,
			       struct json_object *json)
{
	struct evbuffer *out = server_output(follower->client);

	reply_write_json(out, json);
	evbuffer_add(out, "\n", 1);
}

static bool follower_is_behind(const struct event_follower *follower)
{
	return evbuffer_get_length(server_output(follower->client)) >=
	       SERVER_MAX_BACKLOG;
}

static bool has_work(const struct event_follower *follower)
{
	return follower->next < event_ring_next(log_events_kept()) &&
	       !follower_is_behind(follower);
}

/* Tell a follower of the events that it can get no more. */
static void skip_lost(struct event_follower *follower)
{
	uint64_t oldest = event_ring_oldest(log_events_kept());
	struct json_object *line;

	if (follower->next >= oldest)
		return;
	line = json_object_new_object();
	json_add_number(line, "missed", oldest - follower->next);
	send_follower_line(follower, line);
	follower->next = oldest;
}

static void send_some(struct event_follower *follower)
{
	const struct event_ring *ring = log_events_kept();
	unsigned int looked = 0, sent = 0;
	const struct event *event;

	skip_lost(follower);
	while (sent < EVENTS_AT_ONCE && looked++ < LOOKS_AT_ONCE &&
	       !follower_is_behind(follower) &&
	       (event = event_ring_find(ring, follower->next))) {
		follower->next++;
		if (!event_filter_takes(&follower->filter, event))
			continue;
		send_follower_line(follower,
				   json_wrap("event", show_event(event)));
		sent++;
	}
}

static struct event_follower *next_with_work(struct event_followers *followers)
{
	for (size_t i = 0; i < followers->count; i++) {
		struct event_follower *follower =
			&followers->list[followers->turn++ % followers->count];

		if (has_work(follower))
			return follower;
	}
	return NULL;
}

/* Serve one follower, and come again while there is work. */
static void pump(void *context)
{
	struct event_followers *followers = context;
	struct event_follower *follower = next_with_work(followers);

	if (!follower)
		return;
	send_some(follower);
	event_followers_wake(followers);
}

void event_followers_wake(struct event_followers *followers)
{
	if (followers->count)
		work_queue_add(&followers->turns->queue, &followers->pump);
}

static void on_event_added(void *context)
{
	event_followers_wake(context);
}

void event_followers_init(struct event_followers *followers,
			  struct work_turns *turns)
{
	*followers = (struct event_followers){
		.turns = turns,
		.pump = { .run = pump, .context = followers, .name = "events" },
	};
	log_follow_events(on_event_added, followers);
}

void event_followers_release(struct event_followers *followers)
{
	if (!followers->turns)
		return;
	log_follow_events(NULL, NULL);
	work_queue_remove(&followers->turns->queue, &followers->pump);
	followers->count = 0;
}

static struct json_object *head_line(void)
{
	const struct event_ring *ring = log_events_kept();
	struct json_object *out = json_object_new_object();

	json_add_number(out, "pid", (uint64_t)getpid());
	json_add_number(out, "oldest", event_ring_oldest(ring));
	json_add_number(out, "next", event_ring_next(ring));
	return json_wrap("events", out);
}

struct json_object *event_followers_add(struct event_followers *followers,
					const struct control_view *view,
					struct server_client *client,
					struct json_object *request)
{
	struct event_follower follower = { .client = client };
	struct json_object *failure;

	if (followers->count == EVENT_FOLLOWERS_MAX)
		return request_failure("events: limit of %d followers reached",
				       EVENT_FOLLOWERS_MAX);
	failure = event_filter_parse(view, request, &follower.filter);
	if (failure)
		return failure;
	follower.next = follower.filter.after ?
				follower.filter.after + 1 :
				event_ring_oldest(log_events_kept());
	followers->list[followers->count++] = follower;
	server_set_patient(client);
	event_followers_wake(followers);
	return head_line();
}

void event_followers_remove(struct event_followers *followers,
			    const struct server_client *client)
{
	for (size_t i = 0; i < followers->count; i++)
		if (followers->list[i].client == client) {
			followers->list[i] =
				followers->list[--followers->count];
			return;
		}
}
