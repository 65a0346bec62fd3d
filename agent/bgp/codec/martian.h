/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MARTIAN_H
#define BGP_MARTIAN_H

/*
 * Addresses that no route can lead to, or over: "this" network, loopback,
 * multicast and what is reserved (RFC 4271 6.3, RFC 6890), and IPv6 addresses
 * that stand for IPv4 ones, which could not be told from these (core/address.h).
 */

#include "bgp/codec/family.h"
#include "core/address.h"

#include <stdbool.h>

/*
 * True if every address of the prefix, which came as one of `family`, is a
 * martian. The default route is none.
 */
bool martian_prefix(const struct prefix *prefix, enum bgp_family family);

/* True if no host on a link can have this address. */
bool martian_nexthop(const struct address *address);

#endif
