// SPDX-License-Identifier: BSD-2-Clause
/* Build the world, in the program's tables and in memory. See world.h. */

#include "world.h"

#include "core/address.h"
#include "core/clock.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "frame.h"
#include "sandbox.h"

#include "bpf/headgate.skel.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NO_PORT_IFINDEX = UINT16_MAX,
	BYTE_BITS = 8,
	NS_PER_SECOND = 1000000000,
	MAPPED_AT = 12,
};

const uint64_t world_key = 0x5ca1ab1e0ddba11;

const struct hg_vip_secret world_vip_secret = {
	.addend = 0,
	.factor = 0xd1342543de82ef95,
	.subnet_factor = 0xaf251af3b0f025b5,
};

static const char *const port_names[PORT_COUNT] = { "left", "right", "third" };

static const struct hg_bucket fixed_buckets[VIP_ANY_HASH] = {
	[VIP_LEFT] = { .current = SLOT_LEFT, .backup = SLOT_RIGHT },
	[VIP_RIGHT] = { .current = SLOT_RIGHT, .backup = SLOT_LEFT },
	[VIP_BACKUP] = { .current = SLOT_DEAD, .backup = SLOT_LEFT },
	[VIP_DEAD] = { .current = SLOT_DEAD, .backup = SLOT_DEAD },
	[VIP_NARROW] = { .current = SLOT_NARROW, .backup = SLOT_LEFT },
	[VIP_LOST] = { .current = SLOT_LOST, .backup = SLOT_LEFT },
	[VIP_LEFT_TAG] = { .current = SLOT_LEFT_TAG, .backup = SLOT_LEFT },
	[VIP_LEFT_TAGS] = { .current = SLOT_LEFT_TAGS, .backup = SLOT_LEFT },
	[VIP_RIGHT_TAG] = { .current = SLOT_RIGHT_TAG, .backup = SLOT_RIGHT },
	[VIP_RIGHT_TAGS] = { .current = SLOT_RIGHT_TAGS, .backup = SLOT_RIGHT },
	[VIP_IPIP4] = { .current = SLOT_IPIP4, .backup = SLOT_RIGHT },
	[VIP_IPIP6] = { .current = SLOT_IPIP6, .backup = SLOT_LEFT },
	[VIP_GUE4] = { .current = SLOT_GUE4, .backup = SLOT_LEFT },
	[VIP_GUE6] = { .current = SLOT_GUE6, .backup = SLOT_RIGHT },
	[VIP_GRE4] = { .current = SLOT_GRE4, .backup = SLOT_RIGHT },
	[VIP_GRE6] = { .current = SLOT_GRE6, .backup = SLOT_LEFT },
};

struct link {
	enum world_port port;
	uint8_t tags;
	enum hg_encapsulation encapsulation;
	bool ipv6; /* outside */
	uint32_t source_entropy;
};

static const struct link links[SLOT_COUNT] = {
	[SLOT_LEFT] = { PORT_LEFT, 0 },
	[SLOT_RIGHT] = { PORT_RIGHT, 0 },
	[SLOT_DEAD] = { PORT_LEFT, 0 },
	[SLOT_NARROW] = { PORT_LEFT, 0 },
	[SLOT_LOST] = { PORT_COUNT, 0 },
	[SLOT_LEFT_TAG] = { PORT_LEFT, 1 },
	[SLOT_LEFT_TAGS] = { PORT_LEFT, 2 },
	[SLOT_RIGHT_TAG] = { PORT_RIGHT, 1 },
	[SLOT_RIGHT_TAGS] = { PORT_RIGHT, 2 },
	[SLOT_THIRD] = { PORT_THIRD, 0 },
	[SLOT_IPIP4] = { PORT_LEFT, 0, HG_ENCAPSULATION_IPIP, false, 0 },
	[SLOT_IPIP6] = { PORT_RIGHT, 1, HG_ENCAPSULATION_IPIP, true, 0 },
	[SLOT_GUE4] = { PORT_RIGHT, 0, HG_ENCAPSULATION_GUE, false, 0xff00 },
	[SLOT_GUE6] = { PORT_LEFT, 0, HG_ENCAPSULATION_GUE, true, 0 },
	[SLOT_GRE4] = { PORT_LEFT, 2, HG_ENCAPSULATION_GRE, false, 0 },
	[SLOT_GRE6] = { PORT_RIGHT, 0, HG_ENCAPSULATION_GRE, true, 0xffffff00 },
};

