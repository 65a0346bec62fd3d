/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIPS_H
#define DATAPATH_VIPS_H

/*
 * VIPs in the program: of each family a table of single addresses, and a trie of
 * prefixes, which the program asks only while there are any.
 */

#include "datapath/tables.h"
#include "datapath/vip_table.h"

struct vips {
	struct table memory4;
	struct table memory6;
	struct vip_table vip4; /* in that memory */
	struct vip_table vip6;
	int vip4_lpm; /* descriptors */
	int vip6_lpm;
};

/* Maps the memory; the descriptors are the caller's. */
int vips_open(struct vips *vips, int vip4, int vip6);
/* Legal for a struct of zeroes, which was never opened. */
void vips_close(struct vips *vips);

#endif
