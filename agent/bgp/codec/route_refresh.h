/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ROUTE_REFRESH_H
#define BGP_ROUTE_REFRESH_H

/*
 * ROUTE-REFRESH messages: the request to hear all routes of a family again
 * (RFC 2918) and, between speakers of the enhanced form, the marks around the
 * answer, BoRR and EoRR (RFC 7313), by which stale routes can be told.
 */

#include "bgp/codec/negotiated.h"

struct bgp_route_refresh {
	enum bgp_family family;
	enum bgp_route_refresh_subtype subtype;
};

enum bgp_route_refresh_verdict {
	BGP_ROUTE_REFRESH_OK,
	BGP_ROUTE_REFRESH_IGNORE, /* of a family or kind we do not share */
	BGP_ROUTE_REFRESH_RESET,  /* send the NOTIFICATION */
};

/*
 * `body` is what follows the header. `out` is written for
 * BGP_ROUTE_REFRESH_OK only, `error` for BGP_ROUTE_REFRESH_RESET only.
 */
enum bgp_route_refresh_verdict
bgp_route_refresh_decode(const struct bgp_negotiated *negotiated,
			 struct reader body, struct bgp_route_refresh *out,
			 struct bgp_notification *error);

/* The whole message, header included. */
void bgp_route_refresh_encode(struct writer *w,
			      const struct bgp_route_refresh *refresh);

#endif
