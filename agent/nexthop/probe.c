// SPDX-License-Identifier: BSD-2-Clause
/* The state machine of one next hop. See probe.h. */

#include "nexthop/probe.h"

#include <string.h>

enum mac_bits {
	MAC_GROUP_BIT = 0x01, /* in the first byte; IEEE 802 8.2.2 */
};

/* Time that RESOLVING waits for the answer to each of its probes. */
static const uint32_t resolve_wait_ms[PROBE_RESOLVE_TRIES] = {
	PROBE_RETRY_MS,
	PROBE_RETRY_MS,
	2 * PROBE_RETRY_MS,
	4 * PROBE_RETRY_MS,
};

void probe_init(struct probe *probe, const struct probe_timing *timing)
{
	*probe = (struct probe){
		.timing = *timing,
		.state = NEXTHOP_UNREACHABLE,
		.deadline_ms = PROBE_NEVER,
	};
}

/* A lower count does not skip the last question, which goes to all. */
void probe_set_timing(struct probe *probe, const struct probe_timing *timing)
{
	probe->timing = *timing;
	if (probe->unanswered + 2 > timing->count)
		probe->unanswered = timing->count - 2;
}

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, MAC_SIZE);
}

/* False for a group (broadcast, too), zero and our own MAC. */
static bool mac_is_valid(const struct probe *probe, const uint8_t *mac)
{
	static const uint8_t zero[MAC_SIZE];

	return !(mac[0] & MAC_GROUP_BIT) && !same_mac(mac, zero) &&
	       !same_mac(mac, probe->own_mac);
}

static enum probe_question ask_question(struct probe *probe, uint64_t now_ms,
					enum probe_question question,
					uint32_t wait_ms)
{
	if (!probe->unanswered)
		probe->silent_since_ms = now_ms;
	probe->open = question;
	probe->asked_ms = now_ms;
	probe->deadline_ms = now_ms + wait_ms;
	return question;
}

/* Send no more probes and stop the timer. */
static enum probe_question stop_asking(struct probe *probe,
				       enum nexthop_state state)
{
	probe->state = state;
	probe->open = PROBE_ASK_NONE;
	probe->has_other_mac = false;
	probe->deadline_ms = PROBE_NEVER;
	return PROBE_ASK_NONE;
}

uint32_t probe_interval_ms(const struct probe_timing *timing, uint32_t least_ms)
{
	return least_ms > timing->interval_ms ? least_ms : timing->interval_ms;
}

/* Return how long a known MAC may take to answer. */
static uint32_t retry_ms(const struct probe *probe)
{
	uint32_t half = probe->timing.interval_ms / 2;

	return half < PROBE_RETRY_MS ? half : PROBE_RETRY_MS;
}

bool probe_is_in_doubt(const struct probe *probe)
{
	return probe->open != PROBE_ASK_NONE &&
	       (probe->state == NEXTHOP_RESOLVED ||
		probe->state == NEXTHOP_SUSPECT);
}

static enum probe_question start_resolving(struct probe *probe,
					   const struct probe_event *event)
{
	probe->state = NEXTHOP_RESOLVING;
	probe->has_other_mac = false;
	probe->unanswered = 0;
	memset(probe->mac, 0, MAC_SIZE);
	if (!event->hold)
		return ask_question(probe, event->now_ms, PROBE_ASK_ALL,
				    resolve_wait_ms[0]);
	probe->open = PROBE_ASK_NONE;
	probe->deadline_ms = event->now_ms;
	return PROBE_ASK_NONE;
}

/* Enter RESOLVED: the next hop answers from `mac`. */
static enum probe_question enter_resolved(struct probe *probe,
					  const uint8_t *mac,
					  const struct probe_event *event)
{
	memmove(probe->mac, mac, MAC_SIZE);
	probe->state = NEXTHOP_RESOLVED;
	probe->open = PROBE_ASK_NONE;
	probe->has_other_mac = false;
	probe->unanswered = 0;
	probe->deadline_ms =
		event->now_ms +
		probe_interval_ms(&probe->timing, event->interval_ms) -
		event->jitter_ms;
	return PROBE_ASK_NONE;
}

/* Begin. What answered another agent is taken for alive, and asked at once. */
static enum probe_question start(struct probe *probe,
				 const struct probe_event *event)
{
	if (!event->expected || !mac_is_valid(probe, event->mac))
		return start_resolving(probe, event);
	enter_resolved(probe, event->mac, event);
	probe->deadline_ms = event->now_ms;
	return PROBE_ASK_NONE;
}

static uint32_t failed_interval(const struct probe *probe,
				const struct probe_event *event)
{
	uint32_t least = probe_interval_ms(&probe->timing, event->interval_ms);
	uint64_t share =
		(event->now_ms - probe->slow_since_ms) / PROBE_BACK_OFF_SHARE;

	if (least < PROBE_FAILED_MS)
		least = PROBE_FAILED_MS;
	if (share > PROBE_SLOWEST_MS)
		share = PROBE_SLOWEST_MS;
	return share > least ? (uint32_t)share : least;
}

static enum probe_question ask_failed(struct probe *probe,
				      const struct probe_event *event)
{
	return ask_question(probe, event->now_ms, PROBE_ASK_ALL,
			    failed_interval(probe, event) - event->jitter_ms);
}

static enum probe_question enter_failed(struct probe *probe,
					const struct probe_event *event)
{
	probe->state = NEXTHOP_FAILED;
	probe->slow_since_ms = event->now_ms;
	return ask_failed(probe, event);
}

