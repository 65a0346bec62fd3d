// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two ribs under the same random events, with neighbors of random profiles that
 * come and go and get a few batches at a time. In one rib batches go to several
 * neighbors of a group, some of which are blocked for a while; in the other each
 * neighbor gets its own. Whenever all batches are sent, each neighbor must have
 * the same in both, in the same bytes, and as export_explain() says.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../chance.h"
#include "bgp/codec/community.h"
#include "core/array.h"
#include "export_world.h"
#include "rib/update_group.h"
#include "rules.h"

enum {
	RUNS = 60,
	ROUNDS = 150,
	RECEIVERS = 20,
	SERVICES = 8,
	MESSAGE_SIZE = 256,
	RULE_LINES = 8,
	RULES_SIZE = 1024,
};

/* The first two are in the aggregate. */
static const char *const services[SERVICES] = {
	"192.0.2.1/32",	 "192.0.2.2/32",  "192.0.2.20/32", "192.0.2.21/32",
	"192.0.2.22/32", "192.0.2.40/29", "192.0.2.60/32", "192.0.2.61/32",
};

static const char *const rule_lines[RULE_LINES] = {
	"rule continue to as 64601 set prepend self 2\n",
	"rule deny to neighbor 10.0.254.130 prefix 192.0.2.20/32\n",
	"rule allow to role none prefix 192.0.2.0/24 or-longer\n",
	"rule continue to internal set localpref +10\n",
	"rule deny to external as-path contains 65011\n",
	"rule continue to role peer prefix 192.0.2.60/32 set med 7\n",
	"rule continue to any community 65000:1 set community add 65000:2\n",
	"rule continue to neighbor 10.0.254.132/30 set next-hop 10.9.9.9\n",
};

/* A neighbor as it came up, the same in both ribs. */
struct visitor {
	struct bgp_negotiated session;
	struct rib_peer_options options;
};

/* The routes that it has in one of them by all batches so far. */
struct receiver {
	struct rib_peer *peer;
	const struct visitor *visitor;
	size_t count;
	struct {
		struct bgp_path_key key;
		size_t size;
		uint8_t message[MESSAGE_SIZE]; /* without the identifier */
	} held[HELD_MAX];
};

struct side {
	struct world world;
	struct receiver receivers[RECEIVERS];
};

struct stage {
	struct side together;
	struct side alone;
	struct side *sides[2];
	struct visitor visitors[RECEIVERS];
	size_t batches; /* of the side that shares them */
	size_t shared;	/* batches for more than one neighbor */
};

/* ------------------------------------------------------------- receiving */

/* Encode one route as the peer's own session needs it. */
static size_t encode(const struct bgp_negotiated *session,
		     const struct export_batch *out,
		     const struct bgp_path_key *key,
		     uint8_t message[MESSAGE_SIZE])
{
	struct bgp_path_key without = { .prefix = key->prefix };
	struct writer w = writer_of(message, MESSAGE_SIZE);

	assert_int_equal(bgp_update_announce(&w, session, &out->attributes,
					     &without, 1),
			 1);
	return w.used;
}

static size_t place(const struct receiver *receiver,
		    const struct bgp_path_key *key)
{
	size_t i = 0;

	while (i < receiver->count &&
	       (!prefix_equal(&receiver->held[i].key.prefix, &key->prefix) ||
		receiver->held[i].key.path_id != key->path_id))
		i++;
	return i;
}

static void receive_route(struct receiver *receiver,
			  const struct export_batch *out,
			  const struct bgp_path_key *key)
{
	size_t at = place(receiver, key);
	uint8_t shared[MESSAGE_SIZE];

	if (out->withdraw) {
		assert_true(at < receiver->count);
		receiver->held[at] = receiver->held[--receiver->count];
		return;
	}
	assert_true(at < HELD_MAX);
	receiver->held[at].key = *key;
	receiver->held[at].size = encode(&receiver->visitor->session, out, key,
					 receiver->held[at].message);
	assert_int_equal(encode(out->session, out, key, shared),
			 receiver->held[at].size);
	assert_memory_equal(shared, receiver->held[at].message,
			    receiver->held[at].size);
	if (at == receiver->count)
		receiver->count++;
}

static struct receiver *receiver_of(struct side *side,
				    const struct rib_peer *peer)
{
	for (size_t i = 0; i < RECEIVERS; i++)
		if (side->receivers[i].peer == peer)
			return &side->receivers[i];
	fail_msg("batch for a neighbor that is down");
	return NULL;
}