static void must_succeed(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(SANDBOX_FAILED);
}

/*
 * Pin the process to its CPU, whose counters and budgets then are those of all
 * CPUs.
 */
static void stay_on_this_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		sandbox_die("sched_setaffinity");
}

static void open_datapath(struct world *world)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.hash_key = world_key,
		.vip_secret = world_vip_secret,
		.icmp_rate = world->icmp_rate,
		.handed_up_mark = 0xfff00000,
		.table_size = WORLD_TABLE_SIZE,
		.group_count = VIP_COUNT,
		.flow_records = WORLD_FLOW_RECORDS,
		.virtual_clock = true,
	};
	struct datapath_error error;
	int err;

	err = datapath_open(&options, &world->dp, &error);
	for (int i = 0; !err && i < PORT_COUNT; i++) {
		struct world_port_info *port = &world->ports[i];

		*port = (struct world_port_info){
			.ifindex = sandbox_add_veth(port_names[i]),
			.mac = { 2, 0, 0, 0, 1, i },
			.untagged = true,
		};
		memset(&port->vlans, 0xff, sizeof(port->vlans));
		err = datapath_attach(world->dp, port->ifindex, port_names[i],
				      port->mac, &error);
	}
	if (err)
		must_succeed(err, error.text);
}

void world_set_nexthop(struct world *world, enum world_slot slot,
		       const struct hg_nexthop *nexthop)
{
	world->nexthops[slot] = *nexthop;
	must_succeed(datapath_set_nexthop(world->dp, slot, nexthop),
		     "next hop");
}

static uint32_t ifindex_behind(const struct world *world,
			       const struct link *link)
{
	return link->port < PORT_COUNT ? world->ports[link->port].ifindex :
					 NO_PORT_IFINDEX;
}

static void set_tags(struct hg_nexthop *nexthop, uint8_t count)
{
	const struct hg_vlan_tag one = { htons(ETH_P_8021Q), WORLD_TAG };
	const struct hg_vlan_tag outer = { htons(ETH_P_8021AD),
					   WORLD_OUTER_TAG };
	const struct hg_vlan_tag inner = { htons(ETH_P_8021Q),
					   WORLD_INNER_TAG };

	if (count)
		nexthop->tags[0] = count == 1 ? one : outer;
	if (count > 1)
		nexthop->tags[1] = inner;
}

enum tunnel_network {
	TUNNEL_THEIRS4 = 0x0a090000, /* 10.9.0.0 */
	TUNNEL_OURS4 = 0x0a080000,
	OUTER_IPV4 = 20,
	OUTER_IPV6 = 40,
};

static struct hg_address tunnel_end(bool ipv6, bool ours, uint8_t slot)
{
	struct hg_address address = ours ? frame_ipv6_address("2001:db8:8::") :
					   frame_ipv6_address("2001:db8:9::");

	if (!ipv6)
		return frame_ipv4_address(
			(ours ? TUNNEL_OURS4 : TUNNEL_THEIRS4) + slot);
	address.bytes[sizeof(address.bytes) - 1] = slot;
	return address;
}

/* The bytes in front of a packet, by encapsulation */
static const uint8_t shim_sizes[HG_ENCAPSULATION_COUNT] = {
	[HG_ENCAPSULATION_GUE] = 8,
	[HG_ENCAPSULATION_GRE] = 4,
};

/* Put a tunnel in front of a next hop. Bits that the flow fills are 0. */
static void add_tunnel(struct world *world, uint8_t slot,
		       struct hg_nexthop *nexthop)
{
	const struct link *link = &links[slot];
	struct hg_tunnel *tunnel = &world->tunnels[slot];
	uint32_t mask = htonl(link->source_entropy), last;

