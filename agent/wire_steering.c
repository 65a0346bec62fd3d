// SPDX-License-Identifier: BSD-2-Clause
/* The datapath, and steering that writes its tables. */

#include <errno.h>
#include <stdio.h>

#include "config/config.h"
#include "core/log.h"
#include "wires.h"

static int sink_set_vip(void *context, const struct prefix *vip,
			const struct hg_vip *value)
{
	struct agent *agent = context;
	struct hg_vip complete = *value;

	complete.hash_fields =
		steering_hash_fields_of(&agent->config->steering, vip);
	return datapath_set_vip(agent->datapath, vip, &complete);
}

static int sink_delete_vip(void *context, const struct prefix *vip)
{
	struct agent *agent = context;

	return datapath_delete_vip(agent->datapath, vip);
}

static int sink_set_bucket(void *context, uint32_t index,
			   struct hg_bucket bucket)
{
	struct agent *agent = context;

	return datapath_set_bucket(agent->datapath, index, bucket);
}

static int sink_set_nexthop(void *context, uint32_t slot,
			    const struct hg_nexthop *nexthop)
{
	struct agent *agent = context;

	return datapath_set_nexthop(agent->datapath, slot, nexthop);
}

static int sink_set_alive(void *context, uint32_t slot, bool alive)
{
	struct agent *agent = context;

	return datapath_set_alive(agent->datapath, slot, alive);
}

static int sink_clear_vip_counter(void *context, uint32_t index)
{
	struct agent *agent = context;

	return datapath_clear_vip_counter(agent->datapath, index);
}

static int sink_clear_nexthop_counter(void *context, uint32_t slot)
{
	struct agent *agent = context;

	return datapath_clear_nexthop_counter(agent->datapath, slot);
}

/* Once, and loudly: whoever did not mean it has broken connections. */
static void warn_of_spray(const struct steering_options *options)
{
	if (steering_hashes_packets(options))
		log_warning("steering",
			    "hash-fields packet spreads the packets of a flow "
			    "over all servers: TCP breaks, only services "
			    "without state work");
}

int wire_steering(struct agent *agent)
{
	const struct steering_sink sink = {
		.set_vip = sink_set_vip,
		.delete_vip = sink_delete_vip,
		.set_bucket = sink_set_bucket,
		.set_nexthop = sink_set_nexthop,
		.set_alive = sink_set_alive,
		.clear_vip_counter = sink_clear_vip_counter,
		.clear_nexthop_counter = sink_clear_nexthop_counter,
		.context = agent,
	};

	warn_of_spray(&agent->config->steering);
	agent->steering =
		steering_new(&agent->config->steering, agent->tracker, &sink);
	return agent->steering ? 0 : -ENOMEM;
}

int wire_datapath(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	struct datapath_error reason;
	int code = datapath_open(&agent->config->datapath, &agent->datapath,
				 &reason);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE, "%s", reason.text);
	return code;
}
