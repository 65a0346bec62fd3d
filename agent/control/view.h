/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_VIEW_H
#define CONTROL_VIEW_H

#include <stdint.h>

struct bgp_speaker;
struct config;
struct datapath;
struct tracker;
struct rib;
struct steering;

/* The rooms that the control socket and the metrics read. */
struct control_view {
	const struct config *config;
	const struct bgp_speaker *speaker;
	struct rib *rib; /* only its scratch memory is changed */
	const struct tracker *tracker;
	const struct steering *steering;
	const struct datapath *datapath;
	uint64_t started_ms; /* core/clock.h */
};

#endif
