// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random events in a world of neighbors of every kind. After each round every
 * neighbor must have, by all messages so far, the routes that a calculation from
 * scratch gives, with the attributes that a new neighbor gets.
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
#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "export_world.h"

enum {
	ROUNDS = 4000,
	KINDS = 8,
	SERVICES = 6,
	MS_PER_S = 1000,
	DELAY_MS = 3000,
	ATTRIBUTES_SIZE = 512,
	SEVERAL = 7, /* the kind that takes several paths */
	SECOND_SERVICE_MIN = 2,
	SECOND_SERVICE_RETURN = 4,
};

static const struct neighbor_kind kinds[KINDS] = {
	{ .role = NEIGHBOR_ROLE_UPSTREAM, .type = PEER_EXTERNAL },
	{ .role = NEIGHBOR_ROLE_UPSTREAM, .type = PEER_INTERNAL },
	{ .role = NEIGHBOR_ROLE_UPSTREAM,
	  .type = PEER_INTERNAL,
	  .client = true },
	{ .role = NEIGHBOR_ROLE_UPSTREAM, .type = PEER_CONFEDERATION },
	{ .role = NEIGHBOR_ROLE_PEER, .type = PEER_EXTERNAL },
	{ .role = NEIGHBOR_ROLE_PEER, .type = PEER_INTERNAL },
	{ .role = NEIGHBOR_ROLE_PEER, .type = PEER_INTERNAL, .client = true },
	{ .role = NEIGHBOR_ROLE_UPSTREAM, .type = PEER_EXTERNAL },
};

/* The first two are in the aggregate with summary-only, the next in the other. */
static const char *const services[SERVICES] = {
	"192.0.2.1/32",	 "192.0.2.2/32",   "192.0.2.17/32",
	"192.0.2.18/32", "192.0.2.200/32", "192.0.2.201/32",
};

static struct aggregate_options aggregates[2];
static bool as_origin; /* --announce-as */

static const uint32_t communities[] = {
	0, 0, 0, BGP_COMMUNITY_NO_EXPORT, BGP_COMMUNITY_NO_ADVERTISE,
};

/* A neighbor and the routes that it has by all messages so far. */
struct receiver {
	struct rib_peer *peer;
	size_t count;
	struct {
		struct bgp_path_key key;
		size_t size;
		uint8_t attributes[ATTRIBUTES_SIZE];
	} held[HELD_MAX];
};

struct stage {
	struct world world;
	struct receiver receivers[KINDS];
	bool up[SERVICES];	/* as calculated */
	bool waiting[SERVICES]; /* for the delay */
	uint64_t due_ms[SERVICES];
	uint64_t now_ms;
};

/* ------------------------------------------------------------- receiving */

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
	struct writer w;

	if (out->withdraw) {
		assert_true(at < receiver->count);
		receiver->held[at] = receiver->held[--receiver->count];
		return;
	}
	assert_true(at < HELD_MAX);
	w = writer_of(receiver->held[at].attributes, ATTRIBUTES_SIZE);
	bgp_attributes_encode(&w, &out->attributes, BGP_AS4_SIZE);
	assert_false(w.failed);
	receiver->held[at].key = *key;
	receiver->held[at].size = w.used;
	if (at == receiver->count)
		receiver->count++;
}

static void hear_all(struct world *world, struct receiver *receiver)
{
	struct export_batch out;

	while (export_batch_next(world->rib, receiver->peer, &out))
		for (size_t i = 0; i < out.count; i++)
			receive_route(receiver, &out, &out.routes[i]);
	assert_int_equal(receiver->peer->prefixes_announced, receiver->count);
}

static struct rib_peer *come(struct world *world, unsigned int number,
			     unsigned int kind)
{
	static const struct bgp_negotiated several = {
		.families = BGP_IPV4_UNICAST_BIT,
		.add_path_send = { [BGP_IPV4_UNICAST] = true },
	};

	return further_up_with(world, number, &kinds[kind],
			       kind == SEVERAL ? &several : &ipv4_session);
}

