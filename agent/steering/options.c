// SPDX-License-Identifier: BSD-2-Clause
/* Options of steering, and the hash fields of a VIP. See options.h. */

#include "steering/options.h"

const char *const steering_hash_fields_names[HG_HASH_FIELDS_COUNT] = {
	[HG_HASH_5_TUPLE] = "5-tuple", [HG_HASH_3_TUPLE] = "3-tuple",
	[HG_HASH_SRC_DST] = "src-dst", [HG_HASH_SRC] = "src",
	[HG_HASH_DST] = "dst",	       [HG_HASH_PACKET] = "packet",
};

const char *const steering_session_loss_names[STEERING_LOSS_COUNT] = {
	[STEERING_LOSS_DRAINS] = "drain",
	[STEERING_LOSS_KILLS] = "death",
};

const struct steering_options steering_options_default = {
	.table_size = 16384,
	.group_count = 1024, /* sets that are steered at the same time */
	.hash_fields = HG_HASH_5_TUPLE,
	.window_s = 300,
	.drain_max_s = 3600,
	.flow_records = 262144,
	.gue_port = 6080,
};

bool steering_options_equal(const struct steering_options *a,
			    const struct steering_options *b)
{
	if (a->table_size != b->table_size ||
	    a->group_count != b->group_count || a->seed != b->seed ||
	    a->hash_fields != b->hash_fields || a->window_s != b->window_s ||
	    a->drain_max_s != b->drain_max_s ||
	    a->session_loss != b->session_loss ||
	    a->flow_records != b->flow_records ||
	    a->vip_fields_count != b->vip_fields_count ||
	    a->gue_port != b->gue_port ||
	    a->outer_source_count != b->outer_source_count)
		return false;
	for (size_t i = 0; i < a->outer_source_count; i++)
		if (!prefix_equal(&a->outer_sources[i], &b->outer_sources[i]))
			return false;
	for (size_t i = 0; i < a->vip_fields_count; i++)
		if (!prefix_equal(&a->vip_fields[i].prefix,
				  &b->vip_fields[i].prefix) ||
		    a->vip_fields[i].hash_fields !=
			    b->vip_fields[i].hash_fields ||
		    a->vip_fields[i].window_s != b->vip_fields[i].window_s)
			return false;
	return true;
}

static bool has_hash_fields(const struct steering_vip_fields *own)
{
	return own->hash_fields != HG_HASH_FIELDS_COUNT;
}

static bool has_window(const struct steering_vip_fields *own)
{
	return own->window_s != STEERING_NO_WINDOW;
}

/* Return the longest prefix that covers the VIP and has the value, or NULL. */
static const struct steering_vip_fields *
longest_with(const struct steering_options *options, const struct prefix *vip,
	     bool (*has_value)(const struct steering_vip_fields *own))
{
	const struct steering_vip_fields *longest = NULL;

	for (size_t i = 0; i < options->vip_fields_count; i++) {
		const struct steering_vip_fields *own = &options->vip_fields[i];

		if (prefix_covers(&own->prefix, vip) && has_value(own) &&
		    (!longest || own->prefix.length > longest->prefix.length))
			longest = own;
	}
	return longest;
}

uint32_t steering_hash_fields_of(const struct steering_options *options,
				 const struct prefix *vip)
{
	const struct steering_vip_fields *own =
		longest_with(options, vip, has_hash_fields);

	return own ? own->hash_fields : options->hash_fields;
}

uint32_t steering_window_of(const struct steering_options *options,
			    const struct prefix *vip)
{
	const struct steering_vip_fields *own =
		longest_with(options, vip, has_window);

	return own ? own->window_s : options->window_s;
}

bool steering_has_windows(const struct steering_options *options)
{
	for (size_t i = 0; i < options->vip_fields_count; i++)
		if (has_window(&options->vip_fields[i]) &&
		    options->vip_fields[i].window_s)
			return true;
	return options->window_s;
}

bool steering_hashes_packets(const struct steering_options *options)
{
	for (size_t i = 0; i < options->vip_fields_count; i++)
		if (options->vip_fields[i].hash_fields == HG_HASH_PACKET)
			return true;
	return options->hash_fields == HG_HASH_PACKET;
}