	if (!link->encapsulation)
		return;
	nexthop->encapsulation = link->encapsulation;
	nexthop->address = tunnel_end(link->ipv6, false, slot);
	nexthop->mtu -= (link->ipv6 ? OUTER_IPV6 : OUTER_IPV4) +
			shim_sizes[link->encapsulation];
	*tunnel = (struct hg_tunnel){
		.source = tunnel_end(link->ipv6, true, slot),
		.source_entropy = mask,
		.gue_port = htons(WORLD_GUE_PORT),
	};
	memcpy(&last, tunnel->source.bytes + MAPPED_AT, sizeof(last));
	last &= ~mask;
	memcpy(tunnel->source.bytes + MAPPED_AT, &last, sizeof(last));
	must_succeed(datapath_set_tunnel(world->dp, slot, tunnel), "tunnel");
}

static void add_nexthops(struct world *world)
{
	for (uint8_t slot = SLOT_LEFT; slot < SLOT_COUNT; slot++) {
		struct hg_nexthop nexthop = {
			.destination_mac = { 2, 0, 0, 0, 9, slot },
			.source_mac = { 2, 0, 0, 0, 8, slot },
			.ifindex = ifindex_behind(world, &links[slot]),
			.mtu = slot == SLOT_NARROW ? WORLD_NARROW_MTU :
						     WORLD_MTU,
			.alive = slot != SLOT_DEAD,
			.incarnation = 1,
		};

		set_tags(&nexthop, links[slot].tags);
		add_tunnel(world, slot, &nexthop);
		world_set_nexthop(world, slot, &nexthop);
	}
}

void world_set_alive(struct world *world, enum world_slot slot, bool alive)
{
	struct hg_nexthop nexthop = world->nexthops[slot];

	nexthop.incarnation += alive && !nexthop.alive;
	nexthop.alive = alive;
	world_set_nexthop(world, slot, &nexthop);
}

void world_set_bucket(struct world *world, enum world_vip vip, uint32_t index,
		      struct hg_bucket bucket)
{
	world->buckets[vip][index] = bucket;
	must_succeed(datapath_set_buckets(world->dp,
					  vip * WORLD_TABLE_SIZE + index,
					  &bucket, 1),
		     "bucket");
}

void world_set_buckets(struct world *world, enum world_vip vip,
		       struct hg_bucket bucket)
{
	for (uint32_t i = 0; i < WORLD_TABLE_SIZE; i++)
		world_set_bucket(world, vip, i, bucket);
}

static void fill_at_random(struct world *world, enum world_vip vip)
{
	for (uint32_t i = 0; i < WORLD_TABLE_SIZE; i++)
		world_set_bucket(
			world, vip, i,
			(struct hg_bucket){ .current = random() % SLOT_COUNT,
					    .backup = random() % SLOT_COUNT });
}

static void set_previous(struct world *world, enum world_vip vip,
			 uint32_t index, uint16_t slot)
{
	world->previous[vip][index] = slot;
	must_succeed(datapath_set_previous(world->dp,
					   vip * WORLD_TABLE_SIZE + index,
					   &slot, 1),
		     "previous");
}

void world_set_previous(struct world *world, enum world_vip vip, uint16_t slot)
{
	for (uint32_t i = 0; i < WORLD_TABLE_SIZE; i++)
		set_previous(world, vip, i, slot);
}

static void track_at_random(struct world *world, enum world_vip vip)
{
	for (uint32_t i = 0; i < WORLD_TABLE_SIZE; i++) {
		struct hg_bucket bucket = world->buckets[vip][i];

		bucket.moving = random() % 2;
		bucket.tracked = bucket.moving || random() % 2;
		set_previous(world, vip, i, random() % SLOT_COUNT);
		world_set_bucket(world, vip, i, bucket);
	}
}

