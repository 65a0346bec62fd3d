// SPDX-License-Identifier: BSD-2-Clause
/* The program and the agent's windows, simulated. See sim_headgate.h. */

#include "sim_headgate.h"

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "flow_hash.h"
#include "frame.h"
#include "sandbox.h"
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

enum {
	SPOT_CHECK = 512, /* one in so many packets of untracked buckets */
	SILENT_END_MS = 10000,
	MS_IN_SECOND = 1000,
	FULL = 90, /* percent of a map's room */
	DESTINATION_PORT = 443,
};

static const uint8_t port_mac[ETH_ALEN] = { 2, 0, 0, 0, 1, 0 };

static void write_nexthop(struct sim_headgate *headgate, uint16_t slot)
{
	const struct sim_set *set = headgate->set;
	const struct hg_nexthop nexthop = {
		.destination_mac = { 2, 0, 0, 0, 9, slot },
		.ifindex = DATAPATH_LOOPBACK,
		.mtu = WORLD_MTU,
		.alive = set->alive[slot],
		.draining = set->alive[slot] && !set->in[slot],
		.incarnation = set->life[slot],
	};

	if (datapath_set_nexthop(headgate->dp, slot, &nexthop))
		sandbox_die("next hop");
}

/* Choose owner and backup of a bucket by rendezvous hashing. */
static void choose_owner(const struct sim_set *set, uint32_t bucket,
			 uint16_t *owner, uint16_t *backup)
{
	uint64_t best = 0, second = 0;

	*owner = *backup = HG_NEXTHOP_NONE;
	for (uint16_t slot = 1; slot < SIM_MAX_MEMBERS; slot++) {
		struct random_source source = { (uint64_t)slot << 32 | bucket };
		uint64_t score = random_u64(&source);

		if (!set->in[slot])
			continue;
		if (score > best) {
			second = best;
			*backup = *owner;
			best = score;
			*owner = slot;
		} else if (score > second) {
			second = score;
			*backup = slot;
		}
	}
}

static void write_table(struct sim_headgate *headgate)
{
	static uint16_t slots[SIM_TABLE_SIZE];

	for (uint32_t i = 0; i < SIM_TABLE_SIZE; i++) {
		slots[i] = headgate->affinity->buckets[i].previous;
		headgate->words[i] = affinity_word(headgate->affinity, i,
						   headgate->backups[i]);
	}
	if (datapath_set_previous(headgate->dp, 0, slots, SIM_TABLE_SIZE) ||
	    datapath_set_buckets(headgate->dp, 0, headgate->words,
				 SIM_TABLE_SIZE))
		sandbox_die("buckets");
}

static void open_datapath(struct sim_headgate *headgate, uint32_t flow_records)
{
	const struct datapath_options options = {
		.bpffs = SANDBOX_PINS,
		.hash_key = world_key,
		.table_size = SIM_TABLE_SIZE,
		.group_count = 1,
		.flow_records = flow_records,
		.virtual_clock = true,
	};
	const struct hg_address address = frame_ipv4_address(WORLD_FIRST_VIP);
	struct prefix prefix = { .length = 32 };
	const struct hg_vip vip = {};
	struct datapath_error error;
	int err;

	memcpy(prefix.address.bytes, address.bytes, sizeof(address.bytes));
	err = datapath_open(&options, &headgate->dp, &error);
	if (!err)
		err = datapath_add_port(headgate->dp, DATAPATH_LOOPBACK, "lo",
					port_mac, &error);
	if (!err)
		err = datapath_set_vip(headgate->dp, &prefix, &vip);
	if (err)
		sandbox_die(error.text);
}

void sim_headgate_start(struct sim_headgate *headgate,
			const struct sim_set *set, uint32_t flow_records)
{
	memset(headgate, 0, sizeof(*headgate));
	headgate->set = set;
	headgate->affinity = affinity_new(SIM_TABLE_SIZE);
	if (!headgate->affinity)
		sandbox_die("affinity");
	open_datapath(headgate, flow_records);
	for (uint16_t slot = 1; slot < SIM_MAX_MEMBERS; slot++)
		write_nexthop(headgate, slot);
	for (uint32_t i = 0; i < SIM_TABLE_SIZE; i++) {
		uint16_t owner;

		choose_owner(set, i, &owner, &headgate->backups[i]);
		affinity_place(headgate->affinity, i, owner);
	}
	write_table(headgate);
}

