// SPDX-License-Identifier: BSD-2-Clause
/*
 * A walk over all entries of VIPs, which removes those that another process put
 * there. See datapath_sweep_vips().
 */

#include <bpf/bpf.h>
#include <string.h>

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "datapath/vips.h"

enum {
	PLACES_IN_PIECE = 4096,
	PREFIXES_IN_PIECE = 32,
};

enum swept_table {
	SWEPT_VIP4,
	SWEPT_VIP6,
	SWEPT_VIP4_LPM,
	SWEPT_VIP6_LPM,
	SWEPT_COUNT,
};

static void note_removed(struct datapath_vip_sweep *sweep,
			 const struct prefix *prefix)
{
	if (!sweep->removed++)
		sweep->first = *prefix;
}

static void check_place(const struct vip_table *table,
			const struct vip_table_entry *entry, uint32_t index,
			const struct address *address,
			struct datapath_vip_sweep *sweep)
{
	const struct prefix prefix = prefix_of_address(address);

	if (sweep->is_wanted(&prefix, sweep->context) &&
	    vip_table_is_at(table, entry, index))
		return;
	vip_table_clear(table, index);
	note_removed(sweep, &prefix);
}

static void check_place4(const struct vips *vips, uint32_t index,
			 struct datapath_vip_sweep *sweep)
{
	const struct hg_vip4_entry *value =
		(const struct hg_vip4_entry *)vips->memory4.words + index;
	const struct address address = address_from_ipv4(value->address);
	const struct vip_table_entry entry =
		vip_table_entry4(&vips->secret, value->address, value->vip);

	if (value->vip.used)
		check_place(&vips->vip4, &entry, index, &address, sweep);
}

static void check_place6(const struct vips *vips, uint32_t index,
			 struct datapath_vip_sweep *sweep)
{
	const struct hg_vip6_entry *value =
		(const struct hg_vip6_entry *)vips->memory6.words + index;
	const struct vip_table_entry entry =
		vip_table_entry6(&vips->secret, &value->address, value->vip);
	struct address address;

	memcpy(address.bytes, value->address.bytes, sizeof(address.bytes));
	if (value->vip.used)
		check_place(&vips->vip6, &entry, index, &address, sweep);
}

/* Look at some places. False: these were the last ones of the table. */
static bool sweep_places(struct vips *vips, struct datapath_vip_sweep *sweep)
{
	uint32_t end = sweep->place + PLACES_IN_PIECE;

	for (; sweep->place < end && sweep->place < HG_VIP_PLACES;
	     sweep->place++) {
		if (sweep->table == SWEPT_VIP4)
			check_place4(vips, sweep->place, sweep);
		else
			check_place6(vips, sweep->place, sweep);
	}
	return sweep->place < HG_VIP_PLACES;
}

/*
 * Look at some prefixes of a trie. The next one is searched for before one is
 * removed: without it, the kernel would begin again.
 */
static bool sweep_trie(struct vips *vips, struct datapath_vip_sweep *sweep)
{
	bool ipv4 = sweep->table == SWEPT_VIP4_LPM;
	int trie = ipv4 ? vips->vip4_lpm : vips->vip6_lpm;
	union vip_trie_key key = vips_key_of_prefix(&sweep->last), next;

	for (uint32_t i = 0; i < PREFIXES_IN_PIECE; i++) {
		const struct prefix last = sweep->last;
		bool started = sweep->started;
		bool more = !bpf_map_get_next_key(trie, started ? &key : NULL,
						  &next);

		if (started && !sweep->is_wanted(&last, sweep->context) &&
		    !bpf_map_delete_elem(trie, &key))
			note_removed(sweep, &last);
		if (!more)
			return false;
		key = next;
		sweep->last = vips_prefix_of_key(&key, ipv4);
		sweep->started = true;
	}
	return true;
}

bool datapath_sweep_vips(struct datapath *dp, struct datapath_vip_sweep *sweep)
{
	bool more = sweep->table < SWEPT_VIP4_LPM ?
			    sweep_places(&dp->vips, sweep) :
			    sweep_trie(&dp->vips, sweep);

	if (more)
		return true;
	sweep->table++;
	sweep->place = 0;
	sweep->started = false;
	if (sweep->table == SWEPT_COUNT)
		vips_count(&dp->vips);
	return sweep->table < SWEPT_COUNT;
}
