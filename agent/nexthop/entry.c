// SPDX-License-Identifier: BSD-2-Clause
/* One tracked next hop. See entry.h. */

#include "nexthop/entry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/bfd.h"
#include "nexthop/hold_down.h"
#include "nexthop/link_speed.h"
#include "nexthop/netlink.h"
#include "nexthop/ports.h"
#include "nexthop/probe_log.h"
#include "nexthop/prober.h"
#include "nexthop/tracker_internal.h"

enum entry_times {
	CONFLICT_LOG_INTERVAL_MS = 10000,
};

static const char *const reason_texts[ENTRY_REASON_COUNT] = {
	[ENTRY_REASON_NO_LINK] = "link-local address without an interface",
	[ENTRY_REASON_NO_ROUTE] = "no route",
	[ENTRY_REASON_LOCAL] = "address of this host",
	[ENTRY_REASON_VIP] = "behind a VIP, so packets would come back",
	[ENTRY_REASON_INTERFACE] = "route over an interface that the program "
				   "is not attached to",
};

/* The route to a next hop, as looked up. */
struct entry_route {
	const struct nexthop_link *link;
	struct host_port port;
	struct address via;    /* target of the probes */
	struct address source; /* of the probes */
	struct address outer_source;
	uint32_t metric;
	bool by_default;
};

/*
 * True if the caller needs to know the difference. It does not need SUSPECT,
 * nor the route of a dead next hop: no frame is sent there.
 */
static bool is_reportable(const struct nexthop *a, const struct nexthop *b)
{
	if (nexthop_is_alive(a) != nexthop_is_alive(b))
		return true;
	if (!nexthop_is_alive(a))
		return (a->state == NEXTHOP_FAILED) !=
			       (b->state == NEXTHOP_FAILED) ||
		       a->bfd != b->bfd;
	return a->bfd != b->bfd || a->held_until_ms != b->held_until_ms ||
	       a->ifindex != b->ifindex || a->port_ifindex != b->port_ifindex ||
	       a->mtu != b->mtu || a->metric != b->metric ||
	       a->encapsulation != b->encapsulation ||
	       !address_equal(&a->outer_source, &b->outer_source) ||
	       a->link_speed != b->link_speed ||
	       a->by_default != b->by_default ||
	       !address_equal(&a->via, &b->via) ||
	       memcmp(a->tags, b->tags, sizeof(a->tags)) ||
	       memcmp(a->mac, b->mac, MAC_SIZE) ||
	       memcmp(a->source_mac, b->source_mac, MAC_SIZE);
}

/*
 * A required session must be Up, unless an administrator took it down; any other
 * must not have failed.
 */
static enum nexthop_bfd judge_bfd(const struct entry *entry)
{
	const struct bfd_session *session;

	if (!entry->bfd)
		return entry->requirers ? NEXTHOP_BFD_WAITING :
					  NEXTHOP_BFD_SILENT;
	session = bfd_peer_session(entry->bfd);
	if (session->failed)
		return NEXTHOP_BFD_DOWN;
	if (!entry->requirers || session->state == BFD_STATE_UP)
		return NEXTHOP_BFD_SILENT;
	return session->drained ? NEXTHOP_BFD_DRAINING : NEXTHOP_BFD_WAITING;
}

static void log_hold(const struct entry *entry, uint64_t now)
{
	log_event(EVENT_NEXTHOP_HELD,
		  &(struct event_objects){ .nexthop = &entry->view.address },
		  "held down for %" PRIu64
		  " s since it was dead: used only where all servers are held",
		  (entry->view.held_until_ms - now) / CLOCK_MS_PER_S);
}

/* Record a death, and hold the next hop when it is back. */
static void follow_hold_down(struct entry *entry, bool was_alive, uint64_t now)
{
	struct hold_down *hold_down = entry->tracker->hold_down;
	struct nexthop *view = &entry->view;
	bool alive = nexthop_is_alive(view);

	if (!hold_down || was_alive == alive)
		return;
	view->held_until_ms = 0;
	if (!alive) {
		hold_down_died(hold_down, &view->address, now);
		return;
	}
	view->held_until_ms = hold_down_answers(hold_down, &view->address, now);
	if (view->held_until_ms)
		log_hold(entry, now);
}

