/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TAKEOVER_H
#define TAKEOVER_H

/*
 * From the tables of a previous run, whose program forwards, to ours.
 *
 * Each VIP keeps the previous run's table until every next hop of that table is
 * in its set again, or had its chance to be (takeover_rule.h). If the tables are
 * adopted, the VIP is released then, by itself. Else our program replaces the
 * other one when all VIPs are ready and their tables written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/takeover_report.h"
#include "headgate/abi.h"
#include "takeover_list.h"

struct config;
struct datapath;
struct event;
struct event_base;
struct rib;
struct steering;
struct steering_set;
struct tracker;

struct takeover_hooks {
	/* True while routes or tables wait for work. */
	bool (*is_busy)(void *context);
	/* Nothing has to wait any more. Called from the event loop only. */
	void (*complete)(void *context);
	void *context;
};

/* VIPs with one table that want one set are judged once. */
struct takeover_judgement {
	uint32_t group;
	const struct steering_set *set; /* NULL: none */
	bool ipv4;
	bool is_made;
	bool ready;
};

/* Set by the owner, up to `hooks`; zeroed otherwise. */
struct takeover {
	struct event_base *base;
	const struct config *config;
	struct datapath *datapath;
	const struct tracker *tracker;
	struct steering *steering;
	const struct rib *rib;
	struct takeover_hooks hooks;

	struct takeover_report report;
	struct takeover_list list;
	struct event *tick;
	uint64_t busy_ms; /* when tables or routes last waited for work */
	size_t next;	  /* VIPs that this look has not come to */
	/* By family and slot, during one look at all VIPs: enum chance. */
	uint8_t chances[2][HG_MAX_NEXTHOPS];
	bool waited_for[HG_MAX_NEXTHOPS];
	struct takeover_judgement last;
};

/*
 * Begin before the program is attached, if there is something to take over.
 * Returns 0 or -errno.
 */
int takeover_begin(struct takeover *takeover);
/* True while VIPs keep the tables of a previous run. */
bool takeover_is_pending(const struct takeover *takeover);
void takeover_release(struct takeover *takeover);

#endif
