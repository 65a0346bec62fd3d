// SPDX-License-Identifier: BSD-2-Clause
/* Hooks of the rooms, each a few lines. See wiring.h. */

#include "wiring.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/announcer.h"
#include "bmp.h"
#include "core/clock.h"
#include "core/log.h"
#include "nexthop/bfd_session.h"
#include "rib/adj_rib_in.h"
#include "rib/export.h"

static void add_work(struct agent *agent, struct work *work)
{
	work_queue_add(&agent->loop.work.queue, work);
}

void wiring_publish(struct agent *agent)
{
	if (interfaces_are_attached(agent->interfaces) &&
	    !start_wait_is_pending(&agent->start))
		steering_publish(agent->steering);
}

void wiring_wake(struct agent *agent)
{
	add_work(agent, &agent->resolve);
	add_work(agent, &agent->decide);
	add_work(agent, &agent->settle);
	add_work(agent, &agent->announce);
}

static void wake_end_of_turn(void *context)
{
	wiring_wake(context);
}

/* ------------------------------------------------------------- core/ */

const char *wiring_name_of(const struct address *address, void *context)
{
	const struct agent *agent = context;
	const struct bgp_neighbor_options *options =
		bgp_speaker_options_of(agent->speaker, address);

	return options && options->name[0] ? options->name : NULL;
}

/* ------------------------------------------------------------- nexthop/ */

/*
 * End the sessions with a server whose BFD session failed. AdminDown says
 * nothing about the path: RFC 5882 3.2.
 */
static void end_sessions(struct agent *agent, const struct address *address)
{
	const struct bfd_session *bfd =
		tracker_bfd_session(agent->tracker, address);
	const struct rib_peer *peer, *next;
	const struct address failed = *address;

	if (!bfd || !bfd->failed)
		return;
	for (peer = rib_peer_next(agent->rib, NULL); peer; peer = next) {
		next = rib_peer_next(agent->rib, peer);
		if (peer->watched &&
		    address_equal(&peer->source.address, &failed))
			bgp_neighbor_bfd_down(peer->owner);
	}
}

void wiring_get_bfd_key(const struct key_file *options, struct bfd_key *key)
{
	memset(key, 0, sizeof(*key));
	key->type = BFD_AUTH_NONE;
	if (!options->path[0])
		return;
	key->type = options->algorithm;
	key->id = options->id;
	key->secret = options->secret;
}

static void on_nexthop_changed(const struct nexthop *nexthop, void *context)
{
	struct agent *agent = context;

	/* The alive bit first: one store, whatever the number of VIPs. */
	steering_nexthop_changed(agent->steering, nexthop);
	if (agent->checks.services)
		services_nexthop_changed(agent->checks.services, nexthop);
	rib_nexthop_changed(agent->rib, &nexthop->address);
	if (nexthop->bfd == NEXTHOP_BFD_DOWN)
		end_sessions(agent, &nexthop->address);
}

static void on_nexthop_released(const struct address *address, void *context)
{
	struct agent *agent = context;

	steering_nexthop_gone(agent->steering, address);
}

/*
 * True if the session depends on its link: its peer is one hop away. Other
 * sessions may find another way.
 */
static bool depends_on_link(const struct agent *agent,
			    const struct rib_peer *peer)
{
	const struct bgp_neighbor *neighbor = peer->owner;
	const struct bgp_neighbor_options *of = &neighbor->options;

	if (of->keep_on_link_down || of->multihop)
		return false;
	return of->interface[0] || peer->source.type == PEER_EXTERNAL ||
	       tracker_is_on_link(agent->tracker, &neighbor->address);
}

/* End the sessions over a link that is down, before their hold times do. */
static void end_sessions_over(struct agent *agent, uint32_t ifindex)
{
	const struct rib_peer *peer, *next;

	for (peer = rib_peer_next(agent->rib, NULL); peer; peer = next) {
		next = rib_peer_next(agent->rib, peer);
		if (peer->source.ifindex == ifindex &&
		    depends_on_link(agent, peer))
			bgp_neighbor_link_down(peer->owner);
	}
}