/* Copy the state into the view; queue the entry if there is a change. */
static void update_view(struct entry *entry, uint64_t now)
{
	struct nexthop *view = &entry->view;
	bool was_alive = nexthop_is_alive(view);

	if (view->state != entry->probe.state)
		view->since_ms = now;
	view->state = entry->probe.state;
	view->bfd = judge_bfd(entry);
	view->conflicts = entry->probe.conflicts;
	view->probes_lost = entry->probe.lost;
	memcpy(view->mac, entry->probe.mac, MAC_SIZE);
	follow_hold_down(entry, was_alive, now);
	if (entry->bfd)
		bfd_set_mac(entry->bfd, view->mac);
	if (entry->queued || !is_reportable(&entry->reported, view))
		return;
	TAILQ_INSERT_TAIL(&entry->tracker->changed, entry, queue);
	entry->queued = true;
}

bool entry_take_change(struct entry *entry)
{
	bool changed = is_reportable(&entry->reported, &entry->view);

	if (entry->queued)
		TAILQ_REMOVE(&entry->tracker->changed, entry, queue);
	entry->queued = false;
	entry->reported = entry->view;
	return changed;
}

static void send_question(const struct entry *entry,
			  enum probe_question question)
{
	const struct nexthop *view = &entry->view;
	struct ports_question asked = {
		.source = entry->source,
		.target = view->via,
	};
	char address[ADDRESS_TEXT_SIZE];
	int error;

	if (question == PROBE_ASK_MAC)
		asked.destination = entry->probe.mac;
	memcpy(asked.source_mac, view->source_mac, MAC_SIZE);
	error = ports_send(entry->tracker->ports, view->ifindex, &asked);
	/* The state machine handles it like a lost probe. */
	if (error)
		log_debug("nexthop", "%s: probe not sent: %s",
			  address_format(&view->address, address),
			  strerror(-error));
}

static void log_step(struct entry *entry, const struct probe *before,
		     const struct probe_event *event)
{
	const struct probe *after = &entry->probe;

	probe_log_step(&entry->view, before, after, event);
	if ((after->conflicts == before->conflicts &&
	     after->refused == before->refused) ||
	    event->now_ms < entry->quiet_until_ms)
		return;
	if (after->refused != before->refused)
		probe_log_refused(&entry->view, event);
	else
		probe_log_conflict(&entry->view, before, after, event);
	entry->quiet_until_ms = event->now_ms + CONFLICT_LOG_INTERVAL_MS;
}

static void arm_probe_timer(struct entry *entry)
{
	struct prober *prober = entry->tracker->prober;
	uint64_t deadline = entry->probe.deadline_ms;

	if (deadline == PROBE_NEVER)
		prober_remove(prober, &entry->timer);
	else
		prober_set(prober, &entry->timer, deadline,
			   probe_is_in_doubt(&entry->probe));
}

static uint32_t pick_jitter(const struct probe *probe, uint32_t interval_ms)
{
	uint32_t most = probe_interval_ms(&probe->timing, interval_ms) /
			PROBE_JITTER_SHARE;

	return arc4random_uniform(most + 1);
}

/* Step the state machine and execute what it asks for. */
static void step_probe(struct entry *entry, enum probe_event_type type,
		       const uint8_t *mac)
{
	struct prober *prober = entry->tracker->prober;
	struct probe before = entry->probe;
	uint32_t interval = prober_interval_ms(prober);
	struct probe_event event = {
		.type = type,
		.now_ms = prober_now_ms(prober),
		.jitter_ms = pick_jitter(&before, interval),
		.interval_ms = interval,
		.hold = type == PROBE_START && !prober_take(prober),
	};
	enum probe_question question;

	if (type == PROBE_START)
		mac = expected_macs_find(&entry->tracker->expected,
					 &entry->view.via, entry->view.ifindex);
	event.expected = type == PROBE_START && mac;
	if (mac)
		memcpy(event.mac, mac, MAC_SIZE);
	question = probe_step(&entry->probe, &event);
	if (question != PROBE_ASK_NONE)
		send_question(entry, question);
	log_step(entry, &before, &event);
	update_view(entry, clock_now_ms());
	arm_probe_timer(entry);
}

