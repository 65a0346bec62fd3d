// SPDX-License-Identifier: BSD-2-Clause
/* Options of steering, and the hash fields of a VIP. See options.h. */

#include "steering/options.h"

const char *const steering_hash_fields_names[HG_HASH_FIELDS_COUNT] = {
	[HG_HASH_5_TUPLE] = "5-tuple", [HG_HASH_3_TUPLE] = "3-tuple",
	[HG_HASH_SRC_DST] = "src-dst", [HG_HASH_SRC] = "src",
	[HG_HASH_DST] = "dst",	       [HG_HASH_PACKET] = "packet",
};

const struct steering_options steering_options_default = {
	.table_size = 16384,
	.group_count = 1024, /* sets that are steered at the same time */
	.hash_fields = HG_HASH_5_TUPLE,
};

bool steering_options_equal(const struct steering_options *a,
			    const struct steering_options *b)
{
	if (a->table_size != b->table_size ||
	    a->group_count != b->group_count || a->seed != b->seed ||
	    a->hash_fields != b->hash_fields ||
	    a->vip_fields_count != b->vip_fields_count)
		return false;
	for (size_t i = 0; i < a->vip_fields_count; i++)
		if (!prefix_equal(&a->vip_fields[i].prefix,
				  &b->vip_fields[i].prefix) ||
		    a->vip_fields[i].hash_fields !=
			    b->vip_fields[i].hash_fields)
			return false;
	return true;
}

uint32_t steering_hash_fields_of(const struct steering_options *options,
				 const struct prefix *vip)
{
	const struct steering_vip_fields *longest = NULL;

	for (size_t i = 0; i < options->vip_fields_count; i++) {
		const struct steering_vip_fields *own = &options->vip_fields[i];

		if (prefix_covers(&own->prefix, vip) &&
		    (!longest || own->prefix.length > longest->prefix.length))
			longest = own;
	}
	return longest ? longest->hash_fields : options->hash_fields;
}

bool steering_hashes_packets(const struct steering_options *options)
{
	for (size_t i = 0; i < options->vip_fields_count; i++)
		if (options->vip_fields[i].hash_fields == HG_HASH_PACKET)
			return true;
	return options->hash_fields == HG_HASH_PACKET;
}
