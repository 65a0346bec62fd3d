// SPDX-License-Identifier: BSD-2-Clause
/* VIPs in the program's tables. See vips.h. */

#include "datapath/vips.h"

#include "core/keyed_hash.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "datapath/vip_table.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

static const char subsystem[] = "datapath";

/* The table and entry of a single address */
struct host {
	struct vip_table *table;
	struct vip_table_entry entry;
};

/* The trie and key of a prefix */
struct trie {
	int map;
	uint8_t *flag; /* tells the program that the trie has entries */
	union vip_trie_key key;
};

int vips_draw_secret(struct hg_vip_secret *secret)
{
	struct keyed_hash_secret source;
	int err = keyed_hash_draw(&source);

	if (err)
		return err;
	*secret = (struct hg_vip_secret){
		.addend = keyed_hash(&source, "addend", 6),
		.factor = keyed_hash(&source, "factor", 6) | 1,
		.subnet_factor = keyed_hash(&source, "subnet", 6) | 1,
	};
	return 0;
}

int vips_open(struct vips *vips, int vip4, int vip6)
{
	int err = table_open(&vips->memory4, vip4);

	if (!err)
		err = table_open(&vips->memory6, vip6);
	vips->vip4 = (struct vip_table){ .shape = &vip_table_shape4,
					 .words = vips->memory4.words };
	vips->vip6 = (struct vip_table){ .shape = &vip_table_shape6,
					 .words = vips->memory6.words };
	return err;
}

static uint32_t count_used4(const struct table *table)
{
	const struct hg_vip4_entry *entries =
		(const struct hg_vip4_entry *)table->words;
	uint32_t count = 0;

	for (uint32_t i = 0; i < table->entries; i++)
		count += entries[i].vip.used;
	return count;
}

static uint32_t count_used6(const struct table *table)
{
	const struct hg_vip6_entry *entries =
		(const struct hg_vip6_entry *)table->words;
	uint32_t count = 0;

	for (uint32_t i = 0; i < table->entries; i++)
		count += entries[i].vip.used;
	return count;
}

void vips_count(struct vips *vips)
{
	vips->vip4.count = count_used4(&vips->memory4);
	vips->vip6.count = count_used6(&vips->memory6);
}

bool vips_has_prefixes(int trie)
{
	union vip_trie_key key;

	return !bpf_map_get_next_key(trie, NULL, &key);
}

void vips_adopt(struct vips *vips, struct hg_control *control)
{
	vips_count(vips);
	control->lpm4 = vips_has_prefixes(vips->vip4_lpm);
	control->lpm6 = vips_has_prefixes(vips->vip6_lpm);
}

void vips_close(struct vips *vips)
{
	table_close(&vips->memory6);
	table_close(&vips->memory4);
}

static struct host host_of(struct datapath *dp, const struct prefix *prefix,
			   struct hg_vip vip)
{
	struct hg_address address;

	if (address_is_ipv4(&prefix->address))
		return (struct host){
			&dp->vips.vip4,
			vip_table_entry4(&dp->vips.secret,
					 address_ipv4(&prefix->address), vip)
		};
	memcpy(&address, prefix->address.bytes, sizeof(address));
	return (struct host){ &dp->vips.vip6, vip_table_entry6(&dp->vips.secret,
							       &address, vip) };
}

union vip_trie_key vips_key_of_prefix(const struct prefix *prefix)
{
	union vip_trie_key key = { .prefix6.length = prefix->length };

	if (address_is_ipv4(&prefix->address))
		key.prefix4.address = address_ipv4(&prefix->address);
	else
		memcpy(&key.prefix6.address, prefix->address.bytes,
		       sizeof(key.prefix6.address));
	return key;
}

struct prefix vips_prefix_of_key(const union vip_trie_key *key, bool ipv4)
{
	struct prefix prefix = { .length = (uint8_t)key->prefix6.length };

	if (ipv4)
		prefix.address = address_from_ipv4(key->prefix4.address);
	else
		memcpy(prefix.address.bytes, &key->prefix6.address,
		       sizeof(prefix.address.bytes));
	return prefix;
}

static struct trie trie_of(struct datapath *dp, const struct prefix *prefix)
{
	bool ipv4 = address_is_ipv4(&prefix->address);

	return (struct trie){
		.map = ipv4 ? dp->vips.vip4_lpm : dp->vips.vip6_lpm,
		.flag = ipv4 ? &dp->control->lpm4 : &dp->control->lpm6,
		.key = vips_key_of_prefix(prefix),
	};
}

static int set_prefix(struct datapath *dp, const struct prefix *prefix,
		      const struct hg_vip *vip)
{
	struct trie trie = trie_of(dp, prefix);
	int err = bpf_map_update_elem(trie.map, &trie.key, vip, BPF_ANY);

	if (!err)
		__atomic_store_n(trie.flag, 1, __ATOMIC_RELEASE);
	return err;
}

