// SPDX-License-Identifier: BSD-2-Clause
/* The VIPs of a previous run's tables. See takeover_list.h. */

#include "takeover_list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/datapath.h"
#include "steering/steering.h"

enum takeover_samples {
	SAMPLED_VIPS = 256,
	SAMPLED_FLOWS = 1024,	  /* of each, at least */
	ALL_SAMPLES = 256 * 1024, /* and for all together: a few ms */
};

/* Odd factors, which spread samples over tables of any size. */
static const uint32_t SAMPLE_STEP = 0x9e3779b1, OTHER_STEP = 0x85ebca6b;

/* While a list is filled */
struct filling {
	struct takeover_list *list;
	const struct datapath *datapath;
	bool failed;
};

static void read_addresses(struct takeover_list *list,
			   const struct datapath *datapath)
{
	for (uint32_t slot = 0; slot < HG_MAX_NEXTHOPS; slot++) {
		struct hg_nexthop nexthop;

		if (datapath_inherited_nexthop(datapath, slot, &nexthop))
			continue;
		memcpy(list->addresses[slot].bytes, nexthop.address.bytes,
		       sizeof(nexthop.address.bytes));
	}
}

static int read_group(struct takeover_group *group,
		      const struct datapath *datapath, uint32_t index)
{
	uint32_t size = datapath_inherited_table_size(datapath);
	bool owns[HG_MAX_NEXTHOPS] = { 0 };
	struct hg_bucket word;
	uint16_t previous;

	group->slots = calloc(HG_MAX_NEXTHOPS, sizeof(*group->slots));
	if (!group->slots)
		return -ENOMEM;
	for (uint32_t b = 0; b < size; b++)
		if (!datapath_inherited_bucket(datapath, index, b, &word,
					       &previous))
			owns[word.current % HG_MAX_NEXTHOPS] = true;
	for (uint16_t slot = HG_NEXTHOP_NONE + 1; slot < HG_MAX_NEXTHOPS;
	     slot++)
		if (owns[slot])
			group->slots[group->count++] = slot;
	group->slots = realloc(group->slots,
			       (group->count + 1) * sizeof(*group->slots));
	return group->slots ? 0 : -ENOMEM;
}

static void add_vip(const struct prefix *prefix, const struct hg_vip *vip,
		    void *context)
{
	struct filling *filling = context;
	struct takeover_list *list = filling->list;
	struct takeover_group *group = &list->groups[vip->group];

	if (list->count == list->room)
		return;
	if (!group->slots && read_group(group, filling->datapath, vip->group))
		filling->failed = true;
	list->vips[list->count++] =
		(struct takeover_vip){ *prefix, vip->group };
}

static int by_group(const void *a, const void *b)
{
	const struct takeover_vip *x = a, *y = b;

	return x->group < y->group ? -1 : x->group > y->group;
}

int takeover_list_fill(struct takeover_list *list,
		       const struct datapath *datapath)
{
	struct filling filling = { .list = list, .datapath = datapath };

	list->room = HG_MAX_VIPS;
	list->vips = calloc(list->room, sizeof(*list->vips));
	list->groups = calloc(HG_MAX_GROUPS, sizeof(*list->groups));
	list->addresses = calloc(HG_MAX_NEXTHOPS, sizeof(*list->addresses));
	if (!list->vips || !list->groups || !list->addresses)
		return -ENOMEM;
	read_addresses(list, datapath);
	datapath_inherited_vips(datapath, add_vip, &filling);
	/* VIPs with one table stand together, so that one look serves them. */
	qsort(list->vips, list->count, sizeof(*list->vips), by_group);
	list->total = list->count;
	return filling.failed ? -ENOMEM : 0;
}

void takeover_list_release(struct takeover_list *list)
{
	for (uint32_t i = 0; list->groups && i < HG_MAX_GROUPS; i++)
		free(list->groups[i].slots);
	free(list->groups);
	free(list->vips);
	free(list->addresses);
	*list = (struct takeover_list){ 0 };
}

/* ------------------------------------------------------------- moved flows */

/* The tables that flows are looked up in */
struct comparison {
	const struct takeover_list *list;
	const struct datapath *datapath;
	uint32_t former_size; /* of a table */
	uint32_t size;
	uint32_t flows; /* looked up of each VIP */
	bool rehashed;	/* with another seed, flows have other hashes */
};

/*
 * Return the number of flows to look up of each VIP: if there is time, one for
 * each bucket of the larger table. The steps are odd, so these are all buckets.
 */
static uint32_t flows_of_each(const struct comparison *comparison, size_t vips)
{
	uint32_t all = comparison->former_size > comparison->size ?
			       comparison->former_size :
			       comparison->size;
	uint32_t most = ALL_SAMPLES / (uint32_t)(vips ? vips : 1);

	if (most < SAMPLED_FLOWS)
		return SAMPLED_FLOWS;
	return all < most ? all : most;
}

/* Return how many of the sampled flows of a VIP move. */
static unsigned int count_moved(const struct comparison *comparison,
				uint32_t group_index,
				const struct steering_group *to)
{
	const struct address *addresses = comparison->list->addresses;
	unsigned int moved = 0;

	for (uint32_t i = 0; i < comparison->flows; i++) {
		uint32_t former = i * SAMPLE_STEP, hash = former;
		struct hg_bucket word = {};
		uint16_t owner, previous;

		if (comparison->rehashed)
			hash = i * OTHER_STEP;
		owner = to->owners[hash & (comparison->size - 1)];
		datapath_inherited_bucket(comparison->datapath, group_index,
					  former &
						  (comparison->former_size - 1),
					  &word, &previous);
		moved += owner == ASSIGN_NONE ||
			 !address_equal(
				 &to->members[owner].address,
				 &addresses[word.current % HG_MAX_NEXTHOPS]);
	}
	return moved;
}

unsigned int takeover_moved_percent(const struct takeover_list *list,
				    const struct datapath *datapath,
				    const struct steering *steering,
				    uint32_t table_size)
{
	struct comparison comparison = {
		.list = list,
		.datapath = datapath,
		.former_size = datapath_inherited_table_size(datapath),
		.size = table_size,
		.rehashed = datapath_inherited_is_rehashed(datapath),
	};
	size_t step = list->total / SAMPLED_VIPS + 1;
	uint64_t moved = 0, count = 0;

	comparison.flows = flows_of_each(&comparison, list->total / step);
	for (size_t i = 0; i < list->total; i += step) {
		const struct steering_vip *vip =
			steering_find_vip(steering, &list->vips[i].prefix);

		count += comparison.flows;
		moved += vip && vip->group ?
				 count_moved(&comparison, list->vips[i].group,
					     vip->group) :
				 comparison.flows;
	}
	return count ? (unsigned int)((moved * 100 + count / 2) / count) : 0;
}
