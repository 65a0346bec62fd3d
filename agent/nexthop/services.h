/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICES_H
#define NEXTHOP_SERVICES_H

/*
 * Checks of services: does a next hop serve a VIP? Each asks the VIP itself at
 * the MAC of the next hop, as packets of clients do, inside others if theirs are,
 * and from an address of this host on that link, so the server answers to us.
 *
 * The way in: services_want() for a path, services_take() with a packet. The way
 * out: struct service_check, and one callback for each change. All checks of the
 * host share SERVICE_RATE: if they are more than that allows, each comes less
 * often. What waits longest is next, but new ones are before all others.
 *
 *   services       when to ask; life of the checks
 *   service_table  all of them, by VIP and by next hop. Pure
 *   service_state  does one pass? Pure
 *   service_tcp    a connection. Pure
 *   service_segment  its packets: build and parse. Pure
 *   service_tunnel  the headers around them. Pure
 *   service_http   request and status line. Pure
 *   service_link   the sockets, and their events
 *   service_socket   open, send, receive
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/nexthop.h"
#include "nexthop/service_table.h"

enum services_limits {
	SERVICE_MAX_CHECKS = 131072,
	SERVICE_MAX_IN_FLIGHT = 4096,
	/* Packets a second that begin a check, or repeat one's. */
	SERVICE_RATE = 2000,
};

struct event_base;
struct services;

struct services_hooks {
	/* The verdict is another one, by a result. */
	void (*changed)(const struct service_check *check, void *context);
	/* Return the next hop, or NULL if it is not tracked. */
	const struct nexthop *(*find_nexthop)(const struct address *nexthop,
					      void *context);
	/* Return an address of ours on a link; zero: there is none. */
	struct address (*own_address)(uint32_t ifindex, bool ipv4,
				      void *context);
	/* Send a packet. Returns 0 or -errno. */
	int (*send)(uint32_t ifindex, const uint8_t mac[MAC_SIZE],
		    const uint8_t *packet, size_t size, void *context);
	/*
	 * Pass all packets that wait to services_take(). False: there may be
	 * more from before the call.
	 */
	bool (*read_answers)(void *context);
	void *context;
};

/* Numbers since the start, and of now. */
struct services_totals {
	uint32_t checks[SERVICE_VERDICT_COUNT];
	uint64_t results[SERVICE_RESULT_COUNT];
	uint32_t in_flight;
	uint64_t refused;     /* not checked: SERVICE_MAX_CHECKS, or memory */
	uint32_t interval_ms; /* the shortest that SERVICE_RATE has room for */
};

/*
 * `port`: that of all checks; `gue_port`: where servers behind routers take GUE.
 * The caller frees. NULL: out of memory.
 */
struct services *services_new(struct event_base *base, uint16_t port,
			      uint16_t gue_port,
			      const struct services_hooks *hooks);
void services_free(struct services *services);

/*
 * Return the check of a VIP at a next hop, which begins if there is none, and
 * follows other options. With
 * `assumed` it counts as passing until it has ended once. NULL: it cannot be
 * checked, as the VIP is more than one address, or by the limits.
 */
const struct service_check *services_want(struct services *services,
					  const struct prefix *vip,
					  const struct address *nexthop,
					  const struct service_options *options,
					  bool assumed);
/* Return the check, or NULL. */
const struct service_check *services_find(const struct services *services,
					  const struct prefix *vip,
					  const struct address *nexthop);
/* Return the checks at a next hop by verdict, or NULL. */
const uint32_t *services_counts(const struct services *services,
				const struct address *nexthop);
/*
 * End all checks of a VIP except those for which services_keep() is called
 * between these two. services_begin() is false if the VIP has none.
 */
bool services_begin(struct services *services, const struct prefix *vip);
void services_keep(struct services *services, const struct prefix *vip,
		   const struct address *nexthop);
void services_end(struct services *services, const struct prefix *vip);
/*
 * A next hop died, or is alive again. What its checks said of it before is void
 * then. Call this before anything asks for them.
 */
void services_nexthop_changed(struct services *services,
			      const struct nexthop *nexthop);
/* Take a packet to our port that came from a MAC on a link. */
void services_take(struct services *services, const uint8_t *packet,
		   size_t size, uint32_t ifindex, const uint8_t mac[MAC_SIZE]);
/* Wait for what comes next: call it at the end of each event. */
void services_wait(struct services *services);
struct services_totals services_totals(const struct services *services);

#endif