void entry_deadline(struct entry *entry)
{
	step_probe(entry, PROBE_TIMER, NULL);
}

struct entry *entry_new(struct tracker *tracker, const struct address *address)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->node.address = *address;
	entry->timer.owner = entry;
	entry->tracker = tracker;
	entry->view.address = *address;
	entry->view.via = *address;
	entry->view.since_ms = clock_now_ms();
	probe_init(&entry->probe, &tracker->probe_timing);
	return entry;
}

static void clear_route(struct entry *entry)
{
	struct nexthop *view = &entry->view;

	if (view->ifindex)
		LIST_REMOVE(entry, same_via);
	view->via = view->address;
	view->ifindex = 0;
	view->port_ifindex = 0;
	view->interface[0] = '\0';
	view->mtu = 0;
	view->link_speed = 0;
	view->metric = 0;
	view->by_default = false;
	memset(&view->outer_source, 0, sizeof(view->outer_source));
	memset(view->tags, 0, sizeof(view->tags));
	memset(view->source_mac, 0, MAC_SIZE);
}

void entry_free(struct entry *entry)
{
	if (entry->queued)
		TAILQ_REMOVE(&entry->tracker->changed, entry, queue);
	if (entry->unsettled)
		TAILQ_REMOVE(&entry->tracker->unsettled, entry, unsettled_link);
	clear_route(entry);
	if (entry->tracker->hold_down)
		hold_down_left(entry->tracker->hold_down, &entry->view.address);
	bfd_close(entry->bfd);
	prober_remove(entry->tracker->prober, &entry->timer);
	free(entry);
}

/* Set the route; true if it has another link or gateway. */
static bool apply_route(struct entry *entry, const struct entry_route *route)
{
	struct nexthop *view = &entry->view;
	bool moved = view->ifindex != route->link->ifindex ||
		     !address_equal(&view->via, &route->via);

	if (moved) {
		clear_route(entry);
		view->via = route->via;
		view->ifindex = route->link->ifindex;
		LIST_INSERT_HEAD(tracker_via_list(entry->tracker, &route->via),
				 entry, same_via);
	}
	entry->source = route->source;
	view->outer_source = route->outer_source;
	view->metric = route->metric;
	view->by_default = route->by_default;
	view->port_ifindex = route->port.ifindex;
	memcpy(view->tags, route->port.tags, sizeof(view->tags));
	return moved;
}

static enum entry_reason reason_of_error(int error)
{
	switch (error) {
	case -EADDRINUSE:
		return ENTRY_REASON_LOCAL;
	case -ELOOP:
		return ENTRY_REASON_VIP;
	default:
		return ENTRY_REASON_NO_ROUTE;
	}
}

/*
 * Return our address for packets inside others, as the kernel would choose it: that
 * of the route, else one towards the gateway.
 */
static struct address find_outer_source(const struct host *host,
					const struct netlink_route *route,
					const struct address *address,
					const struct address *via)
{
	bool ipv4 = address_is_ipv4(address);

	if (!address_is_zero(&route->source) &&
	    address_is_ipv4(&route->source) == ipv4)
		return route->source;
	return host_source_address(host, route->ifindex,
				   address_is_ipv4(via) == ipv4 ? via :
								  address);
}

static enum entry_reason look_up_route(const struct tracker *tracker,
				       const struct address *address,
				       struct entry_route *route)
{
	const struct host *host = &tracker->host;
	struct netlink_route found;
	int error;

