// SPDX-License-Identifier: BSD-2-Clause
/*
 * All tracked next hops and their events. See tracker.h.
 *
 * Each event handler (a change from netlink, an answer, a timer) steps the
 * entries concerned. Those whose view changed are queued, and tracker_report()
 * calls back at the end of the handler. So a callback may acquire and release
 * any next hop.
 */

#include "nexthop/tracker_internal.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/bfd.h"
#include "nexthop/netlink.h"
#include "nexthop/ports.h"
#include "nexthop/probe_budget.h"

enum tracker_times {
	/* Many route changes cause one round of lookups in this time. */
	RESOLVE_INTERVAL_MS = 100,
	/* Longest time for lookups in one turn of the event loop. */
	TURN_US = 3000,
};

static void start_timer(struct event *timer, uint64_t delay_ms)
{
	const struct timeval delay = clock_timeval_of_ms(delay_ms);

	evtimer_add(timer, &delay);
}

struct via_list *tracker_via_list(struct tracker *tracker,
				  const struct address *via)
{
	const size_t size = sizeof(via->bytes);
	uint32_t low;

	/* Addresses in a row: the low bits spread them best. */
	memcpy(&low, via->bytes + size - sizeof(low), sizeof(low));
	return &tracker->by_via[be32toh(low) % TRACKER_VIA_BUCKETS];
}

void tracker_report(struct tracker *tracker)
{
	const struct tracker_callbacks *callbacks = &tracker->callbacks;
	struct nexthop_link link;
	struct entry *entry;

	while ((entry = TAILQ_FIRST(&tracker->changed)))
		if (entry_take_change(entry))
			callbacks->changed(&entry->view, callbacks->context);
	while (host_next_change(&tracker->host, &link))
		callbacks->link_changed(&link, callbacks->context);
	prober_wait(tracker->prober);
}

static void on_answer(uint32_t ifindex, const struct ports_answer *answer,
		      void *context)
{
	struct tracker *tracker = context;
	struct entry *entry;

	LIST_FOREACH(entry, tracker_via_list(tracker, &answer->sender),
		     same_via)
		entry_handle_answer(entry, ifindex, answer);
}

static void on_bfd_changed(void *owner, void *context)
{
	(void)context;
	entry_bfd_changed(owner);
}

static bool read_answers(void *context)
{
	struct tracker *tracker = context;

	return ports_read(tracker->ports);
}

static void on_due(void *owner, void *context)
{
	(void)context;
	entry_deadline(owner);
}

static void on_drained(void *context)
{
	tracker_report(context);
}

