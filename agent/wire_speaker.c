// SPDX-License-Identifier: BSD-2-Clause
/* Sessions and UPDATEs of the speaker, for the rib. */

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "wires.h"

static void on_session_up(struct bgp_neighbor *neighbor, void *context)
{
	const struct bgp_connection *session = neighbor->session;
	const struct path_source source = {
		.address = neighbor->address,
		.identifier = session->remote_open.identifier,
		.as = session->remote_open.as,
		.external = session->remote_open.as !=
			    session->options.local_open.as,
	};
	struct agent *agent = context;
	struct address local;
	struct rib_peer *peer = NULL;

	if (bgp_connection_local_address(session, &local))
		peer = rib_peer_up(agent->rib, &source, neighbor->config.role,
				   bgp_connection_as4(session), &local);
	if (!peer) {
		bgp_neighbor_reject(neighbor, "no room for one more session");
		return;
	}
	peer->owner = neighbor;
	neighbor->owner_data = peer;
	wire_send_exports(agent, neighbor);
}

static void on_session_down(struct bgp_neighbor *neighbor, void *context)
{
	struct agent *agent = context;

	if (neighbor->owner_data)
		rib_peer_down(agent->rib, neighbor->owner_data);
	neighbor->owner_data = NULL;
}

static int on_update(struct bgp_neighbor *neighbor,
		     const struct bgp_update *update, void *context)
{
	struct agent *agent = context;

	return rib_update(agent->rib, neighbor->owner_data, update);
}

static void on_route_refresh(struct bgp_neighbor *neighbor, void *context)
{
	struct agent *agent = context;

	rib_refresh(agent->rib, neighbor->owner_data);
	wire_send_exports(agent, neighbor);
}

static void on_send_ready(struct bgp_neighbor *neighbor, void *context)
{
	wire_send_exports(context, neighbor);
}

int wire_speaker(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct config *config = agent->config;
	const struct bgp_speaker_options options = {
		.base = agent->base,
		.as = config->as,
		.identifier = config->router_id,
		.listen_address = config->listen_address,
		.listen_port = config->listen_port,
		.neighbors = config->neighbors,
		.neighbor_count = config->neighbor_count,
		.callbacks = {
			.session_up = on_session_up,
			.session_down = on_session_down,
			.update = on_update,
			.route_refresh = on_route_refresh,
			.send_ready = on_send_ready,
			.context = agent,
		},
	};
	char address[ADDRESS_TEXT_SIZE];
	int code = bgp_speaker_new(&options, &agent->speaker);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE,
			 "--listen %s:%u: %s; another BGP daemon may have the "
			 "port: choose another one, or 0 to listen nowhere",
			 address_format(&config->listen_address, address),
			 config->listen_port, strerror(-code));
	return code;
}
