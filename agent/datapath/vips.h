/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_VIPS_H
#define DATAPATH_VIPS_H

/*
 * The tables of VIPs: of each family one for single addresses, and one for
 * prefixes, which the program asks only while there are any.
 */

struct vip_maps {
	int vip4; /* descriptors */
	int vip6;
	int vip4_lpm;
	int vip6_lpm;
};

#endif