/* Return the index of `address` among the entries, or for inserting it. */
static size_t find_position(const struct tracker *tracker,
			    const struct address *address)
{
	size_t low = 0, high = tracker->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct nexthop *view = &tracker->entries[middle]->view;

		if (address_compare(&view->address, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void schedule_resolve(struct tracker *tracker)
{
	uint64_t now = clock_now_ms();
	uint64_t next = tracker->resolved_ms + RESOLVE_INTERVAL_MS;

	tracker->resolve_again = tracker->resolving;
	if (!evtimer_pending(tracker->resolve_timer, NULL))
		start_timer(tracker->resolve_timer,
			    next > now ? next - now : 0);
}

/* Look up routes from a position on; returns where the turn was over. */
static size_t resolve_from(struct tracker *tracker, size_t position)
{
	uint64_t end_us = clock_now_us() + TURN_US;

	while (position < tracker->entry_count && clock_now_us() < end_us) {
		struct entry *entry = tracker->entries[position++];

		/* A new one is looked up when it is settled. */
		if (entry->settled_once)
			entry_resolve(entry);
	}
	return position;
}

/* Look up all routes in rounds, of as many turns as it takes. */
static void on_resolve(evutil_socket_t fd, short what, void *context)
{
	struct tracker *tracker = context;
	size_t position = 0;

	(void)fd;
	(void)what;
	if (tracker->resolving)
		position = find_position(tracker, &tracker->resolve_next);
	else
		tracker->resolved_ms = clock_now_ms();
	position = resolve_from(tracker, position);
	tracker->resolving = position < tracker->entry_count;
	if (tracker->resolving) {
		tracker->resolve_next =
			tracker->entries[position]->view.address;
		start_timer(tracker->resolve_timer, 0);
	} else if (tracker->resolve_again) {
		schedule_resolve(tracker);
	}
	tracker_report(tracker);
}

/* Apply changed links at once, before routes are looked up. */
static void follow_links(struct tracker *tracker)
{
	for (size_t i = 0; i < tracker->entry_count; i++) {
		struct entry *entry = tracker->entries[i];
		uint32_t ifindex = entry->view.ifindex;

		entry_follow_link(entry,
				  host_link_by_index(&tracker->host, ifindex));
	}
}

static void sync_ports(struct tracker *tracker)
{
	const char *name;
	int error = ports_sync(tracker->ports, &tracker->host, &name);

	if (error)
		log_error("nexthop", "%s: packet socket not opened: %s", name,
			  strerror(-error));
}

static void on_netlink(evutil_socket_t fd, short what, void *context)
{
	struct tracker *tracker = context;
	unsigned int changes = netlink_read(tracker->netlink);

	(void)fd;
	(void)what;
	if (changes & NETLINK_LINKS) {
		sync_ports(tracker);
		follow_links(tracker);
	}
	if (changes)
		schedule_resolve(tracker);
	tracker_report(tracker);
}

static struct entry *entry_at(const struct tracker *tracker, size_t position,
			      const struct address *address)
{
	struct entry *entry;

	if (position == tracker->entry_count)
		return NULL;
	entry = tracker->entries[position];
	return address_equal(&entry->view.address, address) ? entry : NULL;
}

static struct entry *find_entry(const struct tracker *tracker,
				const struct address *address)
{
	return entry_at(tracker, find_position(tracker, address), address);
}

static struct entry *create_entry(struct tracker *tracker, size_t position,
				  const struct address *address)
{
	size_t behind = tracker->entry_count - position;
	struct entry **entries, *entry;

	entries = reallocarray(tracker->entries, tracker->entry_count + 1,
			       sizeof(*entries));
	if (!entries)
		return NULL;
	tracker->entries = entries;
	if (prober_reserve(tracker->prober, tracker->entry_count + 1))
		return NULL;
	entry = entry_new(tracker, address);
	if (!entry)
		return NULL;
	memmove(entries + position + 1, entries + position,
		behind * sizeof(*entries));
	entries[position] = entry;
	tracker->entry_count++;
	return entry;
}

static void remove_entry(struct tracker *tracker, struct entry *entry)
{
	size_t position = find_position(tracker, &entry->view.address);
	struct entry **at = tracker->entries + position;

	tracker->entry_count--;
	memmove(at, at + 1, (tracker->entry_count - position) * sizeof(*at));
	entry_free(entry);
}

/* Settle those first that may end: the lookups of the others take long. */
static void mark_unsettled(struct tracker *tracker, struct entry *entry,
			   bool leaving)
{
	if (TAILQ_EMPTY(&tracker->unsettled))
		event_active(tracker->settle, EV_TIMEOUT, 0);
	if (entry->unsettled && leaving)
		TAILQ_REMOVE(&tracker->unsettled, entry, unsettled_link);
	if (leaving)
		TAILQ_INSERT_HEAD(&tracker->unsettled, entry, unsettled_link);
	else if (!entry->unsettled)
		TAILQ_INSERT_TAIL(&tracker->unsettled, entry, unsettled_link);
	entry->unsettled = true;
}

/* Take a reference. NULL: out of memory. */
static struct entry *acquire_entry(struct tracker *tracker,
				   const struct address *address)
{
	size_t position = find_position(tracker, address);
	struct entry *entry = entry_at(tracker, position, address);

	if (!entry)
		entry = create_entry(tracker, position, address);
	if (!entry)
		return NULL;
	entry->references++;
	entry->news |= entry->view.state == NEXTHOP_FAILED;
	if (!entry->settled_once || entry->news)
		mark_unsettled(tracker, entry, false);
	return entry;
}

static struct entry *release_entry(struct tracker *tracker,
				   const struct address *address)
{
	struct entry *entry = find_entry(tracker, address);

	assert(entry && entry->references);
	if (!--entry->references)
		mark_unsettled(tracker, entry, true);
	return entry;
}

int tracker_acquire(struct tracker *tracker, const struct address *address)
{
	return acquire_entry(tracker, address) ? 0 : -ENOMEM;
}

void tracker_release(struct tracker *tracker, const struct address *address)
{
	release_entry(tracker, address);
}

int tracker_watch(struct tracker *tracker, const struct address *address,
		  bool required, const struct bfd_key *key)
{
	struct entry *entry = acquire_entry(tracker, address);

	if (!entry)
		return -ENOMEM;
	entry_take_bfd_key(entry, key);
	entry->watchers++;
	entry->requirers += required;
	entry->watch_pending = true;
	mark_unsettled(tracker, entry, false);
	return 0;
}

void tracker_unwatch(struct tracker *tracker, const struct address *address,
		     bool required)
{
	struct entry *entry = release_entry(tracker, address);

	entry->leaving_watchers++;
	entry->leaving_requirers += required;
	mark_unsettled(tracker, entry, true);
}

static void settle_entry(struct tracker *tracker, struct entry *entry)
{
	const struct tracker_callbacks *callbacks = &tracker->callbacks;
	const struct address address = entry->view.address;

	TAILQ_REMOVE(&tracker->unsettled, entry, unsettled_link);
	entry->unsettled = false;
	if (entry->references) {
		entry_settle(entry);
		return;
	}
	remove_entry(tracker, entry);
	if (callbacks->released)
		callbacks->released(&address, callbacks->context);
}

void tracker_settle(struct tracker *tracker)
{
	uint64_t end_us = clock_now_us() + TURN_US;
	struct entry *entry;

	while ((entry = TAILQ_FIRST(&tracker->unsettled)) &&
	       clock_now_us() < end_us)
		settle_entry(tracker, entry);
	/* Not by event_active(): sockets and timers come first. */
	if (entry)
		start_timer(tracker->settle, 0);
	tracker_report(tracker);
}

static void on_settle(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	tracker_settle(context);
}

const struct bfd_session *tracker_bfd_session(const struct tracker *tracker,
					      const struct address *address)
{
	const struct entry *entry = find_entry(tracker, address);

	return entry && entry->bfd ? bfd_peer_session(entry->bfd) : NULL;
}

const uint64_t *tracker_bfd_counts(const struct tracker *tracker)
{
	return tracker->bfd ? bfd_counts(tracker->bfd) : NULL;
}

const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	const struct entry *entry = find_entry(tracker, address);

	return entry ? &entry->view : NULL;
}

const struct nexthop *tracker_next(const struct tracker *tracker,
				   const struct nexthop *previous)
{
	size_t position = 0;

	if (previous)
		position = find_position(tracker, &previous->address) + 1;
	if (position >= tracker->entry_count)
		return NULL;
	return &tracker->entries[position]->view;
}

const struct nexthop_link *tracker_link_by_name(const struct tracker *tracker,
						const char *name)
{
	return host_link_by_name(&tracker->host, name);
}

bool tracker_has_vlans(const struct tracker *tracker, uint32_t ifindex)
{
	return host_has_vlans(&tracker->host, ifindex);
}

uint32_t tracker_link_of_address(const struct tracker *tracker,
				 const struct address *address)
{
	return host_link_of_address(&tracker->host, address);
}

struct address tracker_own_address(const struct tracker *tracker,
				   uint32_t ifindex, bool ipv4)
{
	return host_own_address(&tracker->host, ifindex, ipv4);
}

bool tracker_is_local(const struct tracker *tracker,
		      const struct address *address)
{
	return host_link_of_address(&tracker->host, address);
}

bool tracker_is_on_link(const struct tracker *tracker,
			const struct address *address)
{
	return host_is_on_link(&tracker->host, address);
}

static int start_bfd(struct tracker *tracker,
		     const struct nexthop_options *options, char *text,
		     size_t size)
{
	const struct bfd_callbacks callbacks = {
		.changed = on_bfd_changed,
		.drained = on_drained,
		.context = tracker,
	};

	const struct bfd_timing timing = {
		.interval_us = options->bfd_interval_ms * CLOCK_US_PER_MS,
		.multiplier = (uint8_t)options->bfd_multiplier,
	};

	return options->bfd ? bfd_new(tracker->base, &timing, &callbacks,
				      &tracker->bfd, text, size) :
			      0;
}

/* Return a hint for missing permissions. */
static const char *permission_hint(int error)
{
	return error == -EPERM ? " (CAP_NET_RAW and CAP_NET_ADMIN are needed)" :
				 "";
}

static int open_sources(struct tracker *tracker,
			const struct nexthop_options *options, char *text,
			size_t size)
{
	const struct ports_callbacks callbacks = {
		.answer = on_answer,
		.drained = on_drained,
		.context = tracker,
	};
	const char *name = "";
	int error = netlink_open(&tracker->host, &tracker->netlink);

	if (error) {
		snprintf(text, size, "netlink: links not read: %s%s",
			 strerror(-error), permission_hint(error));
		return error;
	}
	tracker->ports = ports_new(tracker->base, options->interfaces,
				   options->interface_count, &callbacks);
	if (!tracker->ports)
		return -ENOMEM;
	error = ports_sync(tracker->ports, &tracker->host, &name);
	if (error)
		snprintf(text, size, "%s: packet socket not opened: %s%s", name,
			 strerror(-error), permission_hint(error));
	return error;
}

static int start_events(struct tracker *tracker)
{
	const struct prober_callbacks callbacks = {
		.read_answers = read_answers,
		.due = on_due,
		.done = on_drained,
		.context = tracker,
	};

	tracker->prober =
		prober_new(tracker->base, PROBE_BUDGET_RATE, &callbacks);
	tracker->netlink_readable =
		event_new(tracker->base, netlink_fd(tracker->netlink),
			  EV_READ | EV_PERSIST, on_netlink, tracker);
	tracker->resolve_timer =
		evtimer_new(tracker->base, on_resolve, tracker);
	tracker->settle = event_new(tracker->base, -1, 0, on_settle, tracker);
	if (!tracker->prober || !tracker->netlink_readable ||
	    !tracker->resolve_timer || !tracker->settle ||
	    event_add(tracker->netlink_readable, NULL))
		return -ENOMEM;
	/* The links found so far are reported from the event loop. */
	schedule_resolve(tracker);
	return 0;
}

static void warn_of_missing(const struct tracker *tracker,
			    const struct nexthop_options *options)
{
	for (size_t i = 0; i < options->interface_count; i++)
		if (!host_link_by_name(&tracker->host, options->interfaces[i]))
			log_warning("nexthop",
				    "%s: no such interface; its next hops are "
				    "unreachable until it appears",
				    options->interfaces[i]);
}

int tracker_new(struct event_base *base, const struct nexthop_options *options,
		const struct tracker_callbacks *callbacks,
		struct tracker **created, char *text, size_t size)
{
	struct tracker *tracker = calloc(1, sizeof(*tracker));
	int error = -ENOMEM;

	snprintf(text, size, "out of memory");
	if (!tracker)
		return error;
	tracker->base = base;
	tracker->callbacks = *callbacks;
	TAILQ_INIT(&tracker->changed);
	TAILQ_INIT(&tracker->unsettled);
	host_init(&tracker->host);
	error = open_sources(tracker, options, text, size);
	if (!error)
		error = start_bfd(tracker, options, text, size);
	if (!error)
		error = start_events(tracker);
	if (error) {
		tracker_free(tracker);
		return error;
	}
	warn_of_missing(tracker, options);
	*created = tracker;
	return 0;
}

void tracker_free(struct tracker *tracker)
{
	if (!tracker)
		return;
	for (size_t i = 0; i < tracker->entry_count; i++)
		entry_free(tracker->entries[i]);
	free(tracker->entries);
	if (tracker->settle)
		event_free(tracker->settle);
	if (tracker->resolve_timer)
		event_free(tracker->resolve_timer);
	if (tracker->netlink_readable)
		event_free(tracker->netlink_readable);
	prober_free(tracker->prober);
	bfd_free(tracker->bfd);
	ports_free(tracker->ports);
	netlink_close(tracker->netlink);
	host_release(&tracker->host);
	free(tracker);
}