static void on_link_changed(const struct nexthop_link *link, void *context)
{
	struct agent *agent = context;

	interfaces_link_changed(agent->interfaces, link);
	host_watch_soon(&agent->host_watch);
	if (link->up)
		fib_link_up(agent->fib, link->ifindex);
	else
		end_sessions_over(agent, link->ifindex);
}

static void on_links_settled(void *context)
{
	struct agent *agent = context;

	interfaces_links_settled(agent->interfaces);
}

struct tracker_callbacks wiring_tracker_callbacks(struct agent *agent)
{
	return (struct tracker_callbacks){
		.changed = on_nexthop_changed,
		.released = on_nexthop_released,
		.link_changed = on_link_changed,
		.links_settled = on_links_settled,
		.context = agent,
	};
}

/* ------------------------------------------------------------- rib/ */

/* True if the address is that of an upstream, up or configured. */
static bool is_upstream(const struct agent *agent,
			const struct address *address)
{
	const struct bgp_options *bgp = &agent->config->bgp;

	for (size_t i = 0; i < bgp->neighbor_count; i++) {
		const struct bgp_neighbor_options *neighbor =
			&bgp->neighbors[i];

		if (neighbor->role == NEIGHBOR_ROLE_UPSTREAM &&
		    prefix_is_host(&neighbor->prefix) &&
		    address_equal(&neighbor->prefix.address, address))
			return true;
	}
	return rib_has_upstream(agent->rib, address);
}

/*
 * True if packets for a VIP that are sent to the next hop would come back: the
 * gateways of the default route and the upstreams reach all VIPs through us. One
 * that goes inside another is for the server and not for the VIP.
 */
static bool leads_back(const struct agent *agent, const struct address *address,
		       const struct nexthop *nexthop)
{
	return is_upstream(agent, address) ||
	       (nexthop && nexthop->ifindex && !nexthop->encapsulation &&
		(nexthop->by_default || is_upstream(agent, &nexthop->via)));
}

static enum path_reason check_nexthop(const struct address *address,
				      uint32_t *igp_cost, void *context)
{
	struct agent *agent = context;
	const struct nexthop *nexthop = tracker_find(agent->tracker, address);

	/* The metric of a connected route says nothing: IPv6's is 256. */
	if (nexthop && !address_equal(&nexthop->via, address))
		*igp_cost = nexthop->metric;
	if (leads_back(agent, address, nexthop))
		return REASON_NEXTHOP_LOOP;
	if (nexthop && nexthop_is_alive(nexthop))
		return REASON_NONE;
	if (nexthop && (nexthop->state == NEXTHOP_FAILED ||
			nexthop->bfd == NEXTHOP_BFD_DOWN))
		return REASON_NEXTHOP_DEAD;
	return REASON_NEXTHOP_UNRESOLVED;
}

static struct rib_nexthop_place place_of_nexthop(const struct address *address,
						 void *context)
{
	struct agent *agent = context;
	const struct nexthop *nexthop = tracker_find(agent->tracker, address);
	struct rib_nexthop_place place = { 0 };

	if (!nexthop || !nexthop_is_alive(nexthop))
		return place;
	place.ifindex = nexthop->ifindex;
	place.on_link = address_equal(&nexthop->via, &nexthop->address);
	place.held = nexthop->held_until_ms;
	place.link_speed = nexthop->link_speed;
	memcpy(place.mac, nexthop->mac, MAC_SIZE);
	return place;
}

static bool is_nexthop_draining(const struct address *address, void *context)
{
	const struct agent *agent = context;
	const struct nexthop *nexthop = tracker_find(agent->tracker, address);

	return drain_list_find(&agent->drains.list, address) ||
	       (nexthop && nexthop->bfd == NEXTHOP_BFD_DRAINING);
}

/* Keep a next hop tracked, or not any longer. */
static void track_nexthop(const struct address *address, bool wanted,
			  void *context)
{
	struct agent *agent = context;

	if (!wanted)
		tracker_release(agent->tracker, address);
	else if (tracker_acquire(agent->tracker, address))
		log_event(EVENT_MEMORY_SHORT,
			  &(struct event_objects){ .nexthop = address },
			  "not tracked");
}

