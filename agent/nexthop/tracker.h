/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_TRACKER_H
#define NEXTHOP_TRACKER_H

/*
 * Next-hop tracking: from the NEXT_HOP of a path to a MAC, an interface and the
 * answer to "is it alive?".
 *
 * The way in: tracker_acquire() for each next hop that a path uses. The way
 * out: struct nexthop, and one callback for each change. The tracker looks the
 * address up in the kernel's routing table (RFC 4271 5.1.3) and probes the
 * gateway, or the address itself if it is on link, with its own ARP requests
 * (RFC 826) or neighbor solicitations (RFC 4861). The families of a route and
 * of its gateway are independent (RFC 8950). A link-local address holds its
 * scope (core/address.h); without a scope it is unreachable.
 *
 *   options        the options of the room. Plain values
 *   nexthop        a next hop and a link, as others read them
 *   tracker        all next hops, sorted by address; their events
 *   entry          one next hop: its route, its state machine, its view
 *   probe          that state machine: RESOLVING ... FAILED. Pure
 *   expected       MACs that answered the agent before this one. Plain data
 *   hold_down      how long one that died is held when it is back. Pure
 *   prober         when to probe which one: turns of the event loop
 *   listening      the clock that silence is judged by. Pure
 *   probe_budget   the probes of this host in a second. Pure
 *   probe_queue    deadlines, earliest first. Pure
 *   receive_buffer packets that wait in a socket
 *   probe_log      its log lines
 *   ports          a packet socket for each interface of a next hop
 *   arp, nd        frames of both protocols: build and parse. Pure
 *   arp_socket, nd_socket, packet_socket
 *                  send and receive them (packet(7))
 *   netlink        links, addresses, routes: dumps, notifications, lookups
 *   netlink_message
 *                  their messages (rtnetlink(7)): parse. Pure
 *   route_owner    whose routes are whose. Pure
 *   host           links and addresses of this host. Plain data
 *   ethtool        questions to drivers
 *   vlan_offload   does the hardware hide VLAN tags from the program?
 *   link_speed     how fast our interfaces are
 *   bfd            BFD sessions with next hops (RFC 5880, RFC 5881, RFC 5882)
 *   bfd_session, bfd_packet, bfd_auth, bfd_datagram
 *                  its state machine, its packets, their signatures and the
 *                  headers around them. Pure
 *   bfd_socket     its sockets
 *   bfd_given      a session on its way to another agent. Pure
 *   tracker_handover
 *                  sessions that another agent gives, or takes over
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/host.h"
#include "nexthop/nexthop.h"
#include "nexthop/options.h"

struct bfd_key;
struct event_base;
struct tracker;
struct work_queue;

/*
 * Called from the event loop only, also for the links found at the start. A
 * callback may acquire and release, but must not free the tracker.
 */
struct tracker_callbacks {
	/*
	 * `nexthop` became alive, dead or unresolved, or it is alive and one of
	 * these changed: MAC, gateway, interface, MTU, source MAC, metric, link
	 * speed, held, what BFD says.
	 */
	void (*changed)(const struct nexthop *nexthop, void *context);
	/* `address` is no longer tracked. May be NULL. */
	void (*released)(const struct address *address, void *context);
	/* A link appeared, changed or (up == false, mtu == 0) vanished. */
	void (*link_changed)(const struct nexthop_link *link, void *context);
	/* These were all the links that changed. May be NULL. */
	void (*links_settled)(void *context);
	/* Addresses of this host changed. May be NULL. */
	void (*addresses_changed)(void *context);
	void *context;
};

/*
 * Open the netlink and packet sockets and read links, addresses and routes.
 * Routes are looked up in `queue`, which must outlive the tracker. The caller
 * frees with tracker_free(). `bfd_ports`: as for bfd_new(); NULL: none.
 * Returns 0 or -errno; then `error` (size bytes) says what failed and what is
 * needed.
 */
int tracker_new(struct event_base *base, struct work_queue *queue,
		const struct nexthop_options *options,
		const struct tracker_callbacks *callbacks, int bfd_ports[],
		struct tracker **tracker, char *error, size_t size);
void tracker_free(struct tracker *tracker);

/*
 * Take other options. Deaths from now on are held for the new time, and what was
 * asked before is waited for as it was. The interfaces must be the same. Returns
 * 0, or -errno with `error` as tracker_new(), and changes nothing.
 */
