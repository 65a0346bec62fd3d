// SPDX-License-Identifier: BSD-2-Clause
/* From the tables of a previous run to ours. See takeover.h. */

#include "takeover.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>

#include "bgp/session/neighbor.h"
#include "config/config.h"
#include "core/clock.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"
#include "steering/adopt.h"
#include "takeover_rule.h"

enum takeover_times {
	TICK_MS = 250,
	/*
	 * An End-of-RIB counts when what came before it is decided; tables that
	 * cannot be read are replaced when ours were at rest for so long.
	 */
	REST_MS = 1000,
};

/* A next hop, as one look at all VIPs finds it */
enum chance {
	CHANCE_UNKNOWN,
	CHANCE_WAITS,
	CHANCE_HAD,    /* and its session is up, or it is dead */
	CHANCE_ABSENT, /* and its session did not come back */
};

/* ------------------------------------------------------------- sessions */

/* Return the hold time of sessions with this address; 0: they have none. */
static uint32_t hold_time_of(const struct takeover *takeover,
			     const struct address *address, bool *configured)
{
	const struct bgp_options *bgp = &takeover->config->bgp;
	const struct bgp_neighbor_options *best = NULL;
	uint32_t longest = 0;

	for (size_t i = 0; i < bgp->neighbor_count; i++) {
		const struct bgp_neighbor_options *of = &bgp->neighbors[i];

		if (of->hold_time > longest)
			longest = of->hold_time;
		if (!neighbor_is_interface(of) &&
		    prefix_contains(&of->prefix, address) &&
		    (!best || of->prefix.length > best->prefix.length))
			best = of;
	}
	*configured = best;
	return best ? best->hold_time : longest;
}

static const struct rib_peer *peer_of_address(const struct takeover *takeover,
					      const struct address *address)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(takeover->rib, peer)))
		if (address_equal(&peer->source.address, address) &&
		    peer->owner)
			return peer;
	return NULL;
}

static uint32_t seconds_since(uint64_t ms, uint64_t now)
{
	return (uint32_t)((now - ms) / CLOCK_MS_PER_S);
}

static void note_session(struct takeover_nexthop *about,
			 const struct rib_peer *peer, bool ipv4, uint64_t now)
{
	const struct bgp_neighbor *neighbor = peer->owner;
	enum bgp_family family = ipv4 ? BGP_IPV4_UNICAST : BGP_IPV6_UNICAST;

	about->session_up = true;
	about->session_age_s = seconds_since(neighbor->changed_ms, now);
	about->end_of_rib = peer->end_of_rib & bgp_family_bit(family) &&
			    now - peer->end_of_rib_ms >= REST_MS;
}

static enum chance find_chance(const struct takeover *takeover,
			       const struct address *address, bool ipv4,
			       uint64_t now)
{
	const struct nexthop *nexthop =
		tracker_find(takeover->tracker, address);
	const struct rib_peer *peer = peer_of_address(takeover, address);
	struct takeover_nexthop about = { .session_up = false };
	bool configured;

	about.hold_time_s = hold_time_of(takeover, address, &configured);
	if (nexthop) {
		about.resolving = nexthop->state == NEXTHOP_RESOLVING;
		about.dead = nexthop->state == NEXTHOP_FAILED ||
			     nexthop->bfd == NEXTHOP_BFD_DOWN;
	}
	if (peer)
		note_session(&about, peer, ipv4, now);
	if (!takeover_had_chance(&about,
				 seconds_since(takeover->report.begin_ms, now),
				 takeover->report.max_s))
		return CHANCE_WAITS;
	return configured && !peer ? CHANCE_ABSENT : CHANCE_HAD;
}

static enum chance chance_of(struct takeover *takeover, uint16_t slot,
			     bool ipv4, uint64_t now)
{
	uint8_t *chance = &takeover->chances[ipv4][slot];

	if (*chance == CHANCE_UNKNOWN)
		*chance = find_chance(takeover, &takeover->list.addresses[slot],
				      ipv4, now);
	return *chance;
}

/* ------------------------------------------------------------- VIPs */

