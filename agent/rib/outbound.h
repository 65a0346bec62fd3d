/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OUTBOUND_H
#define RIB_OUTBOUND_H

/* Attributes on their way out. Used by export.c only. */

#include "rib/rib.h"

/*
 * What `set` becomes on its way to `peer`: our AS in front towards another AS
 * and no MED (RFC 4271 5.1.2, 5.1.4), LOCAL_PREF only inside our own (5.1.5),
 * and the next hop is this host (5.1.3). A view into `set` and the rib's scratch.
 */
struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct rib_peer *peer,
					  const struct attribute_set *set);

#endif
