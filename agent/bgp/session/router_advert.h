/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ROUTER_ADVERT_H
#define BGP_ROUTER_ADVERT_H

/*
 * Router advertisements for BGP unnumbered: FRR and Cumulus learn the address
 * of their neighbor on a link from them. Ours have the lifetime 0, so that no
 * host takes a default route from them (RFC 4861 4.2). Pure: time is an
 * argument.
 *
 * The first ones follow each other by 3 s, as fast as RFC 4861 6.2.6 and 10
 * allow, later ones by 10 s, the interval that FRR uses for BGP. A peer that
 * has just shown up is answered as soon as that allows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum router_advert_type {
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
};

enum router_advert_limits {
	ROUTER_ADVERT_SIZE = 16,
	ROUTER_ADVERT_HOP_LIMIT = 255,
	ROUTER_ADVERT_FIRST = 3,	   /* sent by 3 s */
	ROUTER_ADVERT_LEAST_MS = 3000,	   /* MIN_DELAY_BETWEEN_RAS */
	ROUTER_ADVERT_INTERVAL_MS = 10000, /* MaxRtrAdvInterval */
	/* A peer counts as there for three intervals. */
	ROUTER_ADVERT_KEPT_MS = 30000,
	ROUTER_ADVERT_MAX_PEERS = 4,
};

/* A received message, without its IPv6 header. */
struct router_message {
	const uint8_t *data;
	size_t size;
	int hop_limit;
	struct address source;
};

/* A router that has advertised itself on the link; time 0: none. */
struct router_seen {
	struct address address;
	uint64_t time_ms;
};

/* State of one link; all zero: nothing sent, the first one is due at once. */
struct router_advert {
	uint64_t due_ms;
	uint64_t sent_ms;
	unsigned int sent;
	struct router_seen seen[ROUTER_ADVERT_MAX_PEERS];
};

/* Build the message; the kernel fills in the checksum (RFC 3542 3.1). */
void router_advert_build(uint8_t message[ROUTER_ADVERT_SIZE]);
/*
 * Return the type of a message, if RFC 4861 6.1 accepts it; else 0. The kernel
 * has checked its checksum.
 */
int router_advert_check(const struct router_message *message);

/* True if an advertisement is to be sent now. */
bool router_advert_is_due(const struct router_advert *advert, uint64_t now_ms);
/* Note that one was sent, and when the next one is due. */
void router_advert_sent(struct router_advert *advert, uint64_t now_ms);
/* Note a solicitation: the answer is due as soon as RFC 4861 6.2.6 allows. */
void router_advert_solicited(struct router_advert *advert, uint64_t now_ms);
/* Note an advertisement of another router. True if it is a new one. */
bool router_advert_heard(struct router_advert *advert,
			 const struct address *router, uint64_t now_ms);
/* Count the routers heard lately; `router` is the last one if there is any. */
size_t router_advert_peers(const struct router_advert *advert, uint64_t now_ms,
			   struct address *router);

#endif
