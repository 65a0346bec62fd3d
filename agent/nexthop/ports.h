/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PORTS_H
#define NEXTHOP_PORTS_H

/*
 * The interfaces that next hops are reached over. Each has sockets for ARP and
 * Neighbor Discovery while an interface of its name exists. VLAN devices on
 * them get sockets with their first next hop.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/sizes.h"
#include "nexthop/host.h"

struct event_base;
struct ports;

/* A probe for `target`: by ARP or Neighbor Discovery, by its family. */
struct ports_question {
	const uint8_t *destination; /* a MAC; NULL: broadcast or multicast */
	uint8_t source_mac[MAC_SIZE];
	struct address source;
	struct address target;
};

/* An answer to `asker`: `sender` has `mac`. */
struct ports_answer {
	struct address sender;
	uint8_t mac[MAC_SIZE];
	struct address asker;
	uint8_t asker_mac[MAC_SIZE];
};

struct ports_callbacks {
	void (*answer)(uint32_t ifindex, const struct ports_answer *answer,
		       void *context);
	/* Called after the answers that were waiting on a socket. */
	void (*drained)(void *context);
	void *context;
};

/*
 * Store the names; open no socket yet. The caller frees with ports_free().
 * NULL: out of memory.
 */
struct ports *ports_new(struct event_base *base,
			const char (*names)[INTERFACE_SIZE], size_t count,
			const struct ports_callbacks *callbacks);
void ports_free(struct ports *ports);
/*
 * Open sockets on links that appeared, close those on links that vanished. Goes
 * on after a failure. Returns 0 or -errno of the first failure, with the link's
 * name in *name.
 */
int ports_sync(struct ports *ports, const struct host *host, const char **name);
/*
 * True if next hops can be probed over this interface. Then *port is the
 * interface that frames to them leave by, with the tags.
 */
bool ports_reach(struct ports *ports, const struct host *host, uint32_t ifindex,
		 struct host_port *port);
/*
 * Read the answers that wait, for a few milliseconds. False: the rest, in the
 * next turn.
 */
bool ports_read(struct ports *ports);
/* Send a probe. Returns 0 or -errno; -ENODEV: no socket on this interface. */
int ports_send(const struct ports *ports, uint32_t ifindex,
	       const struct ports_question *question);

#endif
