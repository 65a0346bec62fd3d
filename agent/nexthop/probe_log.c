// SPDX-License-Identifier: BSD-2-Clause
/* Log lines of a next hop. See probe_log.h. */

#include "nexthop/probe_log.h"

#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

enum time_units {
	MS_PER_TENTH = 100,
};

static bool answers(const struct probe *probe)
{
	return probe->state == NEXTHOP_RESOLVED ||
	       probe->state == NEXTHOP_SUSPECT;
}

static void log_silence(const struct event_objects *objects,
			const struct probe *probe, uint64_t now_ms)
{
	uint64_t silence = now_ms - probe->silent_since_ms;

	log_event(EVENT_NEXTHOP_DEAD, objects,
		  "dead: no answer to %u probes in %" PRIu64 ".%" PRIu64 " s",
		  probe->unanswered, silence / CLOCK_MS_PER_S,
		  silence % CLOCK_MS_PER_S / MS_PER_TENTH);
}

/* Log another change of state; entry.c logs those to UNREACHABLE. */
static void log_state(const struct nexthop *nexthop, const struct probe *before,
		      const struct probe *after)
{
	char address[ADDRESS_TEXT_SIZE], mac[MAC_TEXT_SIZE];
	const char *from = nexthop_state_name(before->state);
	const char *to = nexthop_state_name(after->state);

	if (before->state == after->state ||
	    after->state == NEXTHOP_UNREACHABLE)
		return;
	if (after->state == NEXTHOP_RESOLVING)
		log_debug("nexthop", "%s: %s -> %s, %s",
			  address_format(&nexthop->address, address), from, to,
			  nexthop->interface);
	else
		log_debug("nexthop", "%s: %s -> %s, MAC %s, %s",
			  address_format(&nexthop->address, address), from, to,
			  mac_format(after->mac, mac), nexthop->interface);
}

void probe_log_step(const struct nexthop *nexthop, const struct probe *before,
		    const struct probe *after, const struct probe_event *event)
{
	const struct event_objects objects = { .nexthop = &nexthop->address };
	char mac[MAC_TEXT_SIZE], old[MAC_TEXT_SIZE];

	if (before->state == after->state &&
	    !memcmp(before->mac, after->mac, MAC_SIZE))
		return;
	mac_format(after->mac, mac);
	if (!answers(before) && answers(after))
		log_event(EVENT_NEXTHOP_ALIVE, &objects, "alive at %s on %s",
			  mac, nexthop->interface);
	else if (answers(after) && memcmp(before->mac, after->mac, MAC_SIZE))
		log_event(EVENT_NEXTHOP_MOVED, &objects,
			  "moved to %s on %s: %s is silent", mac,
			  nexthop->interface, mac_format(before->mac, old));
	else if (before->state == NEXTHOP_FAILED ||
		 after->state != NEXTHOP_FAILED)
		log_state(nexthop, before, after);
	else if (event->type == PROBE_LINK_DOWN)
		log_event(EVENT_NEXTHOP_DEAD, &objects, "dead: link %s down",
			  nexthop->interface);
	else
		log_silence(&objects, after, event->now_ms);
}

void probe_log_conflict(const struct nexthop *nexthop,
			const struct probe *before, const struct probe *after,
			const struct probe_event *event)
{
	const struct event_objects objects = { .nexthop = &nexthop->address };
	char mac[MAC_TEXT_SIZE], other_text[MAC_TEXT_SIZE];
	/* The known MAC answered after another one, or another one answered. */
	const uint8_t *other = before->has_other_mac ? before->other_mac :
						       event->mac;

	log_event(EVENT_NEXTHOP_CONFLICT, &objects,
		  "%s answers too, %s is kept while it answers "
		  "(%u conflicts): look for a duplicate address or a forger",
		  mac_format(other, other_text), mac_format(after->mac, mac),
		  after->conflicts);
}

void probe_log_refused(const struct nexthop *nexthop,
		       const struct probe_event *event)
{
	const struct event_objects objects = { .nexthop = &nexthop->address };
	char mac[MAC_TEXT_SIZE];

	log_event(
		EVENT_NEXTHOP_MAC_REFUSED, &objects,
		"an answer from %s is not believed: that is no MAC of a server",
		mac_format(event->mac, mac));
}
