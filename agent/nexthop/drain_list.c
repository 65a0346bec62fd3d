// SPDX-License-Identifier: BSD-2-Clause
/* Orders to drain, in a sorted array. See drain_list.h. */

#include "nexthop/drain_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void drain_list_free(struct drain_list *list)
{
	free(list->drains);
	*list = (struct drain_list){ 0 };
}

/* Return the first place whose address is not lower. */
static size_t place_of_drain(const struct drain_list *list,
			     const struct address *address)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (address_compare(&list->drains[middle].address, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct drain *find_drain(const struct drain_list *list,
				const struct address *address)
{
	size_t place = place_of_drain(list, address);

	return place < list->count &&
			       address_equal(&list->drains[place].address,
					     address) ?
		       &list->drains[place] :
		       NULL;
}

const struct drain *drain_list_find(const struct drain_list *list,
				    const struct address *address)
{
	return list->count ? find_drain(list, address) : NULL;
}

static int insert(struct drain_list *list, const struct drain *drain)
{
	size_t place = place_of_drain(list, &drain->address);
	struct drain *grown;

	if (list->count == DRAIN_MAX_ORDERS)
		return -ENOSPC;
	grown = reallocarray(list->drains, list->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memmove(grown + place + 1, grown + place,
		(list->count - place) * sizeof(*grown));
	grown[place] = *drain;
	list->drains = grown;
	list->count++;
	return 0;
}

int drain_list_set(struct drain_list *list, const struct drain *drain)
{
	struct drain *found = find_drain(list, &drain->address);
	uint64_t since_ms;

	if (!found)
		return insert(list, drain);
	since_ms = found->since_ms;
	*found = *drain;
	found->since_ms = since_ms;
	return 0;
}

static void remove_at(struct drain_list *list, size_t place)
{
	list->count--;
	memmove(list->drains + place, list->drains + place + 1,
		(list->count - place) * sizeof(*list->drains));
}

bool drain_list_remove(struct drain_list *list, const struct address *address)
{
	const struct drain *found = find_drain(list, address);

	if (found)
		remove_at(list, (size_t)(found - list->drains));
	return found;
}

bool drain_list_expire(struct drain_list *list, uint64_t now_ms,
		       struct address *address)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct drain *drain = &list->drains[i];

		if (!drain->until_ms || drain->until_ms > now_ms)
			continue;
		*address = drain->address;
		remove_at(list, i);
		return true;
	}
	return false;
}

uint64_t drain_list_next_end(const struct drain_list *list)
{
	uint64_t next = 0;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t until = list->drains[i].until_ms;

		if (until && (!next || until < next))
			next = until;
	}
	return next;
}
