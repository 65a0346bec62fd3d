/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ROLE_H
#define BGP_ROLE_H

/* Roles of two external neighbors to each other: RFC 9234 4. */

#include "bgp/codec/protocol.h"

/*
 * Return the only role that the other side may have (RFC 9234 4.2, table 2);
 * BGP_ROLE_NONE if `role` is not assigned.
 */
enum bgp_role bgp_role_counterpart(unsigned int role);

/*
 * "provider", "rs-client", ..., and "none" for BGP_ROLE_NONE, indexed by enum
 * bgp_role; NULL between them.
 */
extern const char *const bgp_role_names[BGP_ROLE_NONE + 1];

/* The same; "none" for a role that is not assigned. */
const char *bgp_role_name(unsigned int role);

#endif
