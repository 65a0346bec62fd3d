// SPDX-License-Identifier: BSD-2-Clause
/* Run a frame by the program and the oracle. See check.h. */

#include "check.h"

#include "bpf/headgate.skel.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "sandbox.h"
#include "trial.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NS_PER_MS = 1000000,
	FIRST_TIME_MS = 1000000,
};

static void add_counters(struct hg_counter *sums,
			 const struct hg_counter *counters, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sums[i].packets += counters[i].packets;
		sums[i].bytes += counters[i].bytes;
	}
}

/* Read all counters by system calls, like other readers of the map. */
static void read_counts(const struct world *world, struct counts *counts)
{
	const struct bpf_map *map = world->dp->skeleton->maps.counters;
	static struct hg_counters own;

	memset(counts, 0, sizeof(*counts));
	for (uint32_t cpu = 0; cpu < bpf_map__max_entries(map); cpu++) {
		if (bpf_map_lookup_elem(bpf_map__fd(map), &cpu, &own))
			sandbox_die(bpf_map__name(map));
		add_counters(counts->outcomes, own.outcomes, HG_OUTCOME_COUNT);
		add_counters(counts->events, own.events, HG_EVENT_COUNT);
		add_counters(counts->vips, own.vips, WORLD_MAX_ROUTES);
		add_counters(counts->nexthops, own.nexthops, SLOT_COUNT);
	}
}

static void count_expected(struct hg_counter *counter, size_t bytes)
{
	counter->packets++;
	counter->bytes += bytes;
}

static void expect_counts(struct check *check, size_t bytes)
{
	const struct prediction *prediction = &check->prediction;
	struct counts *counts = &check->counts;

	count_expected(&counts->outcomes[prediction->outcome], bytes);
	for (enum hg_event event = 0; event < HG_EVENT_COUNT; event++)
		if (prediction->events & 1 << event)
			count_expected(&counts->events[event], bytes);
	if (check->capturing && prediction->route)
		count_expected(&counts->events[HG_EVENT_CAPTURED], bytes);
	if (!oracle_is_forwarded(prediction))
		return;
	count_expected(&counts->vips[prediction->route->vip.counter], bytes);
	count_expected(&counts->nexthops[prediction->slot], bytes);
}

static enum xdp_action action_of(enum hg_outcome outcome)
{
	if (outcome == HG_FORWARDED_TX)
		return XDP_TX;
	if (outcome == HG_FORWARDED_REDIRECT)
		return XDP_REDIRECT;
	return outcome < HG_DROPPED_BAD_HEADER ||
			       outcome == HG_PASSED_OTHER_VLAN ?
		       XDP_PASS :
		       XDP_DROP;
}

static void print_counters(const char *what, const struct hg_counter *want,
			   const struct hg_counter *have, uint32_t size,
			   const char *(*name)(uint32_t index))
{
	for (uint32_t i = 0; i < size; i++)
		if (memcmp(&want[i], &have[i], sizeof(want[i])))
			fprintf(stderr,
				"%s %s: %+lld packets, %+lld bytes against the expectation\n",
				what, name(i),
				(long long)(have[i].packets - want[i].packets),
				(long long)(have[i].bytes - want[i].bytes));
}

static const char *name_of_outcome(uint32_t outcome)
{
	return hg_outcome_name(outcome);
}

static const char *name_of_event(uint32_t event)
{
	return hg_event_name(event);
}

static const char *name_of_number(uint32_t number)
{
	static char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return text;
}

static void print_prediction(const struct prediction *prediction)
{
	fprintf(stderr, "expected: %s, VIP %d, slot %u, events",
		hg_outcome_name(prediction->outcome),
		prediction->route ? (int)prediction->route->vip.counter : -1,
		prediction->slot);
	for (enum hg_event event = 0; event < HG_EVENT_COUNT; event++)
		if (prediction->events & 1 << event)
			fprintf(stderr, " %s", hg_event_name(event));
	fprintf(stderr, "\n");
}

