/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_LINK_ADVERT_H
#define BGP_LINK_ADVERT_H

/*
 * Router advertisements on the links of `--neighbor INTERFACE`
 * (router_advert.h): one ICMPv6 socket for all of them, and a timer.
 *
 * What the kernel does with the peer's advertisements is the operator's
 * accept_ra: we warn where they would give this host a default route.
 */

#include <stdbool.h>

#include "bgp/session/router_advert.h"

struct bgp_link_adverts;
struct bgp_speaker;

/* The link of one neighbor. */
struct bgp_link_advert {
	unsigned int ifindex; /* 0: not there yet */
	struct router_advert state;
};

/*
 * Begin, if any neighbor is on an interface. Return 0 or -errno; the caller
 * frees with bgp_link_adverts_free(), which NULL is legal for.
 */
int bgp_link_adverts_new(struct bgp_speaker *speaker,
			 struct bgp_link_adverts **out);
void bgp_link_adverts_free(struct bgp_link_adverts *adverts);

#endif
