// SPDX-License-Identifier: BSD-2-Clause
/* From a session to a peer and back. See sessions.h. */

#include "sessions.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/announcer.h"
#include "bmp.h"
#include "core/clock.h"
#include "core/log.h"
#include "handover_give.h"
#include "leftovers.h"
#include "mrt_log.h"
#include "rib/adj_rib_in.h"
#include "rib/export.h"
#include "rib/peer_nexthops.h"
#include "rib/update_group.h"
#include "wiring.h"

/* Return the link of a session: that of our address on it, or 0. */
static uint32_t link_of(const struct agent *agent,
			const struct bgp_connection *session,
			const struct address *local)
{
	uint32_t ifindex = session->options.remote.ifindex;

	return ifindex ? ifindex :
			 tracker_link_of_address(agent->tracker, local);
}

static enum peer_type peer_type(const struct bgp_negotiated *negotiated)
{
	if (!negotiated->ebgp)
		return PEER_INTERNAL;
	return negotiated->confederation ? PEER_CONFEDERATION : PEER_EXTERNAL;
}

static void reject(const struct agent *agent, struct bgp_neighbor *neighbor)
{
	char why[BGP_DETAIL_SIZE] = "no room for one more session";

	if (rib_is_full(agent->rib))
		snprintf(why, sizeof(why),
			 "limit of %d neighbors to announce to reached; those "
			 "with role=backend do not count",
			 RIB_MAX_UPSTREAMS);
	bgp_neighbor_reject(neighbor, why);
}

/* Say which VIPs are not announced for want of a next hop of their family. */
static void warn_of_nexthop(const struct bgp_neighbor *neighbor,
			    const struct rib_peer_options *options)
{
	bool ipv4 = !address_is_ipv4(&options->local_address);
	enum bgp_family other = ipv4 ? BGP_IPV4_UNICAST : BGP_IPV6_UNICAST;
	if (options->role == NEIGHBOR_ROLE_BACKEND ||
	    !bgp_negotiated_has_family(options->session, other) ||
	    !address_is_zero(&options->other_address) ||
	    (ipv4 && options->session->extended_nexthop))
		return;
	log_event(EVENT_ADDRESS_MISSING,
		  &(struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface },
		  "%s VIPs are not announced: this host has no such "
		  "address on the link to be the next hop; add one, or set "
		  "family= of --neighbor",
		  ipv4 ? "IPv4" : "IPv6");
}

/*
 * Return our address of the family that the session is not over: the one that is
 * announced already while it is there, so that announcements change for need only.
 */
static struct address find_other_address(const struct agent *agent,
					 const struct rib_peer *peer,
					 const struct rib_peer_options *options)
{
	bool ipv4 = !address_is_ipv4(&options->local_address);
	enum bgp_family family = ipv4 ? BGP_IPV4_UNICAST : BGP_IPV6_UNICAST;
	uint32_t ifindex = options->source.ifindex;
	const struct address *announced;

	if (peer && peer->group) {
		announced = &peer->group->profile.nexthops[family];
		if (address_is_ipv4(announced) == ipv4 &&
		    !address_is_link_local(announced) &&
		    tracker_has_own_address(agent->tracker, ifindex, announced))
			return *announced;
	}
	return tracker_own_address(agent->tracker, ifindex, ipv4);
}

/* Describe the session as a peer. False: it has no address of ours any more. */
static bool describe_peer(const struct agent *agent,
			  const struct bgp_neighbor *neighbor,
			  struct rib_peer_options *options)
{
	const struct bgp_connection *session = neighbor->session;
	const struct bgp_neighbor_options *of = &neighbor->options;
	struct path_source *source = &options->source;

