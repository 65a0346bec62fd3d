// SPDX-License-Identifier: BSD-2-Clause
/* The wires between the rooms. See agent.h. */

#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/speaker.h"
#include "control/control.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "nexthop/nexthop.h"
#include "rib/rib.h"
#include "steering/steering.h"

enum {
	/* Sets of next hops that can be steered over at the same time. */
	GROUP_COUNT = 64,
	/*
	 * A program left by an earlier run forwards until the new tables have
	 * not changed for the first of these times, or the second is over.
	 */
	TAKEOVER_SETTLE_S = 2,
	TAKEOVER_LATEST_S = 30,
};

struct agent {
	const struct config *config;
	struct event_base *base;
	struct event *process;	/* decide what is marked in the rib */
	struct event *takeover; /* attach although not everything is known */
	struct control *control;
	struct datapath *datapath;
	struct nexthop_tracker *tracker;
	struct steering *steering;
	struct rib *rib;
	struct bgp_speaker *speaker;
	struct control_view view;
	int failed;   /* -errno of what ended the loop */
	bool running; /* this agent is the one in charge of the host */
	bool attached;
	bool exports_waiting;
};

/* ------------------------------------------------- steering -> datapath */

static int sink_set_vip(void *context, const struct prefix *vip,
			const struct hg_vip *value)
{
	struct agent *agent = context;

	return datapath_set_vip(agent->datapath, address_ipv4(&vip->address),
				value);
}

static int sink_delete_vip(void *context, const struct prefix *vip)
{
	struct agent *agent = context;

	return datapath_delete_vip(agent->datapath,
				   address_ipv4(&vip->address));
}

static int sink_set_group(void *context, uint32_t group, struct hg_group value)
{
	struct agent *agent = context;

	return datapath_set_group(agent->datapath, group, value);
}

static int sink_set_bucket(void *context, uint32_t index,
			   struct hg_bucket bucket)
{
	struct agent *agent = context;

	return datapath_set_bucket(agent->datapath, index, bucket);
}

static int sink_set_nexthop(void *context, uint32_t slot,
			    const struct hg_nexthop *nexthop)
{
	struct agent *agent = context;

	return datapath_set_nexthop(agent->datapath, slot, nexthop);
}

static int sink_set_alive(void *context, uint32_t slot, bool alive)
{
	struct agent *agent = context;

	return datapath_set_alive(agent->datapath, slot, alive);
}

static int sink_clear_vip_counter(void *context, uint32_t index)
{
	struct agent *agent = context;

	return datapath_clear_vip_counter(agent->datapath, index);
}

static int sink_clear_nexthop_counter(void *context, uint32_t slot)
{
	struct agent *agent = context;

	return datapath_clear_nexthop_counter(agent->datapath, slot);
}

static int make_steering(struct agent *agent)
{
	const struct steering_options options = {
		.table_size = agent->config->table_size,
		.group_count = GROUP_COUNT,
		.hash_fields = agent->config->hash_fields,
		.tracker = agent->tracker,
		.sink = {
			.set_vip = sink_set_vip,
			.delete_vip = sink_delete_vip,
			.set_group = sink_set_group,
			.set_bucket = sink_set_bucket,
			.set_nexthop = sink_set_nexthop,
			.set_alive = sink_set_alive,
			.clear_vip_counter = sink_clear_vip_counter,
			.clear_nexthop_counter = sink_clear_nexthop_counter,
			.context = agent,
		},
	};

	agent->steering = steering_new(&options);
	return agent->steering ? 0 : -ENOMEM;
}

/* ------------------------------------------------- datapath -> interfaces */

static int attach(struct agent *agent, const char *name)
{
	const struct nexthop_link *link =
		nexthop_link_by_name(agent->tracker, name);
	struct datapath_error error;
	int code;

	if (!link)
		return 0; /* picked up when it appears */
	code = datapath_attach(agent->datapath, link->ifindex, name, link->mac,
			       &error);
	if (code) {
		log_error("datapath", "%s: %s", name, error.text);
		return code;
	}
	log_info("datapath", "%s: attached, %s mode", name,
		 datapath_mode_names[datapath_mode(agent->datapath,
						   link->ifindex)]);
	return 0;
}

static int attach_all(struct agent *agent)
{
	struct datapath_error error;
	int code;

	evtimer_del(agent->takeover);
	for (size_t i = 0; i < agent->config->interface_count; i++) {
		code = attach(agent, agent->config->interfaces[i]);
		if (code)
			return code;
	}
	datapath_detach_stale(agent->datapath);
	agent->attached = true;
	code = datapath_pin_maps(agent->datapath, &error);
	if (code)
		log_error("datapath", "%s", error.text);
	return code;
}

static bool is_ours(const struct agent *agent, const char *name)
{
	for (size_t i = 0; i < agent->config->interface_count; i++)
		if (!strcmp(agent->config->interfaces[i], name))
			return true;
	return false;
}