/* ------------------------------------------------------------- events */

/* Announce with communities that may keep it here; paths are often equal. */
static void random_announce(struct stage *stage, struct rib_peer *from)
{
	uint32_t community = communities[chance_below(5)];
	struct address address = backend_address(chance_below(BACKENDS));
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = services[chance_below(SERVICES)],
		.nexthop = address_format(&address, nexthop),
		.as = { 65001, chance_below(2) ? 65010 : 65011 },
		.local_pref = chance_below(8) ? 100 : 200,
	};
	uint8_t bytes[4];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct test_update t;

	test_announce(&t, &route);
	if (community) {
		writer_u32(&w, community);
		t.update.attributes.present |= BGP_HAS_COMMUNITIES;
		t.update.attributes.communities = reader_of(bytes, w.used);
	}
	assert_int_equal(adj_rib_in_update(stage->world.rib, from, &t.update),
			 0);
}

static void random_withdraw(struct stage *stage, struct rib_peer *from)
{
	struct test_update t;

	adj_rib_in_update(stage->world.rib, from,
			  test_withdraw(&t, services[chance_below(SERVICES)],
					0));
}

/* Return a backend or a neighbor of role peer. */
static struct rib_peer *random_speaker(struct stage *stage)
{
	unsigned int i = chance_below(BACKENDS + 3);

	return i < BACKENDS ? stage->world.backends[i] :
			      stage->receivers[4 + i - BACKENDS].peer;
}

static void flap(struct stage *stage)
{
	unsigned int i = chance_below(BACKENDS + KINDS);
	struct receiver *receiver;

	if (i < BACKENDS) {
		rib_peer_down(stage->world.rib, stage->world.backends[i]);
		backend_up(&stage->world, i);
		return;
	}
	i -= BACKENDS;
	receiver = &stage->receivers[i];
	rib_peer_down(stage->world.rib, receiver->peer);
	receiver->count = 0;
	receiver->peer = come(&stage->world, i, i);
}

static void random_event(struct stage *stage)
{
	unsigned int i = chance_below(BACKENDS);
	const struct address address = backend_address(i);

	switch (chance_below(12)) {
	case 0:
		stage->world.dead[i] = !stage->world.dead[i];
		rib_nexthop_changed(stage->world.rib, &address);
		break;
	case 1:
		flap(stage);
		break;
	case 2:
		export_refresh(stage->world.rib,
			       stage->receivers[chance_below(KINDS)].peer);
		break;
	case 3:
	case 4:
	case 5:
		random_withdraw(stage, random_speaker(stage));
		break;
	default:
		random_announce(stage, random_speaker(stage));
	}
}

/* ------------------------------------------------------- the calculation */

static uint32_t living(struct stage *stage, size_t service)
{
	const struct route *route = route_of(&stage->world, services[service]);

	return route ? route->selected : 0;
}

/* Advance the calculated state of hysteresis and delay. */
static void follow(struct stage *stage)
{
	for (size_t i = 0; i < SERVICES; i++) {
		uint32_t least = i == 1 ? SECOND_SERVICE_MIN : 1;
		uint32_t back = i == 1 ? SECOND_SERVICE_RETURN : 1;
		uint32_t have = living(stage, i);

		if (have < (stage->up[i] ? least : back)) {
			stage->up[i] = stage->waiting[i] = false;
		} else if (!stage->up[i] && !stage->waiting[i]) {
			stage->waiting[i] = true;
			stage->due_ms[i] = stage->now_ms + DELAY_MS;
		} else if (!stage->up[i] && stage->due_ms[i] <= stage->now_ms) {
			stage->up[i] = true;
			stage->waiting[i] = false;
		}
	}
}

static bool has_community(const struct path *path, uint32_t community)
{
	return community_list_contains(
		attribute_set_view(path->attributes).communities, community);
}

static unsigned int restriction(const struct path *path)
{
	if (has_community(path, BGP_COMMUNITY_NO_ADVERTISE))
		return 2;
	return has_community(path, BGP_COMMUNITY_NO_EXPORT);
}

