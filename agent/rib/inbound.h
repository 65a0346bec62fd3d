/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_INBOUND_H
#define RIB_INBOUND_H

/*
 * Attributes on their way in: what the checks of import.h, the rules and the
 * neighbor's limit make of the routes of an UPDATE, which share their
 * attributes. Used by adj_rib_in.c only.
 *
 * Without rules that look at the prefix, rules are asked once for all of them.
 * What rules change is interned instead of what came; what is refused is kept
 * as it came.
 */

#include "rib/rib.h"

struct inbound {
	struct rib *rib;
	const struct rib_peer *peer;
	struct bgp_attributes attributes; /* as they came; the caller's */
	struct attribute_set *received;	  /* the same, interned */
	bool loop;
	bool leak;   /* the same: otc.h */
	bool judged; /* `result` and `changed` are those of the last route */
	struct policy_result result;
	struct attribute_set *changed; /* by rules; NULL: nothing was */
};

/* What becomes of one route. */
struct inbound_verdict {
	enum import_reason reason;
	unsigned int rule;		  /* that decided; 0: none */
	struct attribute_set *attributes; /* with a reference of `inbound` */
};

/*
 * inbound_end() is to be called if this has returned 0. All return 0 or
 * -ENOMEM.
 */
int inbound_begin(struct inbound *in, struct rib *rib,
		  const struct rib_peer *peer,
		  const struct bgp_attributes *attributes);
int inbound_judge(struct inbound *in, const struct prefix *prefix,
		  struct inbound_verdict *verdict);
void inbound_end(struct inbound *in);

/*
 * Holds a path of the peer's, that is new or was blocked, against its limit: 0,
 * with another verdict if it is blocked, or -EDQUOT if the session is to end.
 */
int inbound_limit(struct rib_peer *peer, const struct route *route,
		  const struct path *path, struct inbound_verdict *verdict);

#endif
