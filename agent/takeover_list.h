/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TAKEOVER_LIST_H
#define TAKEOVER_LIST_H

/*
 * The VIPs of a previous run's tables, and the next hops that own buckets of
 * theirs. A copy: the tables may change meanwhile.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct datapath;
struct steering;

/* A VIP that waits for its next hops */
struct takeover_vip {
	struct prefix prefix;
	uint32_t group;
};

/* The slots that own the buckets of a group */
struct takeover_group {
	uint16_t *slots;
	size_t count;
};

struct takeover_list {
	struct takeover_vip *vips;
	size_t count; /* those that still wait, the first ones */
	size_t total;
	size_t room;
	struct takeover_group *groups; /* by index, HG_MAX_GROUPS */
	struct address *addresses;     /* by slot, HG_MAX_NEXTHOPS */
};

/* Fill a list of zeroes. Returns 0 or -ENOMEM. The caller releases it. */
int takeover_list_fill(struct takeover_list *list,
		       const struct datapath *datapath);
void takeover_list_release(struct takeover_list *list);

/*
 * Return the share of flows, in percent, that go to another server by the new
 * tables than by the previous run's; by samples, before that is ended.
 */
unsigned int takeover_moved_percent(const struct takeover_list *list,
				    const struct datapath *datapath,
				    const struct steering *steering,
				    uint32_t table_size);

#endif
