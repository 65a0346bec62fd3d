/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_UPDATE_H
#define BGP_UPDATE_H

/*
 * UPDATE messages: RFC 4271 4.3 and 6.3, RFC 4760, with the error handling of
 * RFC 7606.
 *
 * An UPDATE has routes in two places: its own fields are IPv4, and
 * MP_REACH_NLRI and MP_UNREACH_NLRI name their family. Both are parts of the
 * same type, mostly empty, and the caller loops over them. By verdict it must
 * Flow Specifications are beside them and follow the same verdicts.
 *   OK, DISCARD  withdraw every part of `withdrawn`, then learn every part of
 *                `announced`, so that a prefix in both stays (RFC 4271 4.3)
 *   WITHDRAW     withdraw every part of both
 *   DISABLE      the same, withdraw all routes of error.family, and have it no
 *                more among the families of the session
 *   RESET        send error.notification and end the session
 */

#include "bgp/codec/attributes.h"
#include "bgp/codec/negotiated.h"
#include "bgp/codec/nlri.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_update_part {
	BGP_PART_FIELD,		/* the fields of RFC 4271: IPv4 unicast */
	BGP_PART_MULTIPROTOCOL, /* the attributes of RFC 4760 */
	BGP_PART_COUNT,
};

struct bgp_announced {
	struct bgp_nlri nlri;
	struct address nexthop;
	struct address link_local; /* second next hop: RFC 2545 3; zero: none */
};

/* Routes of another family, whose numbers may be unknown to us. */
struct bgp_foreign {
	bool present;
	uint16_t afi;
	uint8_t safi;
};

/* Flow Specifications of one family, to walk with flowspec_next(). */
struct bgp_flowspecs {
	bool present;
	bool ipv6;
	struct reader rules;
};

struct bgp_update {
	/* To walk with bgp_nlri_next(); all empty on RESET. */
	struct bgp_nlri withdrawn[BGP_PART_COUNT];
	struct bgp_announced announced[BGP_PART_COUNT];
	struct bgp_attributes attributes; /* see bgp_update_attributes() */
	/*
	 * Only of families that were negotiated; none on RESET. The lengths are
	 * checked, the rules are not.
	 */
	struct bgp_flowspecs flowspec_withdrawn;
	struct bgp_flowspecs flowspec_announced;
	/* Routes of a family that the session has not: ignored. */
	struct bgp_foreign foreign;
	bool end_of_rib; /* RFC 4724 2 */
	enum bgp_family end_of_rib_family;
	struct bgp_update_error error;
};

/*
 * Decode the body. `out` holds views into `body` and `scratch`. Return
 * error.verdict.
 */
enum bgp_verdict bgp_update_decode(const struct bgp_decode_context *context,
				   struct reader body,
				   struct bgp_scratch *scratch,
				   struct bgp_update *out);

/* Return the attributes of a part's routes, with the next hop of the part. */
struct bgp_attributes bgp_update_attributes(const struct bgp_update *update,
					    enum bgp_update_part part);

/*
 * True if the session has an encoding of this next hop for routes of the family:
 * IPv6 for IPv4 only if negotiated (RFC 8950 4). An IPv4 next hop of an IPv6
 * route is written as an IPv4-mapped address. None has the zero address.
 */
bool bgp_update_carries_nexthop(const struct bgp_negotiated *negotiated,
				const struct address *nexthop,
				enum bgp_family family);

/*
 * Write one UPDATE of at most negotiated->max_message bytes that announces as
 * many of the `count` routes as fit into it and into `w`. Return how many. The
 * message ends before a route of another family than the first one's. Path
 * identifiers are sent only if that was negotiated.
 *
 * 0 means that not even the first route can be announced: it does not fit
 * besides the attributes, or its next hop has no encoding on this session.
 * Nothing is written then, and the caller withdraws the route instead
 * (RFC 8654 4).
 */
size_t bgp_update_announce(struct writer *w,
			   const struct bgp_negotiated *negotiated,
			   const struct bgp_attributes *attributes,
			   const struct bgp_path_key *routes, size_t count);

/* The same for routes to withdraw. 0: `w` has no room for one. */
size_t bgp_update_withdraw(struct writer *w,
			   const struct bgp_negotiated *negotiated,
			   const struct bgp_path_key *routes, size_t count);

/*
 * Write the End-of-RIB marker, the end of a family's first table: RFC 4724 2.
 */
void bgp_update_end_of_rib(struct writer *w, enum bgp_family family);

#endif
