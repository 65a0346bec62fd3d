/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_PROTOCOL_H
#define BGP_PROTOCOL_H

/*
 * The BGP codec: messages as bytes and as structures, the state machine of a
 * connection, and the decisions of the protocol that need neither a socket nor
 * a clock. All of bgp/codec/ is pure: bytes, time and random numbers come in as
 * arguments, errors go out as results; nothing is logged or allocated.
 *
 * Way in: message.c splits the byte stream of a connection into messages. The
 * body of each is decoded by the file that is named after its type:
 *
 *	open.c		OPEN, with capability.c, and its check by the policy
 *	negotiated.c	the result of both OPENs, context of all that follows
 *	update.c	UPDATE: prefixes by nlri.c, attributes by attributes.c
 *			and the table in attribute_table.c, the next hop of
 *			MP_REACH_NLRI by nexthop.c
 *	update_error.c	verdict of an UPDATE by RFC 7606; update_describe.c has
 *			it in words
 *	notification.c	NOTIFICATION; notification_describe.c has the words
 *	route_refresh.c	ROUTE-REFRESH
 *	flowspec.c	Flow Specifications in UPDATEs; see flowspec.h
 *
 * A decoded UPDATE is a view into the message. Values of variable length stay
 * bytes until a function of as_path.c, community.c, extended_community.c,
 * large_community.c or tlv.c walks them.
 *
 * Way out: the same files encode, into a writer that the caller provides.
 * update_encode.c builds UPDATEs, attributes_encode.c attribute blocks, for a
 * peer and in the canonical form in which rib/ keeps them.
 *
 * Decisions: fsm.c (state and event to next state and actions), collision.c
 * (two connections to one peer), delay.c (when to connect again), martian.c
 * (prefixes and next hops that are ignored), role.c (RFC 9234).
 *
 * RFCs: 4271 (BGP-4), 1997, 4360, 5701, 8092 (communities), 2545, 4760, 8950
 * (IPv6 and multiprotocol), 2918, 7313 (route refresh), 4456 (reflection),
 * 4486, 6608, 8538, 9003, 9384 (NOTIFICATIONs), 4724, 9494 (graceful restart),
 * 5065 (confederations), 5492, 9072 (capabilities), 6286 (identifiers), 6793,
 * 7607 (AS numbers), 7311 (AIGP), 7606 (errors), 7911 (ADD-PATH), 8654
 * (extended messages), 8955, 8956, 9117 (Flow Specifications), 9234 (roles), 9687 (send hold timer), 9774 (AS_SET),
 * 10005 (link bandwidth).
 *
 * This file has the numbers that the RFCs and the IANA registries assign, once
 * for the whole agent. How each is used is said where it is used.
 */

#include <stdint.h>

enum bgp_constants {
	BGP_PORT = 179,
	BGP_VERSION = 4,
	BGP_AS_TRANS = 23456, /* RFC 6793 9 */
	BGP_AS_MAX_2_BYTE = 65535,
	BGP_LARGE_HOLD_TIME = 240,   /* seconds, RFC 4271 8.2.2 */
	BGP_MIN_HOLD_TIME = 3,	     /* seconds, if not 0: RFC 4271 4.2 */
	BGP_KEEPALIVES_PER_HOLD = 3, /* RFC 4271 4.4 */
	BGP_TTL_DIRECT = 1,	     /* does not survive a router */
	BGP_TTL_MAX = 255,	     /* RFC 5082 3 */
};

/* Bytes on the wire. */
enum bgp_sizes {
	BGP_MARKER_SIZE = 16,
	BGP_HEADER_SIZE = 19,
	BGP_MAX_MESSAGE = 4096,		  /* RFC 4271 4.1 */
	BGP_MAX_EXTENDED_MESSAGE = 65535, /* RFC 8654 2 */
	BGP_MIN_OPEN = 29,
	BGP_MIN_UPDATE = 23,
	BGP_MIN_NOTIFICATION = 21,
	BGP_ROUTE_REFRESH_SIZE = 23,
	BGP_AS2_SIZE = 2,
	BGP_AS4_SIZE = 4,
	BGP_IPV4_SIZE = 4,
	BGP_IPV6_SIZE = 16,
	BGP_IDENTIFIER_SIZE = 4,
	BGP_PATH_ID_SIZE = 4, /* RFC 7911 3 */
	BGP_COMMUNITY_SIZE = 4,
	BGP_EXTENDED_COMMUNITY_SIZE = 8,       /* RFC 4360 2 */
	BGP_IPV6_EXTENDED_COMMUNITY_SIZE = 20, /* RFC 5701 2 */
	BGP_LARGE_COMMUNITY_SIZE = 12,	       /* RFC 8092 3 */
	/* AFI, SAFI, next hop length, reserved: RFC 4760 3. */
	BGP_MIN_MP_REACH = 5,
	BGP_MP_RESERVED_SIZE = 1,
	BGP_MIN_MP_UNREACH = 3, /* AFI, SAFI: RFC 4760 4 */
};

