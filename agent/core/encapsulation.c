// SPDX-License-Identifier: BSD-2-Clause
/* Names and sizes of encapsulations. See encapsulation.h. */

#include "core/encapsulation.h"

enum {
	IPV4_HEADER_SIZE = 20,
	IPV6_HEADER_SIZE = 40,
};

const char *const encapsulation_names[HG_ENCAPSULATION_COUNT] = {
	[HG_ENCAPSULATION_NONE] = "none",
	[HG_ENCAPSULATION_IPIP] = "ipip",
	[HG_ENCAPSULATION_GUE] = "gue",
	[HG_ENCAPSULATION_GRE] = "gre",
};

/* The header between the IP headers: docs/packet-path.md, 9 */
static const uint8_t shim_sizes[HG_ENCAPSULATION_COUNT] = {
	[HG_ENCAPSULATION_GUE] = 8,
	[HG_ENCAPSULATION_GRE] = 4,
};

uint16_t encapsulation_shim_size(enum hg_encapsulation encapsulation)
{
	return shim_sizes[encapsulation];
}

uint16_t encapsulation_size(enum hg_encapsulation encapsulation, bool ipv4)
{
	if (encapsulation == HG_ENCAPSULATION_NONE)
		return 0;
	return (ipv4 ? IPV4_HEADER_SIZE : IPV6_HEADER_SIZE) +
	       shim_sizes[encapsulation];
}
