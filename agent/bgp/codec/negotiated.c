// SPDX-License-Identifier: BSD-2-Clause
/* Negotiated parameters of a session. See negotiated.h. */

#include "bgp/codec/negotiated.h"

#include <string.h>

#include "bgp/codec/role.h"

/* RFC 7911 4: one side must be able to send and the other one to receive. */
static void negotiate_add_path(const struct bgp_open *local,
			       const struct bgp_open *remote,
			       struct bgp_negotiated *out)
{
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++) {
		if (!bgp_negotiated_has_family(out, i))
			continue;
		out->add_path_receive[i] =
			local->add_path[i] & BGP_ADD_PATH_RECEIVE &&
			remote->add_path[i] & BGP_ADD_PATH_SEND;
		out->add_path_send[i] =
			local->add_path[i] & BGP_ADD_PATH_SEND &&
			remote->add_path[i] & BGP_ADD_PATH_RECEIVE;
	}
}

/* RFC 8538 2: the N bit counts only if both have set it. */
static void negotiate_graceful_restart(const struct bgp_open *local,
				       const struct bgp_open *remote,
				       struct bgp_negotiated *out)
{
	struct bgp_graceful_restart *restart = &out->graceful_restart;

	out->has_graceful_restart = true;
	*restart = remote->graceful_restart;
	restart->notification &= local->graceful_restart.notification;
	restart->families &= out->families;
	restart->forwarding &= restart->families;
}

/* RFC 9494 4.5: LLGR without graceful restart is ignored. */
static bool knows_stale(const struct bgp_open *remote)
{
	const uint32_t both = BGP_CAN_LLGR | BGP_CAN_GRACEFUL_RESTART;

	return (remote->capabilities & both) == both;
}

/*
 * RFC 9234 4.2: a peer that announces no role has the counterpart of ours.
 * Roles are for external neighbors only.
 */
static enum bgp_role negotiate_peer_role(const struct bgp_open *local,
					 const struct bgp_negotiated *out)
{
	if (!out->ebgp || !(local->capabilities & BGP_CAN_ROLE))
		return BGP_ROLE_NONE;
	return bgp_role_counterpart(local->role);
}

void bgp_negotiated_from_opens(const struct bgp_open *local,
			       const struct bgp_open *remote,
			       struct bgp_negotiated *out)
{
	uint32_t both = local->capabilities & remote->capabilities;
	uint16_t hold_time = bgp_open_negotiate_hold(local, remote);

	*out = (struct bgp_negotiated){
		.local_as = local->as,
		.peer_as = remote->as,
		.ebgp = local->as != remote->as,
		.as4 = both & BGP_CAN_AS4,
		.route_refresh = both & BGP_CAN_ROUTE_REFRESH,
		.enhanced_refresh = both & BGP_CAN_ENHANCED_REFRESH,
		.families = bgp_open_families(local) &
			    bgp_open_families(remote),
		.flowspec = local->flowspec & remote->flowspec,
		.max_message = both & BGP_CAN_EXTENDED_MESSAGE ?
				       BGP_MAX_EXTENDED_MESSAGE :
				       BGP_MAX_MESSAGE,
		.hold_time = hold_time,
		.keepalive_time = hold_time / BGP_KEEPALIVES_PER_HOLD,
	};
	out->extended_nexthop =
		both & BGP_CAN_EXTENDED_NEXTHOP &&
		bgp_negotiated_has_family(out, BGP_IPV4_UNICAST);
	if (both & BGP_CAN_ADD_PATH)
		negotiate_add_path(local, remote, out);
	if (both & BGP_CAN_GRACEFUL_RESTART)
		negotiate_graceful_restart(local, remote, out);
	out->long_lived_stale = knows_stale(remote);
	out->peer_role = negotiate_peer_role(local, out);
}

void bgp_negotiated_for_updates(const struct bgp_negotiated *negotiated,
				struct bgp_negotiated *out)
{
	memset(out, 0, sizeof(*out));
	out->as4 = negotiated->as4;
	out->extended_nexthop = negotiated->extended_nexthop;
	out->families = negotiated->families;
	out->max_message = negotiated->max_message;
	out->long_lived_stale = negotiated->long_lived_stale;
	for (int family = 0; family < BGP_FAMILY_COUNT; family++)
		out->add_path_send[family] = negotiated->add_path_send[family];
}