	if (address_is_link_local(address) && !address_scope(address))
		return ENTRY_REASON_NO_LINK;
	error = netlink_lookup(tracker->netlink, address, &found);
	if (error)
		return reason_of_error(error);
	route->link = host_link_by_index(host, found.ifindex);
	if (!route->link)
		return ENTRY_REASON_INTERFACE;
	route->metric = found.metric;
	route->by_default = found.by_default;
	route->via = address_is_zero(&found.gateway) ? *address : found.gateway;
	route->source = host_source_address(host, found.ifindex, &route->via);
	if (address_is_zero(&route->source) &&
	    address_is_ipv4(&found.source) == address_is_ipv4(&route->via))
		route->source = found.source;
	route->outer_source =
		find_outer_source(host, &found, address, &route->via);
	return ports_reach(tracker->ports, host, found.ifindex, &route->port) ?
		       ENTRY_REASON_NONE :
		       ENTRY_REASON_INTERFACE;
}

/* Return the speed of the port that frames to the next hop leave by. */
static uint32_t find_link_speed(const struct tracker *tracker,
				uint32_t port_ifindex)
{
	const struct nexthop_link *port =
		host_link_by_index(&tracker->host, port_ifindex);

	return tracker->speeds && port ?
		       link_speeds_find(tracker->speeds, port->name) :
		       0;
}

/* Return the largest packet that goes to the next hop over a link. */
static uint16_t find_mtu(const struct nexthop *view,
			 const struct nexthop_link *link)
{
	uint16_t outer = encapsulation_size(view->encapsulation,
					    address_is_ipv4(&view->address));

	return link->mtu > outer ? link->mtu - outer : 0;
}

/* Copy the link's state into an entry with a route over it. */
static void apply_link(struct entry *entry, const struct nexthop_link *link,
		       bool moved)
{
	struct nexthop *view = &entry->view;
	bool stopped = entry->probe.deadline_ms == PROBE_NEVER;

	memcpy(view->interface, link->name, sizeof(view->interface));
	memcpy(view->source_mac, link->mac, MAC_SIZE);
	memcpy(entry->probe.own_mac, link->mac, MAC_SIZE);
	view->mtu = find_mtu(view, link);
	view->link_speed = find_link_speed(entry->tracker, view->port_ifindex);
	if (!link->up)
		step_probe(entry, PROBE_LINK_DOWN, NULL);
	else if (moved || stopped)
		step_probe(entry, PROBE_START, NULL);
	else
		update_view(entry, clock_now_ms());
}

static void log_unreachable(const struct entry *entry, enum entry_reason reason)
{
	if (reason != ENTRY_REASON_NONE && reason != entry->reason)
		log_event(EVENT_NEXTHOP_UNREACHABLE,
			  &(struct event_objects){
				  .nexthop = &entry->view.address },
			  "unreachable: %s", reason_texts[reason]);
}

/*
 * Tell the BFD session its link; the program need not be attached to it. Over a
 * gateway there is no session: that would be multihop BFD (RFC 5883).
 */
static void set_bfd_link(struct entry *entry, const struct entry_route *route)
{
	char via[ADDRESS_TEXT_SIZE];
	const struct nexthop *view = &entry->view;
	bool near = route->link && address_equal(&route->via, &view->address);
	bool far = route->link && !near;

	if (!entry->bfd)
		return;
	bfd_set_link(entry->bfd, near ? route->link->ifindex : 0,
		     &route->source);
	if (far && !entry->bfd_is_far)
		log_event(EVENT_BFD_NOT_STARTED,
			  &(struct event_objects){ .nexthop = &view->address },
			  "BFD not possible behind gateway %s: only on "
			  "our own links; remove bfd",
			  address_format(&route->via, via));
	entry->bfd_is_far = far;
}

void entry_resolve(struct entry *entry)
{
	struct entry_route route = { .link = NULL };
	enum entry_reason reason;

	reason = look_up_route(entry->tracker, &entry->view.address, &route);
	log_unreachable(entry, reason);
	set_bfd_link(entry, &route);
	entry->reason = reason;
	if (reason == ENTRY_REASON_NONE) {
		apply_link(entry, route.link, apply_route(entry, &route));
	} else {
		clear_route(entry);
		step_probe(entry, PROBE_UNREACHABLE, NULL);
	}
}

