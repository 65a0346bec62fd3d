/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIP_TABLE_H
#define DATAPATH_VIP_TABLE_H

/*
 * The memory of `vip4` and `vip6` (headgate/abi.h), which the program reads at
 * any moment. Pure: whoever maps the memory hands it in.
 *
 * A reader finds each VIP that stays in the table while others come and go. An
 * entry becomes visible by one store, when it is complete, and goes by one.
 */

#include "headgate/abi.h"

#include <stdint.h>

/* What tells one table from the other. */
struct vip_table_shape {
	uint32_t entry_words;  /* 64-bit words; the last one has the VIP */
	uint64_t key_masks[4]; /* the part of each word that is the address */
};

extern const struct vip_table_shape vip_table_shape4;
extern const struct vip_table_shape vip_table_shape6;

struct vip_table {
	const struct vip_table_shape *shape;
	uint64_t *words; /* the memory, HG_VIP_PLACES entries */
	uint32_t count;	 /* of VIPs */
};

/* An entry of either shape; `home` is where it belongs. */
struct vip_table_entry {
	uint64_t words[4];
	uint32_t home; /* index of a place */
};

struct vip_table_entry vip_table_entry4(uint32_t address, struct hg_vip vip);
struct vip_table_entry vip_table_entry6(const struct hg_address *address,
					struct hg_vip vip);

/*
 * Adds the VIP or replaces what was known of it. -E2BIG: there are HG_MAX_VIPS.
 * -ENOSPC: all places where it could stand are taken, which has to be sought for.
 */
int vip_table_set(struct vip_table *table, const struct vip_table_entry *entry);
/* Of `entry` only the address counts. -ENOENT: there is no such VIP. */
int vip_table_delete(struct vip_table *table,
		     const struct vip_table_entry *entry);

#endif
