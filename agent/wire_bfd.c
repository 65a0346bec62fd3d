// SPDX-License-Identifier: BSD-2-Clause
/* Whom BFD watches, and whose BGP session ends by it. */

#include <event2/event.h>

#include "config/config.h"
#include "core/log.h"
#include "nexthop/bfd_session.h"
#include "wires.h"

/* Nothing else says that the server of a configured path is willing. */
int wire_bfd(struct agent *agent)
{
	const struct rib_options *options = &agent->config->rib;
	int error = 0;

	for (size_t i = 0; i < options->static_path_count && !error; i++)
		if (options->static_paths[i].bfd)
			error = tracker_watch(agent->tracker,
					      &options->static_paths[i].nexthop,
					      true);
	return error;
}

/* BGP says that it is willing: the session need not be up (RFC 5882 4.3). */
void wire_bfd_watch(struct agent *agent, struct rib_peer *peer)
{
	char text[ADDRESS_TEXT_SIZE];

	peer->watched =
		!tracker_watch(agent->tracker, &peer->source.address, false);
	if (!peer->watched)
		log_error("bgp", "%s: no BFD: out of memory",
			  address_format(&peer->source.address, text));
}

/*
 * The tracker closes the BFD session at the end of the turn, when the paths are
 * gone, too: without it a failed next hop would count as alive until then.
 */
void wire_bfd_unwatch(struct agent *agent, const struct rib_peer *peer)
{
	if (!peer->watched)
		return;
	tracker_unwatch(agent->tracker, &peer->source.address, false);
	event_active(agent->process, EV_TIMEOUT, 0);
}

void wire_bfd_down(struct agent *agent, const struct address *address)
{
	const struct bfd_session *session =
		tracker_bfd_session(agent->tracker, address);
	const struct address failed = *address;
	struct bgp_neighbor *neighbor, *next;

	/* AdminDown says nothing about the path: RFC 5882 3.2. */
	if (!session || !session->failed)
		return;
	for (neighbor = TAILQ_FIRST(&agent->speaker->neighbors); neighbor;
	     neighbor = next) {
		const struct rib_peer *peer = neighbor->owner_data;

		next = TAILQ_NEXT(neighbor, link);
		if (peer && peer->watched &&
		    address_equal(&peer->source.address, &failed))
			bgp_neighbor_bfd_down(neighbor);
	}
}
