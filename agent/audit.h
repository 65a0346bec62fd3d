/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AUDIT_H
#define AUDIT_H

/*
 * The kernel is compared with what is wanted there now and then
 * (--audit-interval), as other processes may change it. Links, pins and settings
 * come first, in one go; tables follow in pieces, which take turns with all other
 * work. Links, which are few, are looked at every second between two rounds. A difference that cannot be repaired has all VIPs withdrawn
 * (--withdraw-on-desync) until it is, unless packets cannot meet it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/audit_report.h"
#include "core/work_turns.h"
#include "datapath/datapath.h"
#include "steering/audit.h"

struct event;
struct event_base;
struct interfaces;
struct rib;
struct steering;

/* Set by the owner before audit_begin(); zeroed otherwise. */
struct audit {
	struct event_base *base;
	struct work_turns *turns;
	struct interfaces *interfaces;
	struct datapath *datapath;
	struct steering *steering;
	struct rib *rib;
	struct handover_give *const *frozen; /* while that is set: no audits */
	bool desync_stays;
	bool withdrawn;
	struct event *timer;
	uint32_t interval_s;
	uint32_t seconds;  /* since the last round */
	struct work piece; /* of the tables */
	bool tables_done;  /* VIPs that are not ours come last */
	struct steering_audit tables;
	struct datapath_vip_sweep sweep;
	struct audit_report report;
};

/* Begin to compare at an interval; 0: never. Returns 0 or -ENOMEM. */
int audit_begin(struct audit *audit, uint32_t interval_s);
/* Take another interval, and another answer to a difference, from now on. */
void audit_reconfigure(struct audit *audit, uint32_t interval_s,
		       bool desync_stays);
void audit_release(struct audit *audit);

#endif
