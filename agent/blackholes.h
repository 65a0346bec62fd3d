/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BLACKHOLES_H
#define BLACKHOLES_H

/*
 * Blackholes of neighbors (RFC 7999), from the rib to the filters. Those of one
 * turn of the event loop are put in force together, at its end.
 */

#include <stdbool.h>

struct filter_book;
struct prefix;
struct rib_peer;

/* Take what blackhole_changed() of the rib says. */
void blackholes_change(struct filter_book *filters, const struct rib_peer *peer,
		       const struct prefix *prefix, bool wanted);
/* Put what has changed in force. */
void blackholes_apply(struct filter_book *filters);

#endif
