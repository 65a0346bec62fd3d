/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TUNNEL_H
#define BGP_TUNNEL_H

/*
 * How a path wants packets, and where the tunnel ends: the Tunnel Encapsulation
 * attribute and the Encapsulation community (RFC 9012). Pure.
 */

#include "bgp/codec/attributes.h"
#include "core/address.h"
#include "core/encapsulation.h"
#include "core/wire.h"

struct bgp_tunnel {
	enum hg_encapsulation encapsulation;
	struct address endpoint; /* zero: the next hop of the path */
};

/* Return how a tunnel of this type is made (RFC 9012 14.4); others: none. */
enum hg_encapsulation bgp_tunnel_encapsulation(uint16_t tunnel_type);

/*
 * Return NULL, or why the value of a Tunnel Encapsulation attribute is malformed
 * (RFC 9012 13): its route is treated as withdrawn.
 */
const char *bgp_tunnel_check(struct reader value);

/*
 * Choose one of the tunnels in a value: IP in IP before GRE, else the first one.
 * HG_ENCAPSULATION_NONE if it has none that we can use.
 */
struct bgp_tunnel bgp_tunnel_choose(struct reader value);

/*
 * Return the tunnel of a path: by the attribute, else by the communities, which
 * name no end of it (RFC 9012 4.1).
 */
struct bgp_tunnel bgp_tunnel_of(const struct bgp_attributes *attributes);

/*
 * Leave out what says how to reach the next hop: it was said of another one
 * (RFC 9012 11). The lists without it are written to `w`.
 */
void bgp_tunnel_remove(struct writer *w, struct bgp_attributes *attributes);

#endif
