/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ROUTE_REFRESH_H
#define BGP_ROUTE_REFRESH_H

/*
 * ROUTE-REFRESH messages: the request to send all routes of a family again (RFC
 * 2918) and, if enhanced route refresh was negotiated, the marks before and
 * after the answer, BoRR and EoRR (RFC 7313). A route that is not sent between
 * them is stale.
 */

#include "bgp/codec/negotiated.h"

struct bgp_route_refresh {
	enum bgp_family family;
	enum bgp_route_refresh_subtype subtype;
};

enum bgp_route_refresh_verdict {
	BGP_ROUTE_REFRESH_OK,
	BGP_ROUTE_REFRESH_IGNORE, /* the family or subtype was not negotiated */
	BGP_ROUTE_REFRESH_RESET,  /* send the NOTIFICATION */
};

/*
 * Decode the body. `out` is written for BGP_ROUTE_REFRESH_OK only, `error` for
 * BGP_ROUTE_REFRESH_RESET only.
 */
enum bgp_route_refresh_verdict
bgp_route_refresh_decode(const struct bgp_negotiated *negotiated,
			 struct reader body, struct bgp_route_refresh *out,
			 struct bgp_notification *error);

/* Write the whole message, header included. */
void bgp_route_refresh_encode(struct writer *w,
			      const struct bgp_route_refresh *refresh);
/* The request for Flow Specifications of a family. */
void bgp_route_refresh_encode_flowspec(struct writer *w, bool ipv6);

#endif
