// SPDX-License-Identifier: BSD-2-Clause
/* The pinned maps of a previous run. See inherited.h. */

#include "datapath/inherited.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datapath/pins.h"
#include "datapath/vips.h"

static const char *const names[INHERITED_MAP_COUNT] = {
	[INHERITED_VIP4] = "vip4",
	[INHERITED_VIP6] = "vip6",
	[INHERITED_VIP4_LPM] = "vip4_lpm",
	[INHERITED_VIP6_LPM] = "vip6_lpm",
	[INHERITED_BUCKETS] = "buckets",
	[INHERITED_PREVIOUS] = "previous",
	[INHERITED_NEXTHOPS] = "nexthops",
	[INHERITED_TUNNELS] = "tunnels",
	[INHERITED_COUNTERS] = "counters",
	[INHERITED_FLOWS_NEW] = "flows_new",
	[INHERITED_FLOWS_PROBATION] = "flows_probation",
	[INHERITED_FLOWS_PINNED] = "flows_pinned",
	[INHERITED_FLOW_BUDGETS] = "flow_budgets",
	[INHERITED_FRAGMENTS] = "fragments",
	[INHERITED_ICMP_BUDGETS] = "icmp_budgets",
	[INHERITED_FILTER_HEAD] = "filter_head",
	[INHERITED_FILTER_LISTS] = "filter_lists",
	[INHERITED_FILTER_SOURCES] = "filter_sources",
	[INHERITED_FILTER_ORDER] = "filter_order",
	[INHERITED_FILTERS] = "filters",
	[INHERITED_FILTER_USE] = "filter_use",
	[INHERITED_FILTER_RATES] = "filter_rates",
};

/* The constants of the program: bpf/maps.bpf.h. */
static const char config_map[] = ".rodata.config";

static struct bpf_map *map_of(const struct bpf_object *object,
			      enum inherited_map map)
{
	return bpf_object__find_map_by_name(object, names[map]);
}

static int about_map(int map, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	*info = (struct bpf_map_info){};
	return map < 0 ? -ENOENT : bpf_obj_get_info_by_fd(map, info, &size);
}

/* True if keys and values are those of `ours`; the number may differ. */
static bool has_shape(int pinned, const struct bpf_map *ours)
{
	struct bpf_map_info info;

	return !about_map(pinned, &info) && info.type == bpf_map__type(ours) &&
	       info.key_size == bpf_map__key_size(ours) &&
	       info.value_size == bpf_map__value_size(ours) &&
	       info.map_flags == bpf_map__map_flags(ours);
}

static uint32_t entries_of(int map)
{
	struct bpf_map_info info;

	return about_map(map, &info) ? 0 : info.max_entries;
}

/* Read the configuration that the previous program was loaded with. */
static int read_config(const struct pins *pins, const struct bpf_object *object,
		       struct hg_config *config)
{
	const struct bpf_map *ours =
		bpf_object__find_map_by_name(object, config_map);
	struct bpf_map_info info;
	uint32_t only = 0;
	int map, err;

	if (!ours)
		return -ENOENT;
	map = pins_get(pins, PIN_MAP, bpf_map__name(ours));
	if (map < 0)
		return map;
	err = about_map(map, &info);
	if (!err && (info.type != BPF_MAP_TYPE_ARRAY ||
		     info.value_size != sizeof(*config)))
		err = -EINVAL;
	if (!err)
		err = bpf_map_lookup_elem(map, &only, config);
	close(map);
	return err;
}

static int map_tables(struct inherited *inherited)
{
	const int *maps = inherited->maps;
	int err = table_open(&inherited->buckets, maps[INHERITED_BUCKETS]);

	if (!err)
		err = table_open(&inherited->previous,
				 maps[INHERITED_PREVIOUS]);
	if (!err)
		err = table_open(&inherited->nexthops,
				 maps[INHERITED_NEXTHOPS]);
	if (!err)
		err = table_open(&inherited->vip4, maps[INHERITED_VIP4]);
	if (!err)
		err = table_open(&inherited->vip6, maps[INHERITED_VIP6]);
	return err;
}

static void describe(struct inherited *inherited,
		     const struct hg_config *config)
{
	uint32_t buckets = entries_of(inherited->maps[INHERITED_BUCKETS]) *
			   HG_BUCKETS_PER_PAIR;

	inherited->layout = (struct layout){
		.number = config->layout,
		.table_size = config->table_size,
		.group_count = buckets / config->table_size,
		.flow_room =
			entries_of(inherited->maps[INHERITED_FLOWS_PINNED]),
		.cpus = entries_of(inherited->maps[INHERITED_COUNTERS]),
		.hash_key = config->hash_key,
	};
	inherited->vip_secret = config->vip_secret;
}

static bool are_places_equal(const struct inherited *inherited,
			     const struct bpf_object *object)
{
	static const enum inherited_map fixed[] = { INHERITED_VIP4,
						    INHERITED_VIP6,
						    INHERITED_NEXTHOPS,
						    INHERITED_TUNNELS };

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (entries_of(inherited->maps[fixed[i]]) !=
		    bpf_map__max_entries(map_of(object, fixed[i])))
			return false;
	return true;
}

