/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_ATTACH_H
#define DATAPATH_ATTACH_H

/*
 * The port as this room keeps it. datapath.h declares how an interface becomes
 * one.
 */

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct datapath;

struct port {
	uint32_t ifindex;
	char name[IF_NAMESIZE];
	int link; /* descriptor of the bpf_link */
};

/* Detach all ports, or with `keep` leave them to their pinned links. */
void attach_release(struct datapath *dp, bool keep);

#endif
