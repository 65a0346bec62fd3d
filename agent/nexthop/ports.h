/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PORTS_H
#define NEXTHOP_PORTS_H

/*
 * The interfaces next hops are reached over, by name, each with its sockets for
 * ARP and Neighbor Discovery for as long as an interface of that name exists;
 * and the VLAN devices on them, with sockets from the first next hop on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/host.h"

struct event_base;
struct ports;

/* Who has this address? Asked by ARP or Neighbor Discovery, by its family. */
struct ports_question {
	const uint8_t *destination; /* a MAC; NULL: everybody */
	uint8_t source_mac[MAC_SIZE];
	struct address source;
	struct address target;
};

/* Somebody says that `sender` is at `mac`. */
struct ports_answer {
	struct address sender;
	uint8_t mac[MAC_SIZE];
	struct address asker;
	uint8_t asker_mac[MAC_SIZE];
};

struct ports_callbacks {
	void (*answer)(uint32_t ifindex, const struct ports_answer *answer,
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
/*
 * True if next hops can be asked over this interface. Then *port says where
 * frames for them leave the host, and with which tags.
 */
bool ports_reach(struct ports *ports, const struct host *host, uint32_t ifindex,
		 struct host_port *port);
/* Returns 0 or -errno; -ENODEV if there is no socket on this interface. */
int ports_send(const struct ports *ports, uint32_t ifindex,
	       const struct ports_question *question);

#endif
