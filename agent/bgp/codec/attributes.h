/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTES_H
#define BGP_ATTRIBUTES_H

/*
 * Path attributes (RFC 4271 4.3 and 5; errors by RFC 7606).
 *
 * struct bgp_attributes is a view: numbers are held by value, everything of
 * variable length is a reader over bytes that the view does not own. Decoding
 * allocates nothing. Values that are rewritten (2-byte AS paths, unknown
 * attributes, large communities that repeat) go to the caller's scratch area.
 *
 * To keep attributes, encode them with BGP_AS4_SIZE. The result is the
 * canonical form: an attribute block with 4-byte AS numbers, known attributes
 * by type, then unknown ones by type, shortest length form, unused flag bits
 * zero. Equal attributes give equal bytes, so a table of them can be keyed by
 * memcmp, and bgp_attributes_view() turns the bytes back into a view in one
 * pass without any check. The canonical form is what a peer is sent, but for
 * one thing: a next hop from MP_REACH_NLRI is a NEXT_HOP of 4, 16 or 32 bytes.
 *
 *	attributes.c		reads an attribute block
 *	attributes_check.c	checks attributes that belong to routes
 *	attributes_encode.c	writes attributes, views the canonical form
 *	attribute_table.c	one row for each type, with functions from
 *				attribute_value.c and attribute_show.c
 *	raw_attribute.c		header and length of one attribute
 */

#include "bgp/codec/negotiated.h"
#include "bgp/codec/protocol.h"
#include "bgp/codec/update_error.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of bgp_attributes.present. */
enum bgp_attribute_presence {
	BGP_HAS_ORIGIN = 1 << 0,
	BGP_HAS_AS_PATH = 1 << 1,
	BGP_HAS_NEXTHOP = 1 << 2,
	BGP_HAS_MED = 1 << 3,
	BGP_HAS_LOCAL_PREF = 1 << 4,
	BGP_HAS_ATOMIC_AGGREGATE = 1 << 5,
	BGP_HAS_AGGREGATOR = 1 << 6,
	BGP_HAS_COMMUNITIES = 1 << 7,
	BGP_HAS_ORIGINATOR_ID = 1 << 8,
	BGP_HAS_CLUSTER_LIST = 1 << 9,
	BGP_HAS_EXTENDED_COMMUNITIES = 1 << 10,
	BGP_HAS_IPV6_EXTENDED_COMMUNITIES = 1 << 11,
	BGP_HAS_AIGP = 1 << 12,
	BGP_HAS_LARGE_COMMUNITIES = 1 << 13,
	BGP_HAS_OTC = 1 << 14,
};

/* A field whose bit in `present` is clear is zero. */
struct bgp_attributes {
	uint32_t present; /* enum bgp_attribute_presence */
	uint32_t partial; /* those whose Partial flag is set */
	uint32_t med;
	uint32_t local_pref;
	uint32_t aggregator_as;
	uint32_t originator_id; /* RFC 4456 8, host byte order */
	uint32_t otc;		/* Only to Customer: RFC 9234 5 */
	uint8_t origin;		/* enum bgp_origin */
	uint64_t aigp;		/* accumulated IGP metric: RFC 7311 3 */
	struct address aggregator;
	struct address nexthop;
	struct address link_local;  /* second next hop, IPv6; zero: none */
	struct reader as_path;	    /* 4-byte AS numbers: as_path.h */
	struct reader communities;  /* community.h */
	struct reader cluster_list; /* identifiers of 4 bytes: RFC 4456 8 */
	struct reader extended_communities;	 /* extended_community.h */
	struct reader ipv6_extended_communities; /* the same */
	struct reader large_communities;	 /* large_community.h */
	/* The TLVs received; `aigp` replaces the metric in them. */
	struct reader aigp_tlvs;
	/*
	 * Unknown optional transitive attributes, ordered by type: flags with
	 * Partial set, type, length, value.
	 */
	struct reader unknown;
};