/* Return the best of the paths that are restricted least. */
static const struct path *best_of(struct stage *stage, size_t service)
{
	const struct route *route = route_of(&stage->world, services[service]);
	const struct path *path, *found = NULL;
	unsigned int least = 2;

	for (path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE && restriction(path) < least)
			least = restriction(path);
	for (path = route->paths; path; path = path->next)
		if (path->reason == REASON_NONE && restriction(path) == least &&
		    (!found ||
		     (!found->best &&
		      (path->best || path_tie_break(path, found) < 0))))
			found = path;
	return found;
}

/* True if an external neighbor would find its AS in what we announce. */
static bool is_loop(const struct rib_peer *peer, const struct path *path)
{
	const struct rib_peer *from = (const struct rib_peer *)path->source;
	bool ours = as_origin && from->role == NEIGHBOR_ROLE_BACKEND &&
		    peer->role != NEIGHBOR_ROLE_PEER;

	return !ours && peer->source.type == PEER_EXTERNAL &&
	       as_path_contains(attribute_set_view(path->attributes).as_path,
				peer->source.as);
}

static bool contributes(struct stage *stage, size_t service)
{
	const struct path *best;

	if (!stage->up[service])
		return false;
	best = best_of(stage, service);
	return !has_community(best, BGP_COMMUNITY_NO_EXPORT) &&
	       !has_community(best, BGP_COMMUNITY_NO_ADVERTISE);
}

/* True if this neighbor may have the path at all. */
static bool may_have(const struct rib_peer *peer, const struct path *path)
{
	const struct rib_peer *from = (const struct rib_peer *)path->source;

	if (from == peer || is_loop(peer, path) ||
	    has_community(path, BGP_COMMUNITY_NO_ADVERTISE))
		return false;
	if (peer->source.type == PEER_EXTERNAL &&
	    has_community(path, BGP_COMMUNITY_NO_EXPORT))
		return false;
	return from->source.type != PEER_INTERNAL ||
	       peer->source.type != PEER_INTERNAL || from->client ||
	       peer->client;
}

/* Return how many paths of the service the neighbor should have. */
static size_t service_count(struct stage *stage, unsigned int kind,
			    size_t service)
{
	const struct rib_peer *peer = stage->receivers[kind].peer;
	const struct path *path;
	size_t count = 0;

	if (!stage->up[service] || (service < 2 && contributes(stage, service)))
		return 0;
	if (kind != SEVERAL)
		return may_have(peer, best_of(stage, service));
	for (path = route_of(&stage->world, services[service])->paths; path;
	     path = path->next)
		count += path->reason == REASON_NONE && may_have(peer, path);
	return count;
}

static size_t held_of(const struct receiver *receiver, const char *text)
{
	struct prefix prefix;
	size_t count = 0;

	prefix_parse(text, &prefix);
	for (size_t i = 0; i < receiver->count; i++)
		count += prefix_equal(&receiver->held[i].key.prefix, &prefix);
	return count;
}

static void check_held(struct stage *stage, unsigned int kind)
{
	const struct receiver *receiver = &stage->receivers[kind];
	size_t total = 0;

	for (size_t i = 0; i < SERVICES; i++) {
		size_t count = service_count(stage, kind, i);

		assert_int_equal(held_of(receiver, services[i]), count);
		total += count;
	}
	for (size_t i = 0; i < 2; i++) {
		bool active = contributes(stage, 2 * i) ||
			      contributes(stage, 2 * i + 1);
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&aggregates[i].prefix, text);
		assert_int_equal(held_of(receiver, text), active);
		total += active;
	}
	assert_int_equal(receiver->count, total);
}

