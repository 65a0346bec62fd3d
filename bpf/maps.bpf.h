/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_MAPS_BPF_H
#define HEADGATE_MAPS_BPF_H

/*
 * The maps and the program's own data: everything that the program reads and
 * writes besides the packet. Types are those of headgate/abi.h and keys are
 * plain numbers, so that bpftool prints every field by its name. The agent pins
 * the maps itself, so there is no pinning attribute here. It also sets the
 * sizes that are 1 here.
 */

#include "headgate/abi.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/*
 * Constant once loaded: the verifier and the JIT see its values. In a map of its
 * own, which the next agent reads whatever other constants its program has.
 */
const volatile struct hg_config config SEC(".rodata.config") = {};

/*
 * The interfaces that the program is attached to; the agent writes them while
 * the program runs.
 */
struct hg_port ports[HG_MAX_PORTS] = {};

/* The VLANs of each port. Only frames with tags read them. */
struct hg_port_vlans port_vlans[HG_MAX_PORTS] = {};

/* Settings that the agent changes while the program runs. */
struct hg_control control = {};

/* Filled by `explain`, which one agent runs, and never twice at once. */
struct hg_explanation explanation = {};

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
 * The program reads the tries only while they have entries. Each has room for
 * one prefix more than there can be: on 5.10, and on other kernels before 6.13
 * without the fix, a full trie refuses with ENOSPC to replace a prefix that it
 * holds.
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
	__type(value, struct hg_bucket_pair);
} buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_previous_quad);
} previous SEC(".maps");

/* Three maps, so that floods of one kind do not push out records of another */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct hg_flow_key);
	__type(value, struct hg_flow);
} flows_new SEC(".maps"), flows_probation SEC(".maps"),
	flows_pinned SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_flow_budget);
} flow_budgets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HG_MAX_NEXTHOPS);
	__type(key, __u32);
	__type(value, struct hg_nexthop);
} nexthops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HG_MAX_NEXTHOPS);
	__type(key, __u32);
	__type(value, struct hg_tunnel);
} tunnels SEC(".maps");

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
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HG_FRAGMENT_SETS);
	__type(key, struct hg_fragment_key);
	__type(value, struct hg_fragment_set);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HG_MAX_VIPS);
	__type(key, __u32);
	__type(value, struct hg_icmp_budget);
} icmp_budgets SEC(".maps");

/*
 * The maps of filters, which only packets of VIPs with filters read. The tries
 * have room for two generations.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_filter_head);
} filter_head SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * HG_MAX_FILTER_LISTS + 1);
	__type(key, struct hg_filter_list_key);
	__type(value, struct hg_filter_list);
} filter_lists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * HG_MAX_FILTER_SOURCES + 1);
	__type(key, struct hg_filter_source_key);
	__type(value, struct hg_filter_source);
} filter_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2 * HG_FILTER_PLACES / 4);
	__type(key, __u32);
	__type(value, struct hg_filter_order);
} filter_order SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, HG_FILTER_SLOTS);
	__type(key, __u32);
	__type(value, struct hg_filter);
} filters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_filter_use);
} filter_use SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HG_FILTER_SLOTS);
	__type(key, __u32);
	__type(value, struct hg_filter_rate);
} filter_rates SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hg_filter_packet);
} filter_packets SEC(".maps");

/* One ring for each CPU; the agent creates them for a capture. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} captures SEC(".maps");

#endif
