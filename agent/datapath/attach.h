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

#include "datapath/datapath.h"

enum {
	NO_LINK = -1
};

struct port {
	uint32_t ifindex;
	uint8_t mac[DATAPATH_MAC_SIZE];
	char name[IF_NAMESIZE];
	struct hg_port_vlans vlans;
	bool tagged_only;
	bool no_redirects; /* so the kernel gets frames for it */
	int link;	   /* descriptor of the bpf_link, or NO_LINK */
	int mark_link;	   /* the same of `mark`, if it has one */
	bool mark_filter;  /* `mark` is a filter of the interface */
};

static inline bool port_is_attached(const struct port *port)
{
	return port->link != NO_LINK;
}

/* True if packets that come in by the port get marks. */
static inline bool port_is_marking(const struct port *port)
{
	return port->mark_link != NO_LINK || port->mark_filter;
}

/* Write a port for the program. */
void port_publish(struct datapath *dp, uint32_t at);

/* Write or delete its entry for redirects. Returns 0 or -errno. */
int tx_port_write(const struct datapath *dp, const struct port *port);

/* Detach all ports, or with `keep` leave them to their pinned links. */
void attach_release(struct datapath *dp, bool keep);

#endif
