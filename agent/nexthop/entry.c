// SPDX-License-Identifier: BSD-2-Clause
/* One tracked next hop. See entry.h. */

#include "nexthop/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/bfd.h"
#include "nexthop/netlink.h"
#include "nexthop/ports.h"
#include "nexthop/probe_log.h"
#include "nexthop/tracker_internal.h"

enum entry_times {
	CONFLICT_LOG_INTERVAL_MS = 10000,
};

static const char *const obstacle_texts[OBSTACLE_COUNT] = {
	[OBSTACLE_NO_LINK] = "a link-local address without an interface",
	[OBSTACLE_NO_ROUTE] = "no route to it",
	[OBSTACLE_LOCAL] = "it is an address of this host",
	[OBSTACLE_INTERFACE] = "its route leaves by no attached interface",
};

/* The way to a next hop. */
struct path {
	const struct nexthop_link *link;
	struct host_port port;
	struct address via;    /* whom to ask for its MAC */
	struct address source; /* as whom */
	uint32_t metric;
};

/*
 * Suspicion is our own affair, and so is the way to a next hop that is not
 * alive: nobody forwards along it.
 */
static bool worth_telling(const struct nexthop *a, const struct nexthop *b)
{
	if (nexthop_is_alive(a) != nexthop_is_alive(b))
		return true;
	if (!nexthop_is_alive(a))
		return (a->state == NEXTHOP_FAILED) !=
			       (b->state == NEXTHOP_FAILED) ||
		       a->bfd != b->bfd;
	return a->ifindex != b->ifindex || a->port_ifindex != b->port_ifindex ||
	       a->mtu != b->mtu || a->metric != b->metric ||
	       !address_equal(&a->via, &b->via) ||
	       memcmp(a->tags, b->tags, sizeof(a->tags)) ||
	       memcmp(a->mac, b->mac, MAC_SIZE) ||
	       memcmp(a->source_mac, b->source_mac, MAC_SIZE);
}

/* A session that is required has to be Up; any other must not have failed. */
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
	return session->remote_state == BFD_STATE_ADMIN_DOWN ?
		       NEXTHOP_BFD_DOWN :
		       NEXTHOP_BFD_WAITING;
}

/* The view follows the machine; what changed is queued for telling. */
static void update_view(struct entry *entry, uint64_t now)
{
	struct nexthop *view = &entry->view;

	if (view->state != entry->probe.state)
		view->since_ms = now;
	view->state = entry->probe.state;
	view->bfd = judge_bfd(entry);
	view->conflicts = entry->probe.conflicts;
	memcpy(view->mac, entry->probe.mac, MAC_SIZE);
	if (entry->queued || !worth_telling(&entry->told, view))
		return;
	TAILQ_INSERT_TAIL(&entry->tracker->changed, entry, queue);
	entry->queued = true;
}

bool entry_take_change(struct entry *entry)
{
	bool changed = worth_telling(&entry->told, &entry->view);

	if (entry->queued)
		TAILQ_REMOVE(&entry->tracker->changed, entry, queue);
	entry->queued = false;
	entry->told = entry->view;
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
	/* Its silence will be noticed like that of a lost one. */
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
	if (after->conflicts == before->conflicts ||
	    event->now_ms < entry->quiet_until_ms)
		return;
	probe_log_conflict(&entry->view, before, after, event);
	entry->quiet_until_ms = event->now_ms + CONFLICT_LOG_INTERVAL_MS;
}

static void arm_timer(struct entry *entry, uint64_t now_ms)
{
	uint64_t deadline = entry->probe.deadline_ms;

	if (deadline == PROBE_NEVER)
		evtimer_del(entry->timer);
	else
		tracker_start_timer(entry->timer,
				    deadline > now_ms ? deadline - now_ms : 0);
}