	*options = (struct rib_peer_options){
		.source = { .identifier = session->remote_open.identifier,
			    .as = session->remote_open.as,
			    .type = peer_type(&session->negotiated),
			    .interface = of->interface,
			    .nexthop = neighbor_learned_nexthop(
				    of, !session->negotiated.ebgp),
			    .encapsulation = of->encapsulation,
			    .multipath_off = of->multipath_off,
			    .max_bandwidth = of->max_bandwidth,
			    .pass_attributes = of->pass_attributes,
			    .service = of->service },
		.role = of->role,
		.session = &session->negotiated,
		.relation = BGP_ROLE_NONE,
		.nexthop = of->nexthop,
		.client = of->route_reflector_client,
		.remove_private_as = of->remove_private_as,
		.as_override = of->as_override,
	};
	if (source->type == PEER_EXTERNAL)
		options->relation = of->relation;
	if (!bgp_connection_local_address(session, &options->local_address))
		return false;
	source->ifindex = link_of(agent, session, &options->local_address);
	source->address = address_scoped(&neighbor->address, source->ifindex);
	options->other_address =
		find_other_address(agent, neighbor->owner_data, options);
	tracker_neighbor_mac(agent->tracker, &neighbor->address,
			     source->ifindex, options->mac);
	return true;
}

/* Set what the neighbor may announce. */
static void set_limits(struct rib_peer *peer,
		       const struct bgp_neighbor_options *of)
{
	peer->vips = &of->vips;
	peer->judged_vips = of->vips;
	peer->max_paths = of->max_paths;
	attribute_budget_set_limit(&peer->attributes, of->max_attributes);
	peer->nexthops.limit = of->max_nexthops;
	if (!of->max_nexthops && of->role == NEIGHBOR_ROLE_BACKEND &&
	    peer->source.nexthop != NEIGHBOR_NEXTHOP_ANY)
		peer->nexthops.limit = NEIGHBOR_MAX_NEXTHOPS_BACKEND;
	peer->max_prefix_length = of->max_prefix_length;
	peer->blackhole = of->blackhole;
	peer->max_prefix.limit = of->max_prefix;
	peer->max_prefix.action = of->max_prefix_action;
	peer->warm_up = (struct warm_up_options){
		.join_delay_s = of->join_delay,
		.slow_start_s = of->slow_start,
	};
}

static struct rib_peer *add_peer(struct agent *agent,
				 struct bgp_neighbor *neighbor)
{
	struct rib_peer_options options;
	struct rib_peer *peer;

	if (!describe_peer(agent, neighbor, &options))
		return NULL;
	options.source.draining =
		drain_list_find(&agent->drains.list, &options.source.address);
	warn_of_nexthop(neighbor, &options);
	peer = rib_peer_up(agent->rib, &options);
	if (!peer)
		return NULL;
	peer->owner = neighbor;
	set_limits(peer, &neighbor->options);
	return peer;
}

/*
 * BGP says that the server wants traffic, so its BFD session need not be up
 * (RFC 5882 4.3).
 */
static void watch_peer(struct agent *agent, struct rib_peer *peer,
		       const struct key_file *key_file)
{
	struct bfd_key key;

	wiring_get_bfd_key(key_file, &key);
	peer->watch_due = false;
	peer->watched = !tracker_watch(agent->tracker, &peer->source.address,
				       false, &key);
	explicit_bzero(&key, sizeof(key));
	if (!peer->watched)
		log_event(EVENT_MEMORY_SHORT,
			  &(struct event_objects){
				  .neighbor = &peer->source.address },
			  "no BFD session");
}

/*
 * While paths of the neighbor's last session are removed, input waits in the
 * kernel, so that sessions that come and go faster than that cannot pile up
 * paths. The last session's BFD session, which may have failed, ends first.
 */
static void follow_last_session(struct bgp_neighbor *neighbor,
				struct rib_peer *peer)
{
	bgp_neighbor_hold_input(neighbor, true);
	peer->watch_due = neighbor->options.bfd;
}

static void on_session_up(struct bgp_neighbor *neighbor, void *context)
{
	struct agent *agent = context;
	struct rib_peer *peer = add_peer(agent, neighbor);

	neighbor->owner_data = peer;
	if (!peer) {
		reject(agent, neighbor);
		return;
	}
	bmp_session_up(agent->bmp, neighbor);
	if (!agent->taking)
		warm_ups_begin(&agent->warm_ups, peer);
	if (rib_is_leaving(agent->rib, &peer->source.address))
		follow_last_session(neighbor, peer);
	else if (neighbor->options.bfd)
		watch_peer(agent, peer, &neighbor->options.bfd_key);
}

/* No session announces the next hop any more. */
static void lose_session(const struct address *address, void *context)
{
	struct agent *agent = context;

	/* The agent ends, and the tables stay as they are. */
	if (agent->leaving)
		return;
	steering_session_lost(agent->steering, address, clock_now_ms());
}

