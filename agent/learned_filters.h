/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LEARNED_FILTERS_H
#define LEARNED_FILTERS_H

/*
 * Filters of neighbors: blackholes (RFC 7999), from the rib, and Flow
 * Specifications (RFC 8955), from sessions. They go into the book of filters, and
 * what changes in one turn of the event loop is put in force together, at its end.
 */

#include "core/wire.h"

#include <stdbool.h>

struct bgp_neighbor;
struct bgp_update;
struct filter_book;
struct filter_row;
struct prefix;
struct rib;
struct rib_peer;

struct learned_filters {
	struct filter_book *book;
	struct rib *rib;
	bool routes_changed; /* that rules may depend on */
};

/* Take what blackhole_changed() of the rib says. */
void learned_filters_blackhole(struct filter_book *filters,
			       const struct rib_peer *peer,
			       const struct prefix *prefix, bool wanted);
/* Take the Flow Specifications of an UPDATE. False: it has none. */
bool learned_filters_update(struct learned_filters *learned,
			    struct bgp_neighbor *neighbor,
			    const struct bgp_update *update);
/* Write the rule and the actions of a row for learned_filters_take(). */
void learned_filters_give(struct writer *w, const struct filter_row *row);
/* Take one that the agent before had. False: it is not one. */
bool learned_filters_take(struct learned_filters *learned,
			  struct bgp_neighbor *neighbor, struct reader body);
/* Forget what a neighbor has asked for: its session ends. */
void learned_filters_forget(struct filter_book *filters,
			    const struct rib_peer *peer);
/*
 * Judge all Flow Specifications again: the configuration has changed, or routes
 * that may be those of their destinations.
 */
void learned_filters_judge(struct learned_filters *learned);
void learned_filters_routes_changed(struct learned_filters *learned);
/* Put all filters in force, as another agent is in charge no longer. */
void learned_filters_take_charge(struct learned_filters *learned);
/* Put what has changed in force. */
void learned_filters_apply(struct learned_filters *learned);

#endif
