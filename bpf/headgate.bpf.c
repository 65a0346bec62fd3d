// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP program: steers the frames of VIPs to next hops.
 *
 * A frame goes through these steps; each either goes on to the next one or ends
 * the frame's way with an outcome (enum hg_outcome):
 *
 *	ethernet.bpf.h	 VLAN tags; the destination MAC must be the port's, the
 *			 VLAN one that it takes
 *	vip.bpf.h	 the destination address must be a VIP
 *	martian.bpf.h	 the source address must be one that sends
 *	ipv4.bpf.h,	 the IP header, options and extension headers
 *	ipv6.bpf.h
 *	filter.bpf.h	 filters of the VIP, if it has any
 *	transport.bpf.h, the flow's ports: from the transport header, an echo
 *	icmp.bpf.h	 identifier, or the packet that an ICMP error quotes
 *	flow_hash.h	 the flow's hash, 64 bits
 *	nexthop.bpf.h,	 the bucket that the hash chooses, and its next hop;
 *	affinity.bpf.h,	 flows of a bucket that moves stay where they are;
 *	fragment.bpf.h	 later fragments go where the first one went
 *	rewrite.bpf.h	 MACs, tags, TTL
 *	encapsulation.bpf.h
 *			 the outer headers for a next hop behind a router
 *	count.bpf.h	 counters of the outcome, the VIP and the next hop
 *	handed_up.bpf.h	 the next hop of a packet that the kernel forwards
 *	capture.bpf.h	 a copy of the frame for `headgatectl capture`
 *
 * maps.bpf.h has all maps, packet.bpf.h the structs that the steps fill.
 *
 * The agent owns the tables and writes them while packets read them; a VIP, a
 * bucket and a next hop's `alive` each change by one store. The program writes
 * counters, budgets, its memory of fragments, records of flows and captured
 * frames, and nothing else outside the frame. The next hop of a packet is a pointer into
 * `nexthops`: the entry may change while a frame uses it, but never goes away.
 *
 * In the packet only the TTL and the IPv4 checksum change: servers hold the
 * VIP themselves and answer clients directly. A frame that is not forwarded is
 * dropped or goes to the kernel byte-identical. So the kernel answers what the
 * program leaves out: expired TTLs, packets that are too big, everything that
 * is not for a VIP. Each frame is counted exactly once under its outcome.
 * docs/packet-path.md specifies all of this, outcome by outcome.
 */

#include "affinity.bpf.h"
#include "capture.bpf.h"
#include "count.bpf.h"
#include "encapsulation.bpf.h"
#include "ethernet.bpf.h"
#include "filter.bpf.h"
#include "flow_hash.h"
#include "fragment.bpf.h"
#include "handed_up.bpf.h"
#include "headgate/abi.h"
#include "icmp.bpf.h"
#include "ipv4.bpf.h"
#include "ipv6.bpf.h"
#include "maps.bpf.h"
#include "martian.bpf.h"
#include "nexthop.bpf.h"
#include "packet.bpf.h"
#include "transport.bpf.h"
#include "vip.bpf.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/*
 * Read the ports of a whole packet or a first fragment. A later fragment has
 * only its IP header's fields.
 */
static __always_inline __u32 parse_transport(struct packet *packet)
{
	__u32 size = port_header_size(packet->flow.protocol);

	if (unlikely(packet->fragment.place == FRAGMENT_LATER) || !size)
		return HG_UNDECIDED;
	return parse_ports(packet, size);
}

static __always_inline __u32 hash_packet(struct packet *packet,
					 struct target *target)
{
	if (unlikely(packet->fragment.place != FRAGMENT_NONE))
		return route_fragment(packet, target);
	target->hash = hash_flow(&packet->flow, target->vip.hash_fields);
	return HG_UNDECIDED;
}

static __always_inline __u32 hash_icmp(struct xdp_md *ctx,
				       struct packet *packet,
				       struct target *target)
{
	__u32 outcome;
	__u8 kind;

	outcome = parse_icmp_kind(packet, &kind);
	if (outcome != HG_UNDECIDED)
		return outcome;
	if (kind == ICMP_KIND_ERROR)
		return route_icmp_error(ctx, packet, target);
	outcome = parse_echo(packet);
	return outcome == HG_UNDECIDED ? hash_packet(packet, target) : outcome;
}

