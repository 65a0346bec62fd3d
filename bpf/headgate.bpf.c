// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP program: steers flows for a VIP to one of the VIP's next hops.
 *
 * A frame for one of our ports (ethernet.bpf.h) and a VIP (vip.bpf.h) is parsed
 * down to its flow (ipv4.bpf.h, ipv6.bpf.h, transport.bpf.h, icmp.bpf.h), the
 * flow's hash chooses a bucket of the VIP's group, the bucket names a next hop
 * (nexthop.bpf.h, fragment.bpf.h), and the frame leaves with the next hop's MAC
 * (rewrite.bpf.h). The packet is not touched above Ethernet but for its TTL:
 * servers hold the VIP themselves and answer clients directly.
 *
 * docs/packet-path.md says what becomes of which frame. Whatever is not
 * forwarded is dropped, or goes to the kernel byte-identical. That makes the
 * kernel answer for what the program leaves out: expired TTLs, packets that
 * are too big, everything not for a VIP. Each frame is counted exactly once
 * under its outcome.
 */

#include "capture.bpf.h"
#include "count.bpf.h"
#include "ethernet.bpf.h"
#include "flow_hash.h"
#include "fragment.bpf.h"
#include "headgate/abi.h"
#include "icmp.bpf.h"
#include "ipv4.bpf.h"
#include "ipv6.bpf.h"
#include "maps.bpf.h"
#include "nexthop.bpf.h"
#include "packet.bpf.h"
#include "rewrite.bpf.h"
#include "transport.bpf.h"
#include "vip.bpf.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/*
 * The ports of a whole packet or a first fragment. A later fragment has what
 * its IP header says and no more.
 */
static __always_inline __u32 parse_transport(struct packet *packet)
{
	__u32 size = port_header_size(packet->flow.protocol);

	if (unlikely(packet->fragment.place == FRAGMENT_LATER) || !size)
		return HG_UNDECIDED;
	return parse_ports(packet, size);
}

static __always_inline __u32 hash_packet(struct packet *packet,
					 struct route *route)
{
	__u32 fields = route->vip.hash_fields;

	if (unlikely(packet->fragment.place != FRAGMENT_NONE)) {
		if (fields == HG_HASH_5_TUPLE)
			return route_fragment(packet, route);
		packet->flow.protocol = packet->fragment.protocol;
	}
	route->hash = hash_flow(&packet->flow, fields);
	return HG_UNDECIDED;
}

static __always_inline __u32 hash_icmp(struct xdp_md *ctx,
				       struct packet *packet,
				       struct route *route)
{
	__u32 outcome;
	__u8 kind;

	outcome = parse_icmp_kind(packet, &kind);
	if (outcome != HG_UNDECIDED)
		return outcome;
	if (kind == ICMP_KIND_ERROR)
		return hash_icmp_error(ctx, packet, route);
	outcome = parse_echo(packet);
	return outcome == HG_UNDECIDED ? hash_packet(packet, route) : outcome;
}

static __always_inline __u32 find_flow(struct xdp_md *ctx,
				       struct packet *packet,
				       struct route *route)
{
	__u32 outcome;

	if (unlikely(is_icmp(packet->flow.ipv6, packet->flow.protocol)) &&
	    packet->fragment.place != FRAGMENT_LATER)
		return hash_icmp(ctx, packet, route);
	outcome = parse_transport(packet);
	return outcome == HG_UNDECIDED ? hash_packet(packet, route) : outcome;
}

/*
 * From the IP headers on both families do the same. That of whole packets, once
 * compiled, has nothing about fragments in it.
 */
static __always_inline __u32 find_any_flow(struct xdp_md *ctx,
					   struct packet *packet,
					   struct route *route)
{
	if (unlikely(packet->fragment.place != FRAGMENT_NONE))
		return find_flow(ctx, packet, route);
	packet->fragment.place = FRAGMENT_NONE;
	return find_flow(ctx, packet, route);
}

static __always_inline __u32 find_flow4(struct xdp_md *ctx,
					struct packet *packet,
					struct route *route)
{
	__u32 outcome = find_vip4(packet, route);

	if (outcome == HG_UNDECIDED)
		outcome = parse_ipv4(ctx, packet);
	return outcome == HG_UNDECIDED ? find_any_flow(ctx, packet, route) :
					 outcome;
}

static __always_inline __u32 find_flow6(struct xdp_md *ctx,
					struct packet *packet,
					struct route *route)
{
	__u32 outcome = find_vip6(packet, route);

	if (outcome == HG_UNDECIDED)
		outcome = parse_ipv6(ctx, packet);
	return outcome == HG_UNDECIDED ? find_any_flow(ctx, packet, route) :
					 outcome;
}

/* A fragment may have its next hop already, that of the first one. */
static __always_inline __u32 choose_nexthop(const struct packet *packet,
					    struct route *route)
{
	return route->nexthop ? HG_UNDECIDED :
				take_bucket(route, packet->frame_size);
}

