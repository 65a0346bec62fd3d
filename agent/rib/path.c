// SPDX-License-Identifier: BSD-2-Clause
/* Orders of paths, and sorting. See path.h. */

#include "rib/path.h"

#include <string.h>

#include "rib/upstream_machines.h"

_Static_assert(sizeof(struct path) <= 4 * sizeof(void *),
	       "there are millions of them");
_Static_assert(REASON_COUNT <= 1 << 5 && IMPORT_LAST_KEPT < 1 << 4,
	       "path.reason and path.import hold them");

/* True if frames to both addresses go to one machine, on a link of ours. */
static bool is_behind_one_mac(const struct rib_nexthop *a,
			      const struct rib_nexthop *self)
{
	const struct rib_nexthop_place *x = &a->place, *y = &self->place;

	return x->ifindex && y->on_link && x->ifindex == y->ifindex &&
	       !memcmp(x->mac, y->mac, MAC_SIZE);
}

bool path_is_same_server(const struct path *a, const struct path *b)
{
	const struct rib_nexthop *x = a->attributes->nexthop;
	const struct rib_nexthop *y = b->attributes->nexthop;

	return a->source->identifier == b->source->identifier &&
	       a->source->as == b->source->as && a->source != b->source &&
	       x->place.on_link && is_behind_one_mac(x, y);
}

/*
 * True if frames to the next hop go to an upstream, which returns them, and not
 * to the neighbor that gave it: one machine may be both.
 */
static bool sends_back(const struct path *path, const struct rib_nexthop *hop)
{
	const struct path_source *source = path->source;

	/* A router sends what is for the server itself on to it. */
	if (hop->encapsulation)
		return false;
	/* The configuration knows whose virtual address it names. */
	if (!hop->at_upstream || (mac_is_virtual_router(hop->place.mac) &&
				  (path->own_nexthop || source->statics)))
		return false;
	return (source->ifindex != hop->place.ifindex ||
		memcmp(source->mac, hop->place.mac, MAC_SIZE) != 0);
}

/* True if packets go to the neighbor itself, inside others. */
static bool is_far_neighbor(const struct path *path,
			    const struct rib_nexthop *hop)
{
	return path_encapsulation(path) &&
	       address_equal(rib_nexthop_address(hop), &path->source->address);
}

enum path_reason path_usability(const struct path *path)
{
	const struct rib_nexthop *hop = path->attributes->nexthop;

	if (path->import != IMPORT_ACCEPTED)
		return path_reason_of_import(path->import);
	if (hop->reason != REASON_NONE)
		return hop->reason;
	if (sends_back(path, hop))
		return REASON_NEXTHOP_LOOP;
	if (path_needs_proof(path))
		return is_behind_one_mac(hop, path->source->self) ?
			       REASON_NONE :
			       REASON_NEXTHOP_NOT_PEER;
	if (path->source->nexthop == NEIGHBOR_NEXTHOP_ON_LINK &&
	    !path->own_nexthop && !hop->place.on_link &&
	    !is_far_neighbor(path, hop))
		return REASON_NEXTHOP_NOT_ON_LINK;
	return REASON_NONE;
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int path_order(const struct path *a, const struct path *b)
{
	int order;

	/* Identifiers nearly always differ; this function is called often. */
	if (a->source->identifier != b->source->identifier)
		return a->source->identifier < b->source->identifier ? -1 : 1;
	order = address_compare(&a->source->address, &b->source->address);
	if (!order)
		order = compare_u32(a->source->incarnation,
				    b->source->incarnation);
	return order ? order : compare_u32(a->path_id, b->path_id);
}

/* RFC 4456 9: ORIGINATOR_ID takes the place of the peer's identifier. */
static uint32_t originator(const struct path *path)
{
	return path->attributes->originator_id ?
		       path->attributes->originator_id :
		       path->source->identifier;
}

enum path_tie path_tie_of(const struct path *a, const struct path *b)
{
	if (originator(a) != originator(b))
		return PATH_TIE_IDENTIFIER;
	if (a->attributes->cluster_length != b->attributes->cluster_length)
		return PATH_TIE_CLUSTER_LENGTH;
	return address_equal(&a->source->address, &b->source->address) ?
		       PATH_TIE_PATH_ID :
		       PATH_TIE_ADDRESS;
}

int path_tie_break(const struct path *a, const struct path *b)
{
	int order = compare_u32(originator(a), originator(b));

	if (!order)
		order = compare_u32(a->attributes->cluster_length,
				    b->attributes->cluster_length);
	if (!order)
		order = address_compare(&a->source->address,
					&b->source->address);
	/* Behind one address there may be speakers with several identifiers. */
	return order ? order : path_order(a, b);
}

int path_neighbor_as_order(const struct path *a, const struct path *b)
{
	return compare_u32(a->attributes->neighbor_as,
			   b->attributes->neighbor_as);
}

static struct path *merge(struct path *a, struct path *b, path_order_fn *order)
{
	struct path *merged = NULL, **end = &merged;

	while (a && b) {
		struct path **first = order(a, b) <= 0 ? &a : &b;

		*end = *first;
		end = &(*end)->next;
		*first = *end;
	}
	*end = a ? a : b;
	return merged;
}

/* Cut a list of at least two behind its middle. Return the second half. */
static struct path *cut_in_half(struct path *list)
{
	struct path *middle = list, *end = list->next, *rest;

	while (end && end->next) {
		middle = middle->next;
		end = end->next->next;
	}
	rest = middle->next;
	middle->next = NULL;
	return rest;
}

void path_list_sort(struct path **list, path_order_fn *order)
{
	struct path *rest;

	if (!*list || !(*list)->next)
		return;
	rest = cut_in_half(*list);
	path_list_sort(list, order);
	path_list_sort(&rest, order);
	*list = merge(*list, rest, order);
}
