// SPDX-License-Identifier: BSD-2-Clause
/*
 * Build the contenders. Headgate's tables are written through agent/datapath/,
 * as the agent does. The number of a bucket decides its owner: which next hop
 * owns which bucket does not change a packet's cost.
 */

#include "arena.h"

#include "core/address.h"
#include "datapath/datapath.h"
#include "tests/bench/generator.skel.h"
#include "xdp/sandbox.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>

/*
 * Slots of next hops: those on the arm, a dead one, one that drains, those on
 * the arm with a VLAN tag and behind routers, those on `out`
 */
enum arena_slot {
	SLOT_ARM = 1,
	SLOT_DEAD = SLOT_ARM + ARENA_MANY_NEXTHOPS,
	SLOT_DRAINING,
	SLOT_TAGGED,
	SLOT_IPIP = SLOT_TAGGED + ARENA_NEXTHOPS,
	SLOT_GUE = SLOT_IPIP + ARENA_NEXTHOPS,
	SLOT_OUT = SLOT_GUE + ARENA_NEXTHOPS,
	SLOT_END = SLOT_OUT + ARENA_NEXTHOPS,
};

/* Groups: one for each VIP of enum arena_vip, then those of the many VIPs */
enum arena_group {
	GROUP_MANY = ARENA_VIP_COUNT,
	GROUP_COUNT = GROUP_MANY + ARENA_MANY_GROUPS,
};

enum arena_link {
	MTU = 1500,
	VLAN = 100,
	GUE_PORT = 6080,
	PREFIX_LENGTH = 24,
};

const char *const arena_contender_names[ARENA_CONTENDER_COUNT] = {
	[ARENA_EMPTY] = "empty",
	[ARENA_HEADGATE] = "headgate",
	[ARENA_KERNEL] = "kernel",
};

/* The owners of a group's buckets */
struct fill {
	uint32_t first_slot;
	uint32_t count;
	bool dead; /* SLOT_DEAD owns all buckets; the others are backups */
	bool tracked;
	bool moving; /* from SLOT_DRAINING */
};

static const struct fill fills[ARENA_VIP_COUNT] = {
	[ARENA_VIP] = { SLOT_ARM, ARENA_NEXTHOPS, false },
	[ARENA_VIP_FEW_NEXTHOPS] = { SLOT_ARM, ARENA_FEW_NEXTHOPS, false },
	[ARENA_VIP_MANY_NEXTHOPS] = { SLOT_ARM, ARENA_MANY_NEXTHOPS, false },
	[ARENA_VIP_BACKUP] = { SLOT_ARM, ARENA_NEXTHOPS, true },
	[ARENA_VIP_REDIRECT] = { SLOT_OUT, ARENA_NEXTHOPS, false },
	[ARENA_VIP_TAGGED] = { SLOT_TAGGED, ARENA_NEXTHOPS, false },
	[ARENA_VIP_IPIP] = { SLOT_IPIP, ARENA_NEXTHOPS, false },
	[ARENA_VIP_GUE] = { SLOT_GUE, ARENA_NEXTHOPS, false },
	[ARENA_VIP_TRACKED] = { SLOT_ARM, ARENA_NEXTHOPS, .tracked = true },
	[ARENA_VIP_MOVING] = { SLOT_ARM, ARENA_NEXTHOPS, .tracked = true,
			       .moving = true },
	[ARENA_VIP_NEW] = { SLOT_ARM, ARENA_NEXTHOPS, .tracked = true,
			    .moving = true },
};

static void exit_on_error(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "packet_bench: %s: %s\n", what, strerror(-err));
	exit(SANDBOX_FAILED);
}

static void run_command(const char *command)
{
	if (sandbox_run("%s", command))
		exit_on_error(-EIO, command);
}

/* ------------------------------------------------------------- links */

static void attach_program(uint32_t ifindex, const struct bpf_program *program)
{
	exit_on_error(bpf_xdp_attach((int)ifindex, bpf_program__fd(program),
				     XDP_FLAGS_DRV_MODE, NULL),
		      "XDP program on a veth interface: not attached");
}

/*
 * Add a veth pair with a sink at the generator's end. Returns the ifindex of
 * that end.
 */
static uint32_t add_pair(struct arena *arena, const char *name)
{
	const uint8_t *mac = frames_port_mac;
	char peer[IF_NAMESIZE];
	uint32_t ifindex;

	sandbox_add_veth(name);
	snprintf(peer, sizeof(peer), "%s-peer", name);
	if (sandbox_run(
		    "ip link set %s up address %02x:%02x:%02x:%02x:%02x:%02x",
		    name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]) ||
	    sandbox_run("ip link set %s up", peer))
		exit_on_error(-EIO, name);
	ifindex = if_nametoindex(peer);
	attach_program(ifindex, arena->generator->progs.sink);
	return ifindex;
}

/* ------------------------------------------------------------- Headgate */

