/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTES_H
#define BGP_ATTRIBUTES_H

/*
 * Path attributes (RFC 4271 4.3 and 5, errors after RFC 7606).
 *
 * struct bgp_attributes is a view: numbers by value, everything of variable
 * length as a reader over bytes that somebody else owns. Decoding allocates
 * nothing; what has to be rewritten (2-byte AS paths, unknown attributes) goes
 * to a scratch area of fixed size that the caller lends.
 *
 * To keep attributes, encode them with BGP_AS4_SIZE. The result is the
 * canonical form: a valid attribute block with 4-byte AS numbers, known
 * attributes by type, then unknown ones by type, shortest length form, unused
 * flag bits zero. Equal attributes give equal bytes, so a table of them can be
 * keyed by memcmp, and bgp_attributes_view() turns the bytes back into a view
 * in one pass without any check.
 */

#include "bgp/fault.h"
#include "bgp/multiprotocol.h"
#include "bgp/protocol.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of bgp_attributes.present. */
enum bgp_attribute_presence {
	BGP_HAS_ORIGIN = 1 << 0,
	BGP_HAS_AS_PATH = 1 << 1,
	BGP_HAS_NEXT_HOP = 1 << 2,
	BGP_HAS_MED = 1 << 3,
	BGP_HAS_LOCAL_PREF = 1 << 4,
	BGP_HAS_ATOMIC_AGGREGATE = 1 << 5,
	BGP_HAS_AGGREGATOR = 1 << 6,
	BGP_HAS_COMMUNITIES = 1 << 7,
};

/* A field whose bit in `present` is clear is zero. */
struct bgp_attributes {
	uint32_t present; /* enum bgp_attribute_presence */
	uint32_t partial; /* those whose Partial flag is set */
	uint32_t med;
	uint32_t local_pref;
	uint32_t aggregator_as;
	struct address aggregator;
	struct address next_hop;
	struct reader as_path;	   /* 4-byte AS numbers: as_path.h */
	struct reader communities; /* community.h */
	/*
	 * Optional transitive attributes we do not know, whole and by type:
	 * flags with Partial set, type, length, value.
	 */
	struct reader unknown;
	uint8_t origin; /* enum bgp_origin */
};

/* What the session and its configuration say. Zero is the strict default. */
struct bgp_decode_context {
	uint32_t peer_as;
	bool as4;  /* both sides announced 4-byte AS numbers */
	bool ebgp; /* the peer's AS is not ours */
	/* Knobs: */
	bool accept_any_first_as; /* of a route server: RFC 7947 2.2.2.1 */
	bool accept_as_sets;	  /* RFC 9774 */
};

/* Always enough for the attributes of one message of BGP_MAX_MESSAGE bytes. */
struct bgp_scratch {
	uint8_t as_path[2 * BGP_MAX_MESSAGE]; /* 2-byte numbers widened */
	uint8_t merged[2 * BGP_MAX_MESSAGE];  /* with AS4_PATH */
	uint8_t unknown[BGP_MAX_MESSAGE];
};

/*
 * Decodes the attribute block of an UPDATE. `out` is a view into `block` and
 * `scratch`; it holds what could be used even when an error was found.
 * `fault->verdict` must be set by the caller, BGP_VERDICT_OK to begin with; a
 * stronger error replaces it.
 */
void bgp_attributes_decode(const struct bgp_decode_context *context,
			   struct reader block, struct bgp_scratch *scratch,
			   struct bgp_attributes *out,
			   struct bgp_multiprotocol *multiprotocol,
			   struct bgp_fault *fault);

/*
 * What RFC 4271 6.3 and RFC 7606 3 d ask of attributes that describe routes:
 * the mandatory ones are there, the next hop can be one, the first AS is the
 * peer's. To be called only if there is NLRI.
 */
void bgp_attributes_check(const struct bgp_decode_context *context,
			  const struct bgp_attributes *attributes,
			  struct bgp_fault *fault);

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

/* "AS_PATH", ...; "attribute" for a type we do not know. */
const char *bgp_attribute_name(unsigned int type);
const char *bgp_origin_name(unsigned int origin); /* "igp", ... */

#endif
