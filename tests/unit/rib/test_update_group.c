// SPDX-License-Identifier: BSD-2-Clause
/* Update groups: who is in one, and one batch for all its members. */

#include "core/array.h"
#include "export_world.h"
#include "rib/rib_internal.h"
#include "rules.h"

enum {
	ATTRIBUTE_SETS = 3,
	ROUTES_OF_A_SET = 80,
	ROUTES = ATTRIBUTE_SETS * ROUTES_OF_A_SET,
	BEHIND = 10,
	/* All bits but that of the usual upstream. */
	MOST = RIB_MAX_UPSTREAMS - 1,
};

static const char rules[] =
	"rule continue to neighbor 10.0.254.9 set med 1\n"
	"rule continue to as 64700 set med 2\n"
	"rule continue to role peer community 65000:1 set med 3\n"
	"rule continue to neighbor eth7 set med 4\n";

/* Return the options of a neighbor without special features. */
static struct rib_peer_options plain(const struct bgp_negotiated *session)
{
	return (struct rib_peer_options){
		.source = { .address = address_from_ipv4(htonl(0x0a00fe01)),
			    .identifier = 1000,
			    .as = 64600,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.session = session,
		.local_address = address_from_ipv4(htonl(0x0a00feff)),
		.relation = BGP_ROLE_NONE,
	};
}

static const struct bgp_negotiated plain_session = {
	.local_as = LOCAL_AS,
	.peer_as = 64600,
	.ebgp = true,
	.families = BGP_IPV4_UNICAST_BIT,
	.max_message = BGP_MAX_MESSAGE,
	.hold_time = 90,
};

/* ------------------------------------------------------------- profiles */

/* One difference between neighbors. */
struct difference {
	const char *name;
	void (*make)(struct rib_peer_options *options,
		     struct bgp_negotiated *session);
};

#define DIFFERENCE(name, statement)                        \
	static void name(struct rib_peer_options *options, \
			 struct bgp_negotiated *session)   \
	{                                                  \
		(void)options, (void)session;              \
		statement;                                 \
	}

DIFFERENCE(internal, options->source.type = PEER_INTERNAL)
DIFFERENCE(confederation, options->source.type = PEER_CONFEDERATION)
DIFFERENCE(role, options->role = NEIGHBOR_ROLE_PEER)
DIFFERENCE(relation, options->relation = BGP_ROLE_CUSTOMER)
DIFFERENCE(nexthop, options->nexthop = NEIGHBOR_NEXTHOP_UNCHANGED)
DIFFERENCE(client, options->client = true)
DIFFERENCE(our_address,
	   options->local_address = address_from_ipv4(htonl(0x0a00fefe)))
DIFFERENCE(our_other_address, options->other_address.bytes[0] = 0x20)
DIFFERENCE(families, session->families |= BGP_IPV6_UNICAST_BIT)
DIFFERENCE(as4, session->as4 = true)
DIFFERENCE(extended_nexthop, session->extended_nexthop = true)
DIFFERENCE(long_lived_stale, session->long_lived_stale = true)
DIFFERENCE(max_message, session->max_message = BGP_MAX_EXTENDED_MESSAGE)
DIFFERENCE(add_path, session->add_path_send[BGP_IPV4_UNICAST] = true)
DIFFERENCE(add_path6, session->add_path_send[BGP_IPV6_UNICAST] = true)
DIFFERENCE(rule_for_its_address,
	   options->source.address = address_from_ipv4(htonl(0x0a00fe09)))
DIFFERENCE(rule_for_its_as, options->source.as = 64700)
DIFFERENCE(rule_for_its_interface, options->source.interface = "eth7")

DIFFERENCE(nothing, (void)0)
DIFFERENCE(address,
	   options->source.address = address_from_ipv4(htonl(0x0a00fe02)))
DIFFERENCE(identifier, options->source.identifier = 1001)
DIFFERENCE(as_number, options->source.as = 64601)
DIFFERENCE(interface, options->source.interface = "eth8")
DIFFERENCE(link, options->source.ifindex = 5)
DIFFERENCE(multipath_off, options->source.multipath_off = true)
DIFFERENCE(peer_as, session->peer_as = 64601)
DIFFERENCE(hold_time, session->hold_time = 9)
DIFFERENCE(add_path_from_it, session->add_path_receive[BGP_IPV4_UNICAST] = true)
DIFFERENCE(refresh, session->route_refresh = session->enhanced_refresh = true)
DIFFERENCE(restart, session->has_graceful_restart = true)

static const struct difference that_matter[] = {
	{ "internal", internal },
	{ "confederation", confederation },
	{ "role", role },
	{ "relation", relation },
	{ "next hop", nexthop },
	{ "client", client },
	{ "our address", our_address },
	{ "our address of the other family", our_other_address },
	{ "families", families },
	{ "AS4", as4 },
	{ "extended next hop", extended_nexthop },
	{ "long-lived stale", long_lived_stale },
	{ "extended messages", max_message },
	{ "Add-Path", add_path },
	{ "Add-Path of IPv6", add_path6 },
	{ "a rule for its address", rule_for_its_address },
	{ "a rule for its AS", rule_for_its_as },
	{ "a rule for its interface", rule_for_its_interface },
};

static const struct difference that_do_not[] = {
	{ "nothing", nothing },
	{ "address", address },
	{ "identifier", identifier },
	{ "AS", as_number },
	{ "interface", interface },
	{ "link", link },
	{ "multipath", multipath_off },
	{ "the AS it says", peer_as },
	{ "hold time", hold_time },
	{ "Add-Path from it", add_path_from_it },
	{ "route refresh", refresh },
	{ "graceful restart", restart },
};

static bool share_a_group(struct rib *rib, const struct difference *difference)
{
	struct bgp_negotiated session = plain_session;
	struct rib_peer_options options = plain(&plain_session);
	struct rib_peer *one = rib_peer_up(rib, &options), *other;
	bool same;

	options.session = &session;
	difference->make(&options, &session);
	other = rib_peer_up(rib, &options);
	same = one->group == other->group;
	rib_peer_down(rib, one);
	rib_peer_down(rib, other);
	return same;
}

static void neighbors_that_differ_are_in_two_groups(void **state)
{
	struct world world;

	(void)state;
	world_init_with(&world, &(struct world_setup){
					.policy = policy_of_text(rules) });
	for (size_t i = 0; i < COUNT_OF(that_matter); i++)
		if (share_a_group(world.rib, &that_matter[i]))
			fail_msg("%s: one group", that_matter[i].name);
	for (size_t i = 0; i < COUNT_OF(that_do_not); i++)
		if (!share_a_group(world.rib, &that_do_not[i]))
			fail_msg("%s: two groups", that_do_not[i].name);
	rib_free(world.rib);
}

/* Profiles are compared byte by byte, padding included. */
static void a_profile_is_the_same_in_whatever_memory(void **state)
{
	const struct rib_peer_options options = plain(&plain_session);
	struct update_profile clean, dirty;
	struct world *world = *state;

	memset(&clean, 0, sizeof(clean));
	memset(&dirty, 0xa5, sizeof(dirty));
	update_profile_init(&clean, world->rib, &options);
	update_profile_init(&dirty, world->rib, &options);
	assert_memory_equal(&clean, &dirty, sizeof(clean));
}

static void
a_group_has_the_lowest_free_number_and_ends_with_its_last(void **state)
{
	struct world *world = *state;
	struct rib_peer_options options = plain(&plain_session);
	struct rib_peer *second = rib_peer_up(world->rib, &options);
	struct rib_peer *third, *fourth;

	assert_int_equal(world->upstream->group->number, 1);
	assert_int_equal(second->group->number, 2);
	options.client = true;
	third = rib_peer_up(world->rib, &options);
	fourth = rib_peer_up(world->rib, &options);
	assert_int_equal(third->group->number, 3);
	assert_int_equal(third->group->members, third->bit | fourth->bit);
	rib_peer_down(world->rib, second);
	rib_peer_down(world->rib, third);
	assert_int_equal(fourth->group->members, fourth->bit);
	options.role = NEIGHBOR_ROLE_PEER;
	second = rib_peer_up(world->rib, &options);
	assert_int_equal(second->group->number, 2);
	assert_null(world->backends[0]->group);
}

static void the_neighbor_above_the_most_is_refused_until_one_goes(void **state)
{
	struct world *world = *state;
	const struct rib_peer_options options = plain(&plain_session);
	struct rib_peer *peers[MOST];

	for (size_t i = 0; i < MOST; i++) {
		assert_false(rib_is_full(world->rib));
		peers[i] = rib_peer_up(world->rib, &options);
		assert_non_null(peers[i]);
	}
	assert_true(rib_is_full(world->rib));
	assert_null(rib_peer_up(world->rib, &options));
	rib_peer_down(world->rib, world->backends[0]); /* has no bit */
	assert_true(rib_is_full(world->rib));
	backend_up(world, 0);
	rib_peer_down(world->rib, peers[MOST / 2]);
	peers[MOST / 2] = rib_peer_up(world->rib, &options);
	assert_non_null(peers[MOST / 2]);
	assert_int_equal(peers[MOST / 2]->group->members,
			 peers[0]->group->members);
}

/* ------------------------------------------------------------- together */

/* A world with `count` equal neighbors, and the batches to them. */
struct company {
	struct world world;
	struct rib_peer *peers[MOST];
	size_t count;
	size_t batches; /* to all of them */
	size_t sent;	/* routes, counted for each neighbor */
};

static void company_begin(struct company *company, size_t count)
{
	struct rib_peer_options options = plain(&plain_session);

	memset(company, 0, sizeof(*company));
	world_init(&company->world, 1);
	company->world.together = true;
	for (company->count = 0; company->count < count; company->count++) {
		options.source.identifier++;
		company->peers[company->count] =
			rib_peer_up(company->world.rib, &options);
		assert_non_null(company->peers[company->count]);
	}
}

/* Announce routes; ROUTES_OF_A_SET of them share one AS_PATH. */
static void announce_some(struct company *company, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		char prefix[PREFIX_TEXT_SIZE];
		const struct test_route route = {
			.prefix = prefix,
			.nexthop = "10.0.0.1",
			.as = { 65001, (uint32_t)(1 + i / ROUTES_OF_A_SET) },
		};

		snprintf(prefix, sizeof(prefix), "192.0.2.%zu/32", i);
		announce(&company->world, 0, &route);
	}
	rib_process(company->world.rib);
}

