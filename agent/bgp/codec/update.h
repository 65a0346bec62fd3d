/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_UPDATE_H
#define BGP_UPDATE_H

/*
 * UPDATE messages: RFC 4271 4.3 and 6.3, RFC 4760, with the error handling of
 * RFC 7606.
 *
 * Routes stand in two places of an UPDATE: its own fields are IPv4, and
 * MP_REACH_NLRI and MP_UNREACH_NLRI name their family. Both are parts of the
 * same shape, mostly empty, and a user loops over them. What to do:
 *   OK, DISCARD  withdraw every part of `withdrawn`, then announce every part
 *                of `announced`, so that a prefix in both ends up announced
 *                (RFC 4271 4.3)
 *   WITHDRAW     withdraw all of both
 *   RESET        send error.notification and drop the session
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
	struct address link_local; /* beside it: RFC 2545 3; zero: none */
};

struct bgp_update {
	/* For bgp_nlri_next(); all empty on RESET. */
	struct bgp_nlri withdrawn[BGP_PART_COUNT];
	struct bgp_announced announced[BGP_PART_COUNT];
	struct bgp_attributes attributes; /* see bgp_update_attributes() */
	bool end_of_rib;		  /* RFC 4724 2 */
	enum bgp_family end_of_rib_family;
	struct bgp_update_error error;
};

/*
 * `body` is what follows the header. The result holds views into `body` and
 * `scratch`. Returns error.verdict.
 */
enum bgp_verdict bgp_update_decode(const struct bgp_decode_context *context,
				   struct reader body,
				   struct bgp_scratch *scratch,
				   struct bgp_update *out);

/* The attributes of a part's routes: its own next hop is among them. */
struct bgp_attributes bgp_update_attributes(const struct bgp_update *update,
					    enum bgp_update_part part);

/*
 * Writes one UPDATE, of at most session->max_message bytes, that announces as
 * many of the `count` routes as fit into it and into `w`, and returns how many.
 * Routes of another family than the first one's are left for the next call.
 * The path identifiers are sent only if the session has agreed on that.
 *
 * 0 means that not even one can be announced, because it does not fit beside
 * the attributes or because the session has no form for its next hop: nothing
 * was written, and the caller withdraws the routes instead (RFC 8654 4).
 */
size_t bgp_update_announce(struct writer *w,
			   const struct bgp_negotiated *negotiated,
			   const struct bgp_attributes *attributes,
			   const struct bgp_path_key *routes, size_t count);

/* The same for routes to withdraw. 0: `w` has no room for one. */
size_t bgp_update_withdraw(struct writer *w,
			   const struct bgp_negotiated *negotiated,
			   const struct bgp_path_key *routes, size_t count);

/* What ends the first table dump of a family: RFC 4724 2. */
void bgp_update_end_of_rib(struct writer *w, enum bgp_family family);

#endif