void world_track_at_random(struct world *world)
{
	for (enum world_vip vip = VIP_ANY_HASH; vip < VIP_COUNT; vip++)
		track_at_random(world, vip);
}

void world_set_draining(struct world *world, enum world_slot slot,
			bool draining)
{
	struct hg_nexthop nexthop = world->nexthops[slot];

	nexthop.draining = draining;
	world_set_nexthop(world, slot, &nexthop);
}

void world_set_vlans(struct world *world, enum world_port port,
		     const struct hg_port_vlans *vlans, bool untagged)
{
	struct world_port_info *info = &world->ports[port];

	info->vlans = *vlans;
	info->untagged = untagged;
	must_succeed(datapath_set_port_vlans(world->dp, info->ifindex, vlans,
					     untagged),
		     "VLANs");
}

void world_accept_martians(struct world *world, bool accept)
{
	world->accept_martians = accept;
	datapath_accept_martians(world->dp, accept);
}

void world_set_time(struct world *world, uint64_t time_ms)
{
	world->dp->control->time_ms = time_ms;
}

uint64_t world_record_ns(const struct world *world)
{
	return NS_PER_SECOND /
	       world->dp->skeleton->rodata_config->config.flows_new_rate;
}

void world_set_flow_budget(struct world *world, uint64_t used_until_ns)
{
	int map = bpf_map__fd(world->dp->skeleton->maps.flow_budgets);
	int cpus = libbpf_num_possible_cpus();
	struct hg_flow_budget budgets[cpus];
	uint32_t only = 0;

	for (int cpu = 0; cpu < cpus; cpu++)
		budgets[cpu] = (struct hg_flow_budget){ used_until_ns };
	must_succeed(bpf_map_update_elem(map, &only, budgets, BPF_ANY),
		     "flow budget");
}

bool world_find_flow(const struct world *world, enum hg_flow_map map,
		     uint64_t signature, struct hg_flow *flow)
{
	const struct hg_flow_key key = { signature };

	return !bpf_map_lookup_elem(world->dp->flows[map], &key, flow);
}

static void forget_flows(struct world *world, enum hg_flow_map map)
{
	struct hg_flow_key key;

	while (!bpf_map_get_next_key(world->dp->flows[map], NULL, &key))
		must_succeed(bpf_map_delete_elem(world->dp->flows[map], &key),
			     "flows");
}

void world_forget_flows(struct world *world)
{
	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++)
		forget_flows(world, map);
}

static void add_groups(struct world *world)
{
	for (enum world_vip vip = 0; vip < VIP_COUNT; vip++) {
		if (vip < VIP_ANY_HASH)
			world_set_buckets(world, vip, fixed_buckets[vip]);
		else if (vip == VIP_PACKET)
			world_set_buckets(world, vip, fixed_buckets[VIP_RIGHT]);
		else
			fill_at_random(world, vip);
	}
}

struct hg_address world_address(enum world_vip vip, bool ipv6)
{
	struct hg_address address = frame_ipv6_address("2001:db8:2::");

	if (!ipv6)
		return frame_ipv4_address(WORLD_FIRST_VIP + vip);
	address.bytes[sizeof(address.bytes) - 1] = 1 + vip;
	return address;
}

uint32_t world_route_of(enum world_vip vip, bool ipv6)
{
	return ipv6 ? VIP_COUNT + vip : vip;
}

bool world_matches(const struct hg_address *a, const struct hg_address *b,
		   bool ipv6, uint8_t length)
{
	unsigned int from = ipv6 ? 0 : MAPPED_AT;
	unsigned int whole = length / BYTE_BITS;
	uint8_t mask = ~(0xff >> length % BYTE_BITS);

	if (memcmp(a->bytes + from, b->bytes + from, whole))
		return false;
	return !mask ||
	       !((a->bytes[from + whole] ^ b->bytes[from + whole]) & mask);
}

static struct prefix prefix_of(const struct world_route *route)
{
	struct prefix prefix = { .length = route->length };

