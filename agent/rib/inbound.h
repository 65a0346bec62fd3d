/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_INBOUND_H
#define RIB_INBOUND_H

/*
 * The verdict on the paths of an UPDATE, which share their attributes, by the
 * checks of import.h, the rules and the neighbor's limit. Used by adj_rib_in.c
 * only.
 *
 * Unless a rule looks at the prefix, the rules are applied once for all paths.
 * An accepted path has the attributes that rules made, a refused one those that
 * were received.
 */

#include "rib/rib.h"

struct inbound {
	struct rib *rib;
	const struct rib_peer *peer;
	struct bgp_attributes attributes; /* as received; the caller's */
	struct attribute_set *received;	  /* `attributes`, interned */
	bool loop;
	bool leak;	 /* otc.h */
	bool blackhole;	 /* the neighbor may ask for one, and does */
	bool redirected; /* `attributes` have the tunnel's end as next hop */
	bool judged;	 /* `result` and `changed` are of the last path */
	struct policy_result result;
	struct attribute_set *changed; /* by rules; NULL: unchanged */
};

/* The verdict on one path. */
struct inbound_verdict {
	enum import_reason reason;
	unsigned int rule;		  /* rule that decided; 0: none */
	bool own_nexthop;		  /* a rule set the next hop */
	bool multipath_off;		  /* a rule keeps it out of sets */
	struct attribute_set *attributes; /* `inbound` holds a reference */
};

/*
 * Judge the paths of an UPDATE: begin, judge each prefix, and end if begin
 * returned 0. Return 0 or -ENOMEM.
 */
int inbound_begin(struct inbound *in, struct rib *rib,
		  const struct rib_peer *peer,
		  const struct bgp_attributes *attributes);
/* The same for a path that is held, of which this set was received. */
void inbound_begin_held(struct inbound *in, struct rib *rib,
			const struct rib_peer *peer,
			struct attribute_set *received);
int inbound_judge(struct inbound *in, const struct prefix *prefix,
		  struct inbound_verdict *verdict);
void inbound_end(struct inbound *in);
/* True for paths that are blackholes if nothing refuses them (RFC 7999). */
bool inbound_is_blackhole(const struct rib_peer *peer,
			  const struct bgp_attributes *attributes);

/* False for a path beyond a limit. */
static inline bool inbound_is_kept(const struct inbound_verdict *verdict)
{
	return verdict->reason <= IMPORT_LAST_KEPT;
}

/*
 * Check a path against the peer's limits. Returns 0, with a verdict that tells
 * inbound_is_kept() if it must not be kept, or -EDQUOT if the session has to end.
 */
int inbound_limit(struct rib *rib, struct rib_peer *peer, struct route *route,
		  const struct path *path, struct inbound_verdict *verdict);
/*
 * Tell once a session, for each reason, of a path that was refused by a mistake of
 * the neighbor or of our configuration.
 */
void inbound_tell_refused(struct rib_peer *peer, const struct prefix *prefix,
			  enum import_reason reason);
/* True if the route has as many paths of the peer as one prefix may. */
bool inbound_is_full(struct rib *rib, struct rib_peer *peer,
		     struct route *route);

#endif
