/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTES_H
#define BGP_ATTRIBUTES_H

/*
 * Path attributes (RFC 4271 4.3 and 5, errors after RFC 7606).
 *
 * struct bgp_attributes is a view: numbers by value, everything of variable
 * length as a reader over bytes that somebody else owns. Decoding allocates
 * nothing; what has to be rewritten (2-byte AS paths, unknown attributes, large
 * communities that repeat) goes to a scratch area that the caller lends.
 *
 * To keep attributes, encode them with BGP_AS4_SIZE. The result is the
 * canonical form: an attribute block with 4-byte AS numbers, known attributes
 * by type, then unknown ones by type, shortest length form, unused flag bits
 * zero. Equal attributes give equal bytes, so a table of them can be keyed by
 * memcmp, and bgp_attributes_view() turns the bytes back into a view in one
 * pass without any check. On the wire a next hop may stand in MP_REACH_NLRI;
 * in the canonical form it is NEXT_HOP, of 4, 16 or 32 bytes, and nothing else
 * about that form differs from what a peer would be sent.
 *
 * attributes.c decodes, attributes_check.c judges what describes routes,
 * attributes_encode.c writes and views, attributes_show.c is for people; what
 * differs from type to type is in attribute_table.c.
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
	struct address link_local;  /* beside an IPv6 next hop; zero: none */
	struct reader as_path;	    /* 4-byte AS numbers: as_path.h */
	struct reader communities;  /* community.h */
	struct reader cluster_list; /* identifiers of 4 bytes: RFC 4456 8 */
	struct reader extended_communities;	 /* extended_community.h */
	struct reader ipv6_extended_communities; /* the same */
	struct reader large_communities;	 /* large_community.h */
	/* TLVs as they came; `aigp` takes the place of the metric in them. */
	struct reader aigp_tlvs;
	/*
	 * Optional transitive attributes we do not know, whole and by type:
	 * flags with Partial set, type, length, value.
	 */
	struct reader unknown;
};

/* What the session is and what is to be tolerated. Zero is the strict way. */
struct bgp_decode_context {
	const struct bgp_negotiated *negotiated;
	bool accept_any_first_as; /* of a route server: RFC 7947 2.2.2.1 */
	bool accept_as_sets;	  /* RFC 9774 */
	bool accept_aigp;	  /* of an external peer: RFC 7311 3.1 */
	/* Withdraw where RFC 4271 6.3 drops the session. */
	bool survive_unknown_well_known;
};

/* Values of MP_REACH_NLRI and MP_UNREACH_NLRI, of at least minimum length. */
struct bgp_multiprotocol {
	bool has_reach;
	bool has_unreach;
	struct reader reach;
	struct reader unreach;
};

/*
 * Always enough for the attributes of one message of BGP_MAX_EXTENDED_MESSAGE
 * bytes. Too large for a stack; what is not used of it is never touched. All
 * who decode in turn can share one: nothing in it outlives the next message.
 */
struct bgp_scratch {
	uint8_t as_path[UINT16_MAX]; /* widened to 4-byte numbers */
	uint8_t merged[UINT16_MAX];  /* with AS4_PATH */
	uint8_t large_communities[BGP_MAX_EXTENDED_MESSAGE];
	uint8_t unknown[BGP_MAX_EXTENDED_MESSAGE];
};

enum bgp_attributes_sizes {
	/*
	 * No canonical form of decoded attributes is longer: a path of 2-byte
	 * numbers may have grown to what an attribute can hold, and all else
	 * came in one message.
	 */
	BGP_CANONICAL_MAX = UINT16_MAX + BGP_MAX_EXTENDED_MESSAGE,
};

/*
 * Decodes the attribute block of an UPDATE. `out` is a view into `block` and
 * `scratch`; it holds what could be used even when an error was found.
 * `error->verdict` must be set by the caller, BGP_VERDICT_OK to begin with; a
 * stronger error replaces it.
 */
void bgp_attributes_decode(const struct bgp_decode_context *context,
			   struct reader block, struct bgp_scratch *scratch,
			   struct bgp_attributes *out,
			   struct bgp_multiprotocol *multiprotocol,
			   struct bgp_update_error *error);

/*
 * What RFC 4271 6.3 and RFC 7606 3 d ask of attributes that describe routes:
 * the mandatory ones are there, the next hop can be one, the first AS is the
 * peer's. To be called only if there is NLRI.
 */
void bgp_attributes_check(const struct bgp_decode_context *context,
			  const struct bgp_attributes *attributes,
			  struct bgp_update_error *error);

/*
 * Writes the attribute block. BGP_AS4_SIZE gives the canonical form;
 * BGP_AS2_SIZE adds AS4_PATH and AS4_AGGREGATOR where needed (RFC 6793 4.2.2).
 * Attributes to be held back from a peer (MED, LOCAL_PREF) are to be cleared
 * from `present` by the caller.
 */
void bgp_attributes_encode(struct writer *w,
			   const struct bgp_attributes *attributes,
			   size_t as_size);

/* The view over the canonical form. `canonical` must outlive it. */
void bgp_attributes_view(const void *canonical, size_t size,
			 struct bgp_attributes *out);

/*
 * The value of one attribute for people, "65001 65002" for an AS_PATH; false
 * if there is none of this type. What does not fit in `size` bytes, at least
 * 4, ends in "...". Types we do not know are shown in hexadecimal.
 */
bool bgp_attributes_show(const struct bgp_attributes *attributes,
			 unsigned int type, char *text, size_t size);

/* "AS_PATH", ...; "attribute" for a type we do not know. */
const char *bgp_attribute_name(unsigned int type);
const char *bgp_origin_name(unsigned int origin); /* "igp", ... */

#endif
