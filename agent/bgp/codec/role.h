/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ROLE_H
#define BGP_ROLE_H

/* What two external neighbors are to each other: RFC 9234 4. */

#include "bgp/codec/protocol.h"

/*
 * The only role the other side may have; BGP_ROLE_NONE if `role` is not an
 * assigned one (RFC 9234 4.2, table 2).
 */
enum bgp_role bgp_role_counterpart(unsigned int role);

/* "provider", "rs-client", ...; "none" for what is not assigned. */
const char *bgp_role_name(unsigned int role);

#endif
