// SPDX-License-Identifier: BSD-2-Clause
/* Readers of the per-CPU counters, and the names of outcomes and events. */

#include "datapath/counters.h"

#include "datapath/datapath.h"
#include "datapath/instance.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
};

static const char *const event_names[HG_EVENT_COUNT] = {
	[HG_EVENT_BACKUP] = "backup",
	[HG_EVENT_FRAGMENT_FIRST] = "fragment_first",
	[HG_EVENT_FRAGMENT_FOLLOWED] = "fragment_followed",
	[HG_EVENT_FRAGMENT_MISSED] = "fragment_missed",
	[HG_EVENT_ICMP_ERROR] = "icmp_error",
	[HG_EVENT_CAPTURED] = "captured",
};

const char *hg_outcome_name(enum hg_outcome outcome)
{
	return outcome < HG_OUTCOME_COUNT ? outcome_names[outcome] : "unknown";
}

const char *hg_event_name(enum hg_event event)
{
	return event < HG_EVENT_COUNT ? event_names[event] : "unknown";
}

int counters_open(struct counters *counters)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	counters->per_cpu = calloc(cpus, sizeof(*counters->per_cpu));
	if (!counters->per_cpu)
		return -ENOMEM;
	counters->cpu_count = cpus;
	return 0;
}

void counters_close(struct counters *counters)
{
	free(counters->per_cpu);
}

static int read_counter(const struct datapath *dp, int map, uint32_t index,
			struct hg_counter *sum)
{
	const struct hg_counter *per_cpu = dp->counters.per_cpu;
	struct hg_counter total = {};
	int err;

	err = bpf_map_lookup_elem(map, &index, dp->counters.per_cpu);
	if (err)
		return err == -ENOENT ? -EINVAL : err;
	for (int cpu = 0; cpu < dp->counters.cpu_count; cpu++) {
		total.packets += per_cpu[cpu].packets;
		total.bytes += per_cpu[cpu].bytes;
	}
	*sum = total;
	return 0;
}

static int clear_counter(const struct datapath *dp, int map, uint32_t index)
{
	struct hg_counter *per_cpu = dp->counters.per_cpu;
	int err;

	memset(per_cpu, 0, dp->counters.cpu_count * sizeof(*per_cpu));
	err = bpf_map_update_elem(map, &index, per_cpu, BPF_ANY);
	return err == -E2BIG ? -EINVAL : err;
}

int datapath_read_vip_counter(const struct datapath *dp, uint32_t index,
			      struct hg_counter *sum)
{
	return read_counter(dp, dp->vip_counters, index, sum);
}

int datapath_read_nexthop_counter(const struct datapath *dp, uint32_t slot,
				  struct hg_counter *sum)
{
	return read_counter(dp, dp->nh_counters, slot, sum);
}

int datapath_read_outcome_counter(const struct datapath *dp,
				  enum hg_outcome outcome,
				  struct hg_counter *sum)
{
	return read_counter(dp, dp->outcomes, outcome, sum);
}

int datapath_read_event_counter(const struct datapath *dp, enum hg_event event,
				struct hg_counter *sum)
{
	return read_counter(dp, dp->events, event, sum);
}

int datapath_clear_vip_counter(struct datapath *dp, uint32_t index)
{
	return clear_counter(dp, dp->vip_counters, index);
}

int datapath_clear_nexthop_counter(struct datapath *dp, uint32_t slot)
{
	return clear_counter(dp, dp->nh_counters, slot);
}