static __always_inline __u32 find_flow(struct xdp_md *ctx,
				       struct packet *packet,
				       struct target *target)
{
	__u32 outcome;

	if (unlikely(is_icmp(packet->flow.ipv6, packet->flow.protocol)) &&
	    packet->fragment.place != FRAGMENT_LATER)
		return hash_icmp(ctx, packet, target);
	outcome = parse_transport(packet);
	return outcome == HG_UNDECIDED ? hash_packet(packet, target) : outcome;
}

/*
 * Find the flow behind the IP header, of either family. Whole packets get a
 * compiled copy of their own without any code for fragments.
 */
static __always_inline __u32 find_any_flow(struct xdp_md *ctx,
					   struct packet *packet,
					   struct target *target)
{
	if (unlikely(packet->fragment.place != FRAGMENT_NONE))
		return find_flow(ctx, packet, target);
	packet->fragment.place = FRAGMENT_NONE;
	return find_flow(ctx, packet, target);
}

static __always_inline __u32 find_flow4(struct xdp_md *ctx,
					struct packet *packet,
					struct target *target)
{
	__u32 outcome = find_vip4(packet, target);

	if (outcome == HG_UNDECIDED)
		outcome = judge_martian(is_martian4(&packet->flow));
	if (outcome == HG_UNDECIDED)
		outcome = parse_ipv4(ctx, packet);
	if (outcome == HG_UNDECIDED)
		outcome = apply_filters(ctx, packet, target);
	return outcome == HG_UNDECIDED ? find_any_flow(ctx, packet, target) :
					 outcome;
}

static __always_inline __u32 find_flow6(struct xdp_md *ctx,
					struct packet *packet,
					struct target *target)
{
	__u32 outcome = find_vip6(packet, target);

	if (outcome == HG_UNDECIDED)
		outcome = judge_martian(is_martian6(&packet->flow));
	if (outcome == HG_UNDECIDED)
		outcome = parse_ipv6(ctx, packet);
	if (outcome == HG_UNDECIDED)
		outcome = apply_filters(ctx, packet, target);
	return outcome == HG_UNDECIDED ? find_any_flow(ctx, packet, target) :
					 outcome;
}

/* Choose the next hop of a whole packet; fragments and errors have theirs. */
static __always_inline __u32 choose_nexthop(struct xdp_md *ctx,
					    const struct packet *packet,
					    struct target *target)
{
	return target->nexthop ? HG_UNDECIDED :
				 take_bucket(ctx, packet, target);
}

/*
 * Check the size against the port's MTU. The kernel answers or fragments what
 * is too big (RFC 1812 5.2.7.1). The driver would drop a longer frame without a
 * trace, so a packet that fits loses what stands behind it.
 */
static __always_inline __u32 check_mtu(struct packet *packet,
				       const struct hg_nexthop *nexthop)
{
	__u32 size;

	if (likely(packet->network_size <= nexthop->mtu))
		return HG_UNDECIDED;
	size = packet_size(packet);
	packet->resize |= (packet->network_size - size) << RESIZE_PADDING_SHIFT;
	return size <= nexthop->mtu ? HG_UNDECIDED : HG_PASSED_TOO_BIG;
}

/*
 * Run every check down to the next hop. HG_UNDECIDED: the packet can go to
 * `target->nexthop`.
 */
static __always_inline __u32 find_route(struct xdp_md *ctx,
					struct packet *packet,
					struct target *target)
{
	__u32 outcome;

	outcome = parse_ethernet(ctx, packet);
	if (outcome == HG_UNDECIDED)
		outcome = check_ingress(packet);
	if (outcome != HG_UNDECIDED)
		return outcome;
	if (likely(packet->type == bpf_htons(ETH_P_IP)))
		outcome = find_flow4(ctx, packet, target);
	else if (packet->type == bpf_htons(ETH_P_IPV6))
		outcome = find_flow6(ctx, packet, target);
	else
		outcome = HG_PASSED_NOT_IP;
	if (outcome == HG_UNDECIDED)
		outcome = choose_nexthop(ctx, packet, target);
	if (outcome == HG_UNDECIDED)
		outcome = check_mtu(packet, target->nexthop);
	return outcome;
}

/*
 * Choose how the frame leaves. The redirect is set up before the frame is
 * rewritten, because it can fail.
 */
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