/* Moves the entry's machine and does what it asks for. */
static void step(struct entry *entry, enum probe_event_type type,
		 const uint8_t *mac)
{
	struct probe before = entry->probe;
	struct probe_event event = {
		.type = type,
		.now_ms = clock_now_ms(),
		.jitter_ms = arc4random_uniform(PROBE_JITTER_MS + 1),
	};
	enum probe_question question;

	if (mac)
		memcpy(event.mac, mac, MAC_SIZE);
	question = probe_step(&entry->probe, &event);
	if (question != PROBE_ASK_NOBODY)
		send_question(entry, question);
	log_step(entry, &before, &event);
	update_view(entry, event.now_ms);
	arm_timer(entry, event.now_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct entry *entry = context;

	(void)fd;
	(void)what;
	step(entry, PROBE_TIMER, NULL);
	tracker_report(entry->tracker);
}

struct entry *entry_new(struct tracker *tracker, const struct address *address)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->timer = evtimer_new(tracker->base, on_timer, entry);
	if (!entry->timer) {
		free(entry);
		return NULL;
	}
	entry->tracker = tracker;
	entry->view.address = *address;
	entry->view.via = *address;
	entry->view.since_ms = clock_now_ms();
	probe_init(&entry->probe);
	return entry;
}

static void forget_path(struct entry *entry)
{
	struct nexthop *view = &entry->view;

	if (view->ifindex)
		LIST_REMOVE(entry, same_via);
	view->via = view->address;
	view->ifindex = 0;
	view->port_ifindex = 0;
	view->interface[0] = '\0';
	view->mtu = 0;
	view->metric = 0;
	memset(view->tags, 0, sizeof(view->tags));
	memset(view->source_mac, 0, MAC_SIZE);
}

void entry_free(struct entry *entry)
{
	if (entry->queued)
		TAILQ_REMOVE(&entry->tracker->changed, entry, queue);
	forget_path(entry);
	bfd_close(entry->bfd);
	event_free(entry->timer);
	free(entry);
}

/* Returns true if the next hop is now behind another link or gateway. */
static bool take_path(struct entry *entry, const struct path *path)
{
	struct nexthop *view = &entry->view;
	bool moved = view->ifindex != path->link->ifindex ||
		     !address_equal(&view->via, &path->via);

	if (moved) {
		forget_path(entry);
		view->via = path->via;
		view->ifindex = path->link->ifindex;
		LIST_INSERT_HEAD(tracker_via_list(entry->tracker, &path->via),
				 entry, same_via);
	}
	entry->source = path->source;
	view->metric = path->metric;
	view->port_ifindex = path->port.ifindex;
	memcpy(view->tags, path->port.tags, sizeof(view->tags));
	return moved;
}

static enum obstacle find_path(const struct tracker *tracker,
			       const struct address *address, struct path *path)
{
	const struct host *host = &tracker->host;
	struct netlink_route route;
	int error;

	if (address_is_link_local(address) && !address_scope(address))
		return OBSTACLE_NO_LINK;
	error = netlink_lookup(tracker->netlink, address, &route);
	if (error)
		return error == -EADDRINUSE ? OBSTACLE_LOCAL :
					      OBSTACLE_NO_ROUTE;
	path->link = host_link_by_index(host, route.ifindex);
	if (!path->link)
		return OBSTACLE_INTERFACE;
	path->metric = route.metric;
	path->via = address_is_zero(&route.gateway) ? *address : route.gateway;
	path->source = host_source_address(host, route.ifindex, &path->via);
	if (address_is_zero(&path->source) &&
	    address_is_ipv4(&route.source) == address_is_ipv4(&path->via))
		path->source = route.source;
	return ports_reach(tracker->ports, host, route.ifindex, &path->port) ?
		       OBSTACLE_NONE :
		       OBSTACLE_INTERFACE;
}

/* What the link says, for an entry that has a path over it. */
static void follow(struct entry *entry, const struct nexthop_link *link,
		   bool moved)
{
	struct nexthop *view = &entry->view;
	bool resting = entry->probe.deadline_ms == PROBE_NEVER;

	memcpy(view->interface, link->name, sizeof(view->interface));
	memcpy(view->source_mac, link->mac, MAC_SIZE);
	memcpy(entry->probe.own_mac, link->mac, MAC_SIZE);
	view->mtu = link->mtu;
	if (!link->up)
		step(entry, PROBE_LINK_DOWN, NULL);
	else if (moved || resting)
		step(entry, PROBE_START, NULL);
	else
		update_view(entry, clock_now_ms());
}

