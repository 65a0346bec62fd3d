// SPDX-License-Identifier: BSD-2-Clause
/* Events of VIPs. See vip_events.h. */

#include "vip_events.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>

#include "bgp/codec/text.h"
#include "core/clock.h"
#include "core/event_ring.h"
#include "core/log.h"
#include "rib/departures.h"
#include "rib/export.h"
#include "rib/rib.h"

enum {
	TEXT_SIZE = 256,
	EVENTS_SEARCHED = 64, /* of the last ones, for a cause */
	DEPARTURE_AGE_MS = 2000,
};

/* ------------------------------------------------------------- the window */

static void tell_rest(struct vip_events *events)
{
	uint64_t all = events->servers + events->announced + events->withdrawn;
	char last[PREFIX_TEXT_SIZE];

	if (!all)
		return;
	log_event(EVENT_VIPS_CHANGED, NULL,
		  "%" PRIu64 " more changes of VIPs in 1 s: %" PRIu64
		  " of their servers, %" PRIu64 " announced, %" PRIu64
		  " withdrawn; the last is %s",
		  all, events->servers, events->announced, events->withdrawn,
		  prefix_format(&events->last, last));
	events->servers = events->announced = events->withdrawn = 0;
}

static void on_window_end(evutil_socket_t fd, short what, void *context)
{
	struct vip_events *events = context;

	(void)fd, (void)what;
	tell_rest(events);
	events->window_ms = 0;
}

static void begin_vip_window(struct vip_events *events, uint64_t now_ms)
{
	const struct timeval wait = clock_timeval_of_ms(VIP_EVENTS_WINDOW_MS);

	tell_rest(events);
	events->window_ms = now_ms;
	events->alone = 0;
	if (!events->end)
		events->end = evtimer_new(events->base, on_window_end, events);
	if (events->end)
		evtimer_add(events->end, &wait);
}

/* True if a change of this VIP has an event of its own; else count it. */
static bool has_event(struct vip_events *events, const struct prefix *vip,
		      uint64_t *count)
{
	uint64_t now_ms = clock_now_ms();

	if (!events->window_ms ||
	    now_ms - events->window_ms >= VIP_EVENTS_WINDOW_MS)
		begin_vip_window(events, now_ms);
	if (events->alone < VIP_EVENTS_ALONE) {
		events->alone++;
		return true;
	}
	++*count;
	events->last = *vip;
	return false;
}

void vip_events_release(struct vip_events *events)
{
	if (events->end)
		event_free(events->end);
	events->end = NULL;
}

/* ------------------------------------------------------------- the cause */

static void add_server(struct text *text, const struct address *address)
{
	const char *name = log_name_of(address);
	char host[ADDRESS_TEXT_SIZE];

	text_add(text, "%s%s%s ", address_format(address, host),
		 name ? " " : "", name ? name : "");
}

/* True for kinds that take a path out of its set, or bring it back. */
static bool is_cause(enum event_kind kind, bool lost)
{
	switch (kind) {
	case EVENT_NEXTHOP_DEAD:
	case EVENT_NEXTHOP_UNREACHABLE:
	case EVENT_BFD_DOWN:
	case EVENT_SERVICE_FAILED:
	case EVENT_DRAIN_BEGUN:
	case EVENT_NEXTHOP_HELD:
		return lost;
	case EVENT_NEXTHOP_ALIVE:
	case EVENT_BFD_UP:
	case EVENT_SERVICE_PASSED:
	case EVENT_DRAIN_ENDED:
	case EVENT_NEXTHOP_RELEASED:
		return !lost;
	default:
		return false;
	}
}

/* Return the path that an event about its next hop took away or brought. */
static const struct path *path_of_event(const struct route *route,
					const struct event *event, bool lost)
{
	const struct event_about *about = &event->about;
	const struct path *path = route->paths;

	if (!about->has_nexthop || !is_cause(event->kind, lost) ||
	    (about->has_vip && !prefix_equal(&about->vip, &route->node.prefix)))
		return NULL;
	while (path &&
	       ((path->reason != REASON_NONE) != lost ||
		!address_equal(rib_nexthop_address(path->attributes->nexthop),
			       &about->nexthop)))
		path = path->next;
	return path;
}

/* Return the last event that explains the change, or NULL. */
static const struct event *find_event(const struct route *route, bool lost)
{
	const struct event_ring *ring = log_events_kept();
	uint64_t id = event_ring_next(ring);

	for (unsigned int i = 0; i < EVENTS_SEARCHED; i++) {
		const struct event *event = event_ring_find(ring, --id);

		if (!event || path_of_event(route, event, lost))
			return event;
	}
	return NULL;
}