/* RFC 4271 4.1, RFC 2918. */
enum bgp_message_type {
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_ROUTE_REFRESH = 5,
	BGP_MESSAGE_TYPE_COUNT,
};

/* RFC 5492 4, RFC 9072. */
enum bgp_optional_parameter {
	BGP_PARAMETER_CAPABILITIES = 2,
	BGP_PARAMETER_EXTENDED = 255,
};

enum bgp_capability_code {
	BGP_CAPABILITY_MULTIPROTOCOL = 1,     /* RFC 4760 8 */
	BGP_CAPABILITY_ROUTE_REFRESH = 2,     /* RFC 2918 2 */
	BGP_CAPABILITY_EXTENDED_NEXTHOP = 5,  /* RFC 8950 4 */
	BGP_CAPABILITY_EXTENDED_MESSAGE = 6,  /* RFC 8654 3 */
	BGP_CAPABILITY_ROLE = 9,	      /* RFC 9234 4.1 */
	BGP_CAPABILITY_GRACEFUL_RESTART = 64, /* RFC 4724 3 */
	BGP_CAPABILITY_AS4 = 65,	      /* RFC 6793 3 */
	BGP_CAPABILITY_ADD_PATH = 69,	      /* RFC 7911 4 */
	BGP_CAPABILITY_ENHANCED_REFRESH = 70, /* RFC 7313 3.1 */
	BGP_CAPABILITY_LLGR = 71,	      /* RFC 9494 3.1 */
	/* draft-walton-bgp-hostname-capability */
	BGP_CAPABILITY_HOST_NAME = 73,
	/* draft-abraitis-bgp-version-capability */
	BGP_CAPABILITY_SOFTWARE_VERSION = 75,
};

/* RFC 7911 4: the values of Send/Receive are a set of these. */
enum bgp_add_path {
	BGP_ADD_PATH_RECEIVE = 1 << 0,
	BGP_ADD_PATH_SEND = 1 << 1,
	BGP_ADD_PATH_BOTH = BGP_ADD_PATH_RECEIVE | BGP_ADD_PATH_SEND,
};

/* RFC 9234 4.1: the role of the speaker that sends it. */
enum bgp_role {
	BGP_ROLE_PROVIDER = 0,
	BGP_ROLE_RS = 1, /* route server */
	BGP_ROLE_RS_CLIENT = 2,
	BGP_ROLE_CUSTOMER = 3,
	BGP_ROLE_PEER = 4,
	BGP_ROLE_COUNT,
	BGP_ROLE_NONE = 255, /* never sent */
};

/* RFC 4724 3, RFC 8538 2: flags and restart time in the first two bytes. */
enum bgp_graceful_restart_flags {
	BGP_GRACEFUL_RESTARTING = 0x8000,
	BGP_GRACEFUL_NOTIFICATION = 0x4000,
	BGP_GRACEFUL_RESTART_TIME = 0x0fff, /* seconds */
};

/* RFC 4724 3: flags of one family. */
enum bgp_graceful_family_flags {
	BGP_GRACEFUL_FORWARDING = 0x80,
};

/* RFC 2918 3, RFC 7313 3.2. */
enum bgp_route_refresh_subtype {
	BGP_ROUTE_REFRESH_REQUEST = 0,
	BGP_ROUTE_REFRESH_BEGIN = 1, /* BoRR */
	BGP_ROUTE_REFRESH_END = 2,   /* EoRR */
};

enum bgp_afi {
	BGP_AFI_IPV4 = 1,
	BGP_AFI_IPV6 = 2,
};

enum bgp_safi {
	BGP_SAFI_UNICAST = 1,
	BGP_SAFI_FLOWSPEC = 133, /* RFC 8955 4 */
};