/*
 * The driver would drop a frame above the port's MTU without a word. The whole
 * frame counts, not only the packet in it; the kernel answers or fragments
 * (RFC 1812 5.2.7.1).
 */
static __always_inline __u32 check_mtu(const struct packet *packet,
				       const struct hg_nexthop *nexthop)
{
	return packet->network_size <= nexthop->mtu ? HG_UNDECIDED :
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
		outcome = check_destination_mac(packet);
	if (outcome != HG_UNDECIDED)
		return outcome;
	if (likely(packet->type == bpf_htons(ETH_P_IP)))
		outcome = find_flow4(ctx, packet, route);
	else if (packet->type == bpf_htons(ETH_P_IPV6))
		outcome = find_flow6(ctx, packet, route);
	else
		outcome = HG_PASSED_NOT_IP;
	if (outcome == HG_UNDECIDED)
		outcome = choose_nexthop(packet, route);
	if (outcome == HG_UNDECIDED)
		outcome = check_mtu(packet, route->nexthop);
	return outcome;
}

/* The way out; a redirect is asked for before anything is rewritten. */
static __always_inline __u32 choose_exit(const struct packet *packet,
					 const struct hg_nexthop *nexthop)
{
	__u32 ifindex = nexthop->ifindex;

	if (ifindex == packet->ifindex)
		return HG_FORWARDED_TX;
	if (bpf_redirect_map(&tx_ports, ifindex, XDP_PASS) == XDP_REDIRECT)
		return HG_FORWARDED_REDIRECT;
	return HG_PASSED_NO_NEXTHOP;
}

static __always_inline bool is_forwarded(__u32 outcome)
{
	return outcome <= HG_FORWARDED_REDIRECT;
}

/* What is seen is the frame as it came in. */
static __always_inline void capture_if_enabled(struct xdp_md *ctx,
					       const struct choice *choice,
					       __u32 outcome)
{
	if (unlikely(control.capture))
		capture(ctx, choice, outcome);
}

static __always_inline void count_outcome(struct hg_counters *own,
					  __u32 outcome, __u32 frame_size)
{
	count_frame(&own->outcomes[bounded(outcome, HG_OUTCOME_ROOM - 1)],
		    frame_size);
}

/* A frame that goes nowhere: the kernel gets it, or nobody. */
static __always_inline int pass_or_drop(__u32 outcome, __u32 frame_size)
{
	struct hg_counters *own = own_counters();

	if (own)
		count_outcome(own, outcome, frame_size);
	return outcome < HG_DROPPED_BAD_HEADER ? XDP_PASS : XDP_DROP;
}

static __always_inline int forward_frame(struct xdp_md *ctx,
					 const struct packet *packet,
					 const struct route *route)
{
	__u32 outcome = choose_exit(packet, route->nexthop);
	__u32 size = packet->frame_size;
	struct hg_counters *own;

	capture_if_enabled(ctx, route->choice, outcome);
	if (unlikely(!is_forwarded(outcome)))
		return pass_or_drop(outcome, size);
	if (unlikely(!rewrite_frame(ctx, packet, route->nexthop)))
		return pass_or_drop(HG_PASSED_NO_HEADROOM, size);
	own = own_counters();
	if (own) {
		__u32 slot = route->choice->slot;

		count_frame(&own->vips[route->vip.counter], size);
		count_frame(&own->nexthops[bounded(slot, HG_MAX_NEXTHOPS - 1)],
			    size);
		count_outcome(own, outcome, size);
	}
	return outcome == HG_FORWARDED_TX ? XDP_TX : XDP_REDIRECT;
}

/*
 * The ways of frames that leave and of those that stay part as soon as they can
 * and do not meet again: what their meeting point had to be handed would cost
 * every frame a register at every step.
 */
SEC("xdp")
int headgate(struct xdp_md *ctx)
{
	struct choice choice = { .bucket = BUCKET_NONE };
	struct route route = { .choice = &choice };
	struct packet packet = {};
	__u32 outcome = find_route(ctx, &packet, &route);

	if (outcome == HG_UNDECIDED)
		return forward_frame(ctx, &packet, &route);
	capture_if_enabled(ctx, &choice, outcome);
	return pass_or_drop(outcome, packet.frame_size);
}

/*
 * The same decision, told instead of carried out: an outcome and a next hop
 * (enum hg_explain_layout). Never attached; the agent runs it on single frames
 * when somebody asks why.
 */
SEC("xdp")
int explain(struct xdp_md *ctx)
{
	struct choice choice = { .bucket = BUCKET_NONE };
	struct route route = { .choice = &choice };
	struct packet packet = {};
	__u32 outcome = find_route(ctx, &packet, &route);

	if (outcome == HG_UNDECIDED)
		outcome = choose_exit(&packet, route.nexthop);
	return outcome | choice.slot << HG_EXPLAIN_SLOT_SHIFT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
