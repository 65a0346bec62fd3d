// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the rib is told and tells: next hops that live and die, sets for
 * steering, announcements for the upstreams.
 */

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "core/clock.h"
#include "core/log.h"
#include "fib/kernel_routes.h"
#include "rib/adj_rib_in.h"
#include "rib/export.h"
#include "rib/export_batch.h"
#include "wires.h"

static void on_nexthop_changed(const struct nexthop *nexthop, void *context)
{
	struct agent *agent = context;

	/* The alive bit first: one store, whatever the number of VIPs. */
	steering_nexthop_changed(agent->steering, nexthop);
	rib_nexthop_changed(agent->rib, &nexthop->address);
	if (nexthop->bfd == NEXTHOP_BFD_DOWN)
		wire_bfd_down(agent, &nexthop->address);
}

/* What the kernel's route to it costs is not known: the same for all. */
static enum path_reason check_nexthop(const struct address *address,
				      uint32_t *igp_cost, void *context)
{
	struct agent *agent = context;
	const struct nexthop *nexthop = tracker_find(agent->tracker, address);

	(void)igp_cost;
	if (nexthop && nexthop_is_alive(nexthop))
		return REASON_NONE;
	if (nexthop && (nexthop->state == NEXTHOP_FAILED ||
			nexthop->bfd == NEXTHOP_BFD_DOWN))
		return REASON_NEXTHOP_DEAD;
	return REASON_NEXTHOP_UNRESOLVED;
}

static void on_nexthop_released(const struct address *address, void *context)
{
	struct agent *agent = context;

	steering_nexthop_gone(agent->steering, address);
}

static void track_nexthop(const struct address *address, bool wanted,
			  void *context)
{
	struct agent *agent = context;
	char text[ADDRESS_TEXT_SIZE];

	if (!wanted)
		tracker_release(agent->tracker, address);
	else if (tracker_acquire(agent->tracker, address))
		log_error("nexthop", "%s: not tracked: out of memory",
			  address_format(address, text));
}

static void on_link_changed(const struct nexthop_link *link, void *context)
{
	struct agent *agent = context;

	interfaces_link_changed(link, agent);
	if (link->up)
		kernel_routes_link_up(agent->kernel_routes, link->ifindex);
}

int wire_tracker(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct tracker_callbacks callbacks = {
		.changed = on_nexthop_changed,
		.released = on_nexthop_released,
		.link_changed = on_link_changed,
		.context = agent,
	};
	int code = tracker_new(agent->base, &agent->config->nexthop, &callbacks,
			       &agent->tracker, error, AGENT_ERROR_SIZE);

	return code ? code : wire_bfd(agent);
}

/* Room for `count` members, which is kept for the next set. */
static struct member *member_room(struct agent *agent, size_t count)
{
	struct member *grown;

