/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AUDIT_H
#define AUDIT_H

/*
 * The kernel is compared with what is wanted there now and then
 * (--audit-interval), as other processes may change it. A difference that cannot
 * be repaired has all VIPs withdrawn (--withdraw-on-desync), until it is.
 */

#include <stdbool.h>
#include <stdint.h>

struct datapath;
struct event;
struct event_base;
struct interfaces;
struct rib;

/* Set by the owner before audit_begin(); zeroed otherwise. */
struct audit {
	struct event_base *base;
	struct interfaces *interfaces;
	struct datapath *datapath;
	struct rib *rib;
	bool desync_stays;
	bool withdrawn;
	struct event *turn;
};

/* Begin to compare at an interval; 0: never. Returns 0 or -ENOMEM. */
int audit_begin(struct audit *audit, uint32_t interval_s);
void audit_release(struct audit *audit);

#endif
