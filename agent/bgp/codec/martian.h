/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MARTIAN_H
#define BGP_MARTIAN_H

/*
 * Martians: addresses that can be neither destination nor next hop of a route.
 * They are "this" network, loopback, multicast and reserved addresses (RFC 4271
 * 6.3, RFC 6890), and IPv6 addresses that stand for IPv4 ones, which the agent
 * could not tell apart (core/address.h).
 */

#include "bgp/codec/family.h"
#include "core/address.h"

#include <stdbool.h>

/*
 * True if every address of the prefix is a martian. `family` is that of the
 * NLRI it was read from. The default route is not a martian.
 */
bool martian_prefix(const struct prefix *prefix, enum bgp_family family);

/* True if no host on a link can have this address. */
bool martian_nexthop(const struct address *address);

#endif
