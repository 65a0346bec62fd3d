/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_OPEN_H
#define BGP_OPEN_H

/*
 * OPEN messages: codec and the check of what a peer says against what we
 * expect of it (RFC 4271 4.2 and 6.2; 4-byte AS numbers RFC 6793; AS 0
 * RFC 7607; identifiers RFC 6286; extended optional parameters RFC 9072;
 * roles RFC 9234). What stands in a capability is read and written by
 * capability.c; what two OPENs add up to is said in negotiated.h.
 */

#include "bgp/codec/family.h"
#include "bgp/codec/notification.h"
#include "bgp/codec/protocol.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of bgp_open.capabilities: the capability was there, and good. */
enum bgp_capabilities {
	BGP_CAN_MULTIPROTOCOL = 1 << 0, /* named at least one AFI/SAFI */
	BGP_CAN_ROUTE_REFRESH = 1 << 1,
	/* Routes of IPv4 unicast with an IPv6 next hop. */
	BGP_CAN_EXTENDED_NEXTHOP = 1 << 2,
	BGP_CAN_EXTENDED_MESSAGE = 1 << 3,
	BGP_CAN_ROLE = 1 << 4,
	BGP_CAN_GRACEFUL_RESTART = 1 << 5,
	BGP_CAN_AS4 = 1 << 6,
	BGP_CAN_ADD_PATH = 1 << 7,
	BGP_CAN_ENHANCED_REFRESH = 1 << 8,
	BGP_CAN_HOST_NAME = 1 << 9,
	BGP_CAN_SOFTWARE_VERSION = 1 << 10,
	BGP_CAN_LLGR = 1 << 11, /* knows LLGR_STALE; we never say so */
};

/* RFC 4724 3, RFC 8538 2. */
struct bgp_graceful_restart {
	uint16_t restart_time; /* seconds */
	bool restarting;       /* R: it has just restarted */
	bool notification;     /* N: a NOTIFICATION does not end it, either */
	uint32_t families;     /* enum bgp_family_bits */
	uint32_t forwarding;   /* of them: F, forwarding state was kept */
};

enum bgp_open_text_sizes {
	BGP_OPEN_TEXT_MAX = 64, /* bytes; the beginning of a longer one */
	/* Every byte may become "\xNN". */
	BGP_OPEN_TEXT_SIZE = 4 * BGP_OPEN_TEXT_MAX + 1,
};

/* As the peer wrote it: to be shown by bgp_open_text_format() only. */
struct bgp_open_text {
	uint8_t length;
	uint8_t bytes[BGP_OPEN_TEXT_MAX];
};

/* Behind `capabilities`, a member counts only if its bit is set there. */
struct bgp_open {
	uint32_t as;	     /* the real one, after RFC 6793 */
	uint32_t identifier; /* host byte order */
	uint16_t hold_time;  /* seconds, as offered */
	uint8_t version;
	uint8_t ignored;       /* capabilities not understood, capped at 255 */
	uint32_t capabilities; /* enum bgp_capabilities */
	uint32_t families; /* enum bgp_family_bits; see bgp_open_families() */
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

/* Who may be at the other end, and what it has to be able to do. */
struct bgp_open_policy {
	uint32_t as_first; /* as_first <= AS <= as_last */
	uint32_t as_last;
	enum bgp_peer_kind kind;
	uint32_t local_as;
	uint32_t local_identifier;  /* host byte order */
	uint16_t min_hold_time;	    /* seconds; 0: RFC 4271's minimum */
	uint32_t families;	    /* ours; 0: IPv4 unicast */
	uint32_t required;	    /* enum bgp_capabilities */
	uint32_t required_families; /* enum bgp_family_bits */
	bool has_role;	  /* we announce `role`; external peers only */
	bool strict_role; /* and the peer has to announce its own */
	enum bgp_role role;
};

/*
 * `body` is what follows the header. On false `error` is the NOTIFICATION to
 * send and `open` is untouched.
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
 * The whole message, header included: AS, hold time, identifier and the
 * capabilities whose bits are set. Version and `ignored` are not looked at.
 */
void bgp_open_encode(struct writer *w, const struct bgp_open *open);

/*
 * The families a speaker exchanges: those it named, or IPv4 unicast if it
 * named none at all (RFC 4760 8). Empty if it named only others.
 */
uint32_t bgp_open_families(const struct bgp_open *open);

/* The hold time of the session, seconds: RFC 4271 4.2. 0: none is kept. */
uint16_t bgp_open_negotiate_hold(const struct bgp_open *local,
				 const struct bgp_open *remote);

/* Sets the text to announce, cut at BGP_OPEN_TEXT_MAX bytes. */
void bgp_open_text_set(struct bgp_open_text *text, const char *from);

/*
 * Safe to log: control and non-ASCII bytes, quotes and backslashes are written
 * as \xNN. Writes at most BGP_OPEN_TEXT_SIZE bytes, returns `to`.
 */
const char *bgp_open_text_format(const struct bgp_open_text *text, char *to);

#endif
