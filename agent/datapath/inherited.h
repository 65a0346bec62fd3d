/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_INHERITED_H
#define DATAPATH_INHERITED_H

/*
 * The pinned maps of a previous run whose program still forwards: read, and
 * used on if they fit (layout.h).
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/address.h"
#include "datapath/layout.h"
#include "datapath/tables.h"
#include "headgate/abi.h"

struct bpf_object;
struct pins;

enum inherited_map {
	INHERITED_VIP4,
	INHERITED_VIP6,
	INHERITED_VIP4_LPM,
	INHERITED_VIP6_LPM,
	INHERITED_BUCKETS,
	INHERITED_PREVIOUS,
	INHERITED_NEXTHOPS,
	INHERITED_TUNNELS,
	INHERITED_COUNTERS,
	INHERITED_FLOWS_NEW,
	INHERITED_FLOWS_PROBATION,
	INHERITED_FLOWS_PINNED,
	INHERITED_FLOW_BUDGETS,
	INHERITED_FRAGMENTS,
	INHERITED_ICMP_BUDGETS,
	INHERITED_FILTER_HEAD,
	INHERITED_FILTER_LISTS,
	INHERITED_FILTER_SOURCES,
	INHERITED_FILTER_ORDER,
	INHERITED_FILTERS,
	INHERITED_FILTER_USE,
	INHERITED_FILTER_RATES,
	INHERITED_MAP_COUNT,
};

struct inherited {
	bool readable;
	struct layout layout;
	struct hg_vip_secret vip_secret;
	int maps[INHERITED_MAP_COUNT]; /* descriptors; -1: none */
	struct table buckets;
	struct table previous;
	struct table nexthops;
	struct table vip4;
	struct table vip6;
};

/*
 * Open what is pinned. `object` has the maps of this run, which need not be
 * loaded yet. Returns true if the maps can be read; else `why` says why not.
 * The caller closes with inherited_close() in any case.
 */
bool inherited_open(struct inherited *inherited, const struct pins *pins,
		    const struct bpf_object *object, char *why, size_t size);
void inherited_close(struct inherited *inherited);
/*
 * Let the maps of `object`, which is not loaded yet, be these; those of buckets only
 * if the tables fit. 0 or -errno.
 */
int inherited_use(const struct inherited *inherited, bool fits,
		  struct bpf_object *object);

typedef void inherited_visit(const struct prefix *prefix,
			     const struct hg_vip *vip, void *context);
/* Visit each VIP. The visitor must not change the tables. */
void inherited_each_vip(const struct inherited *inherited,
			inherited_visit *visit, void *context);

/* Read a bucket of a group, and its previous slot. Returns 0 or -EINVAL. */
int inherited_bucket(const struct inherited *inherited, uint32_t group,
		     uint32_t bucket, struct hg_bucket *word,
		     uint16_t *previous);
/* Read a next hop. Returns 0 or -EINVAL. */
int inherited_nexthop(const struct inherited *inherited, uint32_t slot,
		      struct hg_nexthop *nexthop);

#endif