	if (count < agent->member_room)
		return agent->members;
	grown = realloc(agent->members, 2 * (count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	agent->members = grown;
	agent->member_room = 2 * (count + 1);
	return grown;
}

/* The members of the route's set, `route->selected` of them. */
static struct member *members_of(struct agent *agent, const struct route *route)
{
	struct member *members = member_room(agent, route->selected);
	size_t count = 0;

	if (!members)
		return NULL;
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE)
			members[count++] = (struct member){
				.address = *rib_nexthop_address(
					path->attributes->nexthop),
				.weight = rib_path_weight(agent->rib, route,
							  path),
			};
	return members;
}

static bool on_set_decided(const struct route *route, void *context)
{
	struct agent *agent = context;
	struct member *members = members_of(agent, route);
	char text[PREFIX_TEXT_SIZE];
	int error = -ENOMEM;

	if (members)
		error = steering_set_vip(agent->steering, &route->node.prefix,
					 members, route->selected);
	if (!error)
		wire_kernel_route(agent, route, members);
	if (error)
		log_error("steering",
			  "%s: cannot be steered and is not announced: %s",
			  prefix_format(&route->node.prefix, text),
			  strerror(-error));
	return !error && route->selected;
}

static void on_work_waiting(void *context)
{
	struct agent *agent = context;

	event_active(agent->process, EV_TIMEOUT, 0);
}

void wire_tables_complete(struct agent *agent)
{
	agent->exports_waiting = true;
	event_active(agent->process, EV_TIMEOUT, 0);
}

static void on_export_waiting(void *context)
{
	struct agent *agent = context;

	agent->exports_waiting = true;
}

static bool can_send(const struct bgp_neighbor *neighbor)
{
	return neighbor->session && bgp_connection_can_send(neighbor->session);
}

static bool is_export_ready(const struct rib_peer *peer, void *context)
{
	(void)context;
	return can_send(peer->owner);
}

/* Encoded once, whoever many there are to be told. */
static void send_export(struct agent *agent, const struct export_batch *out)
{
	struct bgp_connection *connections[RIB_MAX_UPSTREAMS];
	const struct bgp_recipients recipients = {
		.negotiated = out->session,
		.connections = connections,
		.count = out->peer_count,
	};
	const struct bgp_announcement announcement = {
		.attributes = out->withdraw ? NULL : &out->attributes,
		.routes = out->routes,
		.count = out->count,
	};

	for (size_t i = 0; i < out->peer_count; i++) {
		const struct bgp_neighbor *neighbor = out->peers[i]->owner;

		connections[i] = neighbor->session;
	}
	agent->speaker->updates_encoded +=
		bgp_connection_send(&recipients, &announcement);
}

/* Queues what a neighbor is to be told, and others of its group with it. */
static void fill(struct agent *agent, struct bgp_neighbor *neighbor)
{
	struct rib_peer *peer = neighbor->owner_data;
	struct export_batch out;

	while (peer && can_send(neighbor)) {
		if (!export_batch_next(agent->rib, peer, &out)) {
			/* Not while the tables of a former run forward. */
			if (agent->attached)
				bgp_neighbor_table_sent(neighbor);
			return;
		}
		send_export(agent, &out);
	}
}

static void flush_all(struct agent *agent)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link)
		if (neighbor->session)
			bgp_connection_flush(neighbor->session);
}

void wire_send_exports(struct agent *agent, struct bgp_neighbor *neighbor)
{
	fill(agent, neighbor);
	flush_all(agent);
}

void wire_send_all_exports(struct agent *agent)
{
	struct bgp_neighbor *neighbor;

	agent->exports_waiting = false;
	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link)
		fill(agent, neighbor);
	flush_all(agent);
}

/* What waits for --announce-delay is looked at again when its time comes. */
static void advance(struct agent *agent)
{
	uint64_t now = clock_now_ms();
	uint64_t due = export_advance(agent->rib, now);
	uint64_t wait_ms = due > now ? due - now : 0;
	const struct timeval wait = clock_timeval_of_ms(wait_ms);

	if (due)
		event_add(agent->process, &wait);
}

/* Everything that came in by this turn of the loop is decided once. */
static void on_process(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;

	(void)fd, (void)what;
	tracker_settle(agent->tracker);
	rib_process(agent->rib);
	advance(agent);
	interfaces_tables_changed(agent);
	if (agent->exports_waiting)
		wire_send_all_exports(agent);
}

static bool is_own_address(const struct prefix *prefix, void *context)
{
	const struct agent *agent = context;

	return prefix_is_host(prefix) &&
	       tracker_is_local(agent->tracker, &prefix->address);
}

/* A network of ours, or a part of it; a single address in it may be a VIP. */
static bool is_nexthop_subnet(const struct prefix *prefix, void *context)
{
	const struct agent *agent = context;

	return !prefix_is_host(prefix) &&
	       tracker_is_on_link(agent->tracker, &prefix->address);
}

int wire_rib(struct agent *agent)
{
	const struct rib_options *options = &agent->config->rib;
	const struct rib_hooks hooks = {
		.nexthop_check = check_nexthop,
		.nexthop_track = track_nexthop,
		.set_decided = on_set_decided,
		.work_waiting = on_work_waiting,
		.export_waiting = on_export_waiting,
		.context = agent,
		.export_ready = is_export_ready,
		.import = {
			.is_own_address = is_own_address,
			.is_nexthop_subnet = is_nexthop_subnet,
			.context = agent,
		},
	};

	agent->process = event_new(agent->base, -1, 0, on_process, agent);
	agent->rib = rib_new(options, &hooks);
	if (!agent->process || !agent->rib)
		return -ENOMEM;
	return adj_rib_in_add_static_paths(agent->rib, options->static_paths,
					   options->static_path_count);
}
