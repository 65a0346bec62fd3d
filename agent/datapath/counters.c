// SPDX-License-Identifier: BSD-2-Clause
/* Counters, summed over all CPUs; the names of outcomes, events and rules. */

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

#include <errno.h>
#include <stddef.h>

static const char *const outcome_names[HG_OUTCOME_COUNT] = {
	[HG_FORWARDED_TX] = "forwarded_tx",
	[HG_FORWARDED_REDIRECT] = "forwarded_redirect",
	[HG_PASSED_NOT_IP] = "passed_not_ip",
	[HG_PASSED_NOT_OUR_MAC] = "passed_not_our_mac",
	[HG_PASSED_TRUNCATED] = "passed_truncated",
	[HG_PASSED_NOT_VIP] = "passed_not_vip",
	[HG_PASSED_TTL_EXPIRED] = "passed_ttl_expired",
	[HG_PASSED_TOO_BIG] = "passed_too_big",
	[HG_PASSED_SOURCE_ROUTED] = "passed_source_routed",
	[HG_PASSED_JUMBOGRAM] = "passed_jumbogram",
	[HG_PASSED_EXTENSION_HEADERS] = "passed_extension_headers",
	[HG_PASSED_OTHER_ICMP] = "passed_other_icmp",
	[HG_PASSED_NO_NEXTHOP] = "passed_no_nexthop",
	[HG_PASSED_NO_HEADROOM] = "passed_no_headroom",
	[HG_DROPPED_BAD_HEADER] = "dropped_bad_header",
	[HG_DROPPED_BAD_LENGTH] = "dropped_bad_length",
	[HG_DROPPED_BAD_OPTIONS] = "dropped_bad_options",
	[HG_DROPPED_BAD_EXTENSION] = "dropped_bad_extension",
	[HG_DROPPED_BAD_FRAGMENT] = "dropped_bad_fragment",
	[HG_DROPPED_BAD_TRANSPORT] = "dropped_bad_transport",
	[HG_DROPPED_BAD_ICMP_ERROR] = "dropped_bad_icmp_error",
	[HG_DROPPED_FOREIGN_ICMP_ERROR] = "dropped_foreign_icmp_error",
	[HG_DROPPED_ICMP_RATE] = "dropped_icmp_rate",
	[HG_DROPPED_MARTIAN] = "dropped_martian",
	[HG_PASSED_OTHER_VLAN] = "passed_other_vlan",
	[HG_DROPPED_FILTER] = "dropped_filter",
	[HG_DROPPED_RATE] = "dropped_rate",
	[HG_DROPPED_SOURCE] = "dropped_source",
	[HG_DROPPED_BLACKHOLE] = "dropped_blackhole",
};

static const char *const event_names[HG_EVENT_COUNT] = {
	[HG_EVENT_BACKUP] = "backup",
	[HG_EVENT_FRAGMENT_FIRST] = "fragment_first",
	[HG_EVENT_FRAGMENT_FOLLOWED] = "fragment_followed",
	[HG_EVENT_FRAGMENT_MISSED] = "fragment_missed",
	[HG_EVENT_ICMP_ERROR] = "icmp_error",
	[HG_EVENT_CAPTURED] = "captured",
	[HG_EVENT_FLOW_RECORDED] = "flow_recorded",
	[HG_EVENT_FLOW_UNKNOWN] = "flow_unknown",
	[HG_EVENT_FLOW_PINNED] = "flow_pinned",
	[HG_EVENT_FLOW_FOLLOWED] = "flow_followed",
	[HG_EVENT_FLOW_UNRECORDED] = "flow_unrecorded",
	[HG_EVENT_HANDED_UP] = "handed_up",
	[HG_EVENT_HANDED_UP_UNMARKED] = "handed_up_unmarked",
	[HG_EVENT_FLOW_ENDED] = "flow_ended",
	[HG_EVENT_FILTER_SAMPLED] = "filter_sampled",
};

static const char *const rule_names[HG_RULE_COUNT] = {
	[HG_RULE_NONE] = "none",
	[HG_RULE_CURRENT] = "current",
	[HG_RULE_BACKUP] = "backup",
	[HG_RULE_NEW] = "new",
	[HG_RULE_UNRECORDED] = "unrecorded",
	[HG_RULE_PREVIOUS] = "previous",
	[HG_RULE_FOLLOWED] = "followed",
	[HG_RULE_FRAGMENT] = "fragment",
};

