/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_DATAPATH_INTERNAL_H
#define DATAPATH_DATAPATH_INTERNAL_H

/*
 * What the files of this room share: the loaded program, reduced to the
 * descriptors and the memory that attaching, writing and reading need. Only
 * datapath.c knows the skeleton they come from.
 */

#include "datapath/attach.h"
#include "datapath/capture.h"
#include "datapath/datapath.h"
#include "datapath/pins.h"
#include "datapath/tables.h"
#include "datapath/vips.h"

struct datapath {
	struct headgate *skeleton;
	struct pins pins;
	enum datapath_mode mode; /* as asked for */
	bool maps_pinned;

	/* Descriptors. */
	int program;
	int explain; /* the same, which only tells */
	int tx_ports;
	int captures;

	struct vips vips;
	struct table buckets;
	struct table nexthops;
	struct table counters; /* struct hg_counters of each CPU */
	struct capture capture;

	/* Side by side: a port, and what the program sees of it. */
	struct port ports[HG_MAX_PORTS];
	struct hg_port *program_ports;
	struct hg_control *control; /* in the program's own data */
	uint32_t port_count;
	uint32_t group_count;
};

#endif
