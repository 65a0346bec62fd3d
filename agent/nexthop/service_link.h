/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_LINK_H
#define NEXTHOP_SERVICE_LINK_H

/* The sockets of checks in the event loop: see service_socket.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct event_base;
struct service_link;

/* Called from the event loop, and from service_link_read(). */
struct service_link_callbacks {
	void (*packet)(const uint8_t *packet, size_t size, uint32_t ifindex,
		       const uint8_t mac[MAC_SIZE], void *context);
	/* Some packets were passed, for now. */
	void (*drained)(void *context);
	void *context;
};

/* The caller frees with service_link_free(). Returns 0 or -errno. */
int service_link_new(struct event_base *base,
		     const struct service_link_callbacks *callbacks,
		     struct service_link **link);
void service_link_free(struct service_link *link);
/* Return the port that answers come to. */
uint16_t service_link_port(const struct service_link *link);
/* Send a packet to a MAC on a link. Returns 0 or -errno. */
int service_link_send(const struct service_link *link, uint32_t ifindex,
		      const uint8_t mac[MAC_SIZE], const uint8_t *packet,
		      size_t size);
/* Pass what waits. False: there may be more from before the call. */
bool service_link_read(struct service_link *link);

#endif
