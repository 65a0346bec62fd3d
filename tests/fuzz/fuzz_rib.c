// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: a sequence of UPDATEs of several backends, of sessions that come
 * and go and of next hops that live and die. Each input is a list of steps. When
 * all sessions are down, the rib must be empty and track no next hop.
 */

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "core/array.h"
#include "core/log.h"
#include "rib/adj_rib_in.h"
#include "rib/export_batch.h"
#include "rib/rib.h"

enum {
	LOCAL_AS = 64512,
	UPSTREAM_AS = 64500,
	BACKENDS = 4,
	MAX_STEPS = 64,
	MAX_TURNS = 1000,
	/* Next hops of inputs differ in their last byte. */
	HOPS = 256,
};

enum step {
	STEP_UPDATE,  /* size in two bytes, then the body */
	STEP_SESSION, /* down, or up again */
	STEP_NEXTHOP, /* its last byte, then whether it lives */
	STEP_PROCESS,
	STEP_BEGIN_REFRESH,
	STEP_END_REFRESH,
	STEP_SEND,
	STEP_COUNT,
};

static struct fuzz_world {
	struct rib *rib;
	struct rib_peer *backends[BACKENDS];
	struct rib_peer *upstream;
	bool dead[HOPS];
	int tracked; /* next hops */
} world;

static const struct bgp_negotiated session = {
	.as4 = true,
	.ebgp = true,
	.extended_nexthop = true,
	.families = BGP_ALL_FAMILIES,
	.add_path_receive = { true, true },
	.max_message = BGP_MAX_EXTENDED_MESSAGE,
};

static struct bgp_scratch scratch;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct address address_of(unsigned int last)
{
	return address_from_ipv4(htonl(0x0a000000 + last));
}

/* ------------------------------------------------------------- hooks */

static enum path_reason check_hop(const struct address *address,
				  uint32_t *igp_cost, void *context)
{
	(void)igp_cost, (void)context;
	return world.dead[address->bytes[sizeof(address->bytes) - 1]] ?
		       REASON_NEXTHOP_DEAD :
		       REASON_NONE;
}

static void track_hop(const struct address *address, bool wanted, void *context)
{
	(void)address, (void)context;
	world.tracked += wanted ? 1 : -1;
	assert(world.tracked >= 0);
}

static bool steer(const struct route *route, const struct member *members,
		  void *context)
{
	unsigned int listed = 0;

	(void)context;
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE)
			assert(address_equal(
				&members[listed++].address,
				rib_nexthop_address(path->attributes->nexthop)));
	assert(listed == route->selected);
	return route->selected;
}

static void ignore(void *context)
{
	(void)context;
}

/* ------------------------------------------------------------- sessions */

static struct rib_peer *peer_up(unsigned int last, uint32_t as,
				enum neighbor_role role)
{
	const struct rib_peer_options options = {
		.source = { .address = address_of(last),
			    .identifier = last,
			    .as = as,
			    .type = PEER_EXTERNAL,
			    .pass_attributes = last & 1 },
		.role = role,
		.session = &session,
		.local_address = address_of(254),
		.relation = BGP_ROLE_NONE,
	};

	return rib_peer_up(world.rib, &options);
}

static void backend_up(unsigned int i)
{
	world.backends[i] = peer_up(1 + i, 65001 + i, NEIGHBOR_ROLE_BACKEND);
	assert(world.backends[i]);
}

static void backend_down(unsigned int i)
{
	if (world.backends[i])
		rib_peer_down(world.rib, world.backends[i]);
	world.backends[i] = NULL;
}

/* Like the agent, which waits until the paths of the last session have gone. */
static void change_session(unsigned int i)
{
	const struct address address = address_of(1 + i);

	if (world.backends[i])
		backend_down(i);
	else if (!rib_is_leaving(world.rib, &address))
		backend_up(i);
}