static void log_obstacle(const struct entry *entry, enum obstacle obstacle)
{
	char address[ADDRESS_TEXT_SIZE];

	if (obstacle != OBSTACLE_NONE && obstacle != entry->obstacle)
		log_info("nexthop", "%s: unreachable: %s",
			 address_format(&entry->view.address, address),
			 obstacle_texts[obstacle]);
}

/*
 * BFD asks for a link, whether the program is attached to it or not. Through a
 * gateway it would be multihop: RFC 5883.
 */
static void lead_bfd(struct entry *entry, const struct path *path)
{
	char address[ADDRESS_TEXT_SIZE], via[ADDRESS_TEXT_SIZE];
	const struct nexthop *view = &entry->view;
	bool near = path->link && address_equal(&path->via, &view->address);
	bool far = path->link && !near;

	if (!entry->bfd)
		return;
	bfd_set_way(entry->bfd, near ? path->link->ifindex : 0, &path->source);
	if (far && !entry->bfd_is_far)
		log_warning("nexthop",
			    "%s: BFD works with neighbors on a link of ours, "
			    "this one is behind %s: remove bfd",
			    address_format(&view->address, address),
			    address_format(&path->via, via));
	entry->bfd_is_far = far;
}

void entry_resolve(struct entry *entry)
{
	struct path path = { .link = NULL };
	enum obstacle obstacle;

	obstacle = find_path(entry->tracker, &entry->view.address, &path);
	log_obstacle(entry, obstacle);
	lead_bfd(entry, &path);
	entry->obstacle = obstacle;
	if (obstacle == OBSTACLE_NONE) {
		follow(entry, path.link, take_path(entry, &path));
	} else {
		forget_path(entry);
		step(entry, PROBE_UNREACHABLE, NULL);
	}
}

static void open_bfd(struct entry *entry)
{
	struct bfd *bfd = entry->tracker->bfd;
	char address[ADDRESS_TEXT_SIZE];
	int error = -EOPNOTSUPP;

	if (bfd)
		error = bfd_open(bfd, &entry->view.address, entry, &entry->bfd);
	if (!error)
		return;
	address_format(&entry->view.address, address);
	if (error == -ENOSPC)
		log_error("nexthop", "%s: no BFD: %d sessions are the most",
			  address, BFD_MAX_PEERS);
	else
		log_error("nexthop", "%s: no BFD: %s", address,
			  strerror(-error));
}

void entry_watch(struct entry *entry, bool required)
{
	entry->watchers++;
	entry->requirers += required;
	if (!entry->bfd) {
		open_bfd(entry);
		entry_resolve(entry);
	}
	update_view(entry, clock_now_ms());
}

void entry_unwatch(struct entry *entry, bool required)
{
	entry->requirers -= required;
	if (!--entry->watchers) {
		bfd_close(entry->bfd);
		entry->bfd = NULL;
	}
	update_view(entry, clock_now_ms());
}

void entry_hear_bfd(struct entry *entry)
{
	update_view(entry, clock_now_ms());
}

void entry_follow_link(struct entry *entry, const struct nexthop_link *link)
{
	if (!entry->view.ifindex)
		return;
	if (link)
		follow(entry, link, false);
	else
		step(entry, PROBE_LINK_DOWN, NULL);
}

void entry_hear(struct entry *entry, uint32_t ifindex,
		const struct ports_answer *answer)
{
	const struct nexthop *view = &entry->view;

	if (view->ifindex == ifindex &&
	    address_equal(&view->via, &answer->sender) &&
	    address_equal(&entry->source, &answer->asker) &&
	    !memcmp(view->source_mac, answer->asker_mac, MAC_SIZE))
		step(entry, PROBE_REPLY, answer->mac);
}
