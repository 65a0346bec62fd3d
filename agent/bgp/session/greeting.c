// SPDX-License-Identifier: BSD-2-Clause
/* OPENs and expectations out of the configuration. See greeting.h. */

#include "bgp/session/greeting.h"

#include "bgp/codec/role.h"

enum {
	/* Time for an agent to start and learn its backends again. */
	RESTART_TIME_S = 120,
};

static const char software[] = "headgate " HEADGATE_VERSION;

/* What every session gains by and none can lose by. */
static const uint32_t always = BGP_CAN_MULTIPROTOCOL | BGP_CAN_ROUTE_REFRESH |
			       BGP_CAN_ENHANCED_REFRESH |
			       BGP_CAN_EXTENDED_MESSAGE | BGP_CAN_AS4 |
			       BGP_CAN_SOFTWARE_VERSION;

bool bgp_greeting_confederation(const struct bgp_options *us,
				const struct bgp_neighbor_options *config)
{
	return us->confederation.identifier &&
	       (neighbor_is_internal(config, us->as) ||
		neighbor_is_member(config, &us->confederation));
}

/* RFC 5065 4: members know our own AS, all others the confederation's. */
static uint32_t our_as(const struct bgp_options *us,
		       const struct bgp_neighbor_options *config)
{
	if (us->confederation.identifier &&
	    !bgp_greeting_confederation(us, config))
		return us->confederation.identifier;
	return us->as;
}

/* RFC 9234 4: roles are for external neighbors. */
static bool has_role(const struct bgp_options *us,
		     const struct bgp_neighbor_options *config)
{
	return config->relation != BGP_ROLE_NONE &&
	       !neighbor_is_internal(config, us->as) &&
	       !neighbor_is_member(config, &us->confederation);
}

static enum bgp_role our_role(const struct bgp_neighbor_options *config)
{
	return bgp_role_counterpart(config->relation);
}

static uint32_t capabilities(const struct bgp_options *us,
			     const struct bgp_neighbor_options *config)
{
	uint32_t bits = always;

	if (config->extended_nexthop)
		bits |= BGP_CAN_EXTENDED_NEXTHOP;
	if (config->add_path)
		bits |= BGP_CAN_ADD_PATH;
	if (config->graceful_restart)
		bits |= BGP_CAN_GRACEFUL_RESTART;
	if (has_role(us, config))
		bits |= BGP_CAN_ROLE;
	return bits;
}

struct bgp_open bgp_greeting_open(const struct bgp_options *us,
				  const struct bgp_neighbor_options *config,
				  bool restarting)
{
	uint32_t spoken = config->families;
	struct bgp_open open = {
		.as = our_as(us, config),
		.identifier = us->identifier,
		.hold_time = config->hold_time,
		.capabilities = capabilities(us, config),
		.families = spoken,
		.role = (uint8_t)our_role(config),
		/* RFC 4724 3: the program forwards while the agent is away. */
		.graceful_restart = { .restart_time = RESTART_TIME_S,
				      .restarting = restarting,
				      .notification = true,
				      .families = spoken,
				      .forwarding = restarting ? spoken : 0 },
	};

	for (unsigned int family = 0; family < BGP_FAMILY_COUNT; family++)
		if (spoken & bgp_family_bit(family))
			open.add_path[family] = (uint8_t)config->add_path;
	bgp_open_text_set(&open.software_version, software);
	return open;
}

void bgp_greeting_again(struct bgp_open *open)
{
	open->graceful_restart.restarting = false;
	open->graceful_restart.forwarding = open->graceful_restart.families;
}

struct bgp_open_policy
bgp_greeting_policy(const struct bgp_options *us,
		    const struct bgp_neighbor_options *config)
{
	return (struct bgp_open_policy){
		.as_first = config->as_first,
		.as_last = config->as_last ? config->as_last : UINT32_MAX,
		.kind = config->as_kind,
		.local_as = our_as(us, config),
		.local_identifier = us->identifier,
		.min_hold_time = config->min_hold_time,
		.families = config->families,
		.has_role = has_role(us, config),
		.role = our_role(config),
	};
}

/*
 * RFC 5082 3: who is N hops away is heard with a TTL of 256 - N at least. An
 * external neighbor without a word about distance is on a link of ours, and
 * nothing we send to it shall go further.
 */
struct bgp_distance
bgp_greeting_distance(const struct bgp_options *us,
		      const struct bgp_neighbor_options *config)
{
	struct bgp_distance distance = { .ttl = 0 };

	if (config->ttl_security) {
		distance.ttl = BGP_TTL_MAX;
		distance.min_ttl =
			(uint8_t)(BGP_TTL_MAX + 1 - config->ttl_security);
	} else if (config->multihop) {
		distance.ttl = (uint8_t)config->multihop;
	} else if (!neighbor_is_internal(config, us->as)) {
		distance.ttl = BGP_TTL_DIRECT;
	}
	return distance;
}
