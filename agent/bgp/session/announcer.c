// SPDX-License-Identifier: BSD-2-Clause
/* Batches of routes, from their owner to the neighbors. See announcer.h. */

#include "bgp/session/announcer.h"

#include "bgp/session/speaker.h"

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
		.count = batch->recipient_count,
	};

	for (size_t i = 0; i < batch->recipient_count; i++)
		connections[i] = batch->recipients[i]->session;
	speaker->updates_encoded +=
		bgp_connection_send(&recipients, &batch->announcement);
}

/* Queue batches until the neighbor is full or has everything. */
static void queue_batches(struct bgp_speaker *speaker,
			  struct bgp_neighbor *neighbor)
{
	const struct bgp_callbacks *callbacks = &speaker->callbacks;
	struct bgp_batch batch;

	while (bgp_announcer_has_room(neighbor)) {
		if (callbacks->next_batch(neighbor, &batch,
					  callbacks->context)) {
			send_batch(speaker, &batch);
			continue;
		}
		/* While another run's tables forward, ours are not complete. */
		if (speaker->tables_complete &&
		    callbacks->table_given(neighbor, callbacks->context))
			bgp_neighbor_table_sent(neighbor);
		return;
	}
}

static void flush_all(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (neighbor->session)
			bgp_connection_flush(neighbor->session);
}

void bgp_announcer_send(struct bgp_speaker *speaker,
			struct bgp_neighbor *neighbor)
{
	queue_batches(speaker, neighbor);
	flush_all(speaker);
}

void bgp_announcer_send_all(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		queue_batches(speaker, neighbor);
	flush_all(speaker);
}
