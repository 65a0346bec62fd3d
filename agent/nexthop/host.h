/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_HOST_H
#define NEXTHOP_HOST_H

/*
 * What is known about this host: its links and its addresses. Filled by
 * netlink.c, read by the tracker. Plain data: no socket, no callback.
 *
 * A full dump is taken between host_begin_sync() and host_end_sync(), which
 * forgets what the dump did not name.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nexthop/nexthop.h"

struct host_link {
	struct nexthop_link view;
	bool gone;    /* kept until its end is told */
	bool changed; /* not yet told by host_next_change() */
	bool unseen;  /* by the dump under way */
};

/* Link-local addresses have their scope in them. */
struct host_address {
	uint32_t ifindex;
	struct address local; /* ours */
	struct prefix subnet; /* with host bits, perhaps those of the far end */
	bool unusable; /* as a source: of this host only, or not ours yet */
	bool unseen;
};

/* Where frames to an interface leave the host: see struct nexthop. */
struct host_port {
	uint32_t ifindex;
	struct nexthop_tag tags[NEXTHOP_MAX_TAGS];
};

struct host {
	struct host_link *links;
	size_t link_count;
	struct host_address *addresses;
	size_t address_count;
};

void host_init(struct host *host);
void host_release(struct host *host);

/* Adds a link or updates the one with its ifindex. Returns 0 or -ENOMEM. */
int host_set_link(struct host *host, const struct nexthop_link *link);
void host_remove_link(struct host *host, uint32_t ifindex);
/* Adds an address, or refreshes it. Returns 0 or -ENOMEM. */
int host_set_address(struct host *host, const struct host_address *address);
void host_remove_address(struct host *host, const struct host_address *address);
void host_begin_sync(struct host *host);
void host_end_sync(struct host *host);

/*
 * Takes one link that changed since it was last taken; one that vanished has
 * up == false and mtu == 0. Returns false when there is none left.
 */
bool host_next_change(struct host *host, struct nexthop_link *link);

/* NULL if there is no such link. */
const struct nexthop_link *host_link_by_index(const struct host *host,
					      uint32_t ifindex);
const struct nexthop_link *host_link_by_name(const struct host *host,
					     const char *name);
/* True if a VLAN device is on top of the link. */
bool host_has_vlans(const struct host *host, uint32_t ifindex);
/*
 * Goes down from a link through at most NEXTHOP_MAX_TAGS VLAN devices. False if
 * there are more, or a link below is not known.
 */
bool host_find_port(const struct host *host, const struct nexthop_link *link,
		    struct host_port *port);
/* The link that has this address, or 0. */
uint32_t host_link_of_address(const struct host *host,
			      const struct address *address);
/* True if the address is in a subnet of one of the links. */
bool host_is_on_link(const struct host *host, const struct address *address);
/*
 * Our address to ask `target` from over a link: one of the link in the target's
 * subnet, else a link-local one, else any of the link, else one of another link
 * (RFC 6724 5, as far as it goes for a question to a neighbor). Zero: none.
 */
struct address host_source_address(const struct host *host, uint32_t ifindex,
				   const struct address *target);

#endif
