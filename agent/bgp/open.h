/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_OPEN_H
#define BGP_OPEN_H

/*
 * OPEN messages: codec and the check of what a peer says against what we
 * expect of it (RFC 4271 4.2 and 6.2; capabilities RFC 5492; 4-byte AS
 * numbers RFC 6793; AS 0 RFC 7607; identifiers RFC 6286; extended optional
 * parameters RFC 9072).
 */

#include "bgp/notification.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stdint.h>

/* Bits of bgp_open.capabilities. */
enum bgp_capabilities {
	BGP_CAN_MULTIPROTOCOL = 1 << 0, /* named at least one AFI/SAFI */
	BGP_CAN_IPV4_UNICAST = 1 << 1,
	BGP_CAN_AS4 = 1 << 2,
	BGP_CAN_ROUTE_REFRESH = 1 << 3,
};

struct bgp_open {
	uint32_t as;	     /* the real one, after RFC 6793 */
	uint32_t identifier; /* host byte order */
	uint16_t hold_time;  /* seconds, as offered */
	uint8_t version;
	uint8_t ignored;       /* capabilities we do not know, capped at 255 */
	uint32_t capabilities; /* enum bgp_capabilities */
};

enum bgp_peer_kind {
	BGP_PEER_ANY,
	BGP_PEER_EXTERNAL, /* AS differs from ours */
	BGP_PEER_INTERNAL, /* AS is ours */
};

/* Who may be at the other end. */
struct bgp_open_policy {
	uint32_t as_first; /* as_first <= AS <= as_last */
	uint32_t as_last;
	enum bgp_peer_kind kind;
	uint32_t local_as;
	uint32_t local_identifier; /* host byte order */
	uint16_t min_hold_time;	   /* seconds; 0: RFC 4271's minimum */
};

/*
 * `body` is what follows the header. On false `error` is the NOTIFICATION to
 * send and `open` is untouched.
 */
bool bgp_open_decode(struct reader body, struct bgp_open *open,
		     struct bgp_notification *error);

bool bgp_open_check(const struct bgp_open *open,
		    const struct bgp_open_policy *policy,
		    struct bgp_notification *error);

/*
 * The whole message, header included: AS, hold time, identifier and the
 * capabilities whose bits are set. Version and `ignored` are not looked at.
 */
void bgp_open_encode(struct writer *w, const struct bgp_open *open);

/* True if IPv4 unicast routes may be exchanged: RFC 4760 8. */
bool bgp_open_speaks_ipv4_unicast(const struct bgp_open *open);

/* The hold time of the session, seconds: RFC 4271 4.2. 0: none is kept. */
uint16_t bgp_open_negotiate_hold(const struct bgp_open *local,
				 const struct bgp_open *remote);

/* "4-byte AS", ...; NULL for a code we do not know. */
const char *bgp_capability_name(unsigned int code);

#endif
