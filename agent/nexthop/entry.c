// SPDX-License-Identifier: BSD-2-Clause
/* One tracked next hop. See entry.h. */

#include "nexthop/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/log.h"
#include "nexthop/netlink.h"
#include "nexthop/ports.h"
#include "nexthop/probe_log.h"
#include "nexthop/tracker.h"

enum entry_times {
	CONFLICT_LOG_INTERVAL_MS = 10000,
};

static const char *const obstacle_texts[OBSTACLE_COUNT] = {
	[OBSTACLE_FAMILY] = "only IPv4 next hops can be probed",
	[OBSTACLE_NO_ROUTE] = "no route to it",
	[OBSTACLE_LOCAL] = "it is an address of this host",
	[OBSTACLE_INTERFACE] = "its route leaves by no attached interface",
};

/* The way to a next hop. IPv4 addresses in network byte order. */
struct path {
	const struct nexthop_link *link;
	uint32_t via;	 /* whom to ask for its MAC */
	uint32_t source; /* as whom */
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
		       (b->state == NEXTHOP_FAILED);
	return a->ifindex != b->ifindex || a->mtu != b->mtu ||
	       memcmp(a->mac, b->mac, MAC_SIZE) ||
	       memcmp(a->source_mac, b->source_mac, MAC_SIZE);
}

/* The view follows the machine; what changed is queued for telling. */
static void update_view(struct entry *entry, uint64_t now)
{
	struct nexthop *view = &entry->view;

	if (view->state != entry->probe.state)
		view->since_ms = now;
	view->state = entry->probe.state;
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
	struct arp_request request = {
		.sender_ip = entry->source,
		.target_ip = address_ipv4(&view->via),
	};
	char address[ADDRESS_TEXT_SIZE];
	struct arp_frame frame;
	int error;

	if (question == PROBE_ASK_MAC)
		request.destination = entry->probe.mac;
	memcpy(request.sender_mac, view->source_mac, MAC_SIZE);
	arp_build_request(&request, &frame);
	error = ports_send(entry->tracker->ports, view->ifindex, &frame);
	/* Its silence will be noticed like that of a lost one. */
	if (error)
		log_debug("nexthop", "%s: ARP request not sent: %s",
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
		.now_ms = tracker_now_ms(),
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

struct entry *entry_new(struct nexthop_tracker *tracker,
			const struct address *address)
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
	entry->view.since_ms = tracker_now_ms();
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
	view->interface[0] = '\0';
	view->mtu = 0;
	memset(view->source_mac, 0, MAC_SIZE);
}

void entry_free(struct entry *entry)
{
	if (entry->queued)
		TAILQ_REMOVE(&entry->tracker->changed, entry, queue);
	forget_path(entry);
	event_free(entry->timer);
	free(entry);
}

/* Returns true if the next hop is now behind another link or gateway. */
static bool take_path(struct entry *entry, const struct path *path)
{
	struct nexthop *view = &entry->view;
	struct address via = address_from_ipv4(path->via);

	entry->source = path->source;
	if (view->ifindex == path->link->ifindex &&
	    address_equal(&view->via, &via))
		return false;
	forget_path(entry);
	view->via = via;
	view->ifindex = path->link->ifindex;
	LIST_INSERT_HEAD(tracker_via_list(entry->tracker, path->via), entry,
			 same_via);
	return true;
}

static enum obstacle find_path(const struct nexthop_tracker *tracker,
			       const struct address *address, struct path *path)
{
	struct netlink_route route;
	uint32_t ipv4;
	int error;

	if (!address_is_ipv4(address))
		return OBSTACLE_FAMILY;
	ipv4 = address_ipv4(address);
	error = netlink_lookup(tracker->netlink, ipv4, &route);
	if (error)
		return error == -EADDRINUSE ? OBSTACLE_LOCAL :
					      OBSTACLE_NO_ROUTE;
	path->link = host_link_by_index(&tracker->host, route.ifindex);
	if (!path->link || !ports_has(tracker->ports, route.ifindex))
		return OBSTACLE_INTERFACE;

	path->via = route.gateway ? route.gateway : ipv4;
	path->source =
		host_source_address(&tracker->host, route.ifindex, path->via);
	if (!path->source)
		path->source = route.source;
	return OBSTACLE_NONE;
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
		update_view(entry, tracker_now_ms());
}

static void log_obstacle(const struct entry *entry, enum obstacle obstacle)
{
	char address[ADDRESS_TEXT_SIZE];

	if (obstacle != OBSTACLE_NONE && obstacle != entry->obstacle)
		log_info("nexthop", "%s: unreachable: %s",
			 address_format(&entry->view.address, address),
			 obstacle_texts[obstacle]);
}

void entry_resolve(struct entry *entry)
{
	enum obstacle obstacle;
	struct path path;

	obstacle = find_path(entry->tracker, &entry->view.address, &path);
	log_obstacle(entry, obstacle);
	entry->obstacle = obstacle;
	if (obstacle == OBSTACLE_NONE) {
		follow(entry, path.link, take_path(entry, &path));
	} else {
		forget_path(entry);
		step(entry, PROBE_UNREACHABLE, NULL);
	}
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
		const struct arp_message *message)
{
	const struct nexthop *view = &entry->view;

	if (message->opcode == ARP_REPLY && view->ifindex == ifindex &&
	    address_ipv4(&view->via) == message->sender_ip &&
	    entry->source == message->target_ip &&
	    !memcmp(view->source_mac, message->target_mac, MAC_SIZE))
		step(entry, PROBE_REPLY, message->sender_mac);
}
