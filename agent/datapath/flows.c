// SPDX-License-Identifier: BSD-2-Clause
/*
 * Records of flows: read and deleted in batches, of which each takes one system
 * call. The program makes the records (bpf/affinity.bpf.h).
 *
 * The kernel reads until it has as many records as asked for. In a map of 16
 * million buckets that is nearly empty it would look at all of them, in 63 ms. So
 * a large map has milestones: records of slot HG_NEXTHOP_NONE, which lead nowhere
 * and stand in random buckets, one for each MILESTONE_GAP. A read ends after some
 * of them. In a full map they make room for flows, so a read that misses them adds
 * those of the buckets it went through.
 */

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>

enum {
	MILESTONE_GAP = 512,
	/* The kernel walks through so many empty buckets in 0.25 ms. */
	WALKED_AT_ONCE = MILESTONE_GAP * DATAPATH_MAX_FLOWS,
};

/* An odd number, so that no two milestones have the same key */
static const uint64_t milestone_factor = 0x9e3779b97f4a7c15;

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Return the number of buckets of the kernel's hash table. */
static uint32_t kernel_buckets(uint32_t room)
{
	uint32_t count = 1;

	while (count < room)
		count *= 2;
	return count;
}

/* Add the milestones for the buckets from `first` to `end`. */
static int add_milestones(const struct datapath *dp, enum hg_flow_map map,
			  uint32_t first, uint32_t end)
{
	static const struct hg_flow flows[DATAPATH_MAX_FLOWS];
	struct hg_flow_key keys[DATAPATH_MAX_FLOWS];
	uint32_t last = end / MILESTONE_GAP;
	int err = 0;

	if (kernel_buckets(dp->flow_rooms[map]) <= WALKED_AT_ONCE)
		return 0;
	for (uint32_t next = first / MILESTONE_GAP; next < last && !err;) {
		uint32_t count = min_u32(last - next, DATAPATH_MAX_FLOWS);

		for (uint32_t i = 0; i < count; i++)
			keys[i].signature = (++next) * milestone_factor;
		err = bpf_map_update_batch(dp->flows[map], keys, flows, &count,
					   NULL);
	}
	return err;
}

int flows_prepare(const struct datapath *dp)
{
	int err = 0;

	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT && !err; map++)
		err = add_milestones(dp, map, 0,
				     kernel_buckets(dp->flow_rooms[map]));
	return err;
}

/* Renew the milestones of a read from `first` to `end`, if half are missing. */
static void renew_milestones(const struct datapath *dp, enum hg_flow_map map,
			     uint32_t first, uint32_t end, uint32_t seen)
{
	uint32_t wanted = end / MILESTONE_GAP - first / MILESTONE_GAP;

	if (seen < (wanted + 1) / 2)
		add_milestones(dp, map, first, end);
}

int datapath_read_flows(const struct datapath *dp, enum hg_flow_map map,
			struct datapath_flows_cursor *cursor,
			struct datapath_flow *out, uint32_t max,
			uint32_t *count)
{
	struct hg_flow_key keys[DATAPATH_MAX_FLOWS];
	struct hg_flow flows[DATAPATH_MAX_FLOWS];
	uint32_t read = min_u32(max, DATAPATH_MAX_FLOWS), next = 0, found = 0;
	uint32_t first = cursor->started ? cursor->batch : 0;
	int err;

	if (map >= HG_FLOW_MAP_COUNT || max < DATAPATH_MIN_FLOWS)
		return -EINVAL;
	err = bpf_map_lookup_batch(dp->flows[map],
				   cursor->started ? &cursor->batch : NULL,
				   &next, keys, flows, &read, NULL);
	if (err && err != -ENOENT)
		return err;
	for (uint32_t i = 0; i < read; i++)
		if (flows[i].slot != HG_NEXTHOP_NONE)
			out[found++] =
				(struct datapath_flow){ keys[i].signature,
							flows[i] };
	if (err)
		next = kernel_buckets(dp->flow_rooms[map]);
	renew_milestones(dp, map, first, next, read - found);
	*cursor = (struct datapath_flows_cursor){ next, true };
	*count = found;
	return err;
}

int datapath_find_flow(const struct datapath *dp, enum hg_flow_map map,
		       uint64_t signature, struct hg_flow *flow)
{
	const struct hg_flow_key key = { signature };

	if (map >= HG_FLOW_MAP_COUNT)
		return -EINVAL;
	return bpf_map_lookup_elem(dp->flows[map], &key, flow);
}

/*
 * A batch ends at the first record that the program or the kernel has removed
 * meanwhile.
 */
int datapath_delete_flows(struct datapath *dp, enum hg_flow_map map,
			  const uint64_t *signatures, uint32_t count,
			  uint32_t *deleted)
{
	*deleted = 0;
	if (map >= HG_FLOW_MAP_COUNT)
		return -EINVAL;
	while (count) {
		uint32_t done = count;
		int err = bpf_map_delete_batch(dp->flows[map], signatures,
					       &done, NULL);

		if (err && err != -ENOENT)
			return err;
		*deleted += min_u32(done, count);
		if (err)
			done++;
		signatures += min_u32(done, count);
		count -= min_u32(done, count);
	}
	return 0;
}

uint32_t datapath_flow_room(const struct datapath *dp, enum hg_flow_map map)
{
	return map < HG_FLOW_MAP_COUNT ? dp->flow_rooms[map] : 0;
}