static void on_session_down(struct bgp_neighbor *neighbor, void *context)
{
	struct rib_peer *peer = neighbor->owner_data;
	struct agent *agent = context;

	if (peer)
		bmp_session_down(agent->bmp, neighbor);
	neighbor->owner_data = NULL;
	handover_give_up(agent, "a session has ended");
	leftovers_forget(agent->leftovers, neighbor);
	if (!peer)
		return;
	/* Before its paths go: that takes time for each of them. */
	peer_nexthops_each_sole(&peer->nexthops, lose_session, agent);
	learned_filters_forget(agent->filters, peer);
	rib_peer_down(agent->rib, peer);
	wiring_wake(agent);
}

/* Watch the peers that waited for the end of an earlier BFD session. */
static void watch_due_peers(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;
	const struct rib_peer *peer = NULL;

	(void)fd, (void)what;
	while ((peer = rib_peer_next(agent->rib, peer))) {
		const struct bgp_neighbor *neighbor = peer->owner;

		if (peer->watch_due &&
		    !rib_is_leaving(agent->rib, &peer->source.address))
			watch_peer(agent, neighbor->owner_data,
				   &neighbor->options.bfd_key);
	}
}

/* Let the next session of the neighbor take in its paths. */
static void release_follower(struct agent *agent, const struct rib_peer *gone)
{
	const struct timeval next_turn = { 0 };
	const struct rib_peer *peer = NULL;

	if (rib_is_leaving(agent->rib, &gone->source.address))
		return;
	while ((peer = rib_peer_next(agent->rib, peer))) {
		if (!peer->owner || !address_equal(&peer->source.address,
						   &gone->source.address))
			continue;
		bgp_neighbor_hold_input(peer->owner, false);
		if (peer->watch_due) /* after the tracker has settled */
			event_base_once(agent->base, -1, EV_TIMEOUT,
					watch_due_peers, agent, &next_turn);
	}
}

/*
 * BFD ends with the last path, and not before: without the BFD session a failed
 * next hop would count as alive.
 */
void sessions_peer_gone(const struct rib_peer *peer, void *context)
{
	struct agent *agent = context;

	if (peer->watched)
		tracker_unwatch(agent->tracker, &peer->source.address, false);
	release_follower(agent, peer);
}

void sessions_ask_again(struct bgp_neighbor *neighbor, uint32_t families)
{
	for (int family = 0; families && family < BGP_FAMILY_COUNT; family++) {
		const struct bgp_route_refresh request = {
			.family = family,
			.subtype = BGP_ROUTE_REFRESH_REQUEST,
		};

		if (families & bgp_family_bit(family))
			bgp_connection_send_refresh(neighbor->session,
						    &request);
	}
}

/*
 * Ask for the paths that a limit refused when there is room again. A neighbor
 * without the capability cannot be asked, and its prefixes go on waiting.
 */
static void ask_for_refused(struct bgp_neighbor *neighbor,
			    struct rib_peer *peer)
{
	uint32_t families;

	if (!neighbor->session->negotiated.route_refresh)
		return;
	families = max_prefix_take_room(&peer->max_prefix);
	if (attribute_budget_take_room(&peer->attributes))
		families = neighbor->session->negotiated.families;
	waiting_prefixes_clear(&peer->waiting, families);
	sessions_ask_again(neighbor, families);
}

static void note_end_of_rib(struct rib_peer *peer, enum bgp_family family)
{
	peer->end_of_rib |= bgp_family_bit(family);
	peer->end_of_rib_ms = clock_now_ms();
}