void sim_headgate_stop(struct sim_headgate *headgate)
{
	datapath_close(headgate->dp, false);
	affinity_free(headgate->affinity);
}

static void fill_terms(const struct sim_headgate *headgate, uint32_t *slots)
{
	const struct sim_set *set = headgate->set;

	for (uint16_t slot = 1; slot < SIM_MAX_MEMBERS; slot++) {
		if (!set->alive[slot])
			slots[slot] = AFFINITY_DEAD;
		else if (set->in[slot])
			slots[slot] = AFFINITY_KEEP;
		else
			slots[slot] = headgate->drain_until_s[slot];
	}
}

void sim_headgate_change(struct sim_headgate *headgate, uint32_t now_s)
{
	uint32_t slots[HG_MAX_NEXTHOPS] = {}, latest[SIM_MAX_MEMBERS];
	const struct affinity_terms terms = {
		.until_s = now_s + SIM_WINDOW_S,
		.slots = slots,
	};

	headgate->changed_s = now_s;
	fill_terms(headgate, slots);
	for (uint16_t slot = 1; slot < SIM_MAX_MEMBERS; slot++) {
		write_nexthop(headgate, slot);
		latest[slot] = slots[slot] == AFFINITY_DEAD ? AFFINITY_DEAD :
							      AFFINITY_KEEP;
	}
	affinity_shorten(headgate->affinity, latest);
	for (uint32_t i = 0; i < SIM_TABLE_SIZE; i++) {
		uint16_t owner, backup = headgate->backups[i];

		choose_owner(headgate->set, i, &owner, &headgate->backups[i]);
		affinity_move(headgate->affinity, i, owner, backup, &terms);
	}
	write_table(headgate);
}

void sim_headgate_foresee(struct sim_headgate *headgate, uint16_t slot)
{
	struct sim_set later = *headgate->set;

	later.in[slot] = true;
	for (uint32_t i = 0; i < SIM_TABLE_SIZE; i++) {
		uint16_t owner, backup;

		choose_owner(&later, i, &owner, &backup);
		if (owner == slot)
			affinity_foresee(headgate->affinity, i, AFFINITY_NEVER);
	}
	write_table(headgate);
}

/* True if the record can go: it is void, over, or says what the bucket says. */
static bool is_useless(const struct sim_headgate *headgate,
		       const struct hg_flow *flow, uint32_t now_ms)
{
	const struct affinity_bucket *bucket =
		&headgate->affinity->buckets[flow->bucket];
	const struct sim_set *set = headgate->set;

	if (!set->alive[flow->slot] ||
	    set->life[flow->slot] != flow->incarnation)
		return true;
	if (flow->ending && now_ms - flow->time_ms >= SILENT_END_MS)
		return true;
	return !bucket->moving && flow->slot == bucket->current;
}

/* The records of a map that a sweep keeps */
struct sweep {
	uint32_t now_ms;
	bool *used; /* by bucket: it has a record */
	uint32_t kept;
	uint32_t oldest_ms; /* age of the oldest record that was kept */
};

static void keep_record(struct sweep *sweep, const struct hg_flow *flow)
{
	uint32_t age_ms = sweep->now_ms - flow->time_ms;

	sweep->used[flow->bucket] = true;
	sweep->kept++;
	if (age_ms > sweep->oldest_ms)
		sweep->oldest_ms = age_ms;
}

/* Delete useless records of a map. */
static void sweep_map(struct sim_headgate *headgate, enum hg_flow_map map,
		      struct sweep *sweep)
{
	struct datapath_flow flows[DATAPATH_MAX_FLOWS];
	struct datapath_flows_cursor cursor = {};
	uint32_t count;
	int err;

