// SPDX-License-Identifier: BSD-2-Clause
/* Batches of routes, from their owner to the neighbors. See announcer.h. */

#include "bgp/session/announcer.h"

#include "bgp/session/speaker.h"
#include "core/clock.h"

enum {
	/* A neighbor's share, up to 2,048 routes, while others wait. */
	BATCHES_AT_ONCE = 8,
};

bool bgp_announcer_has_room(const struct bgp_neighbor *neighbor)
{
	return neighbor->session && bgp_connection_can_send(neighbor->session);
}

static void send_batch(struct bgp_speaker *speaker,
		       const struct bgp_batch *batch)
{
	struct bgp_connection *connections[BGP_MAX_RECIPIENTS];
	const struct bgp_recipients recipients = {
		.negotiated = batch->negotiated,
		.connections = connections,
		.message = speaker->message,
		.count = batch->recipient_count,
	};

	for (size_t i = 0; i < batch->recipient_count; i++)
		connections[i] = batch->recipients[i]->session;
	speaker->updates_encoded +=
		bgp_connection_send(&recipients, &batch->announcement);
}

/*
 * Queue batches until the neighbor is full or has everything. Return true if it
 * may get more, but has had its share, or the time is over.
 */
static bool queue_batches(struct bgp_speaker *speaker,
			  struct bgp_neighbor *neighbor, uint64_t until_us)
{
	const struct bgp_callbacks *callbacks = &speaker->callbacks;
	struct bgp_batch batch;
	unsigned int queued = 0;

	while (bgp_announcer_has_room(neighbor)) {
		if (queued == BATCHES_AT_ONCE ||
		    (queued && clock_now_us() >= until_us))
			return true;
		queued++;
		if (callbacks->next_batch(neighbor, &batch,
					  callbacks->context)) {
			send_batch(speaker, &batch);
			continue;
		}
		/* While another run's tables forward, ours are not complete. */
		if (speaker->tables_complete &&
		    callbacks->table_given(neighbor, callbacks->context))
			bgp_neighbor_table_sent(neighbor);
		return false;
	}
	return false;
}

static void flush_all(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (neighbor->session)
			bgp_connection_flush(neighbor->session);
}

static void add_receiver(struct bgp_speaker *speaker,
			 struct bgp_neighbor *neighbor)
{
	if (neighbor->receiving)
		return;
	neighbor->receiving = true;
	TAILQ_INSERT_TAIL(&speaker->receivers, neighbor, receiver_link);
}

static void add_receivers(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (neighbor->session)
			add_receiver(speaker, neighbor);
}

/* Send to one neighbor after the other until the time is over. */
static void send_until(struct bgp_speaker *speaker, uint64_t until_us)
{
	struct bgp_neighbor *neighbor;

	while ((neighbor = TAILQ_FIRST(&speaker->receivers))) {
		bgp_announcer_forget(neighbor);
		if (queue_batches(speaker, neighbor, until_us))
			add_receiver(speaker, neighbor);
		if (clock_now_us() >= until_us)
			break;
	}
	flush_all(speaker);
}

static void send_turn(void *context)
{
	struct bgp_speaker *speaker = context;

	send_until(speaker, clock_now_us() + WORK_PIECE_US);
	if (!TAILQ_EMPTY(&speaker->receivers))
		work_queue_add(speaker->work, &speaker->sending);
}

void bgp_announcer_init(struct bgp_speaker *speaker)
{
	TAILQ_INIT(&speaker->receivers);
	speaker->sending = (struct work){ .run = send_turn,
					  .context = speaker,
					  .name = "announcements" };
}

void bgp_announcer_send(struct bgp_speaker *speaker,
			struct bgp_neighbor *neighbor)
{
	add_receiver(speaker, neighbor);
	work_queue_add(speaker->work, &speaker->sending);
}

void bgp_announcer_send_all(struct bgp_speaker *speaker)
{
	add_receivers(speaker);
	if (!TAILQ_EMPTY(&speaker->receivers))
		work_queue_add(speaker->work, &speaker->sending);
}

void bgp_announcer_finish(struct bgp_speaker *speaker)
{
	add_receivers(speaker);
	send_until(speaker, UINT64_MAX);
}

void bgp_announcer_forget(struct bgp_neighbor *neighbor)
{
	if (!neighbor->receiving)
		return;
	neighbor->receiving = false;
	TAILQ_REMOVE(&neighbor->speaker->receivers, neighbor, receiver_link);
}