static void check_company(const struct side *side, const struct rib_peer *first,
			  const struct export_batch *out)
{
	uint64_t seen = 0;

	assert_ptr_equal(out->peers[0], first);
	for (size_t i = 0; i < out->peer_count; i++) {
		const struct rib_peer *peer = out->peers[i];

		assert_ptr_equal(peer->group, first->group);
		assert_true(peer->group->members & peer->bit);
		assert_false(seen & peer->bit);
		assert_true(i == 0 || !(side->world.blocked & peer->bit));
		seen |= peer->bit;
	}
	assert_true(side->world.together || out->peer_count == 1);
}

/* Take the next batches for one neighbor, and those that share them. */
static void send_batches(struct stage *stage, unsigned int number,
			 unsigned int i, unsigned int batches)
{
	struct side *side = stage->sides[number];
	struct rib_peer *first = side->receivers[i].peer;
	struct export_batch out;

	for (; batches && export_batch_next(side->world.rib, first, &out);
	     batches--) {
		check_company(side, first, &out);
		stage->batches += side->world.together;
		stage->shared += out.peer_count > 1;
		for (size_t j = 0; j < out.peer_count; j++) {
			struct receiver *to = receiver_of(side, out.peers[j]);

			for (size_t k = 0; k < out.count; k++)
				receive_route(to, &out, &out.routes[k]);
			assert_int_equal(to->peer->prefixes_announced,
					 to->count);
		}
	}
}

/* ------------------------------------------------------------- coming */

/* Draw a session, mostly like the others, so that groups are large. */
static void draw_session(struct bgp_negotiated *session)
{
	*session = (struct bgp_negotiated){
		.as4 = !chance_one_in(16),
		.families = chance_one_in(16) ? (uint32_t)BGP_IPV6_UNICAST_BIT :
						(uint32_t)BGP_IPV4_UNICAST_BIT,
		.max_message = chance_one_in(16) ? BGP_MAX_EXTENDED_MESSAGE :
						   BGP_MAX_MESSAGE,
		.extended_nexthop = chance_one_in(16),
		.route_refresh = chance_one_in(2),
		.hold_time = (uint16_t)chance_below(100),
		.add_path_receive = { chance_one_in(2) },
		.add_path_send = { chance_one_in(16) },
	};
}

static enum peer_type draw_type(void)
{
	return chance_one_in(2) ? PEER_EXTERNAL : chance_below(PEER_TYPE_COUNT);
}

static void draw_visitor(struct visitor *visitor, unsigned int i)
{
	struct rib_peer_options *options = &visitor->options;
	enum peer_type type = draw_type();

	draw_session(&visitor->session);
	*options = (struct rib_peer_options){
		.source = { .address = address_from_ipv4(htonl(0x0a00fe80 + i)),
			    .identifier = FURTHER_ID + i,
			    .as = type == PEER_INTERNAL ?
					  LOCAL_AS :
					  FURTHER_AS + chance_below(3),
			    .type = type },
		.role = chance_one_in(16) ? NEIGHBOR_ROLE_NONE :
			chance_one_in(3)  ? NEIGHBOR_ROLE_PEER :
					    NEIGHBOR_ROLE_UPSTREAM,
		.session = &visitor->session,
		.local_address = address_from_ipv4(
			htonl(0x0a00feff - chance_one_in(16))),
		.nexthop = chance_one_in(12) ?
				   chance_below(NEIGHBOR_NEXTHOP_COUNT) :
				   0,
		.client = chance_one_in(16),
		.relation = BGP_ROLE_NONE,
	};
	if (type == PEER_EXTERNAL && chance_one_in(16))
		options->relation = chance_below(BGP_ROLE_COUNT);
}

static void come(struct stage *stage, unsigned int i)
{
	draw_visitor(&stage->visitors[i], i);
	for (int number = 0; number < 2; number++) {
		struct side *side = stage->sides[number];
		struct receiver *receiver = &side->receivers[i];

		receiver->visitor = &stage->visitors[i];
		receiver->count = 0;
		receiver->peer = rib_peer_up(side->world.rib,
					     &receiver->visitor->options);
		assert_non_null(receiver->peer);
	}
}