static const char *const flow_map_names[HG_FLOW_MAP_COUNT] = {
	[HG_FLOWS_NEW] = "new",
	[HG_FLOWS_PROBATION] = "probation",
	[HG_FLOWS_PINNED] = "pinned",
};

const char *hg_rule_name(enum hg_rule rule)
{
	return rule < HG_RULE_COUNT ? rule_names[rule] : "unknown";
}

const char *hg_flow_map_name(enum hg_flow_map map)
{
	return map < HG_FLOW_MAP_COUNT ? flow_map_names[map] : "unknown";
}

const char *hg_outcome_name(enum hg_outcome outcome)
{
	return outcome < HG_OUTCOME_COUNT ? outcome_names[outcome] : "unknown";
}

const char *hg_event_name(enum hg_event event)
{
	return event < HG_EVENT_COUNT ? event_names[event] : "unknown";
}

/* Return the counter at `offset` in the counters of a CPU. */
static struct hg_counter *counter_of(const struct datapath *dp, uint32_t cpu,
				     size_t offset)
{
	struct hg_counters *all = (struct hg_counters *)dp->counters.words;

	return (struct hg_counter *)((uint8_t *)&all[cpu] + offset);
}

static void sum_all_cpus(const struct datapath *dp, size_t offset,
			 struct hg_counter *sum)
{
	struct hg_counter total = {};

	for (uint32_t cpu = 0; cpu < dp->counters.entries; cpu++) {
		const struct hg_counter *one = counter_of(dp, cpu, offset);

		total.packets +=
			__atomic_load_n(&one->packets, __ATOMIC_RELAXED);
		total.bytes += __atomic_load_n(&one->bytes, __ATOMIC_RELAXED);
	}
	*sum = total;
}

static void clear_all_cpus(struct datapath *dp, size_t offset)
{
	for (uint32_t cpu = 0; cpu < dp->counters.entries; cpu++) {
		struct hg_counter *one = counter_of(dp, cpu, offset);

		__atomic_store_n(&one->packets, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&one->bytes, 0, __ATOMIC_RELAXED);
	}
}

int datapath_read_vip_counter(const struct datapath *dp, uint32_t index,
			      struct hg_counter *sum)
{
	if (index >= HG_MAX_VIPS)
		return -EINVAL;
	sum_all_cpus(dp, offsetof(struct hg_counters, vips[index]), sum);
	return 0;
}

int datapath_read_nexthop_counter(const struct datapath *dp, uint32_t slot,
				  struct hg_counter *sum)
{
	if (slot >= HG_MAX_NEXTHOPS)
		return -EINVAL;
	sum_all_cpus(dp, offsetof(struct hg_counters, nexthops[slot]), sum);
	return 0;
}

int datapath_read_outcome_counter(const struct datapath *dp,
				  enum hg_outcome outcome,
				  struct hg_counter *sum)
{
	if (outcome >= HG_OUTCOME_COUNT)
		return -EINVAL;
	sum_all_cpus(dp, offsetof(struct hg_counters, outcomes[outcome]), sum);
	return 0;
}

int datapath_read_event_counter(const struct datapath *dp, enum hg_event event,
				struct hg_counter *sum)
{
	if (event >= HG_EVENT_COUNT)
		return -EINVAL;
	sum_all_cpus(dp, offsetof(struct hg_counters, events[event]), sum);
	return 0;
}

int datapath_read_flow_count(const struct datapath *dp, enum hg_flow_map map,
			     struct hg_flow_count *sum)
{
	const struct hg_counters *all = (const void *)dp->counters.words;
	struct hg_flow_count total = {};

	if (map >= HG_FLOW_MAP_COUNT)
		return -EINVAL;
	for (uint32_t cpu = 0; cpu < dp->counters.entries; cpu++) {
		const struct hg_flow_count *one = &all[cpu].flows[map];

		total.added += __atomic_load_n(&one->added, __ATOMIC_RELAXED);
		total.removed +=
			__atomic_load_n(&one->removed, __ATOMIC_RELAXED);
	}
	*sum = total;
	return 0;
}

int datapath_clear_vip_counter(struct datapath *dp, uint32_t index)
{
	if (index >= HG_MAX_VIPS)
		return -EINVAL;
	clear_all_cpus(dp, offsetof(struct hg_counters, vips[index]));
	return 0;
}

int datapath_clear_nexthop_counter(struct datapath *dp, uint32_t slot)
{
	if (slot >= HG_MAX_NEXTHOPS)
		return -EINVAL;
	clear_all_cpus(dp, offsetof(struct hg_counters, nexthops[slot]));
	return 0;
}
