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
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/address_bucket.h"
#include "nexthop/bfd.h"
#include "nexthop/hold_down.h"
#include "nexthop/link_speed.h"
#include "nexthop/netlink.h"
#include "nexthop/ports.h"
#include "nexthop/probe_budget.h"

enum tracker_times {
	/* Many route changes cause one round of lookups in this time. */
	RESOLVE_INTERVAL_MS = 100,
};

static void start_timer(struct event *timer, uint64_t delay_ms)
{
	const struct timeval delay = clock_timeval_of_ms(delay_ms);

	evtimer_add(timer, &delay);
}

struct via_list *tracker_via_list(struct tracker *tracker,
				  const struct address *via)
{
	return &tracker->by_via[address_bucket(&tracker->secret, via,
					       TRACKER_VIA_BUCKETS)];
}

/* Wait for the hold-down that ends first, if there is another one. */
static void wait_for_hold(struct tracker *tracker)
{
	uint64_t now, end;

	if (!tracker->hold_down)
		return;
	end = hold_down_next_end(tracker->hold_down);
	if (end == tracker->hold_timer_ms)
		return;
	tracker->hold_timer_ms = end;
	if (end == HOLD_DOWN_NEVER) {
		evtimer_del(tracker->hold_timer);
		return;
	}
	now = clock_now_ms();
	start_timer(tracker->hold_timer, end > now ? end - now : 0);
}