static void go(struct stage *stage, unsigned int i)
{
	for (int number = 0; number < 2; number++) {
		struct side *side = stage->sides[number];
		struct rib_peer *peer = side->receivers[i].peer;

		side->world.blocked &= ~peer->bit;
		rib_peer_down(side->world.rib, peer);
	}
}

/* ------------------------------------------------------------- events */

/* Return a backend or a neighbor that routes are learned from, too. */
static struct rib_peer *speaker(struct side *side, unsigned int i)
{
	return i < BACKENDS ? side->world.backends[i] :
			      side->receivers[i - BACKENDS].peer;
}

static void draw_route(struct test_update *t, uint8_t community[4])
{
	static const uint32_t communities[] = {
		0,
		0,
		0,
		BGP_COMMUNITY_NO_EXPORT,
		BGP_COMMUNITY_NO_ADVERTISE,
		65000u << 16 | 1,
	};
	uint32_t which = communities[chance_below(COUNT_OF(communities))];
	struct address address = backend_address(chance_below(BACKENDS));
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = services[chance_below(SERVICES)],
		.nexthop = address_format(&address, nexthop),
		.as = { 65001, chance_one_in(3) ? 65011 : 65010 },
		.local_pref = chance_one_in(8) ? 200 : 100,
		.med = chance_below(2),
	};
	struct writer w = writer_of(community, sizeof(which));

	test_announce(t, &route);
	if (!which)
		return;
	writer_u32(&w, which);
	t->update.attributes.present |= BGP_HAS_COMMUNITIES;
	t->update.attributes.communities = reader_of(community, w.used);
}

static void say(struct stage *stage, unsigned int from)
{
	struct test_update t;
	uint8_t community[4];

	if (chance_one_in(3))
		test_withdraw(&t, services[chance_below(SERVICES)], 0);
	else
		draw_route(&t, community);
	for (int number = 0; number < 2; number++)
		assert_int_equal(
			adj_rib_in_update(stage->sides[number]->world.rib,
					  speaker(stage->sides[number], from),
					  &t.update),
			0);
}

static void kill_or_revive(struct stage *stage)
{
	unsigned int i = chance_below(BACKENDS);
	const struct address address = backend_address(i);

	for (int number = 0; number < 2; number++) {
		struct world *world = &stage->sides[number]->world;

		world->dead[i] = !world->dead[i];
		rib_nexthop_changed(world->rib, &address);
	}
}

static void flap_backend(struct stage *stage)
{
	unsigned int i = chance_below(BACKENDS);

	for (int number = 0; number < 2; number++) {
		struct world *world = &stage->sides[number]->world;

		rib_peer_down(world->rib, world->backends[i]);
		backend_up(world, i);
	}
}

static void refresh(struct stage *stage)
{
	unsigned int i = chance_below(RECEIVERS);

	for (int number = 0; number < 2; number++)
		export_refresh(stage->sides[number]->world.rib,
			       stage->sides[number]->receivers[i].peer);
}

/* Begin a graceful shutdown, withdraw, or return. */
static void shut_down_or_return(struct stage *stage)
{
	enum rib_shutdown shutdown = chance_one_in(2) ? RIB_SHUTDOWN_NONE :
				     chance_one_in(2) ? RIB_SHUTDOWN_GRACEFUL :
							RIB_SHUTDOWN_WITHDRAWN;

	for (int number = 0; number < 2; number++)
		export_set_shutdown(stage->sides[number]->world.rib, shutdown);
}

static void block_or_unblock(struct stage *stage)
{
	const struct rib_peer *peer =
		stage->together.receivers[chance_below(RECEIVERS)].peer;

	stage->together.world.blocked ^= peer->bit;
}

static void flap(struct stage *stage)
{
	unsigned int i = chance_below(RECEIVERS);

	go(stage, i);
	come(stage, i);
}

static void random_event(struct stage *stage)
{
	switch (chance_below(16)) {
	case 0:
		kill_or_revive(stage);
		break;
	case 1:
		flap_backend(stage);
		break;
	case 2:
		refresh(stage);
		break;
	case 3:
		flap(stage);
		break;
	case 4:
	case 5:
		block_or_unblock(stage);
		break;
	case 6:
		if (chance_one_in(8))
			shut_down_or_return(stage);
		break;
	default:
		say(stage, chance_below(BACKENDS + RECEIVERS));
	}
}

static void process(struct stage *stage)
{
	for (int number = 0; number < 2; number++)
		rib_process(stage->sides[number]->world.rib);
}

