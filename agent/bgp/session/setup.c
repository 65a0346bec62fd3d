// SPDX-License-Identifier: BSD-2-Clause
/* Setup of a session from options. See setup.h. */

#include "bgp/session/setup.h"

#include "bgp/codec/role.h"

enum {
	/* Enough for an agent to start and to learn from its backends. */
	RESTART_TIME_S = 120,
};

static const char software[] = "headgate " HEADGATE_VERSION;

/* Capabilities that are announced to every neighbor. */
static const uint32_t always_announced =
	BGP_CAN_MULTIPROTOCOL | BGP_CAN_ROUTE_REFRESH |
	BGP_CAN_ENHANCED_REFRESH | BGP_CAN_EXTENDED_MESSAGE | BGP_CAN_AS4 |
	BGP_CAN_SOFTWARE_VERSION;

bool bgp_setup_confederation(const struct bgp_options *speaker,
			     const struct bgp_neighbor_options *neighbor)
{
	return speaker->confederation.identifier &&
	       (neighbor_is_internal(neighbor, speaker->as) ||
		neighbor_is_member(neighbor, &speaker->confederation));
}

/* RFC 5065 4: members see our own AS, all others that of the confederation. */
static uint32_t our_as(const struct bgp_options *speaker,
		       const struct bgp_neighbor_options *neighbor)
{
	if (speaker->confederation.identifier &&
	    !bgp_setup_confederation(speaker, neighbor))
		return speaker->confederation.identifier;
	return speaker->as;
}

/* RFC 9234 4: roles are for external neighbors. */
static bool has_role(const struct bgp_options *speaker,
		     const struct bgp_neighbor_options *neighbor)
{
	return neighbor->relation != BGP_ROLE_NONE &&
	       !neighbor_is_internal(neighbor, speaker->as) &&
	       !neighbor_is_member(neighbor, &speaker->confederation);
}

static enum bgp_role our_role(const struct bgp_neighbor_options *neighbor)
{
	return bgp_role_counterpart(neighbor->relation);
}

static uint32_t our_capabilities(const struct bgp_options *speaker,
				 const struct bgp_neighbor_options *neighbor)
{
	uint32_t bits = always_announced;

	if (neighbor->extended_nexthop || neighbor_is_over_ipv6(neighbor))
		bits |= BGP_CAN_EXTENDED_NEXTHOP;
	if (neighbor->add_path)
		bits |= BGP_CAN_ADD_PATH;
	if (neighbor->graceful_restart)
		bits |= BGP_CAN_GRACEFUL_RESTART;
	if (has_role(speaker, neighbor))
		bits |= BGP_CAN_ROLE;
	return bits;
}

static uint8_t our_flowspecs(const struct bgp_neighbor_options *neighbor)
{
	return neighbor->flowspec ? BGP_FLOWSPEC_BOTH : 0;
}

struct bgp_open bgp_setup_open(const struct bgp_options *speaker,
			       const struct bgp_neighbor_options *neighbor,
			       bool restarting)
{
	uint32_t spoken = neighbor->families;
	struct bgp_open open = {
		.as = our_as(speaker, neighbor),
		.identifier = speaker->identifier,
		.hold_time = neighbor->hold_time,
		.capabilities = our_capabilities(speaker, neighbor),
		.families = spoken,
		.flowspec = our_flowspecs(neighbor),
		.role = (uint8_t)our_role(neighbor),
		/* RFC 4724 3: the program forwards while the agent is away. */
		.graceful_restart = { .restart_time = RESTART_TIME_S,
				      .restarting = restarting,
				      .notification = true,
				      .families = spoken,
				      .forwarding = restarting ? spoken : 0 },
	};

	for (unsigned int family = 0; family < BGP_FAMILY_COUNT; family++)
		if (spoken & bgp_family_bit(family))
			open.add_path[family] = (uint8_t)neighbor->add_path;
	bgp_open_text_set(&open.software_version, software);
	return open;
}

void bgp_setup_clear_restart(struct bgp_open *open)
{
	open->graceful_restart.restarting = false;
	open->graceful_restart.forwarding = open->graceful_restart.families;
}

/*
 * Without hold time, silence never ends a session. Where any address of a prefix
 * may connect, sessions of peers that are gone would fill its limit.
 */
static uint16_t least_hold_time(const struct bgp_neighbor_options *neighbor)
{
	if (neighbor->min_hold_time)
		return neighbor->min_hold_time;
	return neighbor_is_dynamic(neighbor) && neighbor->hold_time &&
			       !neighbor->hold_time_zero ?
		       BGP_MIN_HOLD_TIME :
		       0;
}

struct bgp_open_policy
bgp_setup_policy(const struct bgp_options *speaker,
		 const struct bgp_neighbor_options *neighbor)
{
	return (struct bgp_open_policy){
		.as_first = neighbor->as.first,
		.as_last = neighbor->as.last ? neighbor->as.last : UINT32_MAX,
		.kind = neighbor->as.kind,
		.local_as = our_as(speaker, neighbor),
		.local_identifier = speaker->identifier,
		.min_hold_time = least_hold_time(neighbor),
		.families = neighbor->families,
		.flowspec = our_flowspecs(neighbor),
		.has_role = has_role(speaker, neighbor),
		.role = our_role(neighbor),
	};
}

/*
 * RFC 5082 3: segments of a peer N hops away arrive with a TTL of at least
 * 256 - N. An external neighbor without an option for its distance is on one of
 * our links, so our segments need not pass a router.
 */
struct bgp_distance
bgp_setup_distance(const struct bgp_options *speaker,
		   const struct bgp_neighbor_options *neighbor)
{
	struct bgp_distance distance = { .ttl = 0 };

	if (neighbor->ttl_security) {
		distance.ttl = BGP_TTL_MAX;
		distance.min_ttl =
			(uint8_t)(BGP_TTL_MAX + 1 - neighbor->ttl_security);
	} else if (neighbor->multihop) {
		distance.ttl = (uint8_t)neighbor->multihop;
	} else if (!neighbor_is_internal(neighbor, speaker->as)) {
		distance.ttl = BGP_TTL_DIRECT;
	}
	return distance;
}
