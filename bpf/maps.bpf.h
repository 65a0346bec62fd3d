/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_MAPS_BPF_H
#define HEADGATE_MAPS_BPF_H

/*
 * All the program reads and writes besides the packet. The types are those of
 * headgate/abi.h and the keys plain numbers, so that bpftool prints every
 * field by its name. The agent pins the maps, not libbpf: no pinning attribute
 * here. The agent also sets the sizes that are 1 here.
 */

#include "headgate/abi.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* Read-only once loaded: the verifier and the JIT see constants. */
const volatile struct hg_config config = {};

/* Interfaces we are attached to; the agent writes it while we run. */
struct hg_port ports[HG_MAX_PORTS] = {};

/* Likewise. */
struct hg_control control = {};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HG_VIP_PLACES);
	__type(key, __u32);
	__type(value, struct hg_vip4_entry);
} vip4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HG_VIP_PLACES);
	__type(key, __u32);
	__type(value, struct hg_vip6_entry);
} vip6 SEC(".maps");

/*
 * Asked only while there is something in them. With room for one prefix more
 * than there can be: a full trie of 5.10 (in all before 6.13 that have not got
 * its repair) refuses with ENOSPC to replace a prefix that is in it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, HG_MAX_VIPS + 1);
	__type(key, struct hg_prefix4);
	__type(value, struct hg_vip);
} vip4_lpm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, HG_MAX_VIPS + 1);
	__type(key, struct hg_prefix6);
	__type(value, struct hg_vip);
} vip6_lpm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_bucket);
} buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HG_MAX_NEXTHOPS);
	__type(key, __u32);
	__type(value, struct hg_nexthop);
} nexthops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, HG_MAX_PORTS);
	__type(key, __u32);
	__type(value, __u32);
} tx_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HG_MAX_FRAGMENTED);
	__type(key, struct hg_fragment_key);
	__type(value, struct hg_fragment);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HG_MAX_VIPS);
	__type(key, __u32);
	__type(value, struct hg_icmp_budget);
} icmp_budgets SEC(".maps");

/* A ring for each CPU, made by whoever reads it. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} captures SEC(".maps");

#endif
