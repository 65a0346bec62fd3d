/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef START_WAIT_H
#define START_WAIT_H

/*
 * The first announcements of an agent that starts. A VIP that is announced with one of
 * its servers gives that one all traffic, and moves it when the others come. So nothing
 * is announced before each backend that is configured by name has announced its VIPs:
 * it sent End-of-RIB for each family, or its session has been up for two seconds and its
 * OPEN has no capability of graceful restart, which promises one (RFC 4724 3).
 * --start-max bounds that.
 */

#include <stdbool.h>
#include <stdint.h>

struct bgp_speaker;
struct event;
struct event_base;
struct rib;
struct tracker;

struct start_wait_hooks {
	/* True while routes wait to be decided. */
	bool (*is_busy)(void *context);
	/* VIPs may be announced. Called from the event loop only. */
	void (*complete)(void *context);
	void *context;
};

/* Set by the owner, up to `max_s`; zeroed otherwise. */
struct start_wait {
	struct event_base *base;
	const struct bgp_speaker *speaker;
	const struct tracker *tracker;
	struct rib *rib;
	struct start_wait_hooks hooks;
	uint32_t max_s;

	uint64_t begin_ms;
	uint64_t tick_ms;	   /* of the last look */
	uint64_t listens_since_ms; /* looks have not been late since then */
	struct event *tick;
};

/* Begin. False: there is nothing to wait for. */
bool start_wait_begin(struct start_wait *start);
/* True while announcements wait. */
bool start_wait_is_pending(const struct start_wait *start);
void start_wait_release(struct start_wait *start);

#endif