static void start(void)
{
	static const char *const ranges[] = { "192.0.2.0/24", "2001:db8::/32" };
	static struct vip_options vips[COUNT_OF(ranges)];
	const struct rib_options options = {
		.import = { .local_as = LOCAL_AS,
			    .local_identifier = 77,
			    .cluster_id = 77,
			    .vips = vips,
			    .vip_count = COUNT_OF(vips) },
		.decision = { .maximum_paths = 4,
			      .maximum_paths_ibgp = 4,
			      .as_path = MULTIPATH_AS_PATH_RELAXED,
			      .bandwidth_unit = 1,
			      .default_weight = 1 },
		.min_nexthops = 1,
		.announce_as = ANNOUNCE_AS_ORIGIN,
	};
	const struct rib_hooks hooks = {
		.nexthop_check = check_hop,
		.nexthop_track = track_hop,
		.set_decided = steer,
		.work_waiting = ignore,
		.export_waiting = ignore,
	};

	log_set_level(LOG_LEVEL_ERROR);
	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		vips[i] = vip_options_default;
		prefix_parse(ranges[i], &vips[i].prefix);
	}
	memset(&world, 0, sizeof(world));
	world.rib = rib_new(&options, &hooks);
	assert(world.rib);
	for (unsigned int i = 0; i < BACKENDS; i++)
		backend_up(i);
	world.upstream = peer_up(100, UPSTREAM_AS, NEIGHBOR_ROLE_UPSTREAM);
	assert(world.upstream);
}

/* ------------------------------------------------------------- steps */

/* Take the body in as a session does: an error that resets it ends it. */
static void take_update(unsigned int i, struct reader body)
{
	struct bgp_negotiated negotiated = session;
	const struct bgp_decode_context context = { .negotiated = &negotiated };
	struct bgp_update update;

	negotiated.peer_as = 65001 + i;
	if (!world.backends[i])
		return;
	if (bgp_update_decode(&context, body, &scratch, &update) >=
		    BGP_VERDICT_RESET ||
	    adj_rib_in_update(world.rib, world.backends[i], &update))
		backend_down(i);
}

static void process(void)
{
	unsigned int turns = 0;

	while (rib_process(world.rib))
		assert(++turns < MAX_TURNS);
}

static void send_all(void)
{
	struct export_batch batch;

	while (export_batch_next(world.rib, world.upstream, &batch))
		assert(batch.count);
}

static void change_nexthop(uint8_t last, bool dead)
{
	const struct address address = address_of(last);

	world.dead[last] = dead;
	rib_nexthop_changed(world.rib, &address);
}

static void take_step(enum step step, unsigned int i, struct reader *in)
{
	struct rib_peer *peer = world.backends[i];
	uint16_t size;
	uint8_t last;

	switch (step) {
	case STEP_UPDATE:
		size = reader_u16(in);
		take_update(i,
			    reader_sub(in, size < in->left ? size : in->left));
		break;
	case STEP_SESSION:
		change_session(i);
		break;
	case STEP_NEXTHOP:
		last = reader_u8(in);
		change_nexthop(last, reader_u8(in) & 1);
		break;
	case STEP_BEGIN_REFRESH:
		if (peer &&
		    adj_rib_in_begin_refresh(world.rib, peer, BGP_IPV4_UNICAST))
			backend_down(i);
		break;
	case STEP_END_REFRESH:
		if (peer)
			adj_rib_in_end_refresh(world.rib, peer,
					       BGP_IPV4_UNICAST);
		break;
	case STEP_SEND:
		send_all();
		break;
	default:
		process();
	}
}

static void end(void)
{
	for (unsigned int i = 0; i < BACKENDS; i++)
		backend_down(i);
	process();
	send_all();
	assert(!rib_totals(world.rib).learned);
	assert(!rib_totals(world.rib).announced);
	assert(!world.tracked);
	rib_free(world.rib);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader in = reader_of(data, size);

	start();
	for (int steps = 0; in.left && steps < MAX_STEPS; steps++) {
		uint8_t head = reader_u8(&in);

		take_step(head / BACKENDS % STEP_COUNT, head % BACKENDS, &in);
	}
	end();
	return 0;
}
