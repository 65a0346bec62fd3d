/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIPS_H
#define DATAPATH_VIPS_H

/*
 * VIPs in the program: of each family a table of single addresses, and a trie of
 * prefixes, which the program asks only while there are any.
 */

#include "datapath/tables.h"

struct vips {
	struct table vip4;
	struct table vip6;
	int vip4_lpm; /* descriptors */
	int vip6_lpm;
};

#endif