int tracker_reconfigure(struct tracker *tracker,
			const struct nexthop_options *options, char *error,
			size_t size);

/*
 * Take a reference on `address`, or give one back. Neither does I/O, calls back
 * or ends tracking: tracker_settle() does. Until then a new next hop is
 * UNREACHABLE, and one without references may be acquired again: that happens
 * often between the withdrawal and the new path of one UPDATE. Returns 0 or
 * -ENOMEM.
 */
int tracker_acquire(struct tracker *tracker, const struct address *address);
void tracker_release(struct tracker *tracker, const struct address *address);
/*
 * Likewise, with a BFD session. It counts for all users of the next hop and is
 * required if one of them says so. The first user gives the key. If it cannot be
 * started the log says why.
 */
int tracker_watch(struct tracker *tracker, const struct address *address,
		  bool required, const struct bfd_key *key);
void tracker_unwatch(struct tracker *tracker, const struct address *address,
		     bool required);
/*
 * Send packets to a next hop inside others, or as they are; it is the end of the
 * tunnel then. The caller settles, as above.
 */
void tracker_encapsulate(struct tracker *tracker, const struct address *address,
			 enum hg_encapsulation encapsulation);
/*
 * Stop to track next hops without references, then look up and probe those that
 * were acquired. The event loop does this after the current events; a caller
 * that decides at the end of its turn calls it first. It takes a few
 * milliseconds: what is left is done in the next turns.
 */
void tracker_settle(struct tracker *tracker);
/* Return the BFD session with a tracked next hop, or NULL. */
const struct bfd_session *tracker_bfd_session(const struct tracker *tracker,
					      const struct address *address);
/* Return the counters of received packets by enum bfd_count; NULL: no BFD. */
const uint64_t *tracker_bfd_counts(const struct tracker *tracker);
/* Return the next hop, or NULL if it is not tracked. */
const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address);
/* Return the next one after `previous` in address order; NULL starts. */
const struct nexthop *tracker_next(const struct tracker *tracker,
				   const struct nexthop *previous);

/*
 * A gateway or next hop answered another agent from this MAC: where a link is up it
 * counts as alive at once, and is asked whether it is. Until
 * tracker_expect_no_more(). Returns 0 or -ENOMEM.
 */
int tracker_expect(struct tracker *tracker, const struct address *via,
		   uint32_t ifindex, const uint8_t mac[MAC_SIZE]);
void tracker_expect_no_more(struct tracker *tracker);

/* Return the link, or NULL. */
const struct nexthop_link *tracker_link_by_name(const struct tracker *tracker,
						const char *name);
/* host_follow_link() */
void tracker_follow_link(struct tracker *tracker, uint32_t ifindex,
			 const char *name);
/* True if the link is the parent of a VLAN device. */
bool tracker_has_vlans(const struct tracker *tracker, uint32_t ifindex);
/* True if next hops are behind the interface. */
bool tracker_uses_port(const struct tracker *tracker, uint32_t ifindex);
/* host_visit_vlans() */
void tracker_visit_vlans(const struct tracker *tracker, uint32_t ifindex,
			 host_vlan_visit_fn *visit, void *context);
/* Return the ifindex of the link that has this address of ours, or 0. */
uint32_t tracker_link_of_address(const struct tracker *tracker,
				 const struct address *address);
/* host_own_address() */
struct address tracker_own_address(const struct tracker *tracker,
				   uint32_t ifindex, bool ipv4);
/* host_has_own_address() */
bool tracker_has_own_address(const struct tracker *tracker, uint32_t ifindex,
			     const struct address *address);
/* netlink_neighbor_mac() */
int tracker_neighbor_mac(const struct tracker *tracker,
			 const struct address *address, uint32_t ifindex,
			 uint8_t mac[MAC_SIZE]);
/* True if the address belongs to this host. */
bool tracker_is_local(const struct tracker *tracker,
		      const struct address *address);
/* True if a tracked next hop is reached by our own route to a VIP only. */
bool tracker_is_behind_vip(const struct tracker *tracker,
			   const struct address *address);
/* True if the address is in a subnet of one of our interfaces. */
bool tracker_is_on_link(const struct tracker *tracker,
			const struct address *address);
/* host_sum_addresses() */
uint64_t tracker_sum_addresses(const struct tracker *tracker,
			       host_address_fn *counts, void *context);

#endif
