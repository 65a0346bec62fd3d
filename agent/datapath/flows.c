// SPDX-License-Identifier: BSD-2-Clause
/*
 * Records of flows: read and deleted in batches, of which each takes one system
 * call. The program makes the records (bpf/affinity.bpf.h).
 */

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

#include <bpf/bpf.h>
#include <errno.h>

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int datapath_read_flows(const struct datapath *dp, enum hg_flow_map map,
			struct datapath_flows_cursor *cursor,
			struct datapath_flow *out, uint32_t max,
			uint32_t *count)
{
	struct hg_flow_key keys[DATAPATH_MAX_FLOWS];
	struct hg_flow flows[DATAPATH_MAX_FLOWS];
	uint32_t read = min_u32(max, DATAPATH_MAX_FLOWS), next = 0;
	int err;

	if (map >= HG_FLOW_MAP_COUNT || max < DATAPATH_MIN_FLOWS)
		return -EINVAL;
	err = bpf_map_lookup_batch(dp->flows[map],
				   cursor->started ? &cursor->batch : NULL,
				   &next, keys, flows, &read, NULL);
	if (err && err != -ENOENT)
		return err;
	for (uint32_t i = 0; i < read; i++)
		out[i] = (struct datapath_flow){ keys[i].signature, flows[i] };
	*cursor = (struct datapath_flows_cursor){ next, true };
	*count = read;
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