static void open_bfd_session(struct entry *entry)
{
	struct bfd *bfd = entry->tracker->bfd;
	const struct event_objects objects = {
		.nexthop = &entry->view.address,
	};
	int error = -EOPNOTSUPP;

	if (bfd)
		error = bfd_open(bfd, &entry->view.address, &entry->bfd_key,
				 entry, &entry->bfd);
	if (!error)
		return;
	if (error == -ENOSPC)
		log_event(EVENT_BFD_NOT_STARTED, &objects,
			  "BFD not started: limit of %d sessions reached",
			  BFD_MAX_PEERS);
	else
		log_event(EVENT_BFD_NOT_STARTED, &objects,
			  "BFD not started: %s", strerror(-error));
}

void entry_take_bfd_key(struct entry *entry, const struct bfd_key *key)
{
	const struct event_objects objects = {
		.nexthop = &entry->view.address,
	};

	if (!entry->watchers)
		entry->bfd_key = *key;
	else if (key->type != BFD_AUTH_NONE &&
		 !bfd_key_equal(&entry->bfd_key, key))
		log_event(EVENT_BFD_KEY_DIFFERS, &objects,
			  "BFD runs with another key, or without one; give "
			  "all flags for this server the same bfd-key-file");
}

/* Close the BFD session if no user wants it any more. */
static void settle_unwatched(struct entry *entry)
{
	entry->watchers -= entry->leaving_watchers;
	entry->requirers -= entry->leaving_requirers;
	entry->leaving_watchers = 0;
	entry->leaving_requirers = 0;
	if (entry->watchers)
		return;
	bfd_close(entry->bfd);
	entry->bfd = NULL;
}

void entry_settle(struct entry *entry)
{
	bool watched;

	settle_unwatched(entry);
	watched = entry->watch_pending && entry->watchers && !entry->bfd;
	entry->watch_pending = false;
	if (watched)
		open_bfd_session(entry);
	if (watched || !entry->settled_once)
		entry_resolve(entry);
	entry->settled_once = true;
	if (entry->news)
		step_probe(entry, PROBE_NEWS, NULL);
	entry->news = false;
	update_view(entry, clock_now_ms());
}

void entry_hold_over(struct entry *entry)
{
	entry->view.held_until_ms = 0;
	update_view(entry, clock_now_ms());
	log_event(EVENT_NEXTHOP_RELEASED,
		  &(struct event_objects){ .nexthop = &entry->view.address },
		  "hold-down over: used again");
}

void entry_bfd_changed(struct entry *entry)
{
	update_view(entry, clock_now_ms());
}

void entry_follow_link(struct entry *entry, const struct nexthop_link *link)
{
	if (!entry->view.ifindex)
		return;
	if (link)
		apply_link(entry, link, false);
	else
		step_probe(entry, PROBE_LINK_DOWN, NULL);
	if (entry->probe.state == NEXTHOP_FAILED)
		step_probe(entry, PROBE_NEWS, NULL);
}

void entry_encapsulate(struct entry *entry, enum hg_encapsulation encapsulation)
{
	struct nexthop *view = &entry->view;
	const struct nexthop_link *link;

	if (view->encapsulation == encapsulation)
		return;
	view->encapsulation = encapsulation;
	link = host_link_by_index(&entry->tracker->host, view->ifindex);
	if (link)
		view->mtu = find_mtu(view, link);
	update_view(entry, clock_now_ms());
}

void entry_handle_answer(struct entry *entry, uint32_t ifindex,
			 const struct ports_answer *answer)
{
	const struct nexthop *view = &entry->view;

	if (view->ifindex == ifindex &&
	    address_equal(&view->via, &answer->sender) &&
	    address_equal(&entry->source, &answer->asker) &&
	    !memcmp(view->source_mac, answer->asker_mac, MAC_SIZE))
		step_probe(entry, PROBE_REPLY, answer->mac);
}
