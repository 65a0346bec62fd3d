// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP program: steers flows for a VIP to one of the VIP's next hops.
 *
 * A frame for one of our ports and a VIP is parsed down to its flow
 * (parse.bpf.h), the flow's hash chooses a bucket of the VIP's group, the
 * bucket names a next hop, and the frame leaves with the next hop's MAC
 * (rewrite.bpf.h). The packet is not touched above Ethernet but for its TTL:
 * servers hold the VIP themselves and answer clients directly.
 *
 * Whatever is not forwarded goes to the kernel byte-identical. That makes the
 * kernel answer for what the program leaves out: expired TTLs, packets that
 * are too big, fragments, everything not for a VIP. Each frame is counted
 * exactly once under its outcome.
 */

#include "flow_hash.h"
#include "headgate/abi.h"
#include "maps.bpf.h"
#include "parse.bpf.h"
#include "rewrite.bpf.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

enum {
	LAST_HOP_TTL = 1
};

/* Where a packet goes: its VIP, and the next hop once it is chosen. */
struct route {
	const struct hg_vip *vip;
	const struct hg_nexthop *nexthop;
	__u32 slot; /* of the next hop */
};

static __always_inline __u32 find_vip(const struct packet *packet,
				      struct route *route)
{
	route->vip = bpf_map_lookup_elem(&vip4, &packet->flow.destination);
	return route->vip ? HG_UNDECIDED : HG_PASSED_NOT_VIP;
}

/* The kernel answers an expired TTL (RFC 1812 5.3.1). */
static __always_inline __u32 check_ttl(const struct packet *packet)
{
	return packet->ip->ttl > LAST_HOP_TTL ? HG_UNDECIDED :
						HG_PASSED_TTL_EXPIRED;
}

static __always_inline __u64 hash_packet(const struct packet *packet,
					 const struct hg_vip *vip)
{
	if (vip->hash_fields == HG_HASH_PACKET)
		return bpf_get_prandom_u32();
	return flow_hash(&packet->flow, vip->hash_fields, config.hash_key);
}

/* The bucket of a flow, all of it from one moment; zeroes if it has none. */
static __always_inline struct hg_bucket find_bucket(const struct hg_vip *vip,
						    __u64 hash)
{
	union {
		__u64 word;
		struct hg_bucket bucket;
	} value = {};
	const struct hg_group *group;
	const volatile __u64 *word;
	__u32 index;

	group = bpf_map_lookup_elem(&groups, &vip->group);
	if (!group)
		return value.bucket;
	index = group->first_bucket + ((__u32)hash & group->mask);
	word = bpf_map_lookup_elem(&buckets, &index);
	if (word)
		value.word = *word;
	return value.bucket;
}

/* Makes the next hop in `slot` the packet's own if it is alive. */
static __always_inline bool take_nexthop(struct route *route, __u32 slot)
{
	const struct hg_nexthop *nexthop;

	nexthop = bpf_map_lookup_elem(&nexthops, &slot);
	if (!nexthop || !nexthop->alive)
		return false;
	route->nexthop = nexthop;
	route->slot = slot;
	return true;
}

static __always_inline __u32 choose_nexthop(const struct packet *packet,
					    struct route *route)
{
	struct hg_bucket bucket;

	bucket = find_bucket(route->vip, hash_packet(packet, route->vip));
	if (take_nexthop(route, bucket.current) ||
	    take_nexthop(route, bucket.backup))
		return HG_UNDECIDED;
	return HG_PASSED_NO_NEXTHOP;
}

/*
 * The driver would drop a frame above the port's MTU without a word. The whole
 * frame counts, not only the packet in it; the kernel answers or fragments
 * (RFC 1812 5.2.7.1).
 */
static __always_inline __u32 check_mtu(const struct packet *packet,
				       const struct hg_nexthop *nexthop)
{
	return packet->frame_size - sizeof(struct ethhdr) <= nexthop->mtu ?
		       HG_UNDECIDED :
		       HG_PASSED_TOO_BIG;
}

/* Every check down to the next hop; HG_UNDECIDED: the packet can go there. */
static __always_inline __u32 find_route(struct xdp_md *ctx,
					struct packet *packet,
					struct route *route)
{
	__u32 outcome;

	outcome = parse_ethernet(ctx, packet);
	if (outcome == HG_UNDECIDED)
		outcome = parse_destination_mac(packet, ports,
						ctx->ingress_ifindex);
	if (outcome == HG_UNDECIDED)
		outcome = parse_ipv4_addresses(packet);
	if (outcome == HG_UNDECIDED)
		outcome = find_vip(packet, route);
	if (outcome == HG_UNDECIDED)
		outcome = parse_ipv4(packet);
	if (outcome == HG_UNDECIDED)
		outcome = parse_transport(packet);
	if (outcome == HG_UNDECIDED)
		outcome = check_ttl(packet);
	if (outcome == HG_UNDECIDED)
		outcome = choose_nexthop(packet, route);
	if (outcome == HG_UNDECIDED)
		outcome = check_mtu(packet, route->nexthop);
	return outcome;
}

/* The way out; a redirect is asked for before anything is rewritten. */
static __always_inline __u32 choose_exit(const struct xdp_md *ctx,
					 const struct hg_nexthop *nexthop)
{
	__u32 ifindex = nexthop->ifindex;

	if (ifindex == ctx->ingress_ifindex)
		return HG_FORWARDED_TX;
	if (bpf_redirect_map(&tx_ports, ifindex, XDP_PASS) == XDP_REDIRECT)
		return HG_FORWARDED_REDIRECT;
	return HG_PASSED_NO_NEXTHOP;
}

static __always_inline void count(void *counters, __u32 index, __u32 bytes)
{
	struct hg_counter *counter = bpf_map_lookup_elem(counters, &index);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

static __always_inline void forward(struct packet *packet,
				    const struct route *route)
{
	rewrite(packet, route->nexthop);
	count(&vip_counters, route->vip->counter, packet->frame_size);
	count(&nh_counters, route->slot, packet->frame_size);
}

static __always_inline int action_of(__u32 outcome)
{
	if (outcome == HG_FORWARDED_TX)
		return XDP_TX;
	return outcome == HG_FORWARDED_REDIRECT ? XDP_REDIRECT : XDP_PASS;
}

SEC("xdp")
int headgate(struct xdp_md *ctx)
{
	struct packet packet = {};
	struct route route = {};
	__u32 outcome;

	outcome = find_route(ctx, &packet, &route);
	if (outcome == HG_UNDECIDED)
		outcome = choose_exit(ctx, route.nexthop);
	if (outcome == HG_FORWARDED_TX || outcome == HG_FORWARDED_REDIRECT)
		forward(&packet, &route);
	count(&outcomes, outcome, packet.frame_size);
	return action_of(outcome);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
