/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_HOST_H
#define NEXTHOP_HOST_H

/*
 * Links and addresses of this host. Filled by netlink.c, read by the tracker.
 * Plain data: no socket, no callback.
 *
 * A full dump stands between host_begin_sync() and host_end_sync(): the latter
 * removes all that the dump did not contain.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nexthop/nexthop.h"

struct host_link {
	struct nexthop_link view;
	bool gone;    /* kept until host_next_change() returns it */
	bool changed; /* not returned by host_next_change() yet */
	bool unseen;  /* not in the current dump yet */
};

/* Link-local addresses have their scope in them. */
struct host_address {
	uint32_t ifindex;
	struct address local; /* ours */
	struct prefix subnet; /* with host bits: ours, or the peer's */
	bool unusable; /* as a source: host scope, tentative or duplicate */
	bool unseen;
};

/* The interface that frames leave by: see struct nexthop. */
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

/* Add a link or update the one with its ifindex. Returns 0 or -ENOMEM. */
int host_set_link(struct host *host, const struct nexthop_link *link);
void host_remove_link(struct host *host, uint32_t ifindex);
/* Add or update an address. Returns 0 or -ENOMEM. */
int host_set_address(struct host *host, const struct host_address *address);
void host_remove_address(struct host *host, const struct host_address *address);
void host_begin_sync(struct host *host);
void host_end_sync(struct host *host);
/*
 * Count all links as changed: notifications were lost, so each may have been down
 * and up again, and the kernel drops routes with a link that goes down.
 */
void host_doubt_links(struct host *host);

/*
 * Take a link that changed since it was last taken. One that vanished has
 * up == false and mtu == 0. False if there is none left.
 */
bool host_next_change(struct host *host, struct nexthop_link *link);

/* Return the link, or NULL. */
const struct nexthop_link *host_link_by_index(const struct host *host,
					      uint32_t ifindex);
/* One that is followed under this name comes before one that has it. */
const struct nexthop_link *host_link_by_name(const struct host *host,
					     const char *name);
/* Find the link by this name, too, until it is gone: it may be renamed. */
void host_follow_link(struct host *host, uint32_t ifindex, const char *name);
/* True if the link is the parent of a VLAN device. */
bool host_has_vlans(const struct host *host, uint32_t ifindex);
/*
 * Visit the tags of each VLAN device on a link, outermost first, over at most
 * NEXTHOP_MAX_TAGS of them.
 */
typedef void host_vlan_visit_fn(const struct nexthop_tag tags[NEXTHOP_MAX_TAGS],
				void *context);
void host_visit_vlans(const struct host *host, uint32_t ifindex,
		      host_vlan_visit_fn *visit, void *context);
/*
 * Find the port below a link: its parent if it is a VLAN device, over at most
 * NEXTHOP_MAX_TAGS of them. False if there are more, or a parent is not known.
 */
bool host_find_port(const struct host *host, const struct nexthop_link *link,
		    struct host_port *port);
/* Return the ifindex of the link with this address, or 0. */
uint32_t host_link_of_address(const struct host *host,
			      const struct address *address);
/* True if the address is in a subnet of one of the links. */
bool host_is_on_link(const struct host *host, const struct address *address);
/*
 * Return our address to probe `target` from over a link: one of the link in the
 * target's subnet, else a link-local one, else any of the link, else one of
 * another link (the rules of RFC 6724 5 that apply to neighbors). Zero: none.
 */
struct address host_source_address(const struct host *host, uint32_t ifindex,
				   const struct address *target);
/*
 * Return an address of ours on a link, of the family wanted; a link-local one
 * only without another; zero: none.
 */
struct address host_own_address(const struct host *host, uint32_t ifindex,
				bool ipv4);
/* True if host_own_address() may return this address. */
bool host_has_own_address(const struct host *host, uint32_t ifindex,
			  const struct address *address);

typedef bool host_address_fn(const struct host_address *address, void *context);
/*
 * Return a number that changes with the addresses that `counts` returns true for,
 * and not with their order. 0: none.
 */
uint64_t host_sum_addresses(const struct host *host, host_address_fn *counts,
			    void *context);

#endif
