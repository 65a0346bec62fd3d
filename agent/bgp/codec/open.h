/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_OPEN_H
#define BGP_OPEN_H

/*
 * OPEN messages: decoding, encoding and the check of a peer's OPEN against the
 * policy (RFC 4271 4.2 and 6.2; 4-byte AS numbers RFC 6793; AS 0 RFC 7607;
 * identifiers RFC 6286; extended optional parameters RFC 9072; roles RFC 9234).
 * capability.c reads and writes capabilities; negotiated.h is the result of two
 * OPENs.
 */

#include "bgp/codec/family.h"
#include "bgp/codec/notification.h"
#include "bgp/codec/protocol.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of bgp_open.capabilities: the capability is present and good. */
enum bgp_capabilities {
	BGP_CAN_MULTIPROTOCOL = 1 << 0, /* named at least one AFI/SAFI */
	BGP_CAN_ROUTE_REFRESH = 1 << 1,
	BGP_CAN_EXTENDED_NEXTHOP = 1 << 2, /* IPv6 next hops for IPv4 */
	BGP_CAN_EXTENDED_MESSAGE = 1 << 3,
	BGP_CAN_ROLE = 1 << 4,
	BGP_CAN_GRACEFUL_RESTART = 1 << 5,
	BGP_CAN_AS4 = 1 << 6,
	BGP_CAN_ADD_PATH = 1 << 7,
	BGP_CAN_ENHANCED_REFRESH = 1 << 8,
	BGP_CAN_HOST_NAME = 1 << 9,
	BGP_CAN_SOFTWARE_VERSION = 1 << 10,
	BGP_CAN_LLGR = 1 << 11, /* knows LLGR_STALE; never announced by us */
};

/* Families of Flow Specifications; they are no families of routes. */
enum bgp_flowspec_bits {
	BGP_FLOWSPEC_IPV4 = 1 << 0,
	BGP_FLOWSPEC_IPV6 = 1 << 1,
	BGP_FLOWSPEC_BOTH = BGP_FLOWSPEC_IPV4 | BGP_FLOWSPEC_IPV6,
};

/* RFC 4724 3, RFC 8538 2. */
struct bgp_graceful_restart {
	uint16_t restart_time; /* seconds */
	bool restarting;       /* R: the speaker has just restarted */
	bool notification;     /* N: also applies after a NOTIFICATION */
	uint32_t families;     /* enum bgp_family_bits */
	uint32_t forwarding;   /* the same; F: forwarding state was kept */
};

enum bgp_open_text_sizes {
	BGP_OPEN_TEXT_MAX = 64, /* bytes; a longer text is cut */
	/* Every byte may become "\xNN". */
	BGP_OPEN_TEXT_SIZE = 4 * BGP_OPEN_TEXT_MAX + 1,
};

/* A text from the wire: only bgp_open_text_format() makes it safe to show. */
struct bgp_open_text {
	uint8_t length;
	uint8_t bytes[BGP_OPEN_TEXT_MAX];
};

/* A member after `capabilities` is valid only if its bit is set there. */
struct bgp_open {
	uint32_t as;	     /* from the 4-byte AS capability if present */
	uint32_t identifier; /* host byte order */
	uint16_t hold_time;  /* seconds, as proposed */
	uint8_t version;
	uint8_t ignored;       /* number of unknown capabilities, at most 255 */
	uint32_t capabilities; /* enum bgp_capabilities */
	uint32_t families; /* enum bgp_family_bits; see bgp_open_families() */
	uint8_t flowspec;  /* enum bgp_flowspec_bits */
	uint8_t role;	   /* enum bgp_role, or one not assigned */
	uint8_t add_path[BGP_FAMILY_COUNT]; /* enum bgp_add_path */
	struct bgp_graceful_restart graceful_restart;
	struct bgp_open_text host_name;
	struct bgp_open_text domain_name;
	struct bgp_open_text software_version;
};

enum bgp_peer_kind {
	BGP_PEER_ANY,
	BGP_PEER_EXTERNAL, /* AS differs from ours */
	BGP_PEER_INTERNAL, /* AS is ours */
};

/* The peers that are accepted, and the capabilities they need. */
struct bgp_open_policy {
	uint32_t as_first; /* as_first <= AS <= as_last */
	uint32_t as_last;
	enum bgp_peer_kind kind;
	uint32_t local_as;
	uint32_t local_identifier;  /* host byte order */
	uint16_t min_hold_time;	    /* seconds; 0: RFC 4271's minimum */
	uint32_t families;	    /* ours; 0: IPv4 unicast */
	uint8_t flowspec;	    /* ours: enum bgp_flowspec_bits */
	uint32_t required;	    /* enum bgp_capabilities */
	uint32_t required_families; /* enum bgp_family_bits */
	bool has_role;	  /* we announce `role`; external peers only */
	bool strict_role; /* the peer must announce its role */
	enum bgp_role role;
};

/* Return the bit of the Flow Specifications of an AFI, or 0. */
static inline uint8_t bgp_flowspec_of_afi(unsigned int afi)
{
	return afi == BGP_AFI_IPV4 ? BGP_FLOWSPEC_IPV4 :
	       afi == BGP_AFI_IPV6 ? BGP_FLOWSPEC_IPV6 :
				     0;
}

/*
 * Decode the body of an OPEN. On false `error` is the NOTIFICATION to send and
 * `open` is untouched.
 */
bool bgp_open_decode(struct reader body, struct bgp_open *open,
		     struct bgp_notification *error);

/*
 * Judge a decoded OPEN by the policy. On false `error` is the NOTIFICATION to
 * send.
 */
bool bgp_open_check(const struct bgp_open *open,
		    const struct bgp_open_policy *policy,
		    struct bgp_notification *error);

/* Set an OPEN Message Error without data. Return false. */
bool bgp_open_reject(struct bgp_notification *error, unsigned int subcode);

/*
 * Write the whole message, header included: AS, hold time, identifier and the
 * capabilities whose bits are set. `version` and `ignored` are not used.
 */
void bgp_open_encode(struct writer *w, const struct bgp_open *open);

/*
 * Return the families of a speaker: those in its multiprotocol capabilities, or
 * IPv4 unicast if it has none (RFC 4760 8). 0 if all of its families are
 * unknown.
 */
uint32_t bgp_open_families(const struct bgp_open *open);

/*
 * Return the hold time of the session in seconds (RFC 4271 4.2); 0: no timers.
 */
uint16_t bgp_open_negotiate_hold(const struct bgp_open *local,
				 const struct bgp_open *remote);

/* Set a text to announce, cut at BGP_OPEN_TEXT_MAX bytes. */
void bgp_open_text_set(struct bgp_open_text *text, const char *from);

/*
 * Format a text, safe to log: control and non-ASCII bytes, quotes and
 * backslashes are written as \xNN. Write at most BGP_OPEN_TEXT_SIZE bytes.
 * Return `to`.
 */
const char *bgp_open_text_format(const struct bgp_open_text *text, char *to);

#endif