static int on_update(struct bgp_neighbor *neighbor,
		     const struct bgp_update *update, void *context)
{
	struct rib_peer *peer = neighbor->owner_data;
	struct agent *agent = context;
	int error;

	bmp_update_received(agent->bmp, neighbor, update);
	error = adj_rib_in_update(agent->rib, peer, update);
	if (learned_filters_update(&agent->learned, neighbor, update))
		wiring_wake(agent);
	if (update->end_of_rib)
		note_end_of_rib(peer, update->end_of_rib_family);
	if (!error && update->error.verdict == BGP_VERDICT_DISABLE)
		error = adj_rib_in_drop_family(agent->rib, peer,
					       update->error.family);
	ask_for_refused(neighbor, peer);
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
		break;
	case BGP_ROUTE_REFRESH_BEGIN:
		if (adj_rib_in_begin_refresh(agent->rib, peer, refresh->family))
			bgp_neighbor_reject(neighbor, "too many refreshes: "
						      "stale routes of earlier "
						      "ones still remain");
		break;
	case BGP_ROUTE_REFRESH_END:
		adj_rib_in_end_refresh(agent->rib, peer, refresh->family);
		ask_for_refused(neighbor, peer);
		break;
	}
}

static bool next_batch(struct bgp_neighbor *neighbor, struct bgp_batch *batch,
		       void *context)
{
	struct rib_peer *peer = neighbor->owner_data;
	struct agent *agent = context;
	struct export_batch *out = &agent->batch;

	if (!peer || handover_is_giving(agent))
		return false;
	if (!export_batch_next(agent->rib, peer, out))
		return leftovers_next_batch(agent->leftovers, neighbor, batch);
	batch->negotiated = out->session;
	batch->announcement = (struct bgp_announcement){
		.attributes = out->withdraw ? NULL : &out->attributes,
		.routes = out->routes,
		.count = out->count,
	};
	batch->recipient_count = out->peer_count;
	for (size_t i = 0; i < out->peer_count; i++)
		batch->recipients[i] = out->peers[i]->owner;
	return true;
}

static bool is_table_given(const struct bgp_neighbor *neighbor, void *context)
{
	const struct rib_peer *peer = neighbor->owner_data;

	return !handover_is_giving(context) &&
	       (!peer || export_is_complete(peer));
}

int sessions_order(const char *neighbor, enum bgp_admin_order order,
		   const char *reason, void *context,
		   char error[CONTROL_ERROR_SIZE])
{
	struct agent *agent = context;
	struct bgp_neighbor *found = bgp_speaker_find(agent->speaker, neighbor);
	char why[BGP_ADMIN_ERROR_SIZE];
	int code = -ENOENT;

	if (handover_is_giving(agent))
		snprintf(error, CONTROL_ERROR_SIZE,
			 "another agent takes over; try again");
	else if (!found)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "neighbor '%.64s': unknown; show neighbors lists all",
			 neighbor);
	else
		code = bgp_neighbor_administer(found, order, reason, why);
	if (found && code && !handover_is_giving(agent))
		snprintf(error, CONTROL_ERROR_SIZE, "%.64s: not done: %s",
			 neighbor, why);
	return code;
}

static void record_message(const struct bgp_connection *connection,
			   const struct bgp_message *message, void *context)
{
	struct agent *agent = context;

	mrt_log_message(agent->mrt, connection, message);
}

static void record_state(const struct bgp_connection *connection,
			 enum bgp_state before, void *context)
{
	struct agent *agent = context;

	mrt_log_state(agent->mrt, connection, before);
}

static void pass_sent_update(const struct bgp_connection *connection,
			     const struct writer *message, void *context)
{
	struct agent *agent = context;

	bmp_update_sent(agent->bmp, connection, message);
}

struct bgp_callbacks sessions_callbacks(struct agent *agent)
{
	return (struct bgp_callbacks){
		.session_up = on_session_up,
		.session_down = on_session_down,
		.update = on_update,
		.route_refresh = on_route_refresh,
		.next_batch = next_batch,
		.table_given = is_table_given,
		.message = record_message,
		.state_changed = record_state,
		.update_sent = pass_sent_update,
		.context = agent,
	};
}

/* ------------------------------------------------------------- our addresses */

static bool has_addresses_of_vips(const struct host_address *address,
				  void *context)
{
	const struct agent *agent = context;
	const struct config_lists *lists = &agent->config->lists;

	for (size_t i = 0; i < lists->vip_count; i++) {
		const struct prefix *vip = &lists->vip_entries[i].rib.prefix;

		if (prefix_contains(vip, &address->local) ||
		    prefix_covers(vip, &address->subnet) ||
		    prefix_covers(&address->subnet, vip))
			return true;
	}
	return false;
}

