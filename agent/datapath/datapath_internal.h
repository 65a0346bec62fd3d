/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_DATAPATH_INTERNAL_H
#define DATAPATH_DATAPATH_INTERNAL_H

/*
 * The state that the files of this room share: the descriptors and the mapped
 * memory of the loaded program. Only datapath.c knows the skeleton that they
 * come from.
 */

#include "datapath/attach.h"
#include "datapath/capture.h"
#include "datapath/datapath.h"
#include "datapath/filters.h"
#include "datapath/inherited.h"
#include "datapath/pins.h"
#include "datapath/tables.h"
#include "datapath/vips.h"

struct datapath {
	struct headgate *skeleton;
	struct bpf_object *object; /* with the maps */
	struct pins pins;
	enum datapath_mode mode; /* as requested */
	bool maps_pinned;
	bool accept_martians;
	struct inherited inherited; /* closed: there is nothing to take over */
	bool adopted;		    /* its maps are ours */
	bool grown; /* but those of buckets, which are more: grow.h */

	/* Descriptors */
	int program;
	int explain; /* the same program, which returns its decision */
	int marker;  /* the program `mark`; negative: it is not loaded */
	int tunnel;  /* the program `tunnel`, for routes of the kernel */
	int tx_ports;
	int captures;

	struct vips vips;
	struct filters filters;
	struct table buckets;
	struct table previous;	      /* struct hg_previous_quad */
	int flows[HG_FLOW_MAP_COUNT]; /* descriptors of the flow maps */
	uint32_t flow_rooms[HG_FLOW_MAP_COUNT];
	struct table nexthops;
	struct table tunnels;
	struct table counters; /* struct hg_counters for each CPU */
	struct capture capture;

	/* Parallel arrays: a port, and the program's view of it */
	struct port ports[HG_MAX_PORTS];
	struct hg_port *program_ports;
	struct hg_port_vlans *program_vlans;
	/* In the program's own data */
	struct hg_control *control;
	const struct hg_explanation *explanation;
	uint32_t port_count;
	uint32_t group_count;
};

/* Make the flow maps ready to be read: see flows.c. Returns 0 or -errno. */
int flows_prepare(const struct datapath *dp);

#endif