static void tell_some(struct stage *stage)
{
	for (unsigned int turns = chance_below(RECEIVERS); turns; turns--) {
		unsigned int i = chance_below(RECEIVERS);
		unsigned int number = chance_below(2);
		const struct side *side = stage->sides[number];

		if (!(side->world.blocked & side->receivers[i].peer->bit))
			send_batches(stage, number, i, 1 + chance_below(3));
	}
}

/* ------------------------------------------------------------- comparing */

static bool is_held(const struct receiver *receiver, const char *text)
{
	struct prefix prefix;

	prefix_parse(text, &prefix);
	for (size_t i = 0; i < receiver->count; i++)
		if (prefix_equal(&receiver->held[i].key.prefix, &prefix))
			return true;
	return false;
}

/* Path identifiers may differ; everything else must be equal. */
static void assert_same_held(const struct receiver *a, const struct receiver *b)
{
	bool matched[HELD_MAX] = { false };

	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		size_t j = 0;

		while (j < b->count &&
		       (matched[j] || a->held[i].size != b->held[j].size ||
			memcmp(a->held[i].message, b->held[j].message,
			       a->held[i].size)))
			j++;
		assert_true(j < b->count);
		matched[j] = true;
	}
}

static void check_explained(struct side *side, const struct receiver *receiver)
{
	if (receiver->visitor->session.add_path_send[BGP_IPV4_UNICAST])
		return;
	for (size_t i = 0; i < SERVICES; i++) {
		const struct route *route = route_of(&side->world, services[i]);

		if (route)
			assert_int_equal(export_explain(side->world.rib, route,
							receiver->peer) ==
						 EXPORT_ANNOUNCED,
					 is_held(receiver, services[i]));
	}
}

static void settle(struct stage *stage)
{
	stage->together.world.blocked = 0;
	for (int number = 0; number < 2; number++)
		for (unsigned int i = 0; i < RECEIVERS; i++)
			send_batches(stage, (unsigned int)number, i,
				     UINT32_MAX);
	for (unsigned int i = 0; i < RECEIVERS; i++) {
		assert_same_held(&stage->together.receivers[i],
				 &stage->alone.receivers[i]);
		check_explained(&stage->together,
				&stage->together.receivers[i]);
	}
	assert_int_equal(rib_totals(stage->together.world.rib).announced,
			 rib_totals(stage->alone.world.rib).announced);
}

/* ------------------------------------------------------------- the play */

/* Draw some of the lines; valid until the next call. */
static struct policy draw_policy(void)
{
	char text[RULES_SIZE] = "";

	for (size_t i = 0; i < RULE_LINES; i++)
		if (chance_one_in(2))
			strcat(text, rule_lines[i]);
	return policy_of_text(text);
}

static void begin(struct stage *stage)
{
	static struct aggregate_options aggregate;
	const struct world_setup setup = {
		.policy = draw_policy(),
		.aggregates = &aggregate,
		.aggregate_count = 1,
	};

	memset(stage, 0, sizeof(*stage));
	prefix_parse("192.0.2.0/28", &aggregate.prefix);
	aggregate.summary_only = chance_one_in(2);
	stage->sides[0] = &stage->together;
	stage->sides[1] = &stage->alone;
	for (int number = 0; number < 2; number++)
		world_init_with(&stage->sides[number]->world, &setup);
	stage->together.world.together = true;
	for (unsigned int i = 0; i < RECEIVERS; i++)
		come(stage, i);
}

static void play(struct stage *stage)
{
	begin(stage);
	for (int round = 0; round < ROUNDS; round++) {
		for (uint32_t i = chance_below(8); i; i--)
			random_event(stage);
		process(stage);
		tell_some(stage);
		if (chance_one_in(4))
			settle(stage);
	}
	settle(stage);
	for (int number = 0; number < 2; number++)
		rib_free(stage->sides[number]->world.rib);
}

static void shared_batches_give_the_same_routes_as_single_ones(void **state)
{
	static struct stage stage;
	size_t batches = 0, shared = 0;

	(void)state;
	chance_begin();
	for (int run = 0; run < RUNS; run++) {
		play(&stage);
		batches += stage.batches;
		shared += stage.shared;
	}
	printf("%zu of %zu batches shared\n", shared, batches);
	assert_true(shared > batches / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			shared_batches_give_the_same_routes_as_single_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
