/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_COUNT_BPF_H
#define HEADGATE_COUNT_BPF_H

/* Counters. Each CPU has its own, so that adding needs no lock. */

#include "headgate/abi.h"
#include "maps.bpf.h"

#include <stdbool.h>

#include <bpf/bpf_helpers.h>

/*
 * Return this CPU's counters, which always exist; the verifier wants the check
 * for NULL.
 */
static __always_inline struct hg_counters *own_counters(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&counters, &cpu);
}

static __always_inline void count_frame(struct hg_counter *counter, __u32 bytes)
{
	counter->packets++;
	counter->bytes += bytes;
}

static __noinline void count_event(enum hg_event event, __u32 bytes)
{
	struct hg_counters *own = own_counters();

	if (own)
		count_frame(&own->events[event & (HG_EVENT_ROOM - 1)], bytes);
}

static __noinline void count_record(enum hg_flow_map map, bool added)
{
	struct hg_counters *own = own_counters();
	struct hg_flow_count *count;

	if (!own)
		return;
	count = &own->flows[map & (HG_FLOW_MAP_ROOM - 1)];
	if (added)
		count->added++;
	else
		count->removed++;
}

#endif
