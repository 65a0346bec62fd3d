/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_COUNT_BPF_H
#define HEADGATE_COUNT_BPF_H

/* Counters: each CPU has its own, so that adding needs no lock. */

#include "headgate/abi.h"
#include "maps.bpf.h"

#include <bpf/bpf_helpers.h>

static __always_inline void count(void *counters, enum hg_counter_room room,
				  __u32 cpu, __u32 index, __u32 bytes)
{
	__u32 key = cpu * room + index;
	struct hg_counter *counter = bpf_map_lookup_elem(counters, &key);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

static __noinline void count_event(enum hg_event event, __u32 bytes)
{
	count(&events, HG_EVENT_ROOM, bpf_get_smp_processor_id(), event, bytes);
}

#endif
