// SPDX-License-Identifier: BSD-2-Clause
/* Run the program on single frames. See trial.h. */

#include "trial.h"

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

#include <errno.h>
#include <stdbool.h>

static bool is_always_loopback;

uint32_t trial_ifindex(uint32_t ifindex)
{
	return is_always_loopback ? DATAPATH_LOOPBACK : ifindex;
}

/*
 * Rename an interface in next hops and ports. A test uses consecutive slots,
 * from the first one on.
 */
static void rename_interface(struct datapath *dp, uint32_t from, uint32_t to)
{
	struct hg_nexthop *nexthops = (struct hg_nexthop *)dp->nexthops.words;

	for (uint32_t i = 1; i < HG_MAX_NEXTHOPS && nexthops[i].ifindex; i++)
		if (nexthops[i].ifindex == from)
			nexthops[i].ifindex = to;
	for (uint32_t i = 0; i < dp->port_count; i++)
		if (dp->program_ports[i].ifindex == from)
			dp->program_ports[i].ifindex = to;
}

static int run_as_loopback(struct datapath *dp, const void *frame, size_t size,
			   uint32_t ifindex, void *out, size_t *out_size,
			   uint32_t *action)
{
	int err;

	rename_interface(dp, ifindex, DATAPATH_LOOPBACK);
	err = datapath_test_run(dp, frame, size, DATAPATH_LOOPBACK, out,
				out_size, action);
	rename_interface(dp, DATAPATH_LOOPBACK, ifindex);
	return err;
}

int trial_run(struct datapath *dp, const void *frame, size_t size,
	      uint32_t ifindex, void *out, size_t *out_size, uint32_t *action)
{
	int err = -EOPNOTSUPP;

	if (!is_always_loopback)
		err = datapath_test_run(dp, frame, size, ifindex, out, out_size,
					action);
	if (err != -EOPNOTSUPP)
		return err;
	is_always_loopback = true;
	return run_as_loopback(dp, frame, size, ifindex, out, out_size, action);
}
