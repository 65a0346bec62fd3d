/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_DEVICE_H
#define HOST_DEVICE_H

/* An interface as rtnetlink(7) describes it, asked for once. */

#include <stdbool.h>
#include <stdint.h>

enum device_sizes {
	DEVICE_KIND_SIZE = 16,
};

enum device_xdp {
	DEVICE_XDP_NONE,
	DEVICE_XDP_NATIVE,
	DEVICE_XDP_GENERIC,
};

struct device {
	uint32_t ifindex; /* 0: there is no such interface */
	uint32_t mtu;
	bool up;	/* and it has a carrier */
	bool has_mac;	/* it has one, so its frames have Ethernet headers */
	uint32_t lower; /* ifindex of its peer or of what it is on; 0: none */
	bool lower_is_here;	     /* in this network namespace */
	char kind[DEVICE_KIND_SIZE]; /* "veth", "bridge"; empty: hardware */
	enum device_xdp xdp;
	uint32_t program_id; /* of its XDP program; 0: none */
};

/* Return 0 or -errno; -ENODEV: there is no such interface. */
int device_read(const char *name, struct device *device);
/* True if VLAN devices are on an interface: asks for all links. */
bool device_has_vlans(uint32_t ifindex);

#endif