/* RFC 4271 4.3: the high half of the flags; the low half is unused. */
enum bgp_attribute_flags {
	BGP_FLAG_OPTIONAL = 0x80,
	BGP_FLAG_TRANSITIVE = 0x40,
	BGP_FLAG_PARTIAL = 0x20,
	BGP_FLAG_EXTENDED_LENGTH = 0x10,
};

enum bgp_attribute_type {
	BGP_ATTRIBUTE_ORIGIN = 1,
	BGP_ATTRIBUTE_AS_PATH = 2,
	BGP_ATTRIBUTE_NEXT_HOP = 3,
	BGP_ATTRIBUTE_MED = 4,
	BGP_ATTRIBUTE_LOCAL_PREF = 5,
	BGP_ATTRIBUTE_ATOMIC_AGGREGATE = 6,
	BGP_ATTRIBUTE_AGGREGATOR = 7,
	BGP_ATTRIBUTE_COMMUNITIES = 8,		      /* RFC 1997 */
	BGP_ATTRIBUTE_ORIGINATOR_ID = 9,	      /* RFC 4456 8 */
	BGP_ATTRIBUTE_CLUSTER_LIST = 10,	      /* RFC 4456 8 */
	BGP_ATTRIBUTE_MP_REACH_NLRI = 14,	      /* RFC 4760 3 */
	BGP_ATTRIBUTE_MP_UNREACH_NLRI = 15,	      /* RFC 4760 4 */
	BGP_ATTRIBUTE_EXTENDED_COMMUNITIES = 16,      /* RFC 4360 2 */
	BGP_ATTRIBUTE_AS4_PATH = 17,		      /* RFC 6793 3 */
	BGP_ATTRIBUTE_AS4_AGGREGATOR = 18,	      /* RFC 6793 3 */
	BGP_ATTRIBUTE_TUNNEL_ENCAPSULATION = 23,      /* RFC 9012 2 */
	BGP_ATTRIBUTE_IPV6_EXTENDED_COMMUNITIES = 25, /* RFC 5701 2 */
	BGP_ATTRIBUTE_AIGP = 26,		      /* RFC 7311 3 */
	BGP_ATTRIBUTE_LINK_STATE = 29,		      /* RFC 9552 5.3 */
	BGP_ATTRIBUTE_LARGE_COMMUNITIES = 32,	      /* RFC 8092 3 */
	BGP_ATTRIBUTE_OTC = 35,			      /* RFC 9234 5 */
	BGP_ATTRIBUTE_PREFIX_SID = 40,		      /* RFC 8669 3 */
};

/* RFC 4271 5.1.1: lower is preferred. */
enum bgp_origin {
	BGP_ORIGIN_IGP = 0,
	BGP_ORIGIN_EGP = 1,
	BGP_ORIGIN_INCOMPLETE = 2,
	BGP_ORIGIN_COUNT,
};

/* RFC 4271 4.3 b, RFC 5065 3. */
enum bgp_segment_type {
	BGP_SEGMENT_SET = 1,
	BGP_SEGMENT_SEQUENCE = 2,
	BGP_SEGMENT_CONFED_SEQUENCE = 3,
	BGP_SEGMENT_CONFED_SET = 4,
};

/* First and second byte: RFC 4360 3 to 5, RFC 5668 2, RFC 5701 2, RFC 10005. */
enum bgp_extended_community {
	BGP_EXTENDED_AS2 = 0x00, /* in 20 bytes: an IPv6 address */
	BGP_EXTENDED_IPV4 = 0x01,
	BGP_EXTENDED_AS4 = 0x02,
	BGP_EXTENDED_OPAQUE = 0x03,
	BGP_EXTENDED_NON_TRANSITIVE = 0x40, /* added to one of these */

	BGP_EXTENDED_ROUTE_TARGET = 0x02,
	BGP_EXTENDED_ROUTE_ORIGIN = 0x03,
	BGP_EXTENDED_BANDWIDTH = 0x04,
	BGP_EXTENDED_ENCAPSULATION = 0x0c,  /* opaque: RFC 9012 4.1 */
	BGP_EXTENDED_LONG_BANDWIDTH = 0x06, /* in 20 bytes */
};

/* Types of tunnels: RFC 9012 14.4 */
enum bgp_tunnel_type {
	BGP_TUNNEL_GRE = 2,
	BGP_TUNNEL_IPIP = 7,
};

