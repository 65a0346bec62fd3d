// SPDX-License-Identifier: BSD-2-Clause
/* The datapath, and steering that writes its tables. */

#include <errno.h>
#include <stdio.h>

#include "config/config.h"
#include "core/log.h"
#include "wires.h"

enum {
	/* Sets of next hops that can be steered over at the same time. */
	GROUP_COUNT = 64,
	/*
	 * ICMP errors a second for one VIP on one CPU: path MTU discovery
	 * needs a few for each client, a flood of them is an attack.
	 */
	ICMP_RATE = 1000,
};

static int sink_set_vip(void *context, const struct prefix *vip,
			const struct hg_vip *value)
{
	struct agent *agent = context;
	struct hg_vip complete = *value;

	complete.hash_fields = config_hash_fields_of(agent->config, vip);
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
static void warn_of_spray(const struct config *config)
{
	bool any = config->hash_fields == HG_HASH_PACKET;

	for (size_t i = 0; i < config->vip_count; i++)
		any |= config->vips[i].own_hash_fields &&
		       config->vips[i].hash_fields == HG_HASH_PACKET;
	if (any)
		log_warning("steering",
			    "hash-fields packet spreads the packets of a flow "
			    "over all servers: TCP breaks, only services "
			    "without state work");
}

int wire_steering(struct agent *agent)
{
	const struct steering_options options = {
		.table_size = agent->config->table_size,
		.group_count = GROUP_COUNT,
		.tracker = agent->tracker,
		.sink = {
			.set_vip = sink_set_vip,
			.delete_vip = sink_delete_vip,
			.set_bucket = sink_set_bucket,
			.set_nexthop = sink_set_nexthop,
			.set_alive = sink_set_alive,
			.clear_vip_counter = sink_clear_vip_counter,
			.clear_nexthop_counter = sink_clear_nexthop_counter,
			.context = agent,
		},
	};

	warn_of_spray(agent->config);
	agent->steering = steering_new(&options);
	return agent->steering ? 0 : -ENOMEM;
}

int wire_datapath(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	static const enum datapath_mode modes[] = {
		[XDP_MODE_AUTO] = DATAPATH_AUTO,
		[XDP_MODE_NATIVE] = DATAPATH_NATIVE,
		[XDP_MODE_GENERIC] = DATAPATH_GENERIC,
	};
	const struct datapath_options options = {
		.bpffs = agent->config->bpffs,
		.mode = modes[agent->config->xdp_mode],
		.hash_key = agent->config->hash_seed,
		.icmp_rate = ICMP_RATE,
		.table_size = agent->config->table_size,
		.group_count = GROUP_COUNT,
	};
	struct datapath_error reason;
	int code = datapath_open(&options, &agent->datapath, &reason);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE, "%s", reason.text);
	return code;
}
