// SPDX-License-Identifier: BSD-2-Clause
/* VIPs and their groups. See steering.h. */

#include "steering/steering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "steering/group.h"

struct steering {
	struct steering_options options;
	struct steering_sink sink;
	struct prefix_map vips;
	struct slot_table vip_counters;
	struct nexthop_slots nexthops;
	struct group_table groups;
};

/* Warn once and loudly: set by mistake, it breaks connections. */
static void warn_of_spray(const struct steering_options *options)
{
	if (steering_hashes_packets(options))
		log_warning("steering",
			    "hash-fields packet: the packets of a flow go to "
			    "all servers and TCP breaks; use it for services "
			    "without state only");
}

struct steering *steering_new(const struct steering_options *options,
			      const struct tracker *tracker,
			      const struct steering_sink *sink)
{
	struct steering *steering = calloc(1, sizeof(*steering));

	if (!steering)
		return NULL;
	steering->options = *options;
	steering->sink = *sink;
	warn_of_spray(options);
	if (slot_table_init(&steering->vip_counters, 0, HG_MAX_VIPS) ||
	    nexthop_slots_init(&steering->nexthops, tracker, &steering->sink) ||
	    group_table_init(&steering->groups, &steering->options,
			     &steering->sink, &steering->nexthops)) {
		steering_free(steering);
		return NULL;
	}
	return steering;
}

void steering_free(struct steering *steering)
{
	struct prefix_node *node, *next;

	if (!steering)
		return;
	for (node = prefix_map_next(&steering->vips, NULL); node; node = next) {
		next = prefix_map_next(&steering->vips, node);
		free(node);
	}
	prefix_map_free(&steering->vips);
	group_table_free(&steering->groups);
	nexthop_slots_free(&steering->nexthops);
	slot_table_free(&steering->vip_counters);
	free(steering);
}

static struct steering_vip *find_vip(const struct steering *steering,
				     const struct prefix *prefix)
{
	return (struct steering_vip *)prefix_map_find(&steering->vips, prefix);
}

/* Remove from our table a VIP that is not in the program's. */
static void forget_vip(struct steering *steering, struct steering_vip *vip)
{
	prefix_map_remove(&steering->vips, &vip->node);
	slot_release(&steering->vip_counters, vip->counter);
	group_release(&steering->groups, vip->group);
	free(vip);
}

static int remove_vip(struct steering *steering, struct steering_vip *vip)
{
	const struct steering_sink *sink = &steering->sink;
	int error = sink->delete_vip(sink->datapath, &vip->node.prefix);
	char text[PREFIX_TEXT_SIZE];

	if (error)
		return error;
	log_debug("steering", "%s: removed from the tables",
		  prefix_format(&vip->node.prefix, text));
	forget_vip(steering, vip);
	return 0;
}

/* Add a VIP to our table, not to the program's. */
static struct steering_vip *add_vip(struct steering *steering,
				    const struct prefix *prefix)
{
	const struct steering_sink *sink = &steering->sink;
	struct steering_vip *vip = calloc(1, sizeof(*vip));
	bool fresh;

	if (!vip)
		return NULL;
	vip->node.prefix = *prefix;
	vip->counter = slot_acquire(&steering->vip_counters, prefix, &fresh);
	if (!vip->counter || prefix_map_insert(&steering->vips, &vip->node)) {
		if (vip->counter)
			slot_release(&steering->vip_counters, vip->counter);
		free(vip);
		return NULL;
	}
	if (fresh &&
	    sink->clear_vip_counter(sink->datapath, vip->counter->index)) {
		forget_vip(steering, vip);
		return NULL;
	}
	return vip;
}

/* Point the program's entry of `vip` at `group`. */
static int point_at(struct steering *steering, const struct steering_vip *vip,
		    const struct steering_group *group)
{
	const struct steering_sink *sink = &steering->sink;
	struct hg_vip value = {
		.group = group->index,
		.counter = vip->counter->index,
		.hash_fields = steering_hash_fields_of(&steering->options,
						       &vip->node.prefix),
	};

	if (group == vip->group)
		return 0;
	return sink->set_vip(sink->datapath, &vip->node.prefix, &value);
}

static void log_group(const struct steering_vip *vip,
		      const struct steering_group *group)
{
	char text[PREFIX_TEXT_SIZE];

	if (group != vip->group)
		log_debug("steering", "%s: %s group %u, members: %zu",
			  prefix_format(&vip->node.prefix, text),
			  group->references == 1 ? "new" : "shared",
			  group->index, group->count);
}

static int by_address(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return address_compare(&x->address, &y->address);
}

static int set_vip(struct steering *steering, const struct prefix *prefix,
		   const struct member *sorted, size_t count)
{
	struct steering_vip *vip = find_vip(steering, prefix);
	struct steering_group *group;
	int error;

	error = group_acquire(&steering->groups, sorted, count,
			      vip ? vip->group : NULL, &group);
	if (error)
		return error;
	if (!vip)
		vip = add_vip(steering, prefix);
	error = vip ? point_at(steering, vip, group) : -ENOSPC;
	if (error) {
		group_release(&steering->groups, group);
		if (vip && !vip->group)
			forget_vip(steering, vip);
		return error;
	}
	log_group(vip, group);
	group_release(&steering->groups, vip->group);
	vip->group = group;
	return 0;
}

int steering_set_vip(struct steering *steering, const struct prefix *prefix,
		     const struct member *members, size_t count)
{
	struct steering_vip *vip = find_vip(steering, prefix);
	struct member *sorted;
	int error;

	if (!count)
		return vip ? remove_vip(steering, vip) : 0;
	sorted = calloc(count, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, members, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_address);
	error = set_vip(steering, prefix, sorted, count);
	free(sorted);
	return error;
}

int steering_nexthop_changed(struct steering *steering,
			     const struct nexthop *nexthop)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, &nexthop->address);

	return slot ? nexthop_slots_write(&steering->nexthops, slot, nexthop) :
		      0;
}

int steering_nexthop_gone(struct steering *steering,
			  const struct address *address)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, address);

	return slot ? nexthop_slots_kill(&steering->nexthops, slot) : 0;
}

const struct steering_vip *steering_next_vip(const struct steering *steering,
					     const struct steering_vip *vip)
{
	return (const struct steering_vip *)prefix_map_next(
		&steering->vips, vip ? &vip->node : NULL);
}

const struct steering_vip *steering_match_vip(const struct steering *steering,
					      const struct address *address)
{
	return (const struct steering_vip *)prefix_map_match(&steering->vips,
							     address);
}

const struct steering_group *
steering_next_group(const struct steering *steering,
		    const struct steering_group *group)
{
	uint32_t index = group ? group->index + 1 : 0;

	for (; index < steering->options.group_count; index++)
		if (steering->groups.groups[index])
			return steering->groups.groups[index];
	return NULL;
}

uint32_t steering_group_limit(const struct steering *steering)
{
	return steering->options.group_count;
}

const struct slot *steering_find_slot(const struct steering *steering,
				      const struct address *address)
{
	return nexthop_slots_find(&steering->nexthops, address);
}

uint32_t steering_count_buckets(const struct steering *steering,
				const struct address *address)
{
	const struct steering_group *group = NULL;
	uint32_t count = 0;

	while ((group = steering_next_group(steering, group)))
		for (size_t i = 0; i < group->count; i++)
			if (address_equal(&group->members[i].address, address))
				count += group->buckets[i];
	return count;
}
