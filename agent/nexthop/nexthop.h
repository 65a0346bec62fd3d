/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_NEXTHOP_H
#define NEXTHOP_NEXTHOP_H

/*
 * A tracked next hop and a link of the host, as the rest of the agent reads
 * them. tracker.h keeps them up to date.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/encapsulation.h"
#include "core/sizes.h"

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

/*
 * The effect of BFD on a next hop. A required session must be Up before traffic
 * is sent there, and drains the next hop while an administrator has taken it
 * down. Any other session only reports failures: if it was never Up, or an
 * administrator took it down, the answers to our probes alone decide (RFC 5882
 * 3.2, 4.3).
 */
enum nexthop_bfd {
	NEXTHOP_BFD_SILENT,   /* no objection, or no session */
	NEXTHOP_BFD_DRAINING, /* required, and AdminDown since it was Up */
	NEXTHOP_BFD_WAITING,  /* required, and was never Up */
	NEXTHOP_BFD_DOWN,
};

/* A VLAN tag: IEEE 802.1Q 9.3. */
struct nexthop_tag {
	uint16_t protocol; /* 0x8100 or 0x88a8, network order; 0: no tag */
	uint16_t id;
};

struct nexthop {
	struct address address;
	struct address via; /* gateway; `address` if on link */
	enum nexthop_state state;
	enum nexthop_bfd bfd;
	uint32_t ifindex; /* of its route; 0 while UNREACHABLE */
	char interface[INTERFACE_SIZE];
	/*
	 * The interface that frames leave by: that of the route or, below VLAN
	 * devices, their parent, with their tags, outermost first.
	 */
	uint32_t port_ifindex;
	struct nexthop_tag tags[NEXTHOP_MAX_TAGS];
	uint32_t link_speed; /* its speed, Mbit/s; 0: unknown or not asked */
	uint32_t metric;     /* of the kernel's route */
	bool by_default;     /* that is the default route */
	uint16_t mtu;	     /* of the interface, less the outer headers */
	/* Packets go there inside others, which come from this address. */
	enum hg_encapsulation encapsulation;
	struct address outer_source;
	uint8_t mac[MAC_SIZE];
	uint8_t source_mac[MAC_SIZE];
	uint64_t since_ms; /* CLOCK_BOOTTIME of the last change of state */
	/* Alive, but used only where all are held, until then; 0: not held. */
	uint64_t held_until_ms;
	uint32_t conflicts;   /* answers of other MACs while this one answers */
	uint64_t probes_lost; /* not answered in time */
};

/* True in RESOLVED and SUSPECT, unless BFD objects. */
bool nexthop_is_alive(const struct nexthop *nexthop);
const char *nexthop_state_name(enum nexthop_state state);

/* An interface of the host, from rtnetlink. */
struct nexthop_link {
	uint32_t ifindex;
	char name[INTERFACE_SIZE];
	/* The name by which it became a port; empty: it is none. */
	char followed[INTERFACE_SIZE];
	uint8_t mac[MAC_SIZE];
	uint16_t mtu;
	bool up;	 /* administratively up and carrier */
	uint32_t parent; /* of a VLAN device: the link it is on; else 0 */
	struct nexthop_tag tag;
};

#endif