/* Return the path that has gone last, if that was just now; or NULL. */
static const struct departure *find_departure(const struct rib *rib,
					      const struct route *route)
{
	const struct departures *departures = rib_departures(rib);
	const struct departure *entry = NULL, *last = NULL;

	while ((entry = departures_next(departures, &route->node.prefix,
					entry)))
		if (!last || entry->time_ms >= last->time_ms)
			last = entry;
	return last && clock_now_ms() - last->time_ms < DEPARTURE_AGE_MS ?
		       last :
		       NULL;
}

static void add_departure(struct text *text, const struct departure *departure)
{
	add_server(text, &departure->neighbor);
	text_add(text, "%s",
		 departure->cause == DEPARTURE_WITHDRAWN ? "withdrew it" :
		 departure->cause == DEPARTURE_SESSION	 ? "lost its session" :
							   "withdrew it by an "
							   "error");
}

/* Write the reason of the first path that is out of the set. */
static void add_reason(struct text *text, const struct route *route)
{
	const struct path *path = route->paths;

	while (path &&
	       (path->reason == REASON_NONE || path->import != IMPORT_ACCEPTED))
		path = path->next;
	if (!path)
		return;
	add_server(text, rib_nexthop_address(path->attributes->nexthop));
	text_add(text, "%s", path_reason_name(path->reason));
}

/* Write the cause of the change that is the latest; "" if none is known. */
static void add_cause(struct text *text, const struct rib *rib,
		      const struct route *route, bool lost)
{
	const struct departure *departure = lost ? find_departure(rib, route) :
						   NULL;
	const struct event *event = find_event(route, lost);

	if (departure && (!event || departure->time_ms >= event->time_ms)) {
		add_departure(text, departure);
	} else if (event) {
		add_server(text, &event->about.nexthop);
		text_add(text, "%s", event->text);
	} else if (lost) {
		add_reason(text, route);
	}
}

/* ------------------------------------------------------------- changes */

static unsigned int count_accepted(const struct route *route)
{
	unsigned int count = 0;

	for (const struct path *path = route->paths; path; path = path->next)
		count += path->import == IMPORT_ACCEPTED;
	return count;
}

void vip_events_servers(struct vip_events *events, const struct route *route,
			unsigned int before)
{
	const struct event_objects objects = { .vip = &route->node.prefix };
	bool lost = route->selected < before;
	char cause[TEXT_SIZE] = "";
	struct text text = text_of(cause, sizeof(cause));

	if (!has_event(events, &route->node.prefix, &events->servers))
		return;
	add_cause(&text, events->rib, route, lost);
	log_event(EVENT_VIP_SERVERS, &objects, "%u of %u servers%s%s",
		  route->selected, count_accepted(route), *cause ? ", " : "",
		  cause);
}

/* Return the living next hops that a VIP needs. */
static uint32_t needed(const struct rib_options *options,
		       const struct prefix *prefix)
{
	const struct vip_options *vip = import_vip(&options->import, prefix);
	uint32_t least = vip && vip->min_nexthops ? vip->min_nexthops :
						    options->min_nexthops;

	return least ? least : 1;
}

/* Write "core-1, core-2": the neighbors with these bits. */
static const struct rib_peer *add_peers(struct text *text,
					const struct rib *rib, uint64_t peers)
{
	const struct rib_peer *peer = NULL, *first = NULL;
	char address[ADDRESS_TEXT_SIZE];

	while ((peer = rib_peer_next(rib, peer))) {
		const struct address *at = &peer->source.address;
		const char *name = log_name_of(at);

		if (!(peer->bit & peers))
			continue;
		text_add(text, "%s%s", first ? ", " : "",
			 name ? name : address_format(at, address));
		first = first ? first : peer;
	}
	return first;
}

void vip_events_announced(struct vip_events *events,
			  const struct rib_options *options,
			  const struct route *route, uint64_t peers,
			  bool announced)
{
	const struct prefix *vip = &route->node.prefix;
	uint64_t *count = announced ? &events->announced : &events->withdrawn;
	struct event_objects objects = { .vip = vip };
	enum export_reason reason;
	char names[TEXT_SIZE] = "";
	struct text text = text_of(names, sizeof(names));
	const struct rib_peer *first;

	if (!has_event(events, vip, count))
		return;
	first = add_peers(&text, events->rib, peers);
	if (!first)
		return;
	objects.neighbor = &first->source.address;
	reason = export_explain(events->rib, route, first);
	if (announced)
		log_event(EVENT_VIP_ANNOUNCED, &objects,
			  "announced to %s: %u living, %u needed", names,
			  route->selected, needed(options, vip));
	else if (reason == EXPORT_NOT_FORWARDING ||
		 reason == EXPORT_BELOW_MIN_NEXTHOPS)
		log_event(EVENT_VIP_WITHDRAWN, &objects,
			  "withdrawn from %s: %u living, %u needed", names,
			  route->selected, needed(options, vip));
	else
		log_event(EVENT_VIP_WITHDRAWN, &objects,
			  "withdrawn from %s: %s", names,
			  reason == EXPORT_ANNOUNCED ?
				  "announced anew" :
				  export_reason_name(reason));
}