static __always_inline bool is_dropped(__u32 outcome)
{
	return outcome >= HG_DROPPED_BAD_HEADER &&
	       outcome != HG_PASSED_OTHER_VLAN;
}

/* Capture the frame as it came in. */
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

/* Count a frame that is not forwarded; pass it to the kernel or drop it. */
static __always_inline int pass_or_drop(struct xdp_md *ctx,
					const struct choice *choice,
					__u32 outcome, __u32 frame_size)
{
	struct hg_counters *own = own_counters();

	if (own)
		count_outcome(own, outcome, frame_size);
	if (is_dropped(outcome))
		return XDP_DROP;
	if (config.handed_up_mark && outcome > HG_PASSED_NOT_VIP)
		hand_up(ctx, outcome, choice->slot, frame_size);
	return XDP_PASS;
}

/* Rewrite the frame, count it and send it to the target's next hop. */
static __always_inline int forward_frame(struct xdp_md *ctx,
					 const struct packet *packet,
					 const struct target *target)
{
	__u32 outcome = choose_exit(packet, target->nexthop);
	__u32 size = packet->frame_size;
	struct hg_counters *own;

	capture_if_enabled(ctx, target->choice, outcome);
	if (unlikely(!is_forwarded(outcome)))
		return pass_or_drop(ctx, target->choice, outcome, size);
	if (unlikely(!rewrite_or_encapsulate(ctx, packet, target)))
		return pass_or_drop(ctx, target->choice, HG_PASSED_NO_HEADROOM,
				    size);
	own = own_counters();
	if (own) {
		__u32 slot = target->choice->slot;

		count_frame(&own->vips[target->vip.counter], size);
		count_frame(&own->nexthops[bounded(slot, HG_MAX_NEXTHOPS - 1)],
			    size);
		count_outcome(own, outcome, size);
	}
	return outcome == HG_FORWARDED_TX ? XDP_TX : XDP_REDIRECT;
}

/*
 * Forwarded and other frames return separately. A shared exit would keep the
 * next hop, VIP and slot in registers on every path.
 */
SEC("xdp")
int headgate(struct xdp_md *ctx)
{
	struct choice choice = { .bucket = BUCKET_NONE };
	struct target target = { .choice = &choice };
	struct packet packet = {};
	__u32 outcome = find_route(ctx, &packet, &target);

	if (outcome == HG_UNDECIDED)
		return forward_frame(ctx, &packet, &target);
	capture_if_enabled(ctx, &choice, outcome);
	return pass_or_drop(ctx, &choice, outcome, packet.frame_size);
}

/*
 * Decide and rewrite like headgate(), but count and record nothing. Returns the
 * decision, an outcome and a next hop (enum hg_explain_layout), and leaves more
 * in `explanation`. This program is never attached; the agent runs it on single
 * frames to explain a flow.
 */
SEC("xdp")
int explain(struct xdp_md *ctx)
{
	struct choice choice = { .bucket = BUCKET_NONE };
	struct target target = { .choice = &choice, .explain = true };
	struct packet packet = {};
	__u32 outcome;

	explanation = (struct hg_explanation){ .rule = HG_RULE_CURRENT,
					       .map = HG_FLOW_MAP_COUNT };
	outcome = find_route(ctx, &packet, &target);
	if (outcome == HG_UNDECIDED) {
		outcome = choose_exit(&packet, target.nexthop);
		if (is_forwarded(outcome))
			rewrite_or_encapsulate(ctx, &packet, &target);
	}
	if (choice.slot == HG_NEXTHOP_NONE)
		explanation.rule = HG_RULE_NONE;
	explanation.bucket = choice.bucket;
	return outcome | choice.slot << HG_EXPLAIN_SLOT_SHIFT;
}

/*
 * Mark what headgate() has handed up. At the ingress of tc, on the interfaces
 * that headgate() is on; whatever else is there goes on.
 */
SEC("tc")
int mark(struct __sk_buff *skb)
{
	mark_packet(skb);
	return TC_ACT_UNSPEC;
}

/*
 * Put what headgate() has handed up inside other packets, for next hops behind
 * routers: the program of the kernel's routes that mark() leads to.
 */
SEC("lwt_xmit")
int tunnel(struct __sk_buff *skb)
{
	return encapsulate_passed(skb);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