	do {
		uint64_t useless[DATAPATH_MAX_FLOWS];
		uint32_t useless_count = 0;

		err = datapath_read_flows(headgate->dp, map, &cursor, flows,
					  DATAPATH_MAX_FLOWS, &count);
		if (err && err != -ENOENT)
			sandbox_die("flows");
		for (uint32_t i = 0; i < count; i++) {
			if (is_useless(headgate, &flows[i].flow, sweep->now_ms))
				useless[useless_count++] = flows[i].signature;
			else
				keep_record(sweep, &flows[i].flow);
		}
		if (datapath_delete_flows(headgate->dp, map, useless,
					  useless_count, &count))
			sandbox_die("flows");
	} while (!err);
}

/* True if the map forgets flows sooner than a window ends. */
static bool is_too_small(const struct sim_headgate *headgate,
			 enum hg_flow_map map, const struct sweep *sweep)
{
	return map != HG_FLOWS_NEW &&
	       sweep->kept >=
		       datapath_flow_room(headgate->dp, map) / 100 * FULL &&
	       sweep->oldest_ms < SIM_WINDOW_S * MS_IN_SECOND;
}

/* Windows stay open while unknown flows cannot be recorded for long enough. */
static void extend_windows(struct sim_headgate *headgate, uint32_t now_s)
{
	uint32_t until_s = now_s + SIM_WINDOW_S;
	uint32_t last_s = headgate->changed_s + SIM_MAX_WINDOW_S;

	affinity_extend(headgate->affinity,
			until_s < last_s ? until_s : last_s);
}

static void sweep_all(struct sim_headgate *headgate, uint32_t now_s)
{
	static bool used[SIM_TABLE_SIZE];
	uint32_t records = 0;

	memset(used, 0, sizeof(used));
	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++) {
		struct sweep sweep = { .now_ms = now_s * MS_IN_SECOND,
				       .used = used };

		sweep_map(headgate, map, &sweep);
		records += sweep.kept;
		if (is_too_small(headgate, map, &sweep))
			extend_windows(headgate, now_s);
	}
	if (records > headgate->peak_records)
		headgate->peak_records = records;
	for (uint32_t i = 0; i < SIM_TABLE_SIZE; i++)
		if (!used[i])
			affinity_untrack(headgate->affinity, i);
	write_table(headgate);
}

void sim_headgate_tick(struct sim_headgate *headgate, uint32_t now_s)
{
	if (affinity_expire(headgate->affinity, now_s))
		write_table(headgate);
	if (!(now_s % SIM_SWEEP_S) && headgate->affinity->tracked)
		sweep_all(headgate, now_s);
}

static void build_frame(const struct sim_frame *packet, struct frame *frame)
{
	const struct shape shape = {
		.source = frame_ipv4_address(packet->source),
		.destination = frame_ipv4_address(WORLD_FIRST_VIP),
		.protocol = packet->opaque ? IPPROTO_UDP : IPPROTO_TCP,
		.source_port = packet->port,
		.destination_port = DESTINATION_PORT,
		.tcp_flags = packet->tcp_flags,
	};

	frame_build(&shape, port_mac, frame);
}

static uint16_t run_program(struct sim_headgate *headgate,
			    const struct sim_frame *packet, uint64_t time_ms)
{
	static struct frame frame, out;
	uint32_t action;

	headgate->runs++;
	headgate->dp->control->time_ms = time_ms;
	build_frame(packet, &frame);
	out.size = sizeof(out.bytes);
	if (datapath_test_run(headgate->dp, frame.bytes, frame.size,
			      DATAPATH_LOOPBACK, out.bytes, &out.size, &action))
		sandbox_die("BPF_PROG_TEST_RUN");
	if (action != XDP_TX)
		sandbox_die("simulated packet not forwarded");
	return out.bytes[ETH_ALEN - 1];
}

uint16_t sim_headgate_choose(struct sim_headgate *headgate,
			     const struct sim_frame *frame, uint64_t time_ms)
{
	uint32_t index = frame->hash % SIM_TABLE_SIZE;
	struct hg_bucket bucket = headgate->words[index];
	uint16_t slot = bucket.current;

	if (bucket.tracked)
		return run_program(headgate, frame, time_ms);
	if (!headgate->set->alive[slot])
		slot = bucket.backup;
	if (random_one_in(&headgate->random, SPOT_CHECK) &&
	    run_program(headgate, frame, time_ms) != slot)
		sandbox_die("packet of an untracked bucket went elsewhere");
	return slot;
}
