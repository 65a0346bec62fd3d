/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_VIEW_H
#define CONTROL_VIEW_H

#include <stdint.h>

struct audit_report;
struct bgp_options;
struct bmp_report;
struct bgp_speaker;
struct datapath;
struct datapath_options;
struct drain_list;
struct filter_book;
struct tracker;
struct rib;
struct record_file;
struct reload_report;
struct steering;
struct steering_options;
struct services;
struct check_report;
struct takeover_report;
struct turn_meter;

/* The rooms that the control socket and the metrics read. */
struct control_view {
	const struct bgp_options *bgp;
	const struct steering_options *steering_options;
	const struct datapath_options *datapath_options;
	const struct bgp_speaker *speaker;
	struct rib *rib; /* only its scratch memory is changed */
	const struct tracker *tracker;
	const struct steering *steering;
	const struct filter_book *filters;
	const struct datapath *datapath;
	const struct drain_list *drains; /* orders */
	const struct services *services; /* NULL: nothing is checked */
	const struct turn_meter *turns;
	const struct audit_report *audit;
	const struct check_report *host;
	const struct takeover_report *takeover;
	const struct reload_report *reloads;
	struct record_file *mrt; /* NULL: no --mrt */
	const struct bmp_report *bmp;
	const char *config_text; /* in canonical form */
	const char *seccomp;	 /* as in --seccomp */
	uint64_t started_ms;	 /* core/clock.h */
	uint64_t started_at;	 /* seconds since 1970 */
};

#endif