static void on_link_changed(const struct nexthop_link *link, void *context)
{
	struct agent *agent = context;

	if (!agent->attached || !is_ours(agent, link->name))
		return;
	if (!link->mtu) {
		log_warning("datapath", "%s: the interface has gone",
			    link->name);
		datapath_detach(agent->datapath, link->ifindex);
	} else if (datapath_mode(agent->datapath, link->ifindex) ==
		   DATAPATH_AUTO) {
		attach(agent, link->name);
	} else {
		datapath_update_port_mac(agent->datapath, link->ifindex,
					 link->mac);
	}
}

static void on_takeover(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;

	(void)fd, (void)what;
	if (agent->attached)
		return;
	agent->failed = attach_all(agent);
	if (agent->failed)
		event_base_loopbreak(agent->base);
}

/* ------------------------------------------------- tracker -> rib */

static void on_nexthop_changed(const struct nexthop *nexthop, void *context)
{
	struct agent *agent = context;

	/* The alive bit first: one store, whatever the number of VIPs. */
	steering_nexthop_changed(agent->steering, nexthop);
	rib_next_hop_changed(agent->rib, &nexthop->address);
}

static enum path_reason check_next_hop(const struct address *address,
				       void *context)
{
	struct agent *agent = context;
	const struct nexthop *nexthop = nexthop_find(agent->tracker, address);

	if (nexthop && nexthop_is_alive(nexthop))
		return REASON_NONE;
	if (nexthop && nexthop->state == NEXTHOP_FAILED)
		return REASON_NEXT_HOP_DEAD;
	return REASON_NEXT_HOP_UNRESOLVED;
}

static void track_next_hop(const struct address *address, bool wanted,
			   void *context)
{
	struct agent *agent = context;
	const struct nexthop *nexthop;
	char text[ADDRESS_TEXT_SIZE];

	if (!wanted) {
		steering_nexthop_gone(agent->steering, address);
		nexthop_release(agent->tracker, address);
	} else if (nexthop_acquire(agent->tracker, address, &nexthop)) {
		log_error("nexthop", "%s: cannot be tracked: out of memory",
			  address_format(address, text));
	}
}

/* ------------------------------------------------- rib -> steering, BGP */

/* Returns the members of the route's set, `route->selected` of them. */
static struct assign_member *members_of(const struct route *route)
{
	struct assign_member *members =
		calloc(route->selected + 1, sizeof(*members));
	size_t count = 0;

	if (!members)
		return NULL;
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE)
			members[count++] = (struct assign_member){
				.address = path->attributes->next_hop,
				.weight = 1,
			};
	return members;
}

static bool on_set_decided(const struct route *route, void *context)
{
	struct agent *agent = context;
	struct assign_member *members = members_of(route);
	char text[PREFIX_TEXT_SIZE];
	int error = -ENOMEM;

	if (members)
		error = steering_set_vip(agent->steering, &route->node.prefix,
					 members, route->selected);
	free(members);
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

static void on_export_waiting(struct rib_peer *peer, void *context)
{
	struct agent *agent = context;

	(void)peer;
	agent->exports_waiting = true;
}

static void send_exports(struct bgp_neighbor *neighbor, void *context)
{
	struct agent *agent = context;
	struct rib_peer *peer = neighbor->owner_data;
	struct rib_export out;

	while (peer && neighbor->session &&
	       bgp_connection_can_send(neighbor->session) &&
	       rib_export_next(agent->rib, peer, &out))
		bgp_connection_send(neighbor->session,
				    out.withdraw ? NULL : &out.attributes,
				    out.prefixes, out.count);
}

/* Everything that came in by this turn of the loop is decided once. */
static void on_process(evutil_socket_t fd, short what, void *context)
{
	const struct timeval settle = { .tv_sec = TAKEOVER_SETTLE_S };
	struct agent *agent = context;
	struct bgp_neighbor *neighbor;

	(void)fd, (void)what;
	rib_process(agent->rib);
	if (!agent->attached && steering_next_vip(agent->steering, NULL))
		evtimer_add(agent->takeover, &settle);
	if (!agent->exports_waiting)
		return;
	agent->exports_waiting = false;
	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link)
		send_exports(neighbor, agent);
}

static int make_rib(struct agent *agent)
{
	const struct config *config = agent->config;
	const struct rib_options options = {
		.import = {
			.local_as = config->as,
			.vips = config->vips,
			.vip_count = config->vip_count,
		},
		.decision = {
			.maximum_paths = config->maximum_paths,
			.maximum_paths_ibgp = config->maximum_paths_ibgp,
			.as_path = config->multipath_as_path,
		},
		.min_nexthops = config->min_nexthops,
		.hooks = {
			.next_hop_check = check_next_hop,
			.next_hop_track = track_next_hop,
			.set_decided = on_set_decided,
			.work_waiting = on_work_waiting,
			.export_waiting = on_export_waiting,
			.context = agent,
		},
	};

	agent->rib = rib_new(&options);
	return agent->rib ? 0 : -ENOMEM;
}

/* ------------------------------------------------- speaker -> rib */

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
	send_exports(neighbor, agent);
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
	send_exports(neighbor, agent);
}

