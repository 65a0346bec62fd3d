/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_MAX_PREFIX_H
#define RIB_MAX_PREFIX_H

/*
 * The limit of prefixes that a neighbor may announce in each family (RFC 4271
 * 6.7). All prefixes of which paths are held count, refused paths too. Those
 * beyond it are not held, so that a neighbor costs bounded memory. The paths of
 * one prefix (RFC 7911) have a limit of their own. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/exchange.h"
#include "bgp/codec/family.h"

struct max_prefix {
	uint32_t limit; /* 0: none */
	enum neighbor_max_prefix_action action;
	uint32_t count[BGP_FAMILY_COUNT]; /* prefixes with a path */
	enum bgp_family exceeded;  /* the family that reached the limit last */
	uint32_t reported_near;	   /* enum bgp_family_bits: once a session */
	uint32_t reported_reached; /* the same */
	uint32_t blocked;	/* the same: prefixes were refused, as were */
	uint32_t paths_blocked; /* further paths of a prefix */
	uint32_t paths_room;	/* the same: such a prefix has fewer again */
};

enum max_prefix_verdict {
	MAX_PREFIX_TAKE,
	MAX_PREFIX_BLOCK,
	MAX_PREFIX_RESTART, /* the session has to end */
};

/* News to log, once in a session and family. */
enum max_prefix_report {
	MAX_PREFIX_NO_REPORT,
	MAX_PREFIX_NEAR, /* 80 % of the limit */
	MAX_PREFIX_REACHED,
};

/* Check one more prefix. If it is taken, call max_prefix_count(). */
enum max_prefix_verdict max_prefix_check(struct max_prefix *limit,
					 enum bgp_family family,
					 enum max_prefix_report *report);

/* A path was refused because its prefix has as many as it may. */
static inline void max_prefix_block_path(struct max_prefix *limit,
					 enum bgp_family family)
{
	limit->paths_blocked |= bgp_family_bit(family);
}

/* A path of such a prefix goes. */
static inline void max_prefix_make_room(struct max_prefix *limit,
					enum bgp_family family)
{
	limit->paths_room |= bgp_family_bit(family);
}

/*
 * Return the families (enum bgp_family_bits) in which prefixes or paths were
 * refused and there is room again, once: the peer can be asked for them (RFC
 * 2918).
 */
uint32_t max_prefix_take_room(struct max_prefix *limit);

/* Count a prefix that came or went. */
static inline void max_prefix_count(struct max_prefix *limit,
				    enum bgp_family family, bool came)
{
	limit->count[family] += came ? 1 : -1u;
}

#endif