/* The session, and which errors to tolerate: zero tolerates none. */
struct bgp_decode_context {
	const struct bgp_negotiated *negotiated;
	bool accept_any_first_as; /* from a route server: RFC 7947 2.2.2.1 */
	bool accept_as_sets;	  /* RFC 9774 */
	bool accept_aigp;	  /* from an external peer: RFC 7311 3.1 */
	/* WITHDRAW where RFC 4271 6.3 resets the session. */
	bool survive_unknown_well_known;
};

/* MP_REACH_NLRI and MP_UNREACH_NLRI, with values of at least minimum length. */
struct bgp_multiprotocol {
	bool has_reach;
	bool has_unreach;
	struct reader reach;
	struct reader unreach;
	/* The attributes, header included. */
	struct reader whole_reach;
	struct reader whole_unreach;
};

/*
 * Room for the rewritten attributes of any message, up to
 * BGP_MAX_EXTENDED_MESSAGE bytes. Too large for a stack; unused parts are never
 * touched. All connections can share one: its contents are valid until the next
 * message is decoded.
 */
struct bgp_scratch {
	uint8_t as_path[UINT16_MAX]; /* widened to 4-byte numbers */
	uint8_t merged[UINT16_MAX];  /* merged with AS4_PATH */
	uint8_t large_communities[BGP_MAX_EXTENDED_MESSAGE];
	uint8_t unknown[BGP_MAX_EXTENDED_MESSAGE];
};

enum bgp_attributes_sizes {
	/*
	 * Longest canonical form of decoded attributes: a path of 2-byte
	 * numbers may have grown to the longest attribute; the others came in
	 * one message.
	 */
	BGP_CANONICAL_MAX = UINT16_MAX + BGP_MAX_EXTENDED_MESSAGE,
};

/*
 * Decode the attribute block of an UPDATE. `out` is a view into `block` and
 * `scratch`; after an error it holds the attributes that were good. The caller
 * initializes `error`; a stronger error replaces the one in it.
 */
void bgp_attributes_decode(const struct bgp_decode_context *context,
			   struct reader block, struct bgp_scratch *scratch,
			   struct bgp_attributes *out,
			   struct bgp_multiprotocol *multiprotocol,
			   struct bgp_update_error *error);

/*
 * Check attributes that belong to routes (RFC 4271 6.3, RFC 7606 3 d): the
 * mandatory ones are present, the next hop is a host address, the first AS is
 * the peer's. Call it only for an UPDATE with NLRI.
 */
void bgp_attributes_check(const struct bgp_decode_context *context,
			  const struct bgp_attributes *attributes,
			  struct bgp_update_error *error);

/* The same for Flow Specifications, which have no next hop: RFC 8955 4. */
void bgp_attributes_check_flowspec(const struct bgp_decode_context *context,
				   const struct bgp_attributes *attributes,
				   struct bgp_update_error *error);

/*
 * Write the attribute block. BGP_AS4_SIZE gives the canonical form;
 * BGP_AS2_SIZE adds AS4_PATH and AS4_AGGREGATOR where needed (RFC 6793 4.2.2).
 * The caller clears from `present` the attributes that the peer must not get
 * (MED, LOCAL_PREF).
 */
void bgp_attributes_encode(struct writer *w,
			   const struct bgp_attributes *attributes,
			   size_t as_size);

/* Set `out` to a view of the canonical form, which must outlive it. */
void bgp_attributes_view(const void *canonical, size_t size,
			 struct bgp_attributes *out);

/*
 * Format the value of one attribute, "65001 65002" for an AS_PATH, in `size`
 * bytes, at least 4. A text that does not fit ends in "..."; unknown types are
 * shown in hexadecimal. False if there is no attribute of this type.
 */
bool bgp_attributes_show(const struct bgp_attributes *attributes,
			 unsigned int type, char *text, size_t size);

/* "AS_PATH", ...; "attribute" for an unknown type. */
const char *bgp_attribute_name(unsigned int type);
/* "igp", ..., indexed by enum bgp_origin. */
extern const char *const bgp_origin_names[BGP_ORIGIN_COUNT];
/* The same; "unknown" for other numbers. */
const char *bgp_origin_name(unsigned int origin);

#endif
