/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_VIP_BPF_H
#define HEADGATE_VIP_BPF_H

/*
 * Is a packet for a VIP? Single addresses first; prefixes cost nothing while
 * there are none.
 */

#include "maps.bpf.h"
#include "packet.bpf.h"

#include <linux/ip.h>
#include <linux/ipv6.h>

static __noinline const struct hg_vip *find_prefix4(__u32 address)
{
	const struct hg_prefix4 key = { .length = 32, .address = address };

	return bpf_map_lookup_elem(&vip4_lpm, &key);
}

static __noinline const struct hg_vip *find_prefix6(const __u32 address[4])
{
	struct hg_prefix6 key = { .length = 128 };

	flow_address(&key.address, true, address);
	return bpf_map_lookup_elem(&vip6_lpm, &key);
}

static __always_inline __u32 take_vip(const struct hg_vip *vip,
				      struct route *route)
{
	if (!vip)
		return HG_PASSED_NOT_VIP;
	route->vip = *vip;
	route->for_vip = true;
	return HG_UNDECIDED;
}

static __always_inline __u32 find_vip4(struct packet *packet,
				       struct route *route)
{
	const struct iphdr *ip = packet->network;
	const struct hg_vip *vip;
	__u32 address;

	if ((void *)(ip + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->flow.source[0] = ip->saddr;
	address = ip->daddr;
	packet->flow.destination[0] = address;
	packet->flow.protocol = ip->protocol;
	vip = bpf_map_lookup_elem(&vip4, &address);
	if (!vip && unlikely(control.lpm4))
		vip = find_prefix4(address);
	return take_vip(vip, route);
}

static __always_inline __u32 find_vip6(struct packet *packet,
				       struct route *route)
{
	const struct ipv6hdr *ip = packet->network;
	const struct hg_vip *vip;

	if ((void *)(ip + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->flow.ipv6 = true;
	copy_ipv6(packet->flow.source, &ip->saddr);
	copy_ipv6(packet->flow.destination, &ip->daddr);
	packet->flow.protocol = ip->nexthdr;
	vip = bpf_map_lookup_elem(&vip6, &ip->daddr);
	if (!vip && unlikely(control.lpm6))
		vip = find_prefix6((const __u32 *)&ip->daddr);
	return take_vip(vip, route);
}

#endif
