// SPDX-License-Identifier: BSD-2-Clause
/* VIPs in the program's tables. See vips.h. */

#include "datapath/vips.h"

#include "datapath/datapath.h"
#include "datapath/instance.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

/* A VIP as a key of the map it belongs into. */
struct vip_key {
	int map;
	union {
		uint32_t address4;
		struct hg_address address6;
		struct hg_prefix4 prefix4;
		struct hg_prefix6 prefix6;
	};
	uint8_t *flag; /* tells the program to ask this map; NULL: it always does */
};

static struct vip_key key4_of(struct datapath *dp, const struct prefix *prefix)
{
	uint32_t address = address_ipv4(&prefix->address);

	if (prefix_is_host(prefix))
		return (struct vip_key){ .map = dp->vips.vip4,
					 .address4 = address };
	return (struct vip_key){
		.map = dp->vips.vip4_lpm,
		.prefix4 = { prefix->length, address },
		.flag = &dp->control->lpm4,
	};
}

static struct vip_key key6_of(struct datapath *dp, const struct prefix *prefix)
{
	struct hg_address address;

	memcpy(&address, prefix->address.bytes, sizeof(address));
	if (prefix_is_host(prefix))
		return (struct vip_key){ .map = dp->vips.vip6,
					 .address6 = address };
	return (struct vip_key){
		.map = dp->vips.vip6_lpm,
		.prefix6 = { prefix->length, address },
		.flag = &dp->control->lpm6,
	};
}

static struct vip_key key_of(struct datapath *dp, const struct prefix *prefix)
{
	return address_is_ipv4(&prefix->address) ? key4_of(dp, prefix) :
						   key6_of(dp, prefix);
}

static bool is_empty(int map)
{
	struct hg_prefix6 key; /* the longer one of both */

	return bpf_map_get_next_key(map, NULL, &key) == -ENOENT;
}

int datapath_set_vip(struct datapath *dp, const struct prefix *prefix,
		     const struct hg_vip *vip)
{
	struct vip_key key = key_of(dp, prefix);
	int err;

	if (vip->group >= dp->groups.entries || vip->counter >= HG_MAX_VIPS ||
	    vip->hash_fields >= HG_HASH_FIELDS_COUNT)
		return -EINVAL;
	err = bpf_map_update_elem(key.map, &key.address4, vip, BPF_ANY);
	if (!err && key.flag)
		__atomic_store_n(key.flag, 1, __ATOMIC_RELEASE);
	return err;
}

int datapath_delete_vip(struct datapath *dp, const struct prefix *prefix)
{
	struct vip_key key = key_of(dp, prefix);
	int err = bpf_map_delete_elem(key.map, &key.address4);

	if (!err && key.flag && is_empty(key.map))
		__atomic_store_n(key.flag, 0, __ATOMIC_RELEASE);
	return err;
}