static void on_send_ready(struct bgp_neighbor *neighbor, void *context)
{
	send_exports(neighbor, context);
}

static int make_speaker(struct agent *agent, char error[AGENT_ERROR_SIZE])
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

/* ------------------------------------------------- life */

static int make_datapath(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	static const enum datapath_mode modes[] = {
		[XDP_MODE_AUTO] = DATAPATH_AUTO,
		[XDP_MODE_NATIVE] = DATAPATH_NATIVE,
		[XDP_MODE_GENERIC] = DATAPATH_GENERIC,
	};
	const struct datapath_options options = {
		.bpffs = agent->config->bpffs,
		.mode = modes[agent->config->xdp_mode],
		.hash_key = agent->config->hash_seed,
		.table_size = agent->config->table_size,
		.group_count = GROUP_COUNT,
	};
	struct datapath_error reason;
	int code = datapath_open(&options, &agent->datapath, &reason);

	if (code)
		snprintf(error, AGENT_ERROR_SIZE, "%s", reason.text);
	return code;
}

static int make_tracker(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct nexthop_options options = {
		.interfaces = agent->config->interfaces,
		.interface_count = agent->config->interface_count,
		.callbacks = {
			.changed = on_nexthop_changed,
			.link_changed = on_link_changed,
			.context = agent,
		},
	};

	return nexthop_tracker_new(agent->base, &options, &agent->tracker,
				   error, AGENT_ERROR_SIZE);
}

static int make_loop(struct agent *agent)
{
	struct event_config *options = event_config_new();

	if (!options)
		return -ENOMEM;
	/* Hold times are judged in milliseconds. */
	event_config_set_flag(options, EVENT_BASE_FLAG_PRECISE_TIMER);
	agent->base = event_base_new_with_config(options);
	event_config_free(options);
	if (!agent->base)
		return -ENOMEM;
	agent->process = event_new(agent->base, -1, 0, on_process, agent);
	agent->takeover = evtimer_new(agent->base, on_takeover, agent);
	return agent->process && agent->takeover ? 0 : -ENOMEM;
}

/* In the order of need: what a second agent must not have comes first. */
static int make_rooms(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	int code = make_loop(agent);

	if (!code)
		code = control_new(agent->base, agent->config->control_socket,
				   &agent->view, &agent->control, error);
	if (!code)
		code = make_datapath(agent, error);
	if (!code)
		code = make_tracker(agent, error);
	if (!code)
		code = make_steering(agent);
	if (!code)
		code = make_rib(agent);
	if (!code)
		code = make_speaker(agent, error);
	return code;
}

/* A program that an earlier run left goes on until we know as much as it. */
static int attach_first(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct timeval latest = { .tv_sec = TAKEOVER_LATEST_S };
	int code;

	if (datapath_has_former(agent->datapath)) {
		log_info("datapath",
			 "a former run's program forwards until the new tables "
			 "have settled, at most %d s",
			 TAKEOVER_LATEST_S);
		evtimer_add(agent->takeover, &latest);
		return 0;
	}
	code = attach_all(agent);
	if (code)
		snprintf(error, AGENT_ERROR_SIZE,
			 "the program could not be attached: see above");
	return code;
}

int agent_new(const struct config *config, struct agent **out,
	      char error[AGENT_ERROR_SIZE])
{
	struct agent *agent = calloc(1, sizeof(*agent));
	int code = -ENOMEM;

	snprintf(error, AGENT_ERROR_SIZE, "out of memory");
	if (!agent)
		return code;
	agent->config = config;
	code = make_rooms(agent, error);
	if (!code)
		code = attach_first(agent, error);
	if (code) {
		agent_free(agent);
		return code;
	}
	agent->view = (struct control_view){
		.config = agent->config,
		.speaker = agent->speaker,
		.rib = agent->rib,
		.tracker = agent->tracker,
		.steering = agent->steering,
		.datapath = agent->datapath,
		.started_ms = clock_now_ms(),
	};
	*out = agent;
	return 0;
}

struct event_base *agent_base(struct agent *agent)
{
	return agent->base;
}

int agent_run(struct agent *agent)
{
	agent->running = true;
	bgp_speaker_start(agent->speaker);
	event_base_dispatch(agent->base);
	return agent->failed;
}

void agent_free(struct agent *agent)
{
	if (!agent)
		return;
	/* The upstreams withdraw first, then the program goes. */
	if (agent->speaker)
		bgp_speaker_stop(agent->speaker, "headgate ends");
	bgp_speaker_free(agent->speaker);
	rib_free(agent->rib);
	steering_free(agent->steering);
	nexthop_tracker_free(agent->tracker);
	/* A former run's program goes too, but not if we never came to run. */
	if (agent->running)
		datapath_remove_former(agent->datapath);
	datapath_close(agent->datapath, false);
	control_free(agent->control);
	if (agent->takeover)
		event_free(agent->takeover);
	if (agent->process)
		event_free(agent->process);
	if (agent->base)
		event_base_free(agent->base);
	free(agent);
}
