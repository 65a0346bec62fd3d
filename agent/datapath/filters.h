/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_FILTERS_H
#define DATAPATH_FILTERS_H

/*
 * Filters in the program's tables. All of them change at once: the lists of the
 * next generation are written beside those in force, then one store changes the
 * generation. What does not fit, or cannot be written, leaves what is in force.
 *
 * A filter that stays keeps its slot, and with it its counters and the state of
 * its rate. A slot, a set of sources or a place of a list is written again only in
 * the change after the one that gave it up: packets may still use it until then.
 */

#include "core/address.h"
#include "datapath/tables.h"
#include "headgate/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct datapath;

/*
 * The list of a prefix, for destinations inside it that no longer prefix with a
 * list contains.
 */
struct datapath_filter_list {
	struct prefix prefix;
	const uint16_t *order; /* indices of filters */
	uint32_t count;
	/* The sources that are taken; lists with the same pointer share them. */
	bool has_sources; /* without: all are */
	const struct prefix *sources;
	uint32_t source_count;
	uint16_t sources_filter; /* index of the filter that counts the others */
};

struct datapath_filters {
	const struct hg_filter *filters;
	uint32_t filter_count;
	const struct datapath_filter_list *lists;
	uint32_t list_count;
};

/* A set of sources in the trie */
struct filter_set {
	uint32_t id;
	uint32_t count;
	struct prefix *prefixes;
	bool used;		   /* by the lists that are being written */
	const struct prefix *from; /* the sources of these lists; else NULL */
};

enum filter_generations {
	FILTER_GENERATIONS = 2,
};

/* The lists of one generation in the trie */
struct filter_lists {
	struct prefix *prefixes;
	uint32_t count;
};

/* The state of this room's part; zeroes: not opened */
struct filters {
	int lists; /* descriptors */
	int sources;
	int rates;
	struct table head;
	struct table order;
	struct table slots;
	struct table use;
	struct filter_lists written[FILTER_GENERATIONS];
	struct filter_set *sets;
	uint32_t set_count;
	bool *taken; /* slots of the generation in force */
	/* Prefixes of the lists in force, without those inside others; sorted. */
	struct prefix *outer;
	uint32_t outer_count;
};

/*
 * Compare prefixes by family, then those around others in front of them: all that
 * are inside one stand side by side.
 */
int filter_prefix_compare(const struct prefix *a, const struct prefix *b);

/* Map the memory; the descriptors are set. Returns 0 or -errno. */
int filters_open(struct filters *filters, int head, int order, int slots,
		 int use);
/* Go on with what a previous run has put in force. Returns 0 or -errno. */
int filters_adopt(struct filters *filters);
void filters_close(struct filters *filters);

/* True if a VIP has filters: a list overlaps its prefix. */
bool filters_touch(const struct filters *filters, const struct prefix *vip);

/* True if the tables have room for all of it. */
bool datapath_has_room_for_filters(const struct datapath_filters *wanted);

/*
 * Put filters in force, in place of those that are. `slots` gets the slot of
 * each. -E2BIG: more than the tables hold.
 */
int datapath_set_filters(struct datapath *dp,
			 const struct datapath_filters *wanted,
			 uint16_t *slots);

/* Sum up what the CPUs have counted for a slot. -EINVAL: no such slot. */
int datapath_read_filter(const struct datapath *dp, uint32_t slot,
			 struct hg_filter_use *sum);

#endif