static void encapsulate_nexthop(const struct address *address,
				enum hg_encapsulation encapsulation,
				void *context)
{
	struct agent *agent = context;

	tracker_encapsulate(agent->tracker, address, encapsulation);
}

/* The first path with a next hop came, or the last one went. */
static void announce_nexthop(const struct address *address, bool wanted,
			     void *context)
{
	struct agent *agent = context;

	if (wanted)
		steering_session_back(agent->steering, address);
	track_nexthop(address, wanted, context);
}

static bool on_set_decided(const struct route *route,
			   const struct member *members, void *context)
{
	const struct prefix *vip = &route->node.prefix;
	struct agent *agent = context;
	/* Joining ones follow those that are in the set. */
	size_t count = route->selected ? route->selected + route->foreseen : 0;
	bool steered;
	int error = steering_set_vip(agent->steering, vip, members, count,
				     &steered);

	if (!error)
		fib_set_vip(agent->fib, vip, route_is_served(route), members,
			    route->selected);
	else
		log_event(EVENT_TABLE_NOT_WRITTEN,
			  &(struct event_objects){ .vip = vip },
			  "not steered and not announced: %s",
			  strerror(-error));
	learned_filters_routes_changed(&agent->learned);
	service_checks_decided(&agent->checks, route);
	bmp_route_decided(agent->bmp, route);
	return !error && steered;
}

static void on_servers_changed(const struct route *route, unsigned int before,
			       void *context)
{
	struct agent *agent = context;

	vip_events_servers(&agent->vip_events, route, before);
}

static void on_announced(const struct route *route, uint64_t peers,
			 bool announced, void *context)
{
	struct agent *agent = context;

	vip_events_announced(&agent->vip_events, &agent->config->rib, route,
			     peers, announced);
}

static enum path_reason check_path(const struct route *route,
				   const struct path *path, void *context)
{
	struct agent *agent = context;

	return service_checks_path(&agent->checks, route, path);
}

static void on_export_waiting(void *context)
{
	struct agent *agent = context;

	agent->exports_waiting = true;
	add_work(agent, &agent->announce);
}

static bool is_export_ready(const struct rib_peer *peer, void *context)
{
	(void)context;
	return bgp_announcer_has_room(peer->owner);
}

static bool is_own_address(const struct prefix *prefix, void *context)
{
	const struct agent *agent = context;

	return prefix_is_host(prefix) &&
	       tracker_is_local(agent->tracker, &prefix->address);
}

/* True for a network of ours or a part of it; one address in it may be a VIP. */
static bool is_nexthop_subnet(const struct prefix *prefix, void *context)
{
	const struct agent *agent = context;

	return !prefix_is_host(prefix) &&
	       tracker_is_on_link(agent->tracker, &prefix->address);
}

/* ------------------------------------------------------------- end of turn */

static void resolve_nexthops(void *context)
{
	struct agent *agent = context;

	tracker_settle(agent->tracker);
}

static bool is_piece_over(void *context)
{
	const struct agent *agent = context;

	return clock_now_us() >= agent->piece_until_us;
}

static void decide_routes(void *context)
{
	struct agent *agent = context;

	if (agent->give)
		return;
	agent->piece_until_us = clock_now_us() + WORK_PIECE_US;
	agent->deciding = rib_process(agent->rib);
	if (agent->deciding) /* what is left comes after other work */
		wiring_wake(agent);
}

/* Work on the tables, and on the announcements whose --announce-delay ends. */
static void settle_tables(void *context)
{
	struct agent *agent = context;
	uint64_t now = clock_now_ms(), due;
	struct timeval wait;
	uint32_t wait_ms;

	if (agent->give)
		return;
	if (!agent->leaving) /* else the filters stay as they are */
		learned_filters_apply(&agent->learned);
	agent->piece_until_us = clock_now_us() + WORK_PIECE_US;
	wait_ms = steering_settle(agent->steering, now);
	due = export_advance(agent->rib, now);
	agent->settle_wait_ms = wait_ms;
	if (due && (due <= now || due - now < wait_ms))
		wait_ms = due > now ? (uint32_t)(due - now) : 0;
	if (!wait_ms)
		add_work(agent, &agent->settle);
	if (!wait_ms || wait_ms == STEERING_SETTLED)
		return;
	wait = clock_timeval_of_ms(wait_ms);
	event_add(agent->end_of_turn, &wait);
}