static void send_batches(struct company *company, struct rib_peer *peer)
{
	struct export_batch out;

	company->batches = company->sent = 0;
	while (export_batch_next(company->world.rib, peer, &out)) {
		assert_ptr_equal(out.peers[0], peer);
		company->batches++;
		company->sent += out.count * out.peer_count;
	}
}

/* Ask for each neighbor once: the first gets the batches of all. */
static void send_all(struct company *company)
{
	struct export_batch out;

	send_batches(company, company->peers[0]);
	for (size_t i = 1; i < company->count; i++)
		assert_false(export_batch_next(company->world.rib,
					       company->peers[i], &out));
}

static size_t batches_for(size_t neighbors, bool withdrawn)
{
	static struct company company;
	size_t batches;

	company_begin(&company, neighbors);
	announce_some(&company, 0, ROUTES);
	send_all(&company);
	batches = company.batches;
	assert_int_equal(company.sent, neighbors * ROUTES);
	if (withdrawn) {
		rib_peer_down(company.world.rib, company.world.backends[0]);
		rib_process(company.world.rib);
		send_all(&company);
		batches = company.batches;
		assert_int_equal(company.sent, neighbors * ROUTES);
	}
	for (size_t i = 0; i < neighbors; i++)
		assert_int_equal(company.peers[i]->prefixes_announced,
				 withdrawn ? 0 : ROUTES);
	rib_free(company.world.rib);
	return batches;
}