static int delete_prefix(struct datapath *dp, const struct prefix *prefix)
{
	struct trie trie = trie_of(dp, prefix);
	int err = bpf_map_delete_elem(trie.map, &trie.key);

	if (!err && bpf_map_get_next_key(trie.map, NULL, &trie.key) == -ENOENT)
		__atomic_store_n(trie.flag, 0, __ATOMIC_RELEASE);
	return err;
}

static int set_host(struct datapath *dp, const struct prefix *prefix,
		    const struct hg_vip *vip)
{
	struct host host = host_of(dp, prefix, *vip);

	return vip_table_set(host.table, &host.entry);
}

static int delete_host(struct datapath *dp, const struct prefix *prefix)
{
	struct host host = host_of(dp, prefix, (struct hg_vip){});

	return vip_table_delete(host.table, &host.entry);
}

int datapath_set_vip(struct datapath *dp, const struct prefix *prefix,
		     const struct hg_vip *value)
{
	struct hg_vip vip = *value;
	char text[PREFIX_TEXT_SIZE];
	int err;

	if (vip.group >= dp->group_count ||
	    vip.hash_fields >= HG_HASH_FIELDS_COUNT)
		return -EINVAL;
	vip.used = 1;
	vip.filtered = filters_touch(&dp->filters, prefix);
	err = prefix_is_host(prefix) ? set_host(dp, prefix, &vip) :
				       set_prefix(dp, prefix, &vip);
	if (!err)
		log_debug(subsystem, "VIP %s: set to group %u, counter %u",
			  prefix_format(prefix, text), vip.group, vip.counter);
	return err;
}

int datapath_delete_vip(struct datapath *dp, const struct prefix *prefix)
{
	char text[PREFIX_TEXT_SIZE];
	int err = prefix_is_host(prefix) ? delete_host(dp, prefix) :
					   delete_prefix(dp, prefix);

	if (!err)
		log_debug(subsystem, "VIP %s: deleted",
			  prefix_format(prefix, text));
	return err;
}

static int get_prefix(struct datapath *dp, const struct prefix *prefix,
		      struct hg_vip *vip)
{
	struct trie trie = trie_of(dp, prefix);

	/* The longest match: if it is another prefix, it has another counter. */
	return bpf_map_lookup_elem(trie.map, &trie.key, vip);
}

int datapath_get_vip(struct datapath *dp, const struct prefix *prefix,
		     struct hg_vip *vip)
{
	struct host host;
	int err;

	if (prefix_is_host(prefix)) {
		host = host_of(dp, prefix, (struct hg_vip){});
		err = vip_table_get(host.table, &host.entry, vip);
	} else {
		err = get_prefix(dp, prefix, vip);
	}
	if (!err)
		vip->filtered = 0; /* this room's own */
	return err;
}

/* ------------------------------------------------------------- filters */

/*
 * Mark a VIP in a table of single addresses. Packets may read the word
 * meanwhile: only the bit changes.
 */
static void mark_place(struct datapath *dp, const struct prefix *prefix,
		       struct hg_vip *vip)
{
	struct hg_vip now = *vip;
	uint32_t word;

	now.filtered = filters_touch(&dp->filters, prefix);
	memcpy(&word, &now, sizeof(word));
	__atomic_store_n((uint32_t *)vip, word, __ATOMIC_RELEASE);
}

static void mark_hosts(struct datapath *dp)
{
	struct hg_vip4_entry *entries4 =
		(struct hg_vip4_entry *)dp->vips.memory4.words;
	struct hg_vip6_entry *entries6 =
		(struct hg_vip6_entry *)dp->vips.memory6.words;
	struct address address;
	struct prefix prefix;

	for (uint32_t i = 0; i < dp->vips.memory4.entries; i++) {
		if (!entries4[i].vip.used)
			continue;
		address = address_from_ipv4(entries4[i].address);
		prefix = prefix_of_address(&address);
		mark_place(dp, &prefix, &entries4[i].vip);
	}
	for (uint32_t i = 0; i < dp->vips.memory6.entries; i++) {
		if (!entries6[i].vip.used)
			continue;
		memcpy(address.bytes, entries6[i].address.bytes,
		       sizeof(address.bytes));
		prefix = prefix_of_address(&address);
		mark_place(dp, &prefix, &entries6[i].vip);
	}
}

static void mark_trie(struct datapath *dp, int trie, bool ipv4)
{
	union vip_trie_key key, next;
	bool any = false;

	while (!bpf_map_get_next_key(trie, any ? &key : NULL, &next)) {
		struct prefix prefix = vips_prefix_of_key(&next, ipv4);
		struct hg_vip vip;
		bool filtered = filters_touch(&dp->filters, &prefix);

		if (!bpf_map_lookup_elem(trie, &next, &vip) &&
		    vip.filtered != filtered) {
			vip.filtered = filtered;
			bpf_map_update_elem(trie, &next, &vip, BPF_EXIST);
		}
		key = next;
		any = true;
	}
}

void vips_mark_filtered(struct datapath *dp)
{
	mark_hosts(dp);
	mark_trie(dp, dp->vips.vip4_lpm, true);
	mark_trie(dp, dp->vips.vip6_lpm, false);
}