static void send_announcements(void *context)
{
	struct agent *agent = context;

	if (!agent->exports_waiting || agent->give)
		return;
	agent->exports_waiting = false;
	bgp_announcer_send_all(agent->speaker);
}

static void on_end_of_turn(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	wiring_wake(context);
}

static struct work work_of(struct agent *agent, void (*run)(void *context),
			   const char *name)
{
	return (struct work){ .run = run, .context = agent, .name = name };
}

struct event *wiring_end_of_turn(struct agent *agent)
{
	agent->resolve = work_of(agent, resolve_nexthops, "next hops");
	agent->decide = work_of(agent, decide_routes, "decisions");
	agent->settle = work_of(agent, settle_tables, "tables");
	agent->announce = work_of(agent, send_announcements, "announcements");
	return evtimer_new(agent->base, on_end_of_turn, agent);
}

static void on_path_changed(const struct rib_peer *peer,
			    const struct bgp_path_key *key,
			    const struct attribute_set *attributes,
			    void *context)
{
	struct agent *agent = context;

	learned_filters_routes_changed(&agent->learned);
	bmp_path_changed(agent->bmp, peer, key, attributes);
}

static void on_blackhole_changed(const struct rib_peer *peer,
				 const struct prefix *prefix, bool wanted,
				 void *context)
{
	struct agent *agent = context;

	learned_filters_blackhole(agent->filters, peer, prefix, wanted);
	wiring_wake(agent);
}

struct rib_hooks wiring_rib_hooks(struct agent *agent)
{
	return (struct rib_hooks){
		.nexthop_check = check_nexthop,
		.nexthop_place = place_of_nexthop,
		.nexthop_drains = is_nexthop_draining,
		.nexthop_encapsulate = encapsulate_nexthop,
		.path_check = check_path,
		.is_late = is_piece_over,
		.nexthop_track = announce_nexthop,
		.set_decided = on_set_decided,
		.servers_changed = on_servers_changed,
		.announced = on_announced,
		.path_changed = on_path_changed,
		.blackhole_changed = on_blackhole_changed,
		.work_waiting = wake_end_of_turn,
		.export_waiting = on_export_waiting,
		.export_ready = is_export_ready,
		.import = {
			.is_own_address = is_own_address,
			.is_nexthop_subnet = is_nexthop_subnet,
			.context = agent,
		},
		.context = agent,
	};
}

/* ------------------------------------------------------------- datapath/ */

static void on_attached(void *context)
{
	struct agent *agent = context;

	wiring_publish(agent);
	wake_end_of_turn(agent);
}

static void on_redirects_changed(void *context)
{
	struct agent *agent = context;

	host_watch_soon(&agent->host_watch);
}

static void on_attach_failed(int error, void *context)
{
	struct agent *agent = context;

	agent->failed = error;
	event_base_loopbreak(agent->base);
}

struct interfaces_hooks wiring_interfaces_hooks(struct agent *agent)
{
	return (struct interfaces_hooks){
		.attached = on_attached,
		.redirects_changed = on_redirects_changed,
		.failed = on_attach_failed,
		.context = agent,
	};
}

/* ------------------------------------------------------------- takeover */

enum {
	REST_MS = 1000, /* tables that wait longer wait for no work of theirs */
};

static bool is_busy(void *context)
{
	const struct agent *agent = context;

	return agent->deciding || (!datapath_is_adopted(agent->datapath) &&
				   agent->settle_wait_ms < REST_MS);
}

/* Upstreams learn now that all VIPs are announced that will be. */
static void on_taken_over(void *context)
{
	struct agent *agent = context;

	interfaces_take_over(agent->interfaces);
	fib_taken_over(agent->fib);
	bgp_speaker_tables_complete(agent->speaker);
	wiring_publish(agent);
	agent->exports_waiting = true;
	wake_end_of_turn(agent);
}

struct takeover_hooks wiring_takeover_hooks(struct agent *agent)
{
	return (struct takeover_hooks){
		.is_busy = is_busy,
		.complete = on_taken_over,
		.context = agent,
	};
}

