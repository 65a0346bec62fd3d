// SPDX-License-Identifier: BSD-2-Clause
/* The options in force for a neighbor, and what each side offered. */

#include "control/show.h"

#include <json-c/json.h>

#include "bgp/codec/capability.h"
#include "bgp/codec/role.h"
#include "bgp/session/speaker.h"
#include "control/json.h"
#include "core/array.h"

/* In order of code. */
static const struct {
	enum bgp_capabilities bit;
	enum bgp_capability_code code;
} capabilities[] = {
	{ BGP_CAN_MULTIPROTOCOL, BGP_CAPABILITY_MULTIPROTOCOL },
	{ BGP_CAN_ROUTE_REFRESH, BGP_CAPABILITY_ROUTE_REFRESH },
	{ BGP_CAN_EXTENDED_NEXTHOP, BGP_CAPABILITY_EXTENDED_NEXTHOP },
	{ BGP_CAN_EXTENDED_MESSAGE, BGP_CAPABILITY_EXTENDED_MESSAGE },
	{ BGP_CAN_ROLE, BGP_CAPABILITY_ROLE },
	{ BGP_CAN_GRACEFUL_RESTART, BGP_CAPABILITY_GRACEFUL_RESTART },
	{ BGP_CAN_AS4, BGP_CAPABILITY_AS4 },
	{ BGP_CAN_ADD_PATH, BGP_CAPABILITY_ADD_PATH },
	{ BGP_CAN_ENHANCED_REFRESH, BGP_CAPABILITY_ENHANCED_REFRESH },
	{ BGP_CAN_HOST_NAME, BGP_CAPABILITY_HOST_NAME },
	{ BGP_CAN_SOFTWARE_VERSION, BGP_CAPABILITY_SOFTWARE_VERSION },
	{ BGP_CAN_LLGR, BGP_CAPABILITY_LLGR },
};

static struct json_object *names_of_capabilities(uint32_t bits)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < COUNT_OF(capabilities); i++)
		if (bits & capabilities[i].bit)
			json_object_array_add(
				list,
				json_object_new_string(bgp_capability_name(
					capabilities[i].code)));
	return list;
}

static struct json_object *names_of_families(uint32_t bits)
{
	struct json_object *list = json_object_new_array();

	for (enum bgp_family family = 0; family < BGP_FAMILY_COUNT; family++)
		if (bits & bgp_family_bit(family))
			json_object_array_add(list,
					      json_object_new_string(
						      bgp_family_name(family)));
	return list;
}

static void add_limit(struct json_object *out, const char *name, uint32_t value)
{
	json_add(out, name, value ? json_object_new_uint64(value) : NULL);
}

/* Return the keys of --neighbor as they are in force, defaults included. */
static struct json_object *
options_json(const struct bgp_neighbor_options *options)
{
	struct json_object *out = json_object_new_object();
	char target[NEIGHBOR_TARGET_SIZE];

	json_add_text(out, "of", neighbor_target_format(options, target));
	json_add_bool(out, "multipath", !options->multipath_off);
	json_add_text(out, "add_path", bgp_add_path_names[options->add_path]);
	json_add_bool(out, "passive", options->passive);
	add_limit(out, "multihop", options->multihop);
	add_limit(out, "ttl_security", options->ttl_security);
	json_add_bool(out, "bfd", options->bfd);
	json_add(out, "families", names_of_families(options->families));
	json_add_bool(out, "extended_next_hop", options->extended_nexthop);
	json_add_bool(out, "graceful_restart", options->graceful_restart);
	add_limit(out, "max_prefix", options->max_prefix);
	add_limit(out, "max_paths", options->max_paths);
	add_limit(out, "max_attributes", options->max_attributes);
	add_limit(out, "max_next_hops", options->max_nexthops);
	add_limit(out, "max_bandwidth", options->max_bandwidth);
	add_limit(out, "limit", options->limit);
	add_limit(out, "join_delay", options->join_delay);
	add_limit(out, "slow_start", options->slow_start);
	return out;
}

static struct json_object *
add_path_json(const struct bgp_negotiated *negotiated)
{
	struct json_object *out = json_object_new_object();
	uint32_t receive = 0, send = 0;

	for (enum bgp_family family = 0; family < BGP_FAMILY_COUNT; family++) {
		receive |= negotiated->add_path_receive[family] ?
				   bgp_family_bit(family) :
				   0;
		send |= negotiated->add_path_send[family] ?
				bgp_family_bit(family) :
				0;
	}
	json_add(out, "receive", names_of_families(receive));
	json_add(out, "send", names_of_families(send));
	return out;
}

void show_neighbor_options(struct json_object *out,
			   const struct bgp_neighbor *neighbor)
{
	const struct bgp_connection *session = neighbor->session;
	const struct bgp_open *ours, *theirs;

	json_add(out, "options", options_json(&neighbor->options));
	if (!session)
		return;
	ours = &session->options.local_open;
	theirs = &session->remote_open;
	json_add(out, "capabilities",
		 names_of_capabilities(ours->capabilities &
				       theirs->capabilities));
	json_add(out, "capabilities_only_ours",
		 names_of_capabilities(ours->capabilities &
				       ~theirs->capabilities));
	json_add(out, "capabilities_only_theirs",
		 names_of_capabilities(theirs->capabilities &
				       ~ours->capabilities));
	json_add_number(out, "capabilities_unknown", theirs->ignored);
	json_add(out, "families",
		 names_of_families(session->negotiated.families));
	json_add(out, "families_disabled",
		 session->disabled_families ?
			 names_of_families(session->disabled_families) :
			 NULL);
	json_add(out, "families_only_ours",
		 names_of_families(bgp_open_families(ours) &
				   ~bgp_open_families(theirs)));
	json_add(out, "families_only_theirs",
		 names_of_families(bgp_open_families(theirs) &
				   ~bgp_open_families(ours)));
	json_add(out, "add_path", add_path_json(&session->negotiated));
}