	memcpy(prefix.address.bytes, route->address.bytes,
	       sizeof(prefix.address.bytes));
	prefix_clear_host_bits(&prefix);
	return prefix;
}

void world_add_route(struct world *world, struct world_route route)
{
	const struct prefix prefix = prefix_of(&route);
	uint32_t index = world->route_count++;

	if (index == WORLD_MAX_ROUTES)
		must_succeed(-ENOSPC, "route");
	route.vip.counter = index;
	world->routes[index] = route;
	must_succeed(datapath_set_vip(world->dp, &prefix, &route.vip), "VIP");
}

void world_remove_last_route(struct world *world)
{
	const struct prefix prefix =
		prefix_of(&world->routes[--world->route_count]);

	must_succeed(datapath_delete_vip(world->dp, &prefix), "VIP");
}

static void add_hosts(struct world *world, bool ipv6)
{
	for (enum world_vip vip = 0; vip < VIP_COUNT; vip++)
		world_add_route(
			world,
			(struct world_route){
				.ipv6 = ipv6,
				.length = ipv6 ? WORLD_IPV6_BITS :
						 WORLD_IPV4_BITS,
				.address = world_address(vip, ipv6),
				.vip = { .group = vip,
					 .hash_fields =
						 vip < VIP_ANY_HASH ?
							 HG_HASH_5_TUPLE :
							 vip - VIP_ANY_HASH },
			});
}

static void add_prefixes(struct world *world)
{
	const struct world_route routes[WORLD_PREFIXES] = {
		{ false,
		  24,
		  frame_ipv4_address(WORLD_PREFIX),
		  { .group = VIP_LEFT } },
		{ false,
		  26,
		  frame_ipv4_address(WORLD_PREFIX + 64),
		  { .group = VIP_RIGHT } },
		{ false,
		  32,
		  frame_ipv4_address(WORLD_PREFIX + 80),
		  { .group = VIP_LEFT_TAG } },
		{ true,
		  48,
		  frame_ipv6_address("2001:db8:113::"),
		  { .group = VIP_LEFT } },
		{ true,
		  58,
		  frame_ipv6_address("2001:db8:113:40::"),
		  { .group = VIP_RIGHT } },
		{ true,
		  128,
		  frame_ipv6_address("2001:db8:113:40::80"),
		  { .group = VIP_LEFT_TAG } },
	};

	for (int i = 0; i < WORLD_PREFIXES; i++)
		world_add_route(world, routes[i]);
}

void world_set_icmp_used(struct world *world, uint32_t route, uint32_t used,
			 uint32_t too_big_used)
{
	int map = bpf_map__fd(world->dp->skeleton->maps.icmp_budgets);
	int cpus = libbpf_num_possible_cpus();
	struct hg_icmp_budget budgets[cpus];
	uint64_t now = clock_read_ns(CLOCK_MONOTONIC);

	for (int cpu = 0; cpu < cpus; cpu++)
		budgets[cpu] = (struct hg_icmp_budget){
			.since_ns = now,
			.used = used,
			.used_too_big = too_big_used,
		};
	must_succeed(bpf_map_update_elem(map, &route, budgets, BPF_ANY),
		     "budget");
}

void world_forget_fragments(struct world *world)
{
	int map = bpf_map__fd(world->dp->skeleton->maps.fragments);
	struct hg_fragment_key key;

	while (!bpf_map_get_next_key(map, NULL, &key))
		must_succeed(bpf_map_delete_elem(map, &key), "fragments");
}

struct world *world_new(uint32_t icmp_rate)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		sandbox_die("calloc");
	world->icmp_rate = icmp_rate;
	stay_on_this_cpu();
	open_datapath(world);
	add_nexthops(world);
	add_groups(world);
	add_hosts(world, false);
	add_hosts(world, true);
	add_prefixes(world);
	return world;
}

void world_free(struct world *world)
{
	datapath_close(world->dp, false);
	for (int i = 0; i < PORT_COUNT; i++)
		sandbox_run("ip link del %s", port_names[i]);
	free(world);
}
