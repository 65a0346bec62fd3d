/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DEPARTURES_H
#define RIB_DEPARTURES_H

/*
 * How accepted paths have gone: the last time for each prefix and neighbor, and
 * how often. A path that has gone is freed, and often its route, so this is what
 * explains a VIP that is not there any more. Pure.
 *
 * The memory is fixed. A prefix and a neighbor have DEPARTURES_WAYS places, by
 * their hash; the oldest entry there makes room. So a path that comes and goes
 * takes one entry, however often it does.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum departures_sizes {
	DEPARTURES_MAX = 4096,	      /* a power of two */
	DEPARTURES_WAYS = 8,	      /* likewise */
	DEPARTURES_OF_SESSION = 1024, /* that is lost; others are not noted */
};

enum departure_cause {
	DEPARTURE_WITHDRAWN,
	DEPARTURE_ERROR, /* RFC 7606 2: treat-as-withdraw */
	DEPARTURE_LIMIT, /* its new attributes: attribute_budget.h */
	DEPARTURE_STALE, /* not announced again in a refresh: RFC 7313 4 */
	DEPARTURE_SESSION,
	DEPARTURE_CAUSE_COUNT,
};

struct departure {
	struct prefix prefix;
	uint8_t cause;	/* enum departure_cause */
	uint16_t times; /* UINT16_MAX: as often or more */
	struct address neighbor;
	uint64_t time_ms; /* by core/clock.h; 0: no entry */
};

/*
 * The places of one hash. A search waits for memory once here, and reads only the
 * entries whose tag fits.
 */
struct departure_set {
	uint16_t tags[DEPARTURES_WAYS]; /* of the key; 0: a free place */
	uint32_t order; /* numbers of the places, 4 bits each, newest lowest */
	uint32_t padding[3]; /* no set is in two lines of the cache */
};

/* All zero: empty, and without memory. */
struct departures {
	struct departure_set *sets; /* DEPARTURES_MAX / DEPARTURES_WAYS */
	struct departure *entries;  /* DEPARTURES_MAX */
};

/* Return 0 or -ENOMEM. */
int departures_init(struct departures *departures);
void departures_free(struct departures *departures);

/*
 * Note that a neighbor's path has gone. `hash` is that of the prefix, by a
 * secret; `now_ms` is above 0.
 */
void departures_add(struct departures *departures, const struct prefix *prefix,
		    uint32_t hash, const struct address *neighbor,
		    enum departure_cause cause, uint64_t now_ms);
/* Return the entry of a prefix and a neighbor, or NULL. */
const struct departure *departures_find(const struct departures *departures,
					const struct prefix *prefix,
					uint32_t hash,
					const struct address *neighbor);
/* Walk all entries of a prefix, in no order; slow. NULL starts. */
const struct departure *departures_next(const struct departures *departures,
					const struct prefix *prefix,
					const struct departure *last);
/*
 * Find the longest prefix with an entry that contains an address. False if there
 * is none; slow.
 */
bool departures_match(const struct departures *departures,
		      const struct address *address, struct prefix *prefix);

/* "withdrawn", "withdrawn_by_error", ... */
const char *departure_cause_name(enum departure_cause cause);

#endif
