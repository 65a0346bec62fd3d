/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_ATTRIBUTE_SET_H
#define RIB_ATTRIBUTE_SET_H

/*
 * Path attributes, kept once for all the paths that share them.
 *
 * A set holds the canonical bytes of its attributes (bgp/attributes.h), which
 * are also its key, and beside them what the decision process compares, so
 * that a comparison decodes nothing.
 */

#include <stddef.h>
#include <stdint.h>

#include "bgp/attributes.h"
#include "core/address.h"

struct attribute_set {
	struct attribute_set *next; /* in its chain of the table */
	uint32_t hash;
	uint32_t references;
	uint32_t tracked; /* accepted paths that want the next hop tracked */
	uint32_t local_pref;
	uint32_t med;
	uint32_t weight;      /* that a rule has set; 0: none has */
	uint32_t neighbor_as; /* leftmost AS of the path, 0 if none */
	uint32_t size;	      /* bytes of `canonical` */
	uint16_t as_path_length;
	uint8_t origin;
	struct address next_hop;
	uint8_t canonical[];
};

struct attribute_table {
	struct attribute_set **chains;
	size_t size;
	size_t count;
	uint8_t *canonical; /* BGP_CANONICAL_MAX bytes to encode into */
};

enum attribute_defaults {
	DEFAULT_LOCAL_PREF = 100,
	DEFAULT_WEIGHT = 1,
};

/* A zeroed table is empty and valid. It must be empty again to be freed. */
void attribute_table_free(struct attribute_table *table);

/*
 * The set with these attributes and this weight (policy.h; 0: none), new or
 * shared, with one more reference, which the caller gives back by
 * attribute_set_release(). NULL: out of memory.
 */
struct attribute_set *attribute_set_intern(struct attribute_table *table,
					   const struct bgp_attributes *from,
					   uint32_t weight);
void attribute_set_release(struct attribute_table *table,
			   struct attribute_set *set);
/* The attributes as a view into the set. */
struct bgp_attributes attribute_set_view(const struct attribute_set *set);

/* The share of flows that the next hop is to have among others. */
static inline uint32_t attribute_set_weight(const struct attribute_set *set)
{
	return set->weight ? set->weight : DEFAULT_WEIGHT;
}

#endif
