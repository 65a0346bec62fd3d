/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PORTS_H
#define NEXTHOP_PORTS_H

/*
 * The interfaces next hops are reached over, by name, each with its ARP socket
 * for as long as an interface of that name exists.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nexthop/arp.h"
#include "nexthop/host.h"

struct event_base;
struct ports;

struct ports_callbacks {
	/* An ARP reply came in. */
	void (*reply)(uint32_t ifindex, const struct arp_message *message,
		      void *context);
	/* What was waiting on a socket has been handed over. */
	void (*drained)(void *context);
	void *context;
};

/*
 * Knows the names, opens nothing yet. The caller frees with ports_free().
 * NULL: out of memory.
 */
struct ports *ports_new(struct event_base *base, const char (*names)[16],
			size_t count, const struct ports_callbacks *callbacks);
void ports_free(struct ports *ports);
/*
 * Opens sockets on links that appeared, closes those on links that went. On
 * failure *name says which. Returns 0 or -errno of the first failure, but
 * opens all it can.
 */
int ports_sync(struct ports *ports, const struct host *host, const char **name);
/* True if there is a socket on this interface. */
bool ports_has(const struct ports *ports, uint32_t ifindex);
/* Returns 0 or -errno; -ENODEV if there is no socket on this interface. */
int ports_send(const struct ports *ports, uint32_t ifindex,
	       const struct arp_frame *frame);

#endif