/* RFC 1997, RFC 8326, RFC 7999. */
enum bgp_well_known_community {
	BGP_COMMUNITY_FIRST_WELL_KNOWN = 0xffff0000, /* RFC 1997 */
	BGP_COMMUNITY_GRACEFUL_SHUTDOWN = 0xffff0000,
	BGP_COMMUNITY_LLGR_STALE = 0xffff0006, /* RFC 9494 4.3 */
	BGP_COMMUNITY_BLACKHOLE = 0xffff029a,
	BGP_COMMUNITY_NO_EXPORT = 0xffffff01,
	BGP_COMMUNITY_NO_ADVERTISE = 0xffffff02,
	BGP_COMMUNITY_NO_EXPORT_SUBCONFED = 0xffffff03,
};

/* NOTIFICATION error codes: RFC 4271 4.5, RFC 7313 5, RFC 9687 3.4. */
enum bgp_error_code {
	BGP_ERROR_MESSAGE_HEADER = 1,
	BGP_ERROR_OPEN = 2,
	BGP_ERROR_UPDATE = 3,
	BGP_ERROR_HOLD_TIMER = 4,
	BGP_ERROR_FSM = 5,
	BGP_ERROR_CEASE = 6,
	BGP_ERROR_ROUTE_REFRESH = 7,
	BGP_ERROR_SEND_HOLD_TIMER = 8,
};

/* Subcode 0 of every code. */
enum bgp_unspecific_subcode {
	BGP_UNSPECIFIC = 0,
};

enum bgp_header_subcode {
	BGP_HEADER_NOT_SYNCHRONIZED = 1,
	BGP_HEADER_BAD_LENGTH = 2,
	BGP_HEADER_BAD_TYPE = 3,
};

/* RFC 4271 6.2, RFC 5492 5, RFC 9234 4.2. */
enum bgp_open_subcode {
	BGP_OPEN_UNSUPPORTED_VERSION = 1,
	BGP_OPEN_BAD_PEER_AS = 2,
	BGP_OPEN_BAD_IDENTIFIER = 3,
	BGP_OPEN_UNSUPPORTED_PARAMETER = 4,
	BGP_OPEN_UNACCEPTABLE_HOLD_TIME = 6,
	BGP_OPEN_UNSUPPORTED_CAPABILITY = 7,
	BGP_OPEN_ROLE_MISMATCH = 11,
};

/* RFC 4271 6.3. */
enum bgp_update_subcode {
	BGP_UPDATE_MALFORMED_ATTRIBUTES = 1,
	BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN = 2,
	BGP_UPDATE_MISSING_WELL_KNOWN = 3,
	BGP_UPDATE_ATTRIBUTE_FLAGS = 4,
	BGP_UPDATE_ATTRIBUTE_LENGTH = 5,
	BGP_UPDATE_INVALID_ORIGIN = 6,
	BGP_UPDATE_INVALID_NEXTHOP = 8,
	BGP_UPDATE_OPTIONAL_ATTRIBUTE = 9,
	BGP_UPDATE_INVALID_NETWORK = 10,
	BGP_UPDATE_MALFORMED_AS_PATH = 11,
};

/* RFC 6608 3. */
enum bgp_fsm_subcode {
	BGP_FSM_IN_OPEN_SENT = 1,
	BGP_FSM_IN_OPEN_CONFIRM = 2,
	BGP_FSM_IN_ESTABLISHED = 3,
};

/* RFC 4486 3, RFC 8538 3, RFC 9384 3. */
enum bgp_cease_subcode {
	BGP_CEASE_MAX_PREFIXES = 1,
	BGP_CEASE_ADMIN_SHUTDOWN = 2,
	BGP_CEASE_DECONFIGURED = 3,
	BGP_CEASE_ADMIN_RESET = 4,
	BGP_CEASE_REJECTED = 5,
	BGP_CEASE_CONFIG_CHANGE = 6,
	BGP_CEASE_COLLISION = 7,
	BGP_CEASE_OUT_OF_RESOURCES = 8,
	BGP_CEASE_HARD_RESET = 9,
	BGP_CEASE_BFD_DOWN = 10,
};

/* RFC 7313 5. */
enum bgp_route_refresh_subcode {
	BGP_ROUTE_REFRESH_BAD_LENGTH = 1,
};

/* Return an AS number for a 2-byte field: AS_TRANS if it needs 4 bytes. */
static inline uint16_t bgp_as_in_2_bytes(uint32_t as)
{
	return as <= BGP_AS_MAX_2_BYTE ? (uint16_t)as : BGP_AS_TRANS;
}

#endif
