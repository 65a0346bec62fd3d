// SPDX-License-Identifier: BSD-2-Clause
/* Sessions and UPDATEs of the speaker, for the rib. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "rib/adj_rib_in.h"
#include "rib/export.h"
#include "wires.h"

/* The link a session goes over, which is that of our end's address. */
static uint32_t link_of(const struct agent *agent,
			const struct bgp_connection *session,
			const struct address *local)
{
	uint32_t ifindex = session->options.remote.ifindex;

	return ifindex ? ifindex :
			 tracker_link_of_address(agent->tracker, local);
}

static enum peer_type peer_type(const struct bgp_negotiated *session)
{
	if (!session->ebgp)
		return PEER_INTERNAL;
	return session->confederation ? PEER_CONFEDERATION : PEER_EXTERNAL;
}

static void reject(const struct agent *agent, struct bgp_neighbor *neighbor)
{
	char why[BGP_DETAIL_SIZE] = "no room for one more session";

	if (rib_is_full(agent->rib))
		snprintf(why, sizeof(why),
			 "%d neighbors are announced to, which is the most; "
			 "those with role=backend do not count",
			 RIB_MAX_UPSTREAMS);
	bgp_neighbor_reject(neighbor, why);
}

static void on_session_up(struct bgp_neighbor *neighbor, void *context)
{
	const struct bgp_connection *session = neighbor->session;
	const struct bgp_neighbor_options *config = &neighbor->options;
	struct rib_peer_options options = {
		.source = { .identifier = session->remote_open.identifier,
			    .as = session->remote_open.as,
			    .type = peer_type(&session->negotiated),
			    .interface = config->interface,
			    .multipath_off = config->multipath_off },
		.role = config->role,
		.session = &session->negotiated,
		.relation = BGP_ROLE_NONE,
		.nexthop = config->nexthop,
		.client = config->route_reflector_client,
	};
	struct path_source *source = &options.source;
	struct agent *agent = context;
	struct rib_peer *peer = NULL;

	if (source->type == PEER_EXTERNAL)
		options.relation = config->relation;
	if (bgp_connection_local_address(session, &options.local_address)) {
		source->ifindex =
			link_of(agent, session, &options.local_address);
		source->address =
			address_scoped(&neighbor->address, source->ifindex);
		peer = rib_peer_up(agent->rib, &options);
	}
	if (!peer) {
		reject(agent, neighbor);
		return;
	}
	peer->owner = neighbor;
	peer->max_prefix.limit = config->max_prefix;
	peer->max_prefix.action = config->max_prefix_action;
	neighbor->owner_data = peer;
	if (config->bfd)
		wire_bfd_watch(agent, peer);
	wire_send_exports(agent, neighbor);
}

static void on_session_down(struct bgp_neighbor *neighbor, void *context)
{
	struct agent *agent = context;

	struct rib_peer *peer = neighbor->owner_data;

	neighbor->owner_data = NULL;
	if (!peer)
		return;
	wire_bfd_unwatch(agent, peer);
	rib_peer_down(agent->rib, peer);
}

static int on_update(struct bgp_neighbor *neighbor,
		     const struct bgp_update *update, void *context)
{
	struct agent *agent = context;
	struct rib_peer *peer = neighbor->owner_data;
	int error = adj_rib_in_update(agent->rib, peer, update);

	if (error != -EDQUOT)
		return error;
	bgp_neighbor_exceeded(neighbor, peer->max_prefix.exceeded);
	return 0;
}

static void on_route_refresh(struct bgp_neighbor *neighbor,
			     const struct bgp_route_refresh *refresh,
			     void *context)
{
	struct rib_peer *peer = neighbor->owner_data;
	struct agent *agent = context;

	switch (refresh->subtype) {
	case BGP_ROUTE_REFRESH_REQUEST:
		export_refresh(agent->rib, peer);
		wire_send_exports(agent, neighbor);
		break;
	case BGP_ROUTE_REFRESH_BEGIN:
		adj_rib_in_begin_refresh(agent->rib, peer, refresh->family);
		break;
	case BGP_ROUTE_REFRESH_END:
		adj_rib_in_end_refresh(agent->rib, peer, refresh->family);
		break;
	}
}

static void on_send_ready(struct bgp_neighbor *neighbor, void *context)
{
	wire_send_exports(context, neighbor);
}

int wire_speaker(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct bgp_callbacks callbacks = {
		.session_up = on_session_up,
		.session_down = on_session_down,
		.update = on_update,
		.route_refresh = on_route_refresh,
		.send_ready = on_send_ready,
		.context = agent,
	};
	char reason[BGP_SPEAKER_ERROR_SIZE];
	int code = bgp_speaker_new(agent->base, &agent->config->bgp,
				   datapath_has_previous(agent->datapath),
				   &callbacks, &agent->speaker, reason);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE, "%s", reason);
	return code;
}
