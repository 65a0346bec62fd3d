// SPDX-License-Identifier: BSD-2-Clause
/* Metrics of the interfaces with the program. See metric.h. */

#include <errno.h>
#include <stdio.h>

#include "control/metrics/metric_tables.h"
#include "control/view.h"
#include "core/array.h"
#include "datapath/datapath.h"
#include "nexthop/tracker.h"

struct interface_row {
	char name[INTERFACE_SIZE];
	uint64_t up;
	uint64_t modes[DATAPATH_MODE_COUNT]; /* that of `auto`: not attached */
};

static int collect_interfaces(const struct metric_source *source,
			      struct metric_rows *rows)
{
	const struct control_view *view = source->view;
	const struct datapath_options *options = view->datapath_options;

	for (size_t i = 0; i < options->interface_count; i++) {
		const char *name = options->interfaces[i];
		const struct nexthop_link *link =
			tracker_link_by_name(view->tracker, name);
		struct interface_row *row = metric_rows_add(rows);

		if (!row)
			return -ENOMEM;
		snprintf(row->name, sizeof(row->name), "%s", name);
		row->up = link && link->up;
		row->modes[link && datapath_is_attached(view->datapath,
							link->ifindex) ?
				   datapath_mode(view->datapath, link->ifindex) :
				   DATAPATH_AUTO] = 1;
	}
	return 0;
}

static const char *interface_label(const void *row,
				   char text[METRIC_LABEL_SIZE])
{
	const struct interface_row *interface = row;

	(void)text;
	return interface->name;
}

static const char *mode_name(unsigned int mode)
{
	return mode == DATAPATH_AUTO ? "none" : datapath_mode_names[mode];
}

static const struct metric metrics[] = {
	{ "headgate_interface_up", METRIC_GAUGE,
	  .offset = offsetof(struct interface_row, up),
	  .help = "The interface exists, is up and has a carrier" },
	{ "headgate_interface_attached", METRIC_GAUGE,
	  .offset = offsetof(struct interface_row, modes),
	  .count = DATAPATH_MODE_COUNT, .key = "mode", .word = mode_name,
	  .help = "How the program is attached: 1 for that mode" },
};

const struct metric_table metric_interfaces = {
	.metrics = metrics,
	.count = COUNT_OF(metrics),
	.row_size = sizeof(struct interface_row),
	.key = "interface",
	.label = interface_label,
	.collect = collect_interfaces,
};
