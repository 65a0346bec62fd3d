/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIPS_H
#define DATAPATH_VIPS_H

/*
 * VIPs in the program's tables: for each family a table of single addresses and
 * a trie of prefixes, which the program reads only while it has entries.
 */

#include "datapath/tables.h"
#include "datapath/vip_table.h"

struct vips {
	struct table memory4;
	struct table memory6;
	struct vip_table vip4; /* in memory4 and memory6 */
	struct vip_table vip6;
	struct hg_vip_secret secret; /* the program has the same */
	int vip4_lpm;		     /* descriptors */
	int vip6_lpm;
};

/* Draw a secret for new tables. Returns 0 or -errno. */
int vips_draw_secret(struct hg_vip_secret *secret);
/* Map the memory. The descriptors stay with the caller. */
int vips_open(struct vips *vips, int vip4, int vip6);
/* Go on with tables that have VIPs already. */
void vips_adopt(struct vips *vips, struct hg_control *control);
/* Release the memory. A struct of zeroes, never opened, is legal. */
void vips_close(struct vips *vips);

#endif