bool sessions_note_addresses(struct agent *agent)
{
	uint64_t before = agent->addresses_in_vips;

	agent->addresses_in_vips = tracker_sum_addresses(
		agent->tracker, has_addresses_of_vips, agent);
	return agent->addresses_in_vips != before;
}

/* ------------------------------------------------------------- reload */

/* Paths that no rule could allow were not kept: ask for them. */
static void ask_for_unwanted(struct agent *agent, struct bgp_neighbor *neighbor,
			     struct rib_peer *peer)
{
	const struct bgp_negotiated *session = &neighbor->session->negotiated;
	if (!peer->not_kept[IMPORT_NO_POLICY] ||
	    (!peer->blackhole && !adj_rib_in_learns_from(agent->rib, peer)))
		return;
	peer->not_kept[IMPORT_NO_POLICY] = 0;
	if (session->route_refresh)
		sessions_ask_again(neighbor, session->families);
	else
		log_event(EVENT_ROUTES_NOT_KEPT,
			  &(struct event_objects){
				  .neighbor = &neighbor->address,
				  .interface = neighbor->options.interface },
			  "its routes were not kept, and it cannot be "
			  "asked for them; restart the session");
}

/* Begin or end the BFD session, as the options say now. */
static void follow_bfd(struct agent *agent, struct rib_peer *peer,
		       const struct bgp_neighbor_options *now)
{
	if (now->bfd && !peer->watched && !peer->watch_due)
		watch_peer(agent, peer, &now->bfd_key);
	if (now->bfd)
		return;
	peer->watch_due = false;
	if (peer->watched)
		tracker_unwatch(agent->tracker, &peer->source.address, false);
	peer->watched = false;
}

static void change_peer(struct agent *agent, struct bgp_neighbor *neighbor,
			struct rib_peer *peer)
{
	const struct neighbor_vips vips = peer->judged_vips;
	const uint8_t max_length = peer->max_prefix_length;
	const bool blackhole = peer->blackhole;
	struct rib_peer_options options;

	if (!describe_peer(agent, neighbor, &options) ||
	    rib_peer_reconfigure(agent->rib, peer, &options)) {
		reject(agent, neighbor);
		return;
	}
	set_limits(peer, &neighbor->options);
	if (max_length != peer->max_prefix_length ||
	    blackhole != peer->blackhole ||
	    memcmp(&vips, peer->vips, sizeof(vips)))
		rib_peer_judge(agent->rib, peer);
	follow_bfd(agent, peer, &neighbor->options);
	ask_for_refused(neighbor, peer);
	ask_for_unwanted(agent, neighbor, peer);
}

void sessions_reconfigure(struct agent *agent)
{
	struct bgp_neighbor *neighbor, *next;

	for (neighbor = TAILQ_FIRST(&agent->speaker->neighbors); neighbor;
	     neighbor = next) {
		next = TAILQ_NEXT(neighbor, link);
		if (neighbor->session && neighbor->owner_data)
			change_peer(agent, neighbor, neighbor->owner_data);
	}
	rib_peers_reconfigured(agent->rib);
	sessions_note_addresses(agent); /* by the new --vip */
	learned_filters_judge(&agent->learned);
}

/* ------------------------------------------------------------- addresses */

/*
 * Follow our address of the other family. A session whose own address has gone
 * ends by itself, or goes on when it is back.
 */
static void follow_other_address(struct agent *agent,
				 struct bgp_neighbor *neighbor,
				 struct rib_peer *peer)
{
	struct rib_peer_options options;

	if (!describe_peer(agent, neighbor, &options) ||
	    !options.source.ifindex)
		return;
	if (rib_peer_reconfigure(agent->rib, peer, &options))
		reject(agent, neighbor);
}

void sessions_addresses_changed(void *context)
{
	struct agent *agent = context;
	const struct rib_peer *peer, *next;
	struct bgp_neighbor *neighbor;

	for (peer = rib_peer_next(agent->rib, NULL); peer; peer = next) {
		next = rib_peer_next(agent->rib, peer);
		neighbor = peer->owner;
		if (peer->bit && neighbor && neighbor->owner_data == peer)
			follow_other_address(agent, neighbor,
					     neighbor->owner_data);
	}
	if (sessions_note_addresses(agent))
		rib_judge(agent->rib);
	wiring_wake(agent);
}