static enum probe_question step_resolving(struct probe *probe,
					  const struct probe_event *event)
{
	switch (event->type) {
	case PROBE_REPLY:
		return enter_resolved(probe, event->mac, event);
	case PROBE_TIMER:
		if (probe->open != PROBE_ASK_NONE &&
		    ++probe->unanswered == PROBE_RESOLVE_TRIES)
			return enter_failed(probe, event);
		return ask_question(probe, event->now_ms, PROBE_ASK_ALL,
				    resolve_wait_ms[probe->unanswered]);
	default:
		return PROBE_ASK_NONE;
	}
}

/* Record another MAC only: the known one may answer until the deadline. */
static enum probe_question suspect_reply(struct probe *probe,
					 const struct probe_event *event)
{
	if (same_mac(event->mac, probe->mac)) {
		probe->conflicts += probe->has_other_mac;
		return enter_resolved(probe, probe->mac, event);
	}
	if (probe->open != PROBE_ASK_ALL) {
		probe->conflicts++;
	} else if (!probe->has_other_mac) {
		memcpy(probe->other_mac, event->mac, MAC_SIZE);
		probe->has_other_mac = true;
	}
	return PROBE_ASK_NONE;
}

static enum probe_question suspect_timer(struct probe *probe,
					 const struct probe_event *event)
{
	if (probe->has_other_mac)
		return enter_resolved(probe, probe->other_mac, event);
	probe->unanswered++;
	if (probe->unanswered + 1 < probe->timing.count)
		return ask_question(probe, event->now_ms, PROBE_ASK_MAC,
				    retry_ms(probe));
	if (probe->unanswered + 1 == probe->timing.count)
		return ask_question(probe, event->now_ms, PROBE_ASK_ALL,
				    retry_ms(probe));
	return enter_failed(probe, event);
}

static enum probe_question step_resolved(struct probe *probe,
					 const struct probe_event *event)
{
	switch (event->type) {
	case PROBE_REPLY:
		if (same_mac(event->mac, probe->mac))
			return enter_resolved(probe, probe->mac, event);
		probe->conflicts++;
		return PROBE_ASK_NONE;
	case PROBE_TIMER:
		if (probe->open != PROBE_ASK_NONE) {
			probe->state = NEXTHOP_SUSPECT;
			return suspect_timer(probe, event);
		}
		return ask_question(probe, event->now_ms, PROBE_ASK_MAC,
				    retry_ms(probe));
	default:
		return PROBE_ASK_NONE;
	}
}

static enum probe_question step_suspect(struct probe *probe,
					const struct probe_event *event)
{
	switch (event->type) {
	case PROBE_REPLY:
		return suspect_reply(probe, event);
	case PROBE_TIMER:
		return suspect_timer(probe, event);
	default:
		return PROBE_ASK_NONE;
	}
}

/* Probe once a second again, unless it waits for its link. */
static enum probe_question failed_news(struct probe *probe, uint64_t now_ms)
{
	uint64_t next = probe->asked_ms + PROBE_FAILED_MS;

	if (probe->deadline_ms == PROBE_NEVER)
		return PROBE_ASK_NONE;
	probe->slow_since_ms = now_ms;
	if (next < probe->deadline_ms)
		probe->deadline_ms = next;
	return PROBE_ASK_NONE;
}

static enum probe_question step_failed(struct probe *probe,
				       const struct probe_event *event)
{
	switch (event->type) {
	case PROBE_REPLY:
		return enter_resolved(probe, event->mac, event);
	case PROBE_TIMER:
		return ask_failed(probe, event);
	case PROBE_NEWS:
		return failed_news(probe, event->now_ms);
	default:
		return PROBE_ASK_NONE;
	}
}

/* Ignore the event: probe_step() handles those that apply to all states. */
static enum probe_question step_unreachable(struct probe *probe,
					    const struct probe_event *event)
{
	(void)probe;
	(void)event;
	return PROBE_ASK_NONE;
}

typedef enum probe_question probe_handler(struct probe *probe,
					  const struct probe_event *event);

static probe_handler *const handlers[NEXTHOP_STATE_COUNT] = {
	[NEXTHOP_UNREACHABLE] = step_unreachable,
	[NEXTHOP_RESOLVING] = step_resolving,
	[NEXTHOP_RESOLVED] = step_resolved,
	[NEXTHOP_SUSPECT] = step_suspect,
	[NEXTHOP_FAILED] = step_failed,
};

/*
 * False for an event to ignore: a timer before its time, an answer with an
 * invalid MAC, an answer without an open probe. The last one counts as a
 * conflict if another MAC claims the address.
 */
static bool is_relevant(struct probe *probe, const struct probe_event *event)
{
	if (event->type == PROBE_TIMER)
		return event->now_ms >= probe->deadline_ms;
	if (event->type != PROBE_REPLY)
		return true;
	if (!mac_is_valid(probe, event->mac)) {
		probe->refused++;
		return false;
	}
	if (probe->open != PROBE_ASK_NONE)
		return true;
	if (probe->state == NEXTHOP_RESOLVED)
		probe->conflicts += !same_mac(event->mac, probe->mac);
	return false;
}

enum probe_question probe_step(struct probe *probe,
			       const struct probe_event *event)
{
	if (!is_relevant(probe, event))
		return PROBE_ASK_NONE;
	if (event->type == PROBE_TIMER)
		probe->lost += probe->open != PROBE_ASK_NONE;
	switch (event->type) {
	case PROBE_START:
		return start(probe, event);
	case PROBE_UNREACHABLE:
		return stop_asking(probe, NEXTHOP_UNREACHABLE);
	case PROBE_LINK_DOWN:
		return stop_asking(probe, NEXTHOP_FAILED);
	default:
		return handlers[probe->state](probe, event);
	}
}