static void print_disagreement(const struct check *check,
			       const struct frame *in, const struct frame *out,
			       uint32_t action)
{
	print_prediction(&check->prediction);
	fprintf(stderr, "got: action %u\n", action);
	frame_print("in", in);
	frame_print("out expected", &check->prediction.out);
	frame_print("out", out);
}

static bool is_frame_equal(const struct frame *a, const struct frame *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

static bool is_outcome_counted(const struct check *check)
{
	enum hg_outcome outcome = check->prediction.outcome;
	const struct hg_counter *want = &check->counts.outcomes[outcome];
	struct hg_counter have;

	if (datapath_read_outcome_counter(check->world->dp, outcome, &have))
		sandbox_die("outcomes");
	return have.packets == want->packets && have.bytes == want->bytes;
}

bool check_frame(struct check *check, const struct frame *frame,
		 enum world_port port)
{
	uint32_t ifindex = check->world->ports[port].ifindex, action;
	struct frame out;

	oracle_judge(&check->oracle, frame, ifindex, &check->prediction);
	out.size = sizeof(out.bytes);
	if (trial_run(check->world->dp, frame->bytes, frame->size, ifindex,
		      out.bytes, &out.size, &action))
		sandbox_die("BPF_PROG_TEST_RUN");
	expect_counts(check, frame->size);
	if (action == action_of(check->prediction.outcome) &&
	    is_frame_equal(&out, &check->prediction.out) &&
	    is_outcome_counted(check))
		return true;
	print_disagreement(check, frame, &out, action);
	check_counts(check);
	return false;
}

bool check_counts(struct check *check)
{
	const struct counts want = check->counts;
	struct counts *have = &check->counts;

	read_counts(check->world, have);
	if (!memcmp(&want, have, sizeof(want)))
		return true;
	print_counters("outcome", want.outcomes, have->outcomes,
		       HG_OUTCOME_COUNT, name_of_outcome);
	print_counters("event", want.events, have->events, HG_EVENT_COUNT,
		       name_of_event);
	print_counters("VIP", want.vips, have->vips, WORLD_MAX_ROUTES,
		       name_of_number);
	print_counters("next hop", want.nexthops, have->nexthops, SLOT_COUNT,
		       name_of_number);
	return false;
}

void check_read_counts(struct check *check)
{
	read_counts(check->world, &check->counts);
}

void check_forget_fragments(struct check *check)
{
	world_forget_fragments(check->world);
	oracle_memory_clear(&check->oracle.fragments);
}

void check_forget_flows(struct check *check)
{
	world_forget_flows(check->world);
	oracle_affinity_forget(&check->oracle.affinity);
}

void check_set_time(struct check *check, uint64_t time_ms)
{
	world_set_time(check->world, time_ms);
	check->oracle.affinity.time_ms = time_ms;
}

void check_use_up_records(struct check *check, uint64_t for_ns)
{
	struct oracle_affinity *affinity = &check->oracle.affinity;

	affinity->used_until_ns = affinity->time_ms * NS_PER_MS + for_ns;
	world_set_flow_budget(check->world, affinity->used_until_ns);
}

void check_set_icmp_used(struct check *check, uint32_t route, uint32_t used,
			 uint32_t too_big_used)
{
	world_set_icmp_used(check->world, route, used, too_big_used);
	check->oracle.icmp_used[route] = used;
	check->oracle.too_big_used[route] = too_big_used;
}

struct check *check_new(uint32_t icmp_rate)
{
	struct check *check = calloc(1, sizeof(*check));

	if (!check)
		sandbox_die("calloc");
	check->world = world_new(icmp_rate);
	check->oracle.world = check->world;
	check->oracle.affinity.record_ns = world_record_ns(check->world);
	check_set_time(check, FIRST_TIME_MS);
	return check;
}

void check_free(struct check *check)
{
	world_free(check->world);
	free(check);
}