static void open_datapath(struct arena *arena)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.mode = DATAPATH_NATIVE,
		.hash_key = 0x5ca1ab1e0ddba11,
		.table_size = ARENA_TABLE_SIZE,
		.group_count = GROUP_COUNT,
		.flow_records = ARENA_FLOW_RECORDS,
	};
	static const char *const ports[] = { "headgate", "out" };
	struct datapath_error error;
	int err;

	err = datapath_open(&options, &arena->datapath, &error);
	for (unsigned int i = 0; !err && i < 2; i++)
		err = datapath_attach(arena->datapath, if_nametoindex(ports[i]),
				      ports[i], frames_port_mac, &error);
	exit_on_error(err, err ? error.text : NULL);
}

static struct hg_address outer_address(uint32_t ipv4)
{
	const struct address address = address_from_ipv4(htonl(ipv4));
	struct hg_address outer;

	memcpy(outer.bytes, address.bytes, sizeof(outer.bytes));
	return outer;
}

/* Put a next hop behind a router. */
static void encapsulate(struct arena *arena, uint32_t slot,
			struct hg_nexthop *nexthop)
{
	const struct hg_tunnel tunnel = {
		.source = outer_address(FRAMES_NEXTHOP),
		.gue_port = htons(GUE_PORT),
	};

	nexthop->encapsulation = slot < SLOT_GUE ? HG_ENCAPSULATION_IPIP :
						   HG_ENCAPSULATION_GUE;
	nexthop->address = outer_address(FRAMES_NEXTHOP + slot);
	exit_on_error(datapath_set_tunnel(arena->datapath, slot, &tunnel),
		      "tunnel: not written");
}

static void add_nexthops(struct arena *arena)
{
	uint32_t arm = if_nametoindex("headgate"), out = if_nametoindex("out");

	for (uint32_t slot = SLOT_ARM; slot < SLOT_END; slot++) {
		struct hg_nexthop nexthop = {
			.destination_mac = { 2, 0, 0, 9, slot >> 8, slot },
			.ifindex = slot < SLOT_OUT ? arm : out,
			.mtu = MTU,
			.alive = slot != SLOT_DEAD,
			.draining = slot == SLOT_DRAINING,
		};

		memcpy(nexthop.source_mac, frames_port_mac, ETH_ALEN);
		if (slot >= SLOT_IPIP && slot < SLOT_OUT)
			encapsulate(arena, slot, &nexthop);
		if (slot >= SLOT_TAGGED && slot < SLOT_IPIP)
			nexthop.tags[0] = (struct hg_vlan_tag){
				.protocol = htons(ETH_P_8021Q),
				.id = VLAN,
			};
		exit_on_error(datapath_set_nexthop(arena->datapath, slot,
						   &nexthop),
			      "next hop: not written");
	}
}

static void add_group(struct arena *arena, uint32_t group, struct fill fill)
{
	uint32_t first = group * ARENA_TABLE_SIZE;
	const uint16_t previous = fill.moving ? SLOT_DRAINING : HG_NEXTHOP_NONE;

	for (uint32_t i = 0; i < ARENA_TABLE_SIZE; i++) {
		uint16_t owner = (uint16_t)(fill.first_slot + i % fill.count);
		uint16_t next =
			(uint16_t)(fill.first_slot + (i + 1) % fill.count);
		struct hg_bucket bucket = {
			.current = fill.dead ? SLOT_DEAD : owner,
			.backup = next,
			.moving = fill.moving,
			.tracked = fill.tracked,
		};

		exit_on_error(datapath_set_previous(arena->datapath, first + i,
						    &previous, 1),
			      "previous slot: not written");
		exit_on_error(datapath_set_buckets(arena->datapath, first + i,
						   &bucket, 1),
			      "bucket: not written");
	}
}

static struct prefix vip_prefix(uint32_t index)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(FRAMES_VIP + index)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static struct prefix vip6_prefix(void)
{
	struct prefix prefix = { .length = ADDRESS_BITS_IPV6 };

	memcpy(prefix.address.bytes, frames_vip6, FRAMES_ADDRESS6_SIZE);
	return prefix;
}

static struct prefix short_prefix(void)
{
	struct prefix prefix = vip_prefix(ARENA_VIP_IN_PREFIX);

	prefix.length = PREFIX_LENGTH;
	prefix_clear_host_bits(&prefix);
	return prefix;
}

static void add_vip(struct arena *arena, struct prefix prefix, uint32_t index,
		    uint32_t group)
{
	struct hg_vip vip = { .group = group, .counter = index };

	exit_on_error(datapath_set_vip(arena->datapath, &prefix, &vip),
		      "VIP: not written");
}

static void delete_vip(struct arena *arena, struct prefix prefix)
{
	exit_on_error(datapath_delete_vip(arena->datapath, &prefix),
		      "VIP: not deleted");
}