static void equal_neighbors_need_as_many_batches_as_one(void **state)
{
	static const size_t counts[] = { 2, 8, MOST };

	(void)state;
	assert_int_equal(batches_for(1, false), ATTRIBUTE_SETS);
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		assert_int_equal(batches_for(counts[i], false),
				 batches_for(1, false));
		assert_int_equal(batches_for(counts[i], true),
				 batches_for(1, true));
	}
}

/* It gets the newest state, once, and the others do not wait for it. */
static void a_blocked_neighbor_gets_its_batch_later(void **state)
{
	static struct company company;
	struct world *world = &company.world;
	struct export_batch out;

	(void)state;
	company_begin(&company, 3);
	world->blocked = company.peers[1]->bit;
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, company.peers[0], &out));
	assert_int_equal(out.peer_count, 2);
	assert_false(export_batch_next(world->rib, company.peers[2], &out));
	assert_int_equal(company.peers[1]->prefixes_announced, 0);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, company.peers[2], &out));
	assert_true(out.withdraw);
	assert_int_equal(out.peer_count, 2);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	world->blocked = 0;
	/* One neighbor that has had nothing so far and two that have. */
	assert_true(export_batch_next(world->rib, company.peers[1], &out));
	assert_false(out.withdraw);
	assert_int_equal(out.peer_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_false(
			export_batch_next(world->rib, company.peers[i], &out));
		assert_int_equal(company.peers[i]->prefixes_announced, 1);
	}
	rib_free(world->rib);
}