bool inherited_open(struct inherited *inherited, const struct pins *pins,
		    const struct bpf_object *object, char *why, size_t size)
{
	struct hg_config config = {};
	const char *reason = NULL;

	*inherited = (struct inherited){};
	for (enum inherited_map map = 0; map < INHERITED_MAP_COUNT; map++)
		inherited->maps[map] = pins_get(pins, PIN_MAP, names[map]);
	if (read_config(pins, object, &config) || !config.table_size)
		reason = "no configuration of this version is pinned with them";
	else if (config.layout != HG_LAYOUT)
		reason = "they have another layout";
	for (enum inherited_map map = 0; map < INHERITED_MAP_COUNT && !reason;
	     map++)
		if (!has_shape(inherited->maps[map], map_of(object, map)))
			reason = "some are missing or have another layout";
	if (!reason && !are_places_equal(inherited, object))
		reason = "some have another size";
	if (!reason && map_tables(inherited))
		reason = "they cannot be mapped";
	if (reason)
		snprintf(why, size, "%s", reason);
	else
		describe(inherited, &config);
	inherited->readable = !reason;
	return inherited->readable;
}

void inherited_close(struct inherited *inherited)
{
	table_close(&inherited->vip6);
	table_close(&inherited->vip4);
	table_close(&inherited->nexthops);
	table_close(&inherited->previous);
	table_close(&inherited->buckets);
	for (enum inherited_map map = 0; map < INHERITED_MAP_COUNT; map++)
		if (inherited->maps[map] > 0)
			close(inherited->maps[map]);
	*inherited = (struct inherited){};
}

int inherited_use(const struct inherited *inherited, bool fits,
		  struct bpf_object *object)
{
	int err = 0;

	for (enum inherited_map map = 0; map < INHERITED_MAP_COUNT && !err;
	     map++)
		if (fits ||
		    (map != INHERITED_BUCKETS && map != INHERITED_PREVIOUS))
			err = bpf_map__reuse_fd(map_of(object, map),
						inherited->maps[map]);
	return err;
}

/* ------------------------------------------------------------- VIPs */

static struct prefix host_prefix(const struct address *address)
{
	return (struct prefix){ .address = *address,
				.length = address_is_ipv4(address) ?
						  ADDRESS_BITS_IPV4 :
						  ADDRESS_BITS_IPV6 };
}

static void visit_hosts(const struct inherited *inherited,
			inherited_visit *visit, void *context)
{
	const struct hg_vip4_entry *entries4 =
		(const struct hg_vip4_entry *)inherited->vip4.words;
	const struct hg_vip6_entry *entries6 =
		(const struct hg_vip6_entry *)inherited->vip6.words;

	for (uint32_t i = 0; i < inherited->vip4.entries; i++) {
		struct address address = address_from_ipv4(entries4[i].address);
		struct prefix prefix = host_prefix(&address);

		if (entries4[i].vip.used)
			visit(&prefix, &entries4[i].vip, context);
	}
	for (uint32_t i = 0; i < inherited->vip6.entries; i++) {
		struct address address;
		struct prefix prefix;

		memcpy(address.bytes, entries6[i].address.bytes,
		       sizeof(address.bytes));
		prefix = host_prefix(&address);
		if (entries6[i].vip.used)
			visit(&prefix, &entries6[i].vip, context);
	}
}

static void visit_trie(const struct inherited *inherited, bool ipv4,
		       inherited_visit *visit, void *context)
{
	int trie =
		inherited->maps[ipv4 ? INHERITED_VIP4_LPM : INHERITED_VIP6_LPM];
	union vip_trie_key key, next;
	bool any = false;

	while (!bpf_map_get_next_key(trie, any ? &key : NULL, &next)) {
		struct prefix prefix = vips_prefix_of_key(&next, ipv4);
		struct hg_vip vip;

		if (!bpf_map_lookup_elem(trie, &next, &vip))
			visit(&prefix, &vip, context);
		key = next;
		any = true;
	}
}

void inherited_each_vip(const struct inherited *inherited,
			inherited_visit *visit, void *context)
{
	visit_hosts(inherited, visit, context);
	visit_trie(inherited, true, visit, context);
	visit_trie(inherited, false, visit, context);
}

/* ------------------------------------------------------------- arrays */

int inherited_bucket(const struct inherited *inherited, uint32_t group,
		     uint32_t bucket, struct hg_bucket *word,
		     uint16_t *previous)
{
	const struct layout *layout = &inherited->layout;
	const uint32_t *words = (const uint32_t *)inherited->buckets.words;
	const uint16_t *slots = (const uint16_t *)inherited->previous.words;
	uint32_t index = group * layout->table_size + bucket, value;

	if (group >= layout->group_count || bucket >= layout->table_size)
		return -EINVAL;
	value = __atomic_load_n(words + index, __ATOMIC_ACQUIRE);
	memcpy(word, &value, sizeof(*word));
	*previous = HG_NEXTHOP_NONE; /* without flow records there are none */
	if (index / HG_PREVIOUS_PER_QUAD < inherited->previous.entries)
		*previous = __atomic_load_n(slots + index, __ATOMIC_ACQUIRE);
	return 0;
}

int inherited_nexthop(const struct inherited *inherited, uint32_t slot,
		      struct hg_nexthop *nexthop)
{
	const struct hg_nexthop *nexthops =
		(const struct hg_nexthop *)inherited->nexthops.words;

	if (slot >= inherited->nexthops.entries)
		return -EINVAL;
	*nexthop = nexthops[slot];
	return 0;
}