static void note_wait(struct takeover *takeover, uint16_t slot)
{
	struct takeover_report *report = &takeover->report;

	if (takeover->waited_for[slot])
		return;
	takeover->waited_for[slot] = true;
	if (report->nexthops_waited_for < TAKEOVER_REPORT_NEXTHOPS)
		report->nexthops[report->nexthops_waited_for] =
			takeover->list.addresses[slot];
	report->nexthops_waited_for++;
}

/* Wait for each next hop of the table that had no chance yet. */
static void judge_table(struct takeover *takeover,
			struct takeover_judgement *about, uint64_t now)
{
	const struct takeover_group *group =
		&takeover->list.groups[about->group];
	const struct steering_set *set = about->set;

	about->ready = true;
	for (size_t i = 0; i < group->count; i++) {
		uint16_t slot = group->slots[i];

		if (set && set_has(set, &takeover->list.addresses[slot]))
			continue;
		if (chance_of(takeover, slot, about->ipv4, now) != CHANCE_WAITS)
			continue;
		note_wait(takeover, slot);
		about->ready = false;
	}
	about->is_made = true;
}

/* True if each next hop of the VIP's table is in its set, or had its chance. */
static bool is_ready(struct takeover *takeover, const struct takeover_vip *vip,
		     uint64_t now)
{
	struct takeover_judgement *last = &takeover->last;
	struct takeover_judgement about = {
		.group = vip->group,
		.set = steering_wanted_set(takeover->steering, &vip->prefix),
		.ipv4 = address_is_ipv4(&vip->prefix.address),
	};

	if (last->is_made && last->group == about.group &&
	    last->set == about.set && last->ipv4 == about.ipv4)
		return last->ready;
	judge_table(takeover, &about, now);
	*last = about;
	return about.ready;
}

/* Let an adopted VIP have its set; tell which sessions are missed. */
static void end_wait(struct takeover *takeover, const struct takeover_vip *vip,
		     uint64_t now)
{
	const struct takeover_group *group = &takeover->list.groups[vip->group];
	const struct steering_set *set =
		steering_wanted_set(takeover->steering, &vip->prefix);
	bool ipv4 = address_is_ipv4(&vip->prefix.address);

	for (size_t i = 0; i < group->count; i++) {
		uint16_t slot = group->slots[i];
		const struct address *address = &takeover->list.addresses[slot];

		if (!(set && set_has(set, address)) &&
		    chance_of(takeover, slot, ipv4, now) == CHANCE_ABSENT)
			steering_session_absent(takeover->steering, address,
						!rib_uses_nexthop(takeover->rib,
								  address));
	}
	steering_release_vip(takeover->steering, &vip->prefix);
}

static void begin_look(struct takeover *takeover)
{
	memset(takeover->chances, CHANCE_UNKNOWN, sizeof(takeover->chances));
	memset(takeover->waited_for, 0, sizeof(takeover->waited_for));
	takeover->report.nexthops_waited_for = 0;
	takeover->next = takeover->list.count;
}

/* Look at each VIP that waits. Returns false if there was no time for all. */
static bool look_at_vips(struct takeover *takeover, uint64_t now)
{
	bool adopted = datapath_is_adopted(takeover->datapath);
	struct takeover_list *list = &takeover->list;
	uint64_t until_us = clock_now_us() + WORK_PIECE_US;

	if (!takeover->next)
		begin_look(takeover);
	takeover->last.is_made = false; /* sets may have changed since */
	while (takeover->next) {
		struct takeover_vip vip = list->vips[--takeover->next];

		if (!is_ready(takeover, &vip, now))
			continue;
		if (adopted)
			end_wait(takeover, &vip, now);
		list->vips[takeover->next] = list->vips[--list->count];
		list->vips[list->count] = vip;
		takeover->report.vips_waiting = list->count;
		if (clock_now_us() >= until_us)
			return false;
	}
	return true;
}

/* ------------------------------------------------------------- the end */

static void tell_moved(const struct takeover *takeover)
{
	unsigned int percent = takeover_moved_percent(
		&takeover->list, takeover->datapath, takeover->steering,
		takeover->config->steering.table_size);

	log_event(EVENT_TAKEN_OVER, NULL,
		  "taken over from the previous run, whose tables did not "
		  "fit: about %u percent of all flows move to another server",
		  percent);
}