void tracker_report(struct tracker *tracker)
{
	const struct tracker_callbacks *callbacks = &tracker->callbacks;
	struct nexthop_link link;
	struct entry *entry;
	bool any = false;

	while ((entry = TAILQ_FIRST(&tracker->changed)))
		if (entry_take_change(entry))
			callbacks->changed(&entry->view, callbacks->context);
	while (host_next_change(&tracker->host, &link)) {
		callbacks->link_changed(&link, callbacks->context);
		any = true;
	}
	if (any && callbacks->links_settled)
		callbacks->links_settled(callbacks->context);
	wait_for_hold(tracker);
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

struct entry *tracker_find_entry(const struct tracker *tracker,
				 const struct address *address)
{
	return (struct entry *)address_tree_find(&tracker->entries, address);
}

static struct entry *first_entry(const struct tracker *tracker)
{
	return (struct entry *)address_tree_first(&tracker->entries);
}

static struct entry *entry_after(const struct tracker *tracker,
				 const struct address *address)
{
	return (struct entry *)address_tree_after(&tracker->entries, address);
}

/* Use those whose hold ends until `now_ms` again. */
static void let_held_go(struct tracker *tracker, uint64_t now_ms)
{
	struct address address;

	while (hold_down_take_over(tracker->hold_down, now_ms, &address)) {
		struct entry *entry = tracker_find_entry(tracker, &address);

		if (entry)
			entry_hold_over(entry);
	}
}

static void on_hold_over(evutil_socket_t fd, short what, void *context)
{
	struct tracker *tracker = context;

	(void)fd;
	(void)what;
	tracker->hold_timer_ms = HOLD_DOWN_NEVER;
	let_held_go(tracker, clock_now_ms());
	tracker_report(tracker);
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

/* Look up routes from an entry on; return the one where the turn was over. */
static struct entry *resolve_from(struct tracker *tracker, struct entry *entry)
{
	uint64_t end_us = clock_now_us() + WORK_PIECE_US;

	while (entry && clock_now_us() < end_us) {
		tracker->resolved_last = entry->node.address;
		/* A new one is looked up when it is settled. */
		if (entry->settled_once)
			entry_resolve(entry);
		entry = entry_after(tracker, &tracker->resolved_last);
	}
	return entry;
}

/* Look up all routes in rounds, of as many pieces as it takes. */
static void resolve_some(void *context)
{
	struct tracker *tracker = context;
	struct entry *entry;

	if (tracker->resolving) {
		entry = entry_after(tracker, &tracker->resolved_last);
	} else {
		entry = first_entry(tracker);
		tracker->resolved_ms = clock_now_ms();
	}
	tracker->resolving = resolve_from(tracker, entry);
	if (tracker->resolving)
		work_queue_add(tracker->queue, &tracker->resolve);
	else if (tracker->resolve_again)
		schedule_resolve(tracker);
	tracker_report(tracker);
}

static void on_resolve(evutil_socket_t fd, short what, void *context)
{
	struct tracker *tracker = context;

	(void)fd;
	(void)what;
	work_queue_add(tracker->queue, &tracker->resolve);
}

/* Apply changed links at once, before routes are looked up. */
static void follow_links(struct tracker *tracker)
{
	struct entry *entry;

	for (entry = first_entry(tracker); entry;
	     entry = entry_after(tracker, &entry->node.address))
		entry_follow_link(entry,
				  host_link_by_index(&tracker->host,
						     entry->view.ifindex));
}

static void sync_ports(struct tracker *tracker)
{
	const char *name;
	int error = ports_sync(tracker->ports, &tracker->host, &name);

	if (error)
		log_event(EVENT_PROBING_FAILED,
			  &(struct event_objects){ .interface = name },
			  "packet socket not opened: %s", strerror(-error));
}

static void on_netlink(evutil_socket_t fd, short what, void *context)
{
	struct tracker *tracker = context;
	unsigned int changes = netlink_read(tracker->netlink);

	(void)fd;
	(void)what;
	if (changes & NETLINK_LINKS) {
		sync_ports(tracker);
		if (tracker->speeds)
			link_speeds_read(tracker->speeds);
		follow_links(tracker);
	}
	if (changes)
		schedule_resolve(tracker);
	tracker_report(tracker);
	if (changes & NETLINK_ADDRESSES && tracker->callbacks.addresses_changed)
		tracker->callbacks.addresses_changed(
			tracker->callbacks.context);
}

static void on_link_speeds(void *context)
{
	follow_links(context);
	tracker_report(context);
}

static struct entry *create_entry(struct tracker *tracker,
				  const struct address *address)
{
	struct entry *entry;

	if (prober_reserve(tracker->prober, tracker->entries.count + 1))
		return NULL;
	entry = entry_new(tracker, address);
	if (entry)
		address_tree_insert(&tracker->entries, &entry->node);
	return entry;
}

static void remove_entry(struct tracker *tracker, struct entry *entry)
{
	address_tree_remove(&tracker->entries, &entry->node);
	entry_free(entry);
}

/* Settle those first that may end: the lookups of the others take long. */
static void mark_unsettled(struct tracker *tracker, struct entry *entry,
			   bool leaving)
{
	work_queue_add(tracker->queue, &tracker->settle);
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
	struct entry *entry = tracker_find_entry(tracker, address);

	if (!entry)
		entry = create_entry(tracker, address);
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
	struct entry *entry = tracker_find_entry(tracker, address);

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

void tracker_encapsulate(struct tracker *tracker, const struct address *address,
			 enum hg_encapsulation encapsulation)
{
	struct entry *entry = tracker_find_entry(tracker, address);

	if (!entry || entry->view.encapsulation == encapsulation)
		return;
	entry_encapsulate(entry, encapsulation);
	mark_unsettled(tracker, entry, false);
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
	uint64_t end_us = clock_now_us() + WORK_PIECE_US;
	struct entry *entry;

	while ((entry = TAILQ_FIRST(&tracker->unsettled)) &&
	       clock_now_us() < end_us)
		settle_entry(tracker, entry);
	if (entry)
		work_queue_add(tracker->queue, &tracker->settle);
	tracker_report(tracker);
}

static void settle_some(void *context)
{
	tracker_settle(context);
}

const struct bfd_session *tracker_bfd_session(const struct tracker *tracker,
					      const struct address *address)
{
	const struct entry *entry = tracker_find_entry(tracker, address);

	return entry && entry->bfd ? bfd_peer_session(entry->bfd) : NULL;
}

const uint64_t *tracker_bfd_counts(const struct tracker *tracker)
{
	return tracker->bfd ? bfd_counts(tracker->bfd) : NULL;
}

const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	const struct entry *entry = tracker_find_entry(tracker, address);

	return entry ? &entry->view : NULL;
}

const struct nexthop *tracker_next(const struct tracker *tracker,
				   const struct nexthop *previous)
{
	const struct entry *entry =
		previous ? entry_after(tracker, &previous->address) :
			   first_entry(tracker);

	return entry ? &entry->view : NULL;
}

const struct nexthop_link *tracker_link_by_name(const struct tracker *tracker,
						const char *name)
{
	return host_link_by_name(&tracker->host, name);
}

void tracker_follow_link(struct tracker *tracker, uint32_t ifindex,
			 const char *name)
{
	host_follow_link(&tracker->host, ifindex, name);
}

bool tracker_has_vlans(const struct tracker *tracker, uint32_t ifindex)
{
	return host_has_vlans(&tracker->host, ifindex);
}

bool tracker_uses_port(const struct tracker *tracker, uint32_t ifindex)
{
	const struct nexthop *nexthop = NULL;

	while ((nexthop = tracker_next(tracker, nexthop)))
		if (nexthop->port_ifindex == ifindex)
			return true;
	return false;
}

void tracker_visit_vlans(const struct tracker *tracker, uint32_t ifindex,
			 host_vlan_visit_fn *visit, void *context)
{
	host_visit_vlans(&tracker->host, ifindex, visit, context);
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

bool tracker_has_own_address(const struct tracker *tracker, uint32_t ifindex,
			     const struct address *address)
{
	return host_has_own_address(&tracker->host, ifindex, address);
}

int tracker_neighbor_mac(const struct tracker *tracker,
			 const struct address *address, uint32_t ifindex,
			 uint8_t mac[MAC_SIZE])
{
	return netlink_neighbor_mac(tracker->netlink, address, ifindex, mac);
}

bool tracker_is_local(const struct tracker *tracker,
		      const struct address *address)
{
	return host_link_of_address(&tracker->host, address);
}

uint64_t tracker_sum_addresses(const struct tracker *tracker,
			       host_address_fn *counts, void *context)
{
	return host_sum_addresses(&tracker->host, counts, context);
}

bool tracker_is_behind_vip(const struct tracker *tracker,
			   const struct address *address)
{
	const struct entry *entry = tracker_find_entry(tracker, address);

	return entry && entry->reason == ENTRY_REASON_VIP;
}

bool tracker_is_on_link(const struct tracker *tracker,
			const struct address *address)
{
	return host_is_on_link(&tracker->host, address);
}

static struct bfd_timing bfd_timing_of(const struct nexthop_options *options)
{
	return (struct bfd_timing){
		.interval_us = options->bfd_interval_ms * CLOCK_US_PER_MS,
		.multiplier = (uint8_t)options->bfd_multiplier,
	};
}

static int start_bfd(struct tracker *tracker, int ports[BFD_PORT_COUNT],
		     const struct nexthop_options *options, char *text,
		     size_t size)
{
	const struct bfd_callbacks callbacks = {
		.changed = on_bfd_changed,
		.drained = on_drained,
		.context = tracker,
	};

	const struct bfd_timing timing = bfd_timing_of(options);

	if (!options->bfd)
		return 0;
	return bfd_new(tracker->base, &timing, &callbacks, ports, &tracker->bfd,
		       text, size);
}

static int start_hold_down(struct tracker *tracker,
			   const struct nexthop_options *options)
{
	if (!options->hold_down_s)
		return 0;
	tracker->hold_down =
		hold_down_new(options->hold_down_s * CLOCK_MS_PER_S);
	tracker->hold_timer = evtimer_new(tracker->base, on_hold_over, tracker);
	tracker->hold_timer_ms = HOLD_DOWN_NEVER;
	return tracker->hold_down && tracker->hold_timer ? 0 : -ENOMEM;
}

static int start_link_speeds(struct tracker *tracker,
			     const struct nexthop_options *options)
{
	if (!options->link_speeds)
		return 0;
	tracker->speeds = link_speeds_new(tracker->base, options->interfaces,
					  options->interface_count,
					  on_link_speeds, tracker);
	return tracker->speeds ? 0 : -ENOMEM;
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
	if (!tracker->prober || !tracker->netlink_readable ||
	    !tracker->resolve_timer ||
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
			log_event(EVENT_INTERFACE_MISSING,
				  &(struct event_objects){
					  .interface = options->interfaces[i],
				  },
				  "no such interface; its next hops are "
				  "unreachable until it appears");
}

static struct probe_timing
probe_timing_of(const struct nexthop_options *options)
{
	return (struct probe_timing){
		.interval_ms = options->probe_interval_ms,
		.count = options->probe_count,
	};
}

static void make_work(struct tracker *tracker, struct work_queue *queue)
{
	tracker->queue = queue;
	tracker->resolve = (struct work){ .run = resolve_some,
					  .context = tracker,
					  .name = "routes of next hops" };
	tracker->settle = (struct work){ .run = settle_some,
					 .context = tracker,
					 .name = "new next hops" };
}

int tracker_new(struct event_base *base, struct work_queue *queue,
		const struct nexthop_options *options,
		const struct tracker_callbacks *callbacks, int bfd_ports[],
		struct tracker **created, char *text, size_t size)
{
	struct tracker *tracker = calloc(1, sizeof(*tracker));
	int error = -ENOMEM;

	snprintf(text, size, "out of memory");
	if (!tracker)
		return error;
	tracker->base = base;
	make_work(tracker, queue);
	tracker->callbacks = *callbacks;
	tracker->probe_timing = probe_timing_of(options);
	TAILQ_INIT(&tracker->changed);
	TAILQ_INIT(&tracker->unsettled);
	host_init(&tracker->host);
	error = keyed_hash_draw(&tracker->secret);
	if (!error)
		error = open_sources(tracker, options, text, size);
	if (!error)
		error = start_bfd(tracker, bfd_ports, options, text, size);
	if (!error)
		error = start_hold_down(tracker, options);
	if (!error)
		error = start_link_speeds(tracker, options);
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

int tracker_expect(struct tracker *tracker, const struct address *via,
		   uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	return expected_macs_add(&tracker->expected, via, ifindex, mac);
}

void tracker_expect_no_more(struct tracker *tracker)
{
	expected_macs_clear(&tracker->expected);
}

/* Start what the options need and the last ones did not. */
static int start_missing(struct tracker *tracker,
			 const struct nexthop_options *options, char *text,
			 size_t size)
{
	int error = tracker->bfd ?
			    0 :
			    start_bfd(tracker, NULL, options, text, size);

	if (!error && !tracker->hold_down)
		error = start_hold_down(tracker, options);
	if (!error && !tracker->speeds)
		error = start_link_speeds(tracker, options);
	return error;
}

/* Hold no next hop any more. */
static void end_holds(struct tracker *tracker)
{
	let_held_go(tracker, HOLD_DOWN_NEVER - 1);
	hold_down_free(tracker->hold_down);
	tracker->hold_down = NULL;
	event_free(tracker->hold_timer);
	tracker->hold_timer = NULL;
}

static void set_timing(struct tracker *tracker,
		       const struct nexthop_options *options)
{
	tracker->probe_timing = probe_timing_of(options);
	for (struct entry *entry = first_entry(tracker); entry;
	     entry = entry_after(tracker, &entry->view.address))
		probe_set_timing(&entry->probe, &tracker->probe_timing);
}

int tracker_reconfigure(struct tracker *tracker,
			const struct nexthop_options *options, char *text,
			size_t size)
{
	const struct bfd_timing timing = bfd_timing_of(options);
	int error;

	snprintf(text, size, "out of memory");
	error = start_missing(tracker, options, text, size);
	if (error)
		return error;
	if (tracker->bfd)
		bfd_set_timing(tracker->bfd, &timing);
	if (tracker->hold_down && !options->hold_down_s)
		end_holds(tracker);
	else if (tracker->hold_down)
		hold_down_set(tracker->hold_down,
			      options->hold_down_s * CLOCK_MS_PER_S);
	set_timing(tracker, options);
	tracker_report(tracker);
	return 0;
}

void tracker_free(struct tracker *tracker)
{
	if (!tracker)
		return;
	while (tracker->entries.root)
		remove_entry(tracker, first_entry(tracker));
	if (tracker->hold_timer)
		event_free(tracker->hold_timer);
	hold_down_free(tracker->hold_down);
	link_speeds_free(tracker->speeds);
	work_queue_remove(tracker->queue, &tracker->settle);
	work_queue_remove(tracker->queue, &tracker->resolve);
	if (tracker->resolve_timer)
		event_free(tracker->resolve_timer);
	if (tracker->netlink_readable)
		event_free(tracker->netlink_readable);
	expected_macs_clear(&tracker->expected);
	prober_free(tracker->prober);
	bfd_free(tracker->bfd);
	ports_free(tracker->ports);
	netlink_close(tracker->netlink);
	host_release(&tracker->host);
	free(tracker);
}
