/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NEXTHOP_H
#define NEXTHOP_NEXTHOP_H

/*
 * Next-hop tracking: from the NEXT_HOP of a path to the MAC, the interface and
 * the answer to "is it alive?".
 *
 * The tracker holds one state machine (probe.h) for each address that somebody
 * asked for. It resolves the address by the kernel's routing table
 * (RFC 4271 5.1.3), probes the immediate next hop with its own ARP requests
 * (RFC 826) or neighbor solicitations (RFC 4861) and reports every change at
 * once through one callback. The families of a route and of the gateway it
 * leads over are independent of each other (RFC 8950).
 *
 * A link-local address has its scope in it (core/address.h), or is unreachable.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct event_base;
struct nexthop_tracker;

enum nexthop_state {
	NEXTHOP_UNREACHABLE, /* no route, or not over an attached interface */
	NEXTHOP_RESOLVING,   /* asked, no answer yet */
	NEXTHOP_RESOLVED,    /* answers */
	NEXTHOP_SUSPECT,     /* a refresh went unanswered; still used */
	NEXTHOP_FAILED,	     /* does not answer, or its link is down */
	NEXTHOP_STATE_COUNT,
};

enum nexthop_limits {
	NEXTHOP_MAX_TAGS = 2,
};

/* A VLAN tag: IEEE 802.1Q 9.3. */
struct nexthop_tag {
	uint16_t protocol; /* 0x8100 or 0x88a8, network order; 0: no tag */
	uint16_t id;
};

/* One tracked next hop, as seen by the rest of the agent. */
struct nexthop {
	struct address address;
	struct address via; /* immediate next hop; `address` if on link */
	enum nexthop_state state;
	uint32_t ifindex; /* of its route; 0 while UNREACHABLE */
	char interface[16];
	/*
	 * Where frames leave: the interface itself, or what the VLAN devices
	 * are on, with their tags, outermost first.
	 */
	uint32_t port_ifindex;
	struct nexthop_tag tags[NEXTHOP_MAX_TAGS];
	uint32_t metric; /* of the kernel's route, the cost to get there */
	uint16_t mtu;	 /* of the interface */
	uint8_t mac[MAC_SIZE];
	uint8_t source_mac[MAC_SIZE];
	uint64_t since_ms;  /* CLOCK_BOOTTIME of the last change of state */
	uint32_t conflicts; /* answers of other MACs while this one answers */
};

/* RESOLVED and SUSPECT forward; nothing else does. */
bool nexthop_is_alive(const struct nexthop *nexthop);
const char *nexthop_state_name(enum nexthop_state state);

/* An interface of the host as the tracker knows it from rtnetlink. */
struct nexthop_link {
	uint32_t ifindex;
	char name[16];
	uint8_t mac[MAC_SIZE];
	uint16_t mtu;
	bool up;	 /* administratively up and carrier */
	uint32_t parent; /* of a VLAN device: the link it is on; else 0 */
	struct nexthop_tag tag;
};

/*
 * Called from the event loop only, the links found at the start included. A
 * callback may acquire and release, but not free the tracker.
 */
struct nexthop_callbacks {
	/*
	 * `nexthop` became alive, dead or unresolved, or is alive and another
	 * way leads there: MAC, gateway, interface, MTU, source MAC or metric.
	 */
	void (*changed)(const struct nexthop *nexthop, void *context);
	/* An interface appeared, changed or (up == false, mtu == 0) vanished. */
	void (*link_changed)(const struct nexthop_link *link, void *context);
	void *context;
};

struct nexthop_options {
	/* Next hops are reached over these only: the program is attached here. */
	const char (*interfaces)[16];
	size_t interface_count;
	struct nexthop_callbacks callbacks;
};

/*
 * Opens the netlink and packet sockets and reads links, addresses and routes.
 * The caller frees with nexthop_tracker_free(). On failure `error` (size
 * bytes) says what failed and what is needed. Returns 0 or -errno.
 */
int nexthop_tracker_new(struct event_base *base,
			const struct nexthop_options *options,
			struct nexthop_tracker **tracker, char *error,
			size_t size);
void nexthop_tracker_free(struct nexthop_tracker *tracker);

/*
 * Starts tracking `address`, or takes one more reference on it. The current
 * view is in *nexthop at once (valid until the last nexthop_release()); the
 * first callback may follow from the event loop, never from inside this call.
 */
int nexthop_acquire(struct nexthop_tracker *tracker,
		    const struct address *address,
		    const struct nexthop **nexthop);
void nexthop_release(struct nexthop_tracker *tracker,
		     const struct address *address);
/* NULL if not tracked. */
const struct nexthop *nexthop_find(const struct nexthop_tracker *tracker,
				   const struct address *address);
/* Next tracked one after `previous` in address order; NULL starts. */
const struct nexthop *nexthop_next(const struct nexthop_tracker *tracker,
				   const struct nexthop *previous);

/* The link named `name`, or NULL. */
const struct nexthop_link *
nexthop_link_by_name(const struct nexthop_tracker *tracker, const char *name);
/* True if a VLAN device is on top of the link. */
bool nexthop_has_vlans(const struct nexthop_tracker *tracker, uint32_t ifindex);
/* The link that has this address of ours, or 0. */
uint32_t nexthop_link_of_address(const struct nexthop_tracker *tracker,
				 const struct address *address);
/* True if the address belongs to this host. */
bool nexthop_is_local(const struct nexthop_tracker *tracker,
		      const struct address *address);
/* True if the address is in a subnet of one of our interfaces. */
bool nexthop_is_on_link(const struct nexthop_tracker *tracker,
			const struct address *address);

#endif