static bool is_deciding(void *context)
{
	const struct agent *agent = context;

	return agent->deciding || agent->decide.waiting;
}

static void on_started(void *context)
{
	struct agent *agent = context;

	bgp_speaker_tables_complete(agent->speaker);
	agent->exports_waiting = true;
	wake_end_of_turn(agent);
}

struct start_wait_hooks wiring_start_hooks(struct agent *agent)
{
	return (struct start_wait_hooks){
		.is_busy = is_deciding,
		.complete = on_started,
		.context = agent,
	};
}

/* ------------------------------------------------------------- steering/ */

static void on_steered(const struct prefix *vip, bool steered, void *context)
{
	struct agent *agent = context;

	loc_rib_set_forwarding(agent->rib, vip, steered);
}

static bool kernel_serves(const struct prefix *vip, void *context)
{
	const struct agent *agent = context;

	return fib_serves(agent->fib, vip);
}

static void on_slot_leads(uint32_t slot, const struct address *nexthop,
			  void *context)
{
	const struct agent *agent = context;

	fib_set_slot(agent->fib, slot, nexthop);
}

struct steering_hooks wiring_steering_hooks(struct agent *agent)
{
	return (struct steering_hooks){
		.steered = on_steered,
		.kernel_serves = kernel_serves,
		.nexthop_track = track_nexthop,
		.nexthop_encapsulate = encapsulate_nexthop,
		.slot_leads = on_slot_leads,
		.is_late = is_piece_over,
		.work_waiting = wake_end_of_turn,
		.context = agent,
	};
}

enum {
	CURSOR_STARTED_SHIFT = 32,
};

static int read_flows(struct datapath *datapath, enum hg_flow_map map,
		      uint64_t *cursor, struct steering_flow *flows,
		      uint32_t max, uint32_t *count)
{
	struct datapath_flows_cursor at = {
		.batch = (uint32_t)*cursor,
		.started = *cursor >> CURSOR_STARTED_SHIFT,
	};
	struct datapath_flow records[DATAPATH_MAX_FLOWS];
	uint32_t most = max < DATAPATH_MAX_FLOWS ? max : DATAPATH_MAX_FLOWS;
	int error =
		datapath_read_flows(datapath, map, &at, records, most, count);

	if (error && error != -ENOENT)
		return error;
	*cursor = (uint64_t)at.started << CURSOR_STARTED_SHIFT | at.batch;
	for (uint32_t i = 0; i < *count; i++)
		flows[i] = (struct steering_flow){ records[i].signature,
						   records[i].flow };
	return error;
}

/*
 * While another agent is in charge, its filters stay in force: the tables may be
 * those of both. Ours are only checked.
 */
static int set_filters(void *context, const struct datapath_filters *wanted,
		       uint16_t *slots)
{
	struct agent *agent = context;

	if (agent->taking)
		return datapath_has_room_for_filters(wanted) ? 0 : -E2BIG;
	return datapath_set_filters(agent->datapath, wanted, slots);
}

struct filter_sink wiring_filter_sink(struct agent *agent)
{
	return (struct filter_sink){
		.set = set_filters,
		.context = agent,
	};
}

struct steering_sink wiring_steering_sink(struct agent *agent)
{
	return (struct steering_sink){
		.set_vip = datapath_set_vip,
		.delete_vip = datapath_delete_vip,
		.set_buckets = datapath_set_buckets,
		.set_previous = datapath_set_previous,
		.set_nexthop = datapath_set_nexthop,
		.set_tunnel = datapath_set_tunnel,
		.set_alive = datapath_set_alive,
		.read_flows = read_flows,
		.delete_flows = datapath_delete_flows,
		.count_flows = datapath_read_flow_count,
		.get_vip = datapath_get_vip,
		.get_bucket = datapath_get_bucket,
		.get_previous = datapath_get_previous,
		.get_nexthop = datapath_get_nexthop,
		.get_tunnel = datapath_get_tunnel,
		.clear_vip_counter = datapath_clear_vip_counter,
		.clear_nexthop_counter = datapath_clear_nexthop_counter,
		.datapath = agent->datapath,
	};
}
