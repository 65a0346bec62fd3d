/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_ATTACH_H
#define DATAPATH_ATTACH_H

/* What this room keeps of an interface; how one becomes a port is public. */

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct datapath;

struct port {
	uint32_t ifindex;
	char name[IF_NAMESIZE];
	int link; /* descriptor of the bpf_link */
};

/* Detaches all ports, or with `keep` leaves them to their pinned links. */
void attach_release(struct datapath *dp, bool keep);

#endif
