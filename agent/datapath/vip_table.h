/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIP_TABLE_H
#define DATAPATH_VIP_TABLE_H

/*
 * The memory of `vip4` and `vip6` (headgate/abi.h), which the program reads at
 * any moment. Pure: the caller maps the memory.
 *
 * A reader finds every VIP that stays in the table while others are added and
 * deleted. One store makes a complete entry visible, and one store removes it.
 */

#include "headgate/abi.h"

#include <stdbool.h>
#include <stdint.h>

/* The differences between the tables */
struct vip_table_shape {
	uint32_t entry_words;  /* 64-bit words; the VIP is in the last one */
	uint64_t key_masks[4]; /* the bits of each word that hold the address */
};

extern const struct vip_table_shape vip_table_shape4;
extern const struct vip_table_shape vip_table_shape6;

struct vip_table {
	const struct vip_table_shape *shape;
	uint64_t *words; /* the memory, HG_VIP_PLACES entries */
	uint32_t count;	 /* number of VIPs */
};

/* An entry of either shape */
struct vip_table_entry {
	uint64_t words[4];
	uint32_t home; /* index of the first place it can stand in */
};

struct vip_table_entry vip_table_entry4(const struct hg_vip_secret *secret,
					uint32_t address, struct hg_vip vip);
struct vip_table_entry vip_table_entry6(const struct hg_vip_secret *secret,
					const struct hg_address *address,
					struct hg_vip vip);

/*
 * Add or replace a VIP. -E2BIG: there are HG_MAX_VIPS. -ENOSPC: all places that
 * it could stand in are taken, which takes a deliberate choice of VIPs.
 */
int vip_table_set(struct vip_table *table, const struct vip_table_entry *entry);
/* Read the VIP with the address of `entry`. -ENOENT: there is no such VIP. */
int vip_table_get(const struct vip_table *table,
		  const struct vip_table_entry *entry, struct hg_vip *vip);
/* True if a search for the address of `entry` ends at this place. */
bool vip_table_is_at(const struct vip_table *table,
		     const struct vip_table_entry *entry, uint32_t index);
/* Clear a place, whatever is in it. The count stays. */
void vip_table_clear(const struct vip_table *table, uint32_t index);
/* Delete the VIP with the address of `entry`. -ENOENT: there is no such VIP. */
int vip_table_delete(struct vip_table *table,
		     const struct vip_table_entry *entry);

#endif
