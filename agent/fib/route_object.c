// SPDX-License-Identifier: BSD-2-Clause
/* Groups of next-hop objects. See route_object.h. */

#include "fib/route_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fib/nexthop_message.h"

enum {
	/* Hops of all routes that the kernel announces in about 5 ms. */
	EXPANDED_HOPS = 20000,
	ID_TRIES = 4096, /* ids in a row that may be in use */
};

static uint32_t next_id(struct route_objects *objects)
{
	if (objects->last_id < objects->owner.first_object ||
	    objects->last_id >= objects->owner.last_object)
		objects->last_id = objects->owner.first_object - 1;
	return ++objects->last_id;
}

static void remove_id(struct route_objects *objects, uint32_t id)
{
	/* It may be gone with its link. */
	objects->send(objects->context,
		      nexthop_message_remove(objects->buffer, &objects->owner,
					     id));
}

void route_objects_init(struct route_objects *objects,
			const struct route_owner *owner, route_object_send send,
			void *context, void *buffer)
{
	objects->owner = *owner;
	objects->send = send;
	objects->context = context;
	objects->buffer = buffer;
	TAILQ_INIT(&objects->stale);
}

int route_objects_add_stale(struct route_objects *objects, uint32_t id,
			    bool is_group)
{
	struct stale_object *object = calloc(1, sizeof(*object));

	if (!object)
		return -ENOMEM;
	object->id = id;
	/* A group before its hops: else each is removed from it one by one. */
	if (is_group)
		TAILQ_INSERT_HEAD(&objects->stale, object, queue);
	else
		TAILQ_INSERT_TAIL(&objects->stale, object, queue);
	/* The ids behind the last one are free. */
	if (id > objects->last_id)
		objects->last_id = id;
	return 0;
}

bool route_objects_sweep(struct route_objects *objects)
{
	struct stale_object *object = TAILQ_FIRST(&objects->stale);

	if (!object)
		return false;
	remove_id(objects, object->id);
	TAILQ_REMOVE(&objects->stale, object, queue);
	free(object);
	return true;
}

void route_objects_free_stale(struct route_objects *objects)
{
	struct stale_object *object;

	while ((object = TAILQ_FIRST(&objects->stale))) {
		TAILQ_REMOVE(&objects->stale, object, queue);
		free(object);
	}
}

static int create_hop(struct route_objects *objects,
		      const struct route_hop *hop, uint32_t *id)
{
	int error = -EEXIST;

	for (int i = 0; i < ID_TRIES && error == -EEXIST; i++) {
		*id = next_id(objects);
		error = objects->send(objects->context,
				      nexthop_message_hop(objects->buffer,
							  &objects->owner, *id,
							  hop));
	}
	return error;
}

static int create_route_group(struct route_objects *objects,
			      struct route_object *object)
{
	int error = -EEXIST;

	for (int i = 0; i < ID_TRIES && error == -EEXIST; i++) {
		object->id = next_id(objects);
		error = objects->send(
			objects->context,
			nexthop_message_group(objects->buffer, &objects->owner,
					      object->id, object->hops,
					      object->ids, object->count,
					      false));
	}
	return error;
}

static bool is_same_gateway(const struct route_hop *a,
			    const struct route_hop *b)
{
	return a->ifindex == b->ifindex && address_equal(&a->via, &b->via);
}

static bool allocate_hops(size_t count, struct route_hop **hops, uint32_t **ids)
{
	*hops = calloc(count, sizeof(**hops));
	*ids = calloc(count, sizeof(**ids));
	if (*hops && *ids)
		return true;
	free(*hops);
	free(*ids);
	return false;
}

void route_object_free(struct route_objects *objects,
		       struct route_object *object, bool remove)
{
	if (!object)
		return;
	if (remove && object->id)
		remove_id(objects, object->id);
	for (size_t i = 0; remove && i < object->count; i++)
		if (object->ids[i])
			remove_id(objects, object->ids[i]);
	free(object->hops);
	free(object->ids);
	free(object);
}

int route_object_new(struct route_objects *objects,
		     const struct route_hop *hops, size_t count,
		     struct route_object **out)
{
	struct route_object *object = calloc(1, sizeof(*object));
	int error = 0;

	if (!object || !allocate_hops(count, &object->hops, &object->ids)) {
		free(object);
		return -ENOMEM;
	}
	object->count = route_message_scale(hops, count, object->hops);
	for (size_t i = 0; i < object->count && !error; i++) {
		error = create_hop(objects, &object->hops[i], &object->ids[i]);
		if (error)
			object->ids[i] = 0;
	}
	if (!error) {
		error = create_route_group(objects, object);
		if (error)
			object->id = 0;
	}
	if (error) {
		route_object_free(objects, object, true);
		return error;
	}
	*out = object;
	return 0;
}

/* Move ids of hops that stay to `ids`; returns the number of new hops. */
static size_t match_hops(struct route_object *object,
			 const struct route_hop *hops, uint32_t *ids,
			 uint32_t *left, size_t count, bool *reweighted)
{
	size_t missing = 0, at, looked;

	for (size_t i = 0, from = 0; i < count; i++) {
		/* Mostly in the same order: go on where the last one was. */
		for (looked = 0; looked < object->count; looked++) {
			at = (from + looked) % object->count;
			if (left[at] &&
			    is_same_gateway(&object->hops[at], &hops[i]))
				break;
		}
		if (looked == object->count) {
			missing++;
			continue;
		}
		ids[i] = left[at];
		left[at] = 0;
		from = at + 1;
		*reweighted |= object->hops[at].weight != hops[i].weight;
	}
	return missing;
}

/* Create the hops without an id and replace the group's list. */
static int replace_group(struct route_objects *objects,
			 struct route_object *object)
{
	int error = 0;

	for (size_t i = 0; i < object->count && !error; i++) {
		if (object->ids[i])
			continue;
		error = create_hop(objects, &object->hops[i], &object->ids[i]);
		if (error)
			object->ids[i] = 0;
	}
	if (error)
		return error;
	return objects->send(objects->context,
			     nexthop_message_group(objects->buffer,
						   &objects->owner, object->id,
						   object->hops, object->ids,
						   object->count, true));
}

int route_object_change(struct route_objects *objects,
			struct route_object *object,
			const struct route_hop *wanted, size_t count)
{
	uint32_t left[ROUTE_MAX_HOPS], *ids;
	bool reweighted = false;
	size_t old_count = object->count, missing;
	struct route_hop *hops;
	int error = 0;

	if (!allocate_hops(count, &hops, &ids))
		return -EBUSY;
	count = route_message_scale(wanted, count, hops);
	memcpy(left, object->ids, old_count * sizeof(left[0]));
	missing = match_hops(object, hops, ids, left, count, &reweighted);
	reweighted |= missing > 0;
	if (reweighted && objects->expands &&
	    object->routes * count > EXPANDED_HOPS) {
		free(hops);
		free(ids);
		return -EBUSY;
	}
	free(object->hops);
	free(object->ids);
	object->hops = hops;
	object->ids = ids;
	object->count = count;
	if (reweighted)
		error = replace_group(objects, object);
	object->broken = error;
	for (size_t i = 0; i < old_count; i++)
		if (left[i])
			remove_id(objects, left[i]);
	return error;
}