static void build_headgate(struct arena *arena)
{
	add_pair(arena, "out");
	open_datapath(arena);
	add_nexthops(arena);
	for (uint32_t i = 0; i < ARENA_VIP_COUNT; i++) {
		add_group(arena, i, fills[i]);
		add_vip(arena, vip_prefix(i), i, i);
	}
	add_vip(arena, vip6_prefix(), ARENA_VIP_IPV6, ARENA_VIP);
	for (uint32_t i = GROUP_MANY; i < GROUP_COUNT; i++)
		add_group(arena, i, fills[ARENA_VIP]);
	arena->programs[ARENA_HEADGATE] =
		bpf_prog_get_fd_by_id(datapath_program_id(arena->datapath));
	exit_on_error(arena->programs[ARENA_HEADGATE] < 0 ? -errno : 0,
		      "program: not found by its id");
}

/* Return VIP number `i` of the many. */
static struct prefix many_prefix(enum arena_extra extra, uint32_t i)
{
	return vip_prefix(ARENA_VIP_MANY +
			  (extra == ARENA_VIPS_SCATTERED ? scatter(i) : i));
}

void arena_add(struct arena *arena, enum arena_extra extra)
{
	uint32_t groups = extra == ARENA_VIPS_MANY_GROUPS ? ARENA_MANY_GROUPS :
							    1;

	if (extra == ARENA_NOTHING)
		return;
	if (extra == ARENA_PREFIX) {
		add_vip(arena, short_prefix(), ARENA_VIP_IN_PREFIX, ARENA_VIP);
		return;
	}
	for (uint32_t i = 0; i < ARENA_MANY_VIPS; i++)
		add_vip(arena, many_prefix(extra, i), ARENA_VIP_MANY + i,
			GROUP_MANY + i % groups);
}

void arena_remove(struct arena *arena, enum arena_extra extra)
{
	if (extra == ARENA_NOTHING)
		return;
	if (extra == ARENA_PREFIX) {
		delete_vip(arena, short_prefix());
		return;
	}
	for (uint32_t i = 0; i < ARENA_MANY_VIPS; i++)
		delete_vip(arena, many_prefix(extra, i));
}

/* ------------------------------------------------------------- kernel */

static const char *dotted_quad(uint32_t address)
{
	return inet_ntoa((struct in_addr){ htonl(address) });
}

/*
 * Configure the kernel like a Linux router that forwards by 5-tuple to
 * neighbors with known MACs. ICMP redirects are off, because packets leave
 * where they came in. So are two checks that Headgate does not do either: that
 * of the source (rp_filter), and the early search for a local socket.
 */
static void build_kernel(void)
{
	FILE *ip;

	run_command("cd /proc/sys/net/ipv4 && echo 1 >ip_forward && "
		    "echo 0 >ip_early_demux && "
		    "echo 1 >fib_multipath_hash_policy && "
		    "for i in all kernel; do echo 0 >conf/$i/rp_filter && "
		    "echo 0 >conf/$i/send_redirects || exit 1; done");
	ip = popen("ip -batch -", "w");
	if (!ip)
		exit_on_error(-errno, "ip");
	fprintf(ip, "address add %s/24 dev kernel\n",
		dotted_quad(FRAMES_NEXTHOP + UINT8_MAX - 2));
	for (uint32_t i = 0; i < ARENA_NEXTHOPS; i++)
		fprintf(ip,
			"neighbor add %s lladdr 02:00:00:09:00:%02x dev kernel nud permanent\n",
			dotted_quad(FRAMES_NEXTHOP + i), SLOT_ARM + i);
	fprintf(ip, "route add %s/32", dotted_quad(FRAMES_VIP));
	for (uint32_t i = 0; i < ARENA_NEXTHOPS; i++)
		fprintf(ip, " nexthop via %s dev kernel",
			dotted_quad(FRAMES_NEXTHOP + i));
	fprintf(ip, "\n");
	if (pclose(ip))
		exit_on_error(-EIO, "kernel: routes refused by ip");
}

void arena_build(struct arena *arena)
{
	struct generator *generator;

	sandbox_enter();
	run_command("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	generator = generator__open_and_load();
	if (!generator)
		exit_on_error(-errno, "generator: programs not loaded");
	*arena = (struct arena){ .generator = generator };
	for (int i = 0; i < ARENA_CONTENDER_COUNT; i++)
		arena->generator_ends[i] =
			add_pair(arena, arena_contender_names[i]);
	attach_program(if_nametoindex("empty"), generator->progs.empty);
	attach_program(if_nametoindex("kernel"), generator->progs.pass);
	arena->programs[ARENA_EMPTY] = bpf_program__fd(generator->progs.empty);
	arena->programs[ARENA_KERNEL] = bpf_program__fd(generator->progs.pass);
	build_headgate(arena);
	build_kernel();
}

void arena_close(struct arena *arena)
{
	close(arena->programs[ARENA_HEADGATE]);
	datapath_close(arena->datapath, false);
	generator__destroy(arena->generator);
}