static void end_takeover(struct takeover *takeover)
{
	const struct takeover_hooks *hooks = &takeover->hooks;
	struct takeover_report *report = &takeover->report;

	report->end_ms = clock_now_ms();
	report->vips_waiting = report->nexthops_waited_for = 0;
	if (datapath_is_adopted(takeover->datapath)) {
		steering_end_adoption(takeover->steering);
		log_event(EVENT_TAKEN_OVER, NULL,
			  "taken over from the previous run after %llu ms, "
			  "with its tables",
			  (unsigned long long)(report->end_ms -
					       report->begin_ms));
	} else if (datapath_inherits(takeover->datapath)) {
		tell_moved(takeover);
	}
	datapath_end_inheritance(takeover->datapath);
	takeover_list_release(&takeover->list);
	hooks->complete(hooks->context);
}

/* True if our own tables serve all VIPs that have routes. */
static bool are_tables_at_rest(const struct takeover *takeover, uint64_t now)
{
	return steering_next_vip(takeover->steering, NULL) &&
	       now - takeover->busy_ms >= REST_MS;
}

static bool is_complete(const struct takeover *takeover, uint64_t now)
{
	if (datapath_is_adopted(takeover->datapath))
		return !takeover->list.count;
	if (seconds_since(takeover->report.begin_ms, now) >=
	    takeover->report.max_s)
		return true;
	return !takeover->list.count && are_tables_at_rest(takeover, now);
}

static void on_takeover_tick(evutil_socket_t fd, short what, void *context)
{
	struct takeover *takeover = context;
	struct timeval next = clock_timeval_of_ms(TICK_MS);
	uint64_t now = clock_now_ms();
	bool busy = takeover->hooks.is_busy(takeover->hooks.context);

	(void)fd, (void)what;
	takeover->report.max_s = takeover->config->agent.takeover_max_s;
	if (busy)
		takeover->busy_ms = now;
	if (!busy && !look_at_vips(takeover, now))
		next = (struct timeval){ 0 };
	if (is_complete(takeover, now))
		end_takeover(takeover);
	else
		evtimer_add(takeover->tick, &next);
}

/* ------------------------------------------------------------- the begin */

static int adopt(struct takeover *takeover)
{
	const struct steering_source source = {
		.each_vip = datapath_inherited_vips,
		.get_bucket = datapath_inherited_bucket,
		.get_nexthop = datapath_inherited_nexthop,
		.datapath = takeover->datapath,
	};

	return steering_adopt(takeover->steering, &source, clock_now_ms());
}

static void begin_report(struct takeover *takeover)
{
	takeover->report = (struct takeover_report){
		.begin_ms = takeover->busy_ms,
		.max_s = takeover->config->agent.takeover_max_s,
		.adopted = datapath_is_adopted(takeover->datapath),
		.vips = takeover->list.count,
		.vips_waiting = takeover->list.count,
	};
}

int takeover_begin(struct takeover *takeover)
{
	const struct timeval tick = clock_timeval_of_ms(TICK_MS);
	int error = 0;

	if (!datapath_has_previous(takeover->datapath))
		return 0;
	takeover->busy_ms = clock_now_ms();
	takeover->tick =
		evtimer_new(takeover->base, on_takeover_tick, takeover);
	if (!takeover->tick)
		return -ENOMEM;
	if (datapath_inherits(takeover->datapath))
		error = takeover_list_fill(&takeover->list, takeover->datapath);
	if (!error && datapath_is_adopted(takeover->datapath))
		error = adopt(takeover);
	if (error)
		return error;
	begin_report(takeover);
	log_event(EVENT_TABLES_ADOPTED, NULL,
		  "the previous run's tables forward until their next hops are "
		  "announced again, at most %u s",
		  takeover->report.max_s);
	evtimer_add(takeover->tick, &tick);
	return 0;
}

bool takeover_is_pending(const struct takeover *takeover)
{
	return takeover_report_is_running(&takeover->report);
}

void takeover_release(struct takeover *takeover)
{
	takeover_list_release(&takeover->list);
	if (takeover->tick)
		event_free(takeover->tick);
}
