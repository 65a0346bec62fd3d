/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_UPDATE_H
#define BGP_UPDATE_H

/*
 * UPDATE messages: RFC 4271 4.3 and 6.3, with the error handling of RFC 7606.
 *
 * A decoded UPDATE is a verdict and three views. What to do with it:
 *   OK, DISCARD  withdraw `withdrawn`, then announce `announced`, so that a
 *                prefix in both ends up announced (RFC 4271 4.3)
 *   WITHDRAW     withdraw both
 *   RESET        send fault.notification and drop the session
 */

#include "bgp/attributes.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp_update {
	struct reader withdrawn; /* for bgp_nlri_next(); empty on RESET */
	struct reader announced;
	struct bgp_attributes attributes;
	bool end_of_rib; /* RFC 4724 2 */
	struct bgp_fault fault;
};

/*
 * `body` is what follows the header. The result holds views into `body` and
 * `scratch`. Returns fault.verdict.
 */
enum bgp_verdict bgp_update_decode(const struct bgp_decode_context *context,
				   struct reader body,
				   struct bgp_scratch *scratch,
				   struct bgp_update *out);

/*
 * The next IPv4 prefix, host bits cleared; false at the end. On NLRI that was
 * not checked it also returns false at an error and leaves `nlri` failed.
 */
bool bgp_nlri_next(struct reader *nlri, struct prefix *prefix);

/*
 * Writes one UPDATE of at most BGP_MAX_MESSAGE bytes that announces as many of
 * the `count` IPv4 prefixes as fit into it and into `w`, and returns how many.
 * 0 means that not even one fits beside the attributes: then nothing was
 * written and the routes cannot be announced. `as_size`: BGP_AS4_SIZE, or
 * BGP_AS2_SIZE if the peer is an old speaker.
 */
size_t bgp_update_announce(struct writer *w,
			   const struct bgp_attributes *attributes,
			   size_t as_size, const struct prefix *prefixes,
			   size_t count);

/* The same for routes to withdraw. */
size_t bgp_update_withdraw(struct writer *w, const struct prefix *prefixes,
			   size_t count);

/* The empty UPDATE that ends the first table dump: RFC 4724 2. */
void bgp_update_end_of_rib(struct writer *w);

#endif