/*
 * Two neighbors that differ by a few routes of a batch soon share batches again:
 * the first gets one with the routes it lacks and more, both get what follows,
 * and the second gets those that it was left out of.
 */
static void a_neighbor_that_was_behind_catches_up(void **state)
{
	static struct company company;

	(void)state;
	company_begin(&company, 2);
	company.world.blocked = company.peers[0]->bit;
	announce_some(&company, 0, BEHIND);
	send_batches(&company, company.peers[1]);
	assert_int_equal(company.batches, 1);
	company.world.blocked = 0;
	announce_some(&company, BEHIND, ROUTES_OF_A_SET - BEHIND);
	send_batches(&company, company.peers[0]);
	assert_int_equal(company.batches, 2);
	send_batches(&company, company.peers[1]);
	assert_int_equal(company.batches, 1);
	assert_int_equal(company.peers[0]->prefixes_announced, ROUTES_OF_A_SET);
	assert_int_equal(company.peers[1]->prefixes_announced, ROUTES_OF_A_SET);
	rib_free(company.world.rib);
}

static void the_source_of_a_route_is_left_out_of_the_batch(void **state)
{
	static const struct neighbor_kind kind = { .role = NEIGHBOR_ROLE_PEER,
						   .type = PEER_EXTERNAL };
	const struct test_route route = { .prefix = VIP,
					  .nexthop = "10.0.0.1",
					  .as = { FURTHER_AS },
					  .local_pref = 0 };
	struct world *world = *state;
	struct rib_peer *peers[3];
	struct export_batch out;

	for (unsigned int i = 0; i < 3; i++)
		peers[i] = further_up(world, i, &kind);
	world->together = true;
	assert_ptr_equal(peers[0]->group, peers[2]->group);
	announce_from(world, peers[0], &route);
	assert_false(export_batch_next(world->rib, peers[0], &out));
	assert_true(export_batch_next(world->rib, peers[1], &out));
	assert_int_equal(out.peer_count, 2);
	assert_ptr_equal(out.peers[0], peers[1]);
	assert_ptr_equal(out.peers[1], peers[2]);
	/* Another path is better: it goes to the first neighbor, too. */
	announce_vip(world, 5, VIP);
	rib_process(world->rib);
	assert_ptr_equal(route_best(route_of(world, VIP))->source,
			 &world->backends[5]->source);
	assert_true(export_batch_next(world->rib, peers[1], &out));
	assert_int_equal(out.peer_count, 3);
	assert_int_equal(peers[0]->prefixes_announced, 1);
	/* And back: a withdrawal for one, an announcement for the others. */
	withdraw(world, 5, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, peers[2], &out));
	assert_false(out.withdraw);
	assert_int_equal(out.peer_count, 2);
	assert_true(export_batch_next(world->rib, peers[0], &out));
	assert_true(out.withdraw);
	assert_int_equal(out.peer_count, 1);
	assert_int_equal(peers[0]->prefixes_announced, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbors_that_differ_are_in_two_groups),
		TEST(a_profile_is_the_same_in_whatever_memory),
		TEST(a_group_has_the_lowest_free_number_and_ends_with_its_last),
		TEST(the_neighbor_above_the_most_is_refused_until_one_goes),
		cmocka_unit_test(equal_neighbors_need_as_many_batches_as_one),
		cmocka_unit_test(a_blocked_neighbor_gets_its_batch_later),
		cmocka_unit_test(a_neighbor_that_was_behind_catches_up),
		TEST(the_source_of_a_route_is_left_out_of_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
