/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIPS_H
#define DATAPATH_VIPS_H

/*
 * VIPs in the program's tables: for each family a table of single addresses and
 * a trie of prefixes, which the program reads only while it has entries.
 */

#include <stdbool.h>

#include "core/address.h"
#include "datapath/tables.h"
#include "datapath/vip_table.h"

/* Key of a trie; the length is at the same place in both */
union vip_trie_key {
	struct hg_prefix4 prefix4;
	struct hg_prefix6 prefix6;
};

struct datapath;

struct vips {
	struct table memory4;
	struct table memory6;
	struct vip_table vip4; /* in memory4 and memory6 */
	struct vip_table vip6;
	struct hg_vip_secret secret; /* the program has the same */
	int vip4_lpm;		     /* descriptors */
	int vip6_lpm;
};

union vip_trie_key vips_key_of_prefix(const struct prefix *prefix);
struct prefix vips_prefix_of_key(const union vip_trie_key *key, bool ipv4);

/* Draw a secret for new tables. Returns 0 or -errno. */
int vips_draw_secret(struct hg_vip_secret *secret);
/* Map the memory. The descriptors stay with the caller. */
int vips_open(struct vips *vips, int vip4, int vip6);
/* Go on with tables that have VIPs already. */
void vips_adopt(struct vips *vips, struct hg_control *control);
/* True if a trie, a descriptor, has entries. */
bool vips_has_prefixes(int trie);
/* Count the entries of both tables again. */
void vips_count(struct vips *vips);
/* Mark each VIP that has filters, and no other. */
void vips_mark_filtered(struct datapath *dp);
/* Release the memory. A struct of zeroes, never opened, is legal. */
void vips_close(struct vips *vips);

#endif
