// SPDX-License-Identifier: BSD-2-Clause
/* The last events. See event_ring.h. */

#include "core/event_ring.h"

static struct event *ring_place(struct event_ring *ring, uint64_t id)
{
	return &ring->events[id % EVENT_RING_SIZE];
}

void event_ring_add(struct event_ring *ring, const struct event *event)
{
	struct event *place = ring_place(ring, event_ring_next(ring));

	*place = *event;
	place->id = ++ring->count;
	ring->kinds[event->kind]++;
}

const struct event *event_ring_find(const struct event_ring *ring, uint64_t id)
{
	if (id < event_ring_oldest(ring) || id >= event_ring_next(ring))
		return NULL;
	return &ring->events[id % EVENT_RING_SIZE];
}

uint64_t event_ring_oldest(const struct event_ring *ring)
{
	return ring->count < EVENT_RING_SIZE ?
		       1 :
		       ring->count - EVENT_RING_SIZE + 1;
}

uint64_t event_ring_next(const struct event_ring *ring)
{
	return ring->count + 1;
}
