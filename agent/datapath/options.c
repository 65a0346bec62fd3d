// SPDX-License-Identifier: BSD-2-Clause
/* Names and comparison of the datapath's options. See options.h. */

#include "datapath/options.h"

#include <string.h>

const char *const datapath_mode_names[DATAPATH_MODE_COUNT] = {
	[DATAPATH_AUTO] = "auto",
	[DATAPATH_NATIVE] = "native",
	[DATAPATH_GENERIC] = "generic",
};

const char *const datapath_attach_names[DATAPATH_ATTACH_COUNT] = {
	[DATAPATH_ATTACH_LINK] = "link",
};

enum {
	/* an element of the kernel's hash maps, with its key, value and chain */
	FLOW_MEMORY =
		48 + sizeof(struct hg_flow_key) + sizeof(struct hg_flow) + 16,
};

const struct datapath_options datapath_options_default = {
	.bpffs = "/sys/fs/bpf/headgate",
	.mode = DATAPATH_AUTO,
	.attach = DATAPATH_ATTACH_LINK,
	.hash_seed_file = "/var/lib/headgate/hash-seed",
	/*
	 * ICMP errors a second for one VIP on one CPU: path MTU discovery
	 * needs a few for each client, a flood of them is an attack.
	 */
	.icmp_rate = 1000,
};

static bool vlans_equal(const struct datapath_vlans *a,
			const struct datapath_vlans *b)
{
	return a->given == b->given && a->untagged == b->untagged &&
	       !memcmp(a->ids, b->ids, sizeof(a->ids));
}

bool datapath_options_equal(const struct datapath_options *a,
			    const struct datapath_options *b)
{
	if (strcmp(a->bpffs, b->bpffs) || a->mode != b->mode ||
	    a->attach != b->attach || a->hash_key != b->hash_key ||
	    a->hash_key_given != b->hash_key_given ||
	    strcmp(a->hash_seed_file, b->hash_seed_file) ||
	    a->icmp_rate != b->icmp_rate ||
	    a->handed_up_mark != b->handed_up_mark ||
	    a->accept_martians != b->accept_martians ||
	    a->table_size != b->table_size ||
	    a->group_count != b->group_count ||
	    a->flow_records != b->flow_records ||
	    a->virtual_clock != b->virtual_clock ||
	    a->interface_count != b->interface_count)
		return false;
	for (size_t i = 0; i < a->interface_count; i++)
		if (strcmp(a->interfaces[i], b->interfaces[i]) ||
		    !vlans_equal(&a->vlans[i], &b->vlans[i]))
			return false;
	return true;
}

bool datapath_vlans_have(const struct datapath_vlans *vlans, uint32_t id)
{
	return vlans->ids[id / DATAPATH_VLAN_BITS] >> id % DATAPATH_VLAN_BITS &
	       1;
}

void datapath_vlans_expand(const struct datapath_vlans *vlans,
			   struct hg_port_vlans *taken)
{
	for (uint32_t id = 0; id < HG_VLAN_IDS; id++)
		taken->ids[id] =
			HG_VLAN_INNER |
			(datapath_vlans_have(vlans, id) ? HG_VLAN_OUTER : 0);
}

uint64_t datapath_options_memory(const struct datapath_options *options)
{
	uint64_t buckets = (uint64_t)options->group_count * options->table_size;

	return buckets *
	       (sizeof(struct hg_bucket) +
		(options->flow_records ? sizeof(struct hg_previous) : 0));
}

uint32_t datapath_options_flow_room(const struct datapath_options *options,
				    enum hg_flow_map map)
{
	uint32_t room = options->flow_records;

	if (map != HG_FLOWS_PINNED)
		room /= 2;
	return room ? room : 1;
}

uint64_t datapath_options_flow_memory(const struct datapath_options *options)
{
	uint64_t records = 0;

	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		records += datapath_options_flow_room(options, map);
	return records * FLOW_MEMORY;
}