/* A new neighbor must get the same routes with the same attributes. */
static void check_against_newcomer(struct stage *stage, unsigned int kind)
{
	static struct receiver new;
	const struct receiver *old = &stage->receivers[kind];

	new.count = 0;
	new.peer = come(&stage->world, KINDS, kind);
	hear_all(&stage->world, &new);
	assert_int_equal(new.count, old->count);
	for (size_t i = 0; i < new.count; i++) {
		size_t at = place(old, &new.held[i].key);

		assert_true(at < old->count);
		assert_int_equal(old->held[at].size, new.held[i].size);
		assert_memory_equal(old->held[at].attributes,
				    new.held[i].attributes, new.held[i].size);
	}
	rib_peer_down(stage->world.rib, new.peer);
}

/* Explanations must agree with the announcements. */
static void check_explained(struct stage *stage, unsigned int kind)
{
	const struct rib_peer *peer = stage->receivers[kind].peer;

	for (size_t i = 0; i < SERVICES; i++) {
		const struct route *route =
			route_of(&stage->world, services[i]);

		if (route && kind != SEVERAL)
			assert_int_equal(
				export_explain(stage->world.rib, route, peer) ==
					EXPORT_ANNOUNCED,
				held_of(&stage->receivers[kind], services[i]));
	}
}

/* The running totals must agree with a count over all routes. */
static void check_totals(const struct stage *stage)
{
	const struct rib_totals totals = rib_totals(stage->world.rib);
	const struct route *route = NULL;
	struct rib_totals walk = { 0 };

	while ((route = rib_next(stage->world.rib, route))) {
		walk.cut += route->cut;
		walk.learned += route_best(route) != NULL;
		walk.forwarding += route->forwarding;
		walk.announced += route_announced(route) != 0;
	}
	assert_int_equal(totals.learned, walk.learned);
	assert_int_equal(totals.forwarding, walk.forwarding);
	assert_int_equal(totals.announced, walk.announced);
	assert_int_equal(totals.cut, walk.cut);
}

static void check(struct stage *stage)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		hear_all(&stage->world, &stage->receivers[kind]);
		check_held(stage, kind);
		check_explained(stage, kind);
		if (kinds[kind].role == NEIGHBOR_ROLE_UPSTREAM)
			check_against_newcomer(stage, kind);
	}
}

static void begin(struct stage *stage)
{
	static struct vip_options vips[2];

	memset(stage, 0, sizeof(*stage));
	prefix_parse("192.0.2.0/28", &aggregates[0].prefix);
	aggregates[0].summary_only = true;
	prefix_parse("192.0.2.16/28", &aggregates[1].prefix);
	vips[0] = vips[1] = vip_options_default;
	prefix_parse("192.0.2.0/24", &vips[0].prefix);
	prefix_parse(services[1], &vips[1].prefix);
	vips[1].min_nexthops = SECOND_SERVICE_MIN;
	vips[1].return_nexthops = SECOND_SERVICE_RETURN;
	world_init_with(&stage->world,
			&(struct world_setup){ .delay_s = DELAY_MS / MS_PER_S,
					       .as_origin = as_origin,
					       .aggregates = aggregates,
					       .aggregate_count = 2,
					       .vips = vips,
					       .vip_count = 2 });
	for (unsigned int kind = 0; kind < KINDS; kind++)
		stage->receivers[kind].peer = come(&stage->world, kind, kind);
}

static void play(void)
{
	static struct stage stage;

	chance_begin();
	begin(&stage);
	for (int round = 0; round < ROUNDS; round++) {
		for (uint32_t i = chance_below(6); i; i--)
			random_event(&stage);
		stage.now_ms += 1 + chance_below(DELAY_MS / 2);
		rib_process(stage.world.rib);
		export_advance(stage.world.rib, stage.now_ms);
		follow(&stage);
		check_totals(&stage);
		check(&stage);
		check_totals(&stage);
	}
	rib_free(stage.world.rib);
}

static void all_have_what_a_calculation_from_scratch_gives(void **state)
{
	(void)state;
	as_origin = false;
	play();
}

static void so_they_have_where_vips_are_announced_as_ours(void **state)
{
	(void)state;
	as_origin = true;
	play();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_they_have_where_vips_are_announced_as_ours),
		cmocka_unit_test(
			all_have_what_a_calculation_from_scratch_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
