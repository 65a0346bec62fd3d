/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_ATTRIBUTE_SET_H
#define RIB_ATTRIBUTE_SET_H

/*
 * Path attributes, kept once for all the paths that share them.
 *
 * A set holds the canonical bytes of its attributes
 * (bgp/codec/attributes.h), which are also its key, and the decoded values
 * that the decision process compares.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "core/encapsulation.h"
#include "core/keyed_hash.h"
#include "core/prefix_map.h"
#include "rib/rib_nexthop.h"

struct route_export;
struct signal_options;

/* Pending exports with one set of attributes: export_batch.h. */
struct export_run {
	struct route_export *last; /* NULL: a new run begins */
	unsigned int length;
};

/* How far a path may be announced: RFC 1997. Less is better. */
enum announce_scope {
	ANNOUNCE_ANYWHERE,
	ANNOUNCE_INSIDE, /* NO_EXPORT, NO_EXPORT_SUBCONFED */
	ANNOUNCE_NOWHERE,
};

/*
 * How many communities at the end of each list our rules have added. They are
 * the statement of the user, not of the neighbor that a path came from.
 */
struct own_communities {
	uint16_t standard;
	uint16_t extended;
	uint16_t large;
};

struct attribute_set {
	struct rib_nexthop *nexthop;
	struct export_run run;
	uint64_t aigp; /* RFC 7311; without the cost to the next hop */
	uint32_t hash;
	uint32_t references;
	uint32_t local_pref;
	uint32_t med;
	uint32_t neighbor_as;	/* leftmost AS of AS_PATH, 0 if none */
	uint32_t origin_as;	/* as_path_last() */
	uint32_t originator_id; /* RFC 4456 8 */
	uint32_t weight;	/* from policy, part of the key; 0: none */
	float bandwidth;	/* link bandwidth, bytes per second */
	uint32_t size;		/* bytes of `canonical` */
	uint16_t as_path_length;
	uint16_t confederation_length; /* in AS numbers: RFC 5065 */
	uint16_t cluster_length;
	uint8_t origin : 2;
	/* Part of the key, like the weight; HG_ENCAPSULATION_COUNT: set to none */
	enum hg_encapsulation encapsulation : 3;
	enum hg_encapsulation said_encapsulation : 3; /* bgp_tunnel_of() */
	bool has_own : 1;      /* own communities stand behind `canonical` */
	bool has_received : 1; /* and behind those the set before our rules */
	bool has_med : 1;
	bool has_aigp : 1;
	bool has_bandwidth : 1;
	bool is_reflected : 1;	     /* has ORIGINATOR_ID or CLUSTER_LIST */
	bool is_shutdown : 1;	     /* GRACEFUL_SHUTDOWN: RFC 8326 */
	bool is_signal_draining : 1; /* struct signal_options */
	bool is_signal_joining : 1;
	bool is_llgr_stale : 1; /* RFC 9494 4.3 */
	enum announce_scope scope : 2;
	uint8_t canonical[];
};

/*
 * A hash table with linear probing. The hashes stand by themselves, so that a set
 * that is not there costs one wait for memory, and growing reads no set.
 */
struct attribute_table {
	uint32_t *hashes; /* 0: a free place */
	struct attribute_set **sets;
	size_t size; /* places; 0 or a power of two */
	size_t count;
	struct prefix_map nexthops;
	uint8_t *canonical; /* BGP_CANONICAL_MAX bytes to encode into */
	const struct signal_options *signals; /* NULL: none */
	struct keyed_hash_secret secret;      /* set once there are places */
};

enum attribute_defaults {
	DEFAULT_LOCAL_PREF = 100,
};

/* Marks of policy on a set of attributes; a part of its key. */
struct attribute_marks {
	uint32_t weight; /* that it gives the path; 0: none */
	enum hg_encapsulation encapsulation; /* likewise */
	struct own_communities own;
	/* The attributes before our rules, for other rules; NULL: the same. */
	struct attribute_set *received;
};

/* A zeroed table is empty and valid. Free an empty one. */
void attribute_table_free(struct attribute_table *table);

/*
 * Return the set with these attributes, new or shared, with one more reference,
 * which the caller drops by attribute_set_release(). NULL: out of memory.
 */
struct attribute_set *
attribute_set_intern_marked(struct attribute_table *table,
			    const struct bgp_attributes *from,
			    const struct attribute_marks *marks);
/* The same without own communities. */
struct attribute_set *attribute_set_intern(struct attribute_table *table,
					   const struct bgp_attributes *from,
					   uint32_t weight);
/* Return the attributes as they were received, before our rules. */
struct attribute_set *attribute_set_received(struct attribute_set *set);
/* Look for the communities of --draining-community once more, and so on. */
void attribute_set_read_signals(const struct attribute_table *table,
				struct attribute_set *set);
/* Return how many of its communities our rules have added. */
struct own_communities attribute_set_own(const struct attribute_set *set);
/* Prefetch what attribute_set_release() needs if this many may free the set. */
void attribute_set_prefetch_place(const struct attribute_table *table,
				  const struct attribute_set *set,
				  size_t releases);
void attribute_set_release(struct attribute_table *table,
			   struct attribute_set *set);
/* Return the attributes as a view into the set. */
struct bgp_attributes attribute_set_view(const struct attribute_set *set);

#endif
