// SPDX-License-Identifier: BSD-2-Clause
/* Rules and limits in the rib, on import and on export. */

#include <errno.h>

#include "rib/rib_internal.h"
#include "rules.h"
#include "world.h"

#define OTHER_VIP "192.0.2.2/32"

enum {
	TEXT_SIZE = 256,
	MANY_VIPS = 20,
};

/* Set the rules of a world without routes. */
static void set_rules(struct world *world, const char *lines)
{
	world->rib->policy = policy_of_text(lines);
	upstream_again_as(world, BGP_ROLE_NONE);
}

static const struct path *path_of(struct world *world, const char *prefix,
				  unsigned int from)
{
	const struct route *route = route_of(world, prefix);
	const struct path *path = route ? route->paths : NULL;

	while (path && path->source != &world->backends[from]->source)
		path = path->next;
	assert_non_null(path);
	return path;
}

static struct rib_peer *peer_up(struct world *world, enum neighbor_role role,
				enum peer_type type)
{
	const struct rib_peer_options options = {
		.source = { .address = address_from_ipv4(htonl(0x0a00fe01)),
			    .identifier = 2,
			    .as = 64999,
			    .type = type },
		.role = role,
		.session = &ipv4_session,
		.local_address = address_from_ipv4(htonl(0x0a00fe02)),
		.relation = BGP_ROLE_NONE,
	};
	struct rib_peer *peer = rib_peer_up(world->rib, &options);

	assert_non_null(peer);
	return peer;
}

static int announce_from(struct world *world, struct rib_peer *peer,
			 const char *prefix)
{
	const struct test_route route = {
		.prefix = prefix,
		.nexthop = "10.0.0.1",
		.as = { 64999 },
	};
	struct test_update t;

	return adj_rib_in_update(world->rib, peer, test_announce(&t, &route));
}

/* ------------------------------------------------------------- in */

static void a_rule_makes_one_backend_preferred(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule allow from as 65002 set localpref 200\n");
	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 1), REASON_NONE);
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOCAL_PREF);
	assert_int_equal(path_of(world, VIP, 1)->rule, 1);
	assert_int_equal(path_of(world, VIP, 0)->rule, 0);
}

static uint32_t weight_of(struct world *world, unsigned int backend)
{
	return rib_path_weight(world->rib, route_of(world, VIP),
			       path_of(world, VIP, backend));
}

static void a_rule_gives_a_backend_its_weight(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule continue from as 65002 set weight 7\n");
	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(weight_of(world, 0), 1);
	assert_int_equal(weight_of(world, 1), 7);
}

static void a_rule_says_how_packets_go_to_a_server(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule continue from as 65001 set encap none\n"
			 "rule continue from as 65002 set encap gue\n");
	for (unsigned int i = 0; i < 3; i++) {
		world->backends[i]->source.encapsulation =
			HG_ENCAPSULATION_IPIP;
		announce_vip(world, i, VIP);
	}
	rib_process(world->rib);
	assert_int_equal(path_encapsulation(path_of(world, VIP, 0)),
			 HG_ENCAPSULATION_NONE);
	assert_int_equal(path_encapsulation(path_of(world, VIP, 1)),
			 HG_ENCAPSULATION_GUE);
	assert_int_equal(path_encapsulation(path_of(world, VIP, 2)),
			 HG_ENCAPSULATION_IPIP);
}

static void a_rule_keeps_a_path_out_of_sets(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule continue from as 65002 set multipath no\n");
	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	announce_vip(world, 2, VIP);
	rib_process(world->rib);
	/* The backend with the lowest identifier is the best: the last one. */
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(reason_of(world, VIP, 1), REASON_MULTIPATH_OFF);
	withdraw(world, 2, VIP);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(reason_of(world, VIP, 0), REASON_MULTIPATH_OFF);
}

/* Two attribute sets that differ in weight only, each shared by two paths. */
static void paths_of_other_weight_share_no_attributes(void **state)
{
	struct world *world = *state;

	set_rules(world,
		  "rule continue from any prefix " VIP " set weight 7\n");
	announce_vip(world, 0, VIP);
	announce_vip(world, 0, OTHER_VIP);
	announce_vip(world, 0, "192.0.2.3/32");
	assert_ptr_not_equal(path_of(world, VIP, 0)->attributes,
			     path_of(world, OTHER_VIP, 0)->attributes);
	assert_ptr_equal(path_of(world, "192.0.2.3/32", 0)->attributes,
			 path_of(world, OTHER_VIP, 0)->attributes);
	assert_int_equal(world->rib->attributes.count, 2);
}

static void a_denied_path_is_kept_with_its_reason(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule allow from as 65002\nrule deny from any\n");
	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_FILTERED);
	assert_int_equal(path_of(world, VIP, 0)->import, IMPORT_DENIED_BY_RULE);
	assert_int_equal(path_of(world, VIP, 0)->rule, 2);
	assert_int_equal(path_of(world, VIP, 1)->rule, 1);
	assert_int_equal(world->backends[0]->refused[IMPORT_DENIED_BY_RULE], 1);
	assert_int_equal(world->backends[0]->prefixes_accepted, 0);
	withdraw(world, 0, VIP);
	assert_int_equal(world->backends[0]->refused[IMPORT_DENIED_BY_RULE], 0);
}

static bool is_ours(const struct prefix *prefix, void *context)
{
	char text[PREFIX_TEXT_SIZE];

	(void)context;
	return !strcmp(prefix_format(prefix, text), "192.0.2.77/32");
}

static bool is_subnet(const struct prefix *prefix, void *context)
{
	char text[PREFIX_TEXT_SIZE];

	(void)context;
	return !strcmp(prefix_format(prefix, text), "192.0.2.0/24");
}

static void no_rule_lifts_what_is_not_safe(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t as;
		enum import_reason import;
	} cases[] = {
		{ "0.0.0.0/0", 65001, IMPORT_DEFAULT_ROUTE },
		{ "192.0.2.77/32", 65001, IMPORT_OWN_ADDRESS },
		{ "192.0.2.0/24", 65001, IMPORT_NEXTHOP_SUBNET },
		{ "192.0.2.0/25", 65001, IMPORT_ACCEPTED },
		{ "198.51.100.1/32", 65001, IMPORT_OUTSIDE_VIP },
		{ VIP, LOCAL_AS, IMPORT_LOOP },
		{ VIP, 65001, IMPORT_ACCEPTED },
	};
	struct world *world = *state;

	world->rib->hooks.import.is_own_address = is_ours;
	world->rib->hooks.import.is_nexthop_subnet = is_subnet;
	set_rules(world, "rule allow from any\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct test_route route = {
			.prefix = cases[i].prefix,
			.nexthop = "10.0.0.1",
			.as = { cases[i].as },
		};

		announce(world, 0, &route);
		rib_process(world->rib);
		assert_int_equal(path_of(world, cases[i].prefix, 0)->import,
				 cases[i].import);
		assert_int_equal(path_of(world, cases[i].prefix, 0)->reason,
				 path_reason_of_import(cases[i].import));
	}
	assert_int_equal(world->backends[0]->refused[IMPORT_OUTSIDE_VIP], 1);
}

static void these_checks_hold_for_other_neighbors_too(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer =
		peer_up(world, NEIGHBOR_ROLE_PEER, PEER_EXTERNAL);

	set_rules(world, "rule allow from role peer\n");
	assert_int_equal(announce_from(world, peer, "198.51.100.1/32"), 0);
	assert_int_equal(peer->refused[IMPORT_OUTSIDE_VIP], 1);
	assert_int_equal(announce_from(world, peer, "0.0.0.0/0"), 0);
	assert_int_equal(peer->refused[IMPORT_DEFAULT_ROUTE], 1);
}

static void a_neighbor_without_a_role_needs_a_rule(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer =
		peer_up(world, NEIGHBOR_ROLE_NONE, PEER_EXTERNAL);

	assert_int_equal(announce_from(world, peer, VIP), 0);
	assert_int_equal(peer->not_kept[IMPORT_NO_POLICY], 1);
	assert_null(route_of(world, VIP));
	set_rules(world, "rule allow from as 64999 prefix 192.0.2.0/24 "
			 "or-longer\n");
	assert_int_equal(announce_from(world, peer, VIP), 0);
	assert_int_equal(peer->refused[IMPORT_NO_POLICY], 0);
	assert_int_equal(peer->prefixes_accepted, 1);
}

/* Announce VIP and `second` in one UPDATE. */
static void announce_both(struct world *world, const char *second)
{
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = "10.0.0.1",
		.as = { 65001 },
	};
	struct test_update t, other;
	uint8_t nlri[2 * sizeof(t.nlri)];
	struct writer w = writer_of(nlri, sizeof(nlri));
	struct bgp_announced *part;
	struct bgp_nlri more = test_nlri(&other, second, 0);

	test_announce(&t, &route);
	part = &t.update.announced[BGP_PART_FIELD];
	writer_bytes(&w, part->nlri.bytes.data, part->nlri.bytes.left);
	writer_bytes(&w, more.bytes.data, more.bytes.left);
	part->nlri.bytes = reader_of(nlri, w.used);
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[0],
					   &t.update),
			 0);
}

static void routes_of_one_update_are_judged_by_prefix(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule deny from any prefix " OTHER_VIP "\n"
			 "rule allow from any prefix " VIP " set med 9\n");
	announce_both(world, OTHER_VIP);
	assert_int_equal(path_of(world, VIP, 0)->attributes->med, 9);
	assert_int_equal(path_of(world, VIP, 0)->rule, 2);
	assert_int_equal(path_of(world, OTHER_VIP, 0)->import,
			 IMPORT_DENIED_BY_RULE);
	assert_int_equal(path_of(world, OTHER_VIP, 0)->attributes->med, 0);
	announce_both(world, "192.0.2.3/32");
	assert_int_equal(path_of(world, "192.0.2.3/32", 0)->import,
			 IMPORT_ACCEPTED);
	assert_int_equal(path_of(world, "192.0.2.3/32", 0)->rule, 0);
	assert_int_equal(path_of(world, "192.0.2.3/32", 0)->attributes->med, 0);
}

static void the_nexthop_a_rule_sets_is_the_one_tracked(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule allow from any set next-hop 10.0.0.3\n");
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(world->tracked[0], 0);
	assert_int_equal(world->tracked[2], 1);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(world->tracked[2], 0);
}

/* ------------------------------------------------------------- limits */

static const char *vip_text(char text[TEXT_SIZE], unsigned int i)
{
	snprintf(text, TEXT_SIZE, "192.0.2.%u/32", i);
	return text;
}

static void set_limit(struct world *world, uint32_t limit,
		      enum neighbor_max_prefix_action action)
{
	world->backends[0]->max_prefix.limit = limit;
	world->backends[0]->max_prefix.action = action;
}

static void paths_above_the_limit_are_refused(void **state)
{
	struct world *world = *state;
	const struct rib_peer *backend = world->backends[0];
	char text[TEXT_SIZE];

	set_limit(world, 5, NEIGHBOR_MAX_PREFIX_BLOCK);
	for (unsigned int i = 1; i <= MANY_VIPS; i++)
		announce_vip(world, 0, vip_text(text, i));
	assert_int_equal(backend->prefixes_accepted, 5);
	assert_int_equal(backend->not_kept[IMPORT_MAX_PREFIX], MANY_VIPS - 5);
	assert_null(route_of(world, "192.0.2.6/32"));
	/* Paths that are held may change; others are still refused. */
	announce_vip(world, 0, "192.0.2.1/32");
	announce_vip(world, 0, "192.0.2.6/32");
	assert_int_equal(backend->prefixes_accepted, 5);
	withdraw(world, 0, "192.0.2.1/32");
	announce_vip(world, 0, "192.0.2.6/32");
	assert_int_equal(backend->prefixes_accepted, 5);
	assert_int_equal(path_of(world, "192.0.2.6/32", 0)->import,
			 IMPORT_ACCEPTED);
	for (unsigned int i = 2; i <= MANY_VIPS; i++)
		withdraw(world, 0, vip_text(text, i));
	assert_int_equal(backend->max_prefix.count[BGP_IPV4_UNICAST], 0);
	rib_process(world->rib);
}

static void a_neighbor_announces_its_own_vips_only(void **state)
{
	const struct neighbor_vips vips = {
		.count = 1,
		.prefixes = { { .length = 0 } },
	};
	struct neighbor_vips own = vips;
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];

	prefix_parse("192.0.2.0/28", &own.prefixes[0]);
	backend->vips = &own;
	backend->max_prefix_length = 31;
	announce_vip(world, 0, "192.0.2.16/31");
	assert_int_equal(path_of(world, "192.0.2.16/31", 0)->import,
			 IMPORT_NOT_ITS_VIP);
	announce_vip(world, 0, "192.0.2.0/31");
	assert_int_equal(path_of(world, "192.0.2.0/31", 0)->import,
			 IMPORT_ACCEPTED);
	announce_vip(world, 0, "192.0.2.1/32");
	assert_int_equal(path_of(world, "192.0.2.1/32", 0)->import,
			 IMPORT_PREFIX_LENGTH);
	assert_int_equal(backend->refused[IMPORT_NOT_ITS_VIP], 1);
	assert_int_equal(backend->refused[IMPORT_PREFIX_LENGTH], 1);
}

/* Announce a VIP with this next hop and path identifier. */
static void announce_hop(struct world *world, const char *vip, unsigned int hop,
			 uint32_t path_id)
{
	struct address address = backend_address(hop);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = vip,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 },
		.path_id = path_id,
	};

	announce(world, 0, &route);
	rib_process(world->rib);
}

static void paths_of_one_prefix_are_limited(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];

	backend->max_paths = 2;
	for (uint32_t id = 1; id <= 4; id++)
		announce_hop(world, VIP, id, id);
	assert_int_equal(backend->prefixes_accepted, 2);
	assert_int_equal(backend->not_kept[IMPORT_MAX_PATHS], 2);
	announce_hop(world, "192.0.2.2/32", 1, 1); /* another prefix */
	announce_hop(world, VIP, 3, 2);		   /* a path that is held */
	assert_int_equal(backend->prefixes_accepted, 3);
}

/* Withdraw a path of the first backend. */
static void withdraw_id(struct world *world, const char *vip, uint32_t path_id)
{
	struct test_update t;

	test_withdraw(&t, vip, path_id);
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[0],
					   &t.update),
			 0);
	rib_process(world->rib);
}

static void a_prefix_counts_once_whatever_its_paths(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];
	struct max_prefix *limit = &backend->max_prefix;
	const uint32_t *count = &limit->count[BGP_IPV4_UNICAST];

	limit->limit = 2;
	for (uint32_t id = 0; id < 3; id++)
		announce_hop(world, VIP, id, id);
	assert_int_equal(*count, 1);
	announce_hop(world, "192.0.2.2/32", 1, 7);
	assert_int_equal(*count, 2);
	announce_hop(world, "192.0.2.3/32", 1, 1); /* one too many */
	assert_int_equal(backend->not_kept[IMPORT_MAX_PREFIX], 1);
	announce_hop(world, VIP, 3, 3);
	assert_int_equal(backend->prefixes_accepted, 5);
	announce_hop(world, VIP, 2, 1); /* other attributes */
	/* The prefix goes with its last path, and makes room. */
	for (uint32_t id = 0; id < 4; id++) {
		assert_int_equal(*count, 2);
		assert_int_equal(max_prefix_take_room(limit), 0);
		withdraw_id(world, VIP, id);
	}
	assert_int_equal(*count, 1);
	assert_int_equal(max_prefix_take_room(limit), BGP_IPV4_UNICAST_BIT);
	announce_hop(world, "192.0.2.3/32", 1, 1);
	assert_int_equal(*count, 2);
}

static void refused_paths_are_asked_for_when_one_goes(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];

	backend->max_paths = 2;
	for (uint32_t id = 1; id <= 2; id++)
		announce_hop(world, VIP, id, id);
	withdraw_id(world, VIP, 2); /* none was refused */
	announce_hop(world, VIP, 2, 2);
	assert_int_equal(max_prefix_take_room(&backend->max_prefix), 0);
	announce_hop(world, VIP, 3, 3);
	announce_hop(world, "192.0.2.2/32", 1, 1);
	assert_int_equal(backend->not_kept[IMPORT_MAX_PATHS], 1);
	withdraw_id(world, "192.0.2.2/32", 1); /* not full */
	assert_int_equal(max_prefix_take_room(&backend->max_prefix), 0);
	withdraw_id(world, VIP, 1);
	assert_int_equal(max_prefix_take_room(&backend->max_prefix),
			 BGP_IPV4_UNICAST_BIT);
	assert_int_equal(max_prefix_take_room(&backend->max_prefix), 0);
}

static void next_hops_of_a_neighbor_are_limited(void **state)
{
	struct world *world = *state;
	struct rib_peer *backend = world->backends[0];

	backend->nexthops.limit = 2;
	announce_hop(world, "192.0.2.1/32", 1, 0);
	announce_hop(world, "192.0.2.2/32", 2, 0);
	announce_hop(world, "192.0.2.3/32", 2, 0);
	announce_hop(world, "192.0.2.4/32", 3, 0);
	assert_int_equal(path_of(world, "192.0.2.4/32", 0)->import,
			 IMPORT_MAX_NEXTHOPS);
	assert_int_equal(backend->refused[IMPORT_MAX_NEXTHOPS], 1);
	assert_int_equal(world->tracked[3], 0);
	assert_int_equal(backend->prefixes_accepted, 3);
	/* One more goes, but its next hop has another path. */
	withdraw(world, 0, "192.0.2.3/32");
	announce_hop(world, "192.0.2.4/32", 3, 0);
	assert_int_equal(backend->refused[IMPORT_MAX_NEXTHOPS], 1);
	withdraw(world, 0, "192.0.2.1/32");
	announce_hop(world, "192.0.2.4/32", 3, 0);
	assert_int_equal(backend->refused[IMPORT_MAX_NEXTHOPS], 0);
	assert_int_equal(world->tracked[3], 1);
}

static void collect_hop(const struct address *address, void *context)
{
	unsigned int *hops = context;

	*hops |= 1U << backend_index(address);
}

static unsigned int sole_hops(const struct rib_peer *peer)
{
	unsigned int hops = 0;

	peer_nexthops_each_sole(&peer->nexthops, collect_hop, &hops);
	return hops;
}

/* They are lost with its session. */
static void next_hops_that_one_neighbor_alone_has_are_known(void **state)
{
	struct world *world = *state;
	struct rib_peer *first = world->backends[0];

	first->nexthops.limit = 4;
	assert_int_equal(sole_hops(first),
			 1 << 0); /* its own, without a path */
	announce_hop(world, "192.0.2.1/32", 2, 0);
	announce_hop(world, "192.0.2.2/32", 2, 0);
	announce_hop(world, "192.0.2.3/32", 3, 0);
	assert_int_equal(sole_hops(first), 1 << 0 | 1 << 2 | 1 << 3);
	announce_vip(world, 3, VIP); /* its next hop is its own address: 3 */
	assert_int_equal(sole_hops(first), 1 << 0 | 1 << 2);
	announce_hop(world, "192.0.2.4/32", 0, 0);
	assert_int_equal(sole_hops(first), 1 << 0 | 1 << 2);
	assert_int_equal(sole_hops(world->backends[3]), 0);
}

static void the_session_ends_above_the_limit(void **state)
{
	const struct test_route route = {
		.prefix = OTHER_VIP,
		.nexthop = "10.0.0.1",
		.as = { 65001 },
	};
	struct world *world = *state;
	struct test_update t;

	set_limit(world, 1, NEIGHBOR_MAX_PREFIX_RESTART);
	announce_vip(world, 0, VIP);
	announce_vip(world, 0, VIP);
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[0],
					   test_announce(&t, &route)),
			 -EDQUOT);
	assert_int_equal(world->backends[0]->prefixes_received, 1);
	rib_peer_down(world->rib, world->backends[0]);
	rib_process(world->rib);
	assert_null(route_of(world, OTHER_VIP));
}

static void a_warning_refuses_nothing(void **state)
{
	struct world *world = *state;
	char text[TEXT_SIZE];

	set_limit(world, 1, NEIGHBOR_MAX_PREFIX_WARN);
	for (unsigned int i = 1; i <= MANY_VIPS; i++)
		announce_vip(world, 0, vip_text(text, i));
	assert_int_equal(world->backends[0]->prefixes_accepted, MANY_VIPS);
}

/* ------------------------------------------------------------- out */

static void assert_shows(const struct export_batch *out, unsigned int type,
			 const char *expected)
{
	char text[TEXT_SIZE];

	assert_true(bgp_attributes_show(&out->attributes, type, text,
					sizeof(text)));
	assert_string_equal(text, expected);
}

static void a_rule_changes_what_the_upstream_gets(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	set_rules(world, "rule allow to role upstream as-path first 65001 set "
			 "prepend self 2 community add 64512:7 med 3 next-hop "
			 "10.0.255.9\n");
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(out.withdraw);
	assert_shows(&out, BGP_ATTRIBUTE_AS_PATH, "64512 64512 64512 65001");
	assert_shows(&out, BGP_ATTRIBUTE_COMMUNITIES, "64512:7");
	assert_shows(&out, BGP_ATTRIBUTE_MED, "3");
	assert_shows(&out, BGP_ATTRIBUTE_NEXT_HOP, "10.0.255.9");
}

static void a_denied_route_is_not_announced(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	set_rules(world, "rule deny to any\n");
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(world->upstream->prefixes_announced, 0);
}

static void a_route_that_comes_to_be_denied_is_withdrawn(void **state)
{
	struct test_route route = {
		.prefix = VIP,
		.nexthop = "10.0.0.1",
		.as = { 65001 },
	};
	struct world *world = *state;
	struct export_batch out;

	set_rules(world, "rule deny to any med 5\n");
	announce(world, 0, &route);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(out.withdraw);
	route.med = 5;
	announce(world, 0, &route);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_true(out.withdraw);
	assert_int_equal(out.count, 1);
	assert_int_equal(world->upstream->prefixes_announced, 0);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
}

/* They share their attributes, but a rule changes one of them only. */
static void routes_share_a_message_only_if_rules_treat_them_alike(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	set_rules(world, "rule allow to any prefix " OTHER_VIP " set med 1\n");
	announce_vip(world, 0, VIP);
	announce_vip(world, 0, OTHER_VIP);
	announce_vip(world, 0, "192.0.2.3/32");
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 1);
	assert_false(out.attributes.present & BGP_HAS_MED);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 1);
	assert_shows(&out, BGP_ATTRIBUTE_MED, "1");
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 1);
	assert_false(out.attributes.present & BGP_HAS_MED);
}

static void a_neighbor_without_a_role_gets_what_a_rule_allows(void **state)
{
	struct world *world = *state;
	struct rib_peer *peer, *none;
	struct export_batch out;

	set_rules(world, "rule allow to role none prefix " VIP "\n");
	peer = peer_up(world, NEIGHBOR_ROLE_PEER, PEER_EXTERNAL);
	none = peer_up(world, NEIGHBOR_ROLE_NONE, PEER_EXTERNAL);
	announce_vip(world, 0, VIP);
	announce_vip(world, 0, OTHER_VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, none, &out));
	assert_int_equal(out.count, 1);
	assert_true(prefix_equal(&out.routes[0].prefix,
				 &route_of(world, VIP)->node.prefix));
	assert_false(export_batch_next(world->rib, none, &out));
	/* VIPs are announced to a peer as to an upstream. */
	assert_true(export_batch_next(world->rib, peer, &out));
	assert_int_equal(out.count, 2);
}

static void backends_get_nothing_whatever_the_rules(void **state)
{
	struct world *world = *state;

	set_rules(world, "rule allow to any\n");
	rib_peer_down(world->rib, world->backends[5]);
	backend_up(world, 5);
	assert_int_equal(world->backends[5]->bit, 0);
}

static void an_internal_neighbor_gets_the_local_pref_a_rule_sets(void **state)
{
	struct world *world = *state;
	struct export_batch out;
	struct rib_peer *inside;

	set_rules(world, "rule allow to internal set localpref 7\n");
	inside = peer_up(world, NEIGHBOR_ROLE_UPSTREAM, PEER_INTERNAL);
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, inside, &out));
	assert_shows(&out, BGP_ATTRIBUTE_LOCAL_PREF, "7");
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(out.attributes.present & BGP_HAS_LOCAL_PREF);
}

/* ------------------------------------------------------------- RFC 1997 */

/* True if a neighbor of `type` gets a route with this community. */
static bool gets(enum peer_type type, const char *community)
{
	struct export_batch out;
	struct rib_peer *peer;
	struct world world;
	char line[TEXT_SIZE];
	bool got;

	world_init(&world, 1);
	snprintf(line, sizeof(line),
		 "rule continue from any set community add %s\n", community);
	set_rules(&world, line);
	peer = peer_up(&world, NEIGHBOR_ROLE_UPSTREAM, type);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	got = export_batch_next(world.rib, peer, &out);
	rib_free(world.rib);
	return got;
}

static void well_known_communities_hold_routes_back(void **state)
{
	(void)state;
	assert_true(gets(PEER_EXTERNAL, "1:1"));
	assert_true(gets(PEER_INTERNAL, "1:1"));
	assert_false(gets(PEER_EXTERNAL, "no-export"));
	assert_true(gets(PEER_INTERNAL, "no-export"));
	assert_false(gets(PEER_EXTERNAL, "no-export-subconfed"));
	assert_true(gets(PEER_INTERNAL, "no-export-subconfed"));
	assert_false(gets(PEER_EXTERNAL, "no-advertise"));
	assert_false(gets(PEER_INTERNAL, "no-advertise"));
}

/* NO_EXPORT added by an export rule is meant for the neighbor. */
static void an_out_rule_may_pass_no_export_on(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	set_rules(world, "rule allow to any set community add no-export\n");
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_shows(&out, BGP_ATTRIBUTE_COMMUNITIES, "no-export");
}

#define RIB_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIB_TEST(a_rule_makes_one_backend_preferred),
		RIB_TEST(a_rule_gives_a_backend_its_weight),
		RIB_TEST(a_rule_says_how_packets_go_to_a_server),
		RIB_TEST(a_rule_keeps_a_path_out_of_sets),
		RIB_TEST(paths_of_other_weight_share_no_attributes),
		RIB_TEST(a_denied_path_is_kept_with_its_reason),
		RIB_TEST(no_rule_lifts_what_is_not_safe),
		RIB_TEST(these_checks_hold_for_other_neighbors_too),
		RIB_TEST(a_neighbor_without_a_role_needs_a_rule),
		RIB_TEST(routes_of_one_update_are_judged_by_prefix),
		RIB_TEST(the_nexthop_a_rule_sets_is_the_one_tracked),
		RIB_TEST(a_neighbor_announces_its_own_vips_only),
		RIB_TEST(paths_of_one_prefix_are_limited),
		RIB_TEST(a_prefix_counts_once_whatever_its_paths),
		RIB_TEST(refused_paths_are_asked_for_when_one_goes),
		RIB_TEST(next_hops_of_a_neighbor_are_limited),
		RIB_TEST(next_hops_that_one_neighbor_alone_has_are_known),
		RIB_TEST(paths_above_the_limit_are_refused),
		RIB_TEST(the_session_ends_above_the_limit),
		RIB_TEST(a_warning_refuses_nothing),
		RIB_TEST(a_rule_changes_what_the_upstream_gets),
		RIB_TEST(a_denied_route_is_not_announced),
		RIB_TEST(a_route_that_comes_to_be_denied_is_withdrawn),
		RIB_TEST(routes_share_a_message_only_if_rules_treat_them_alike),
		RIB_TEST(a_neighbor_without_a_role_gets_what_a_rule_allows),
		RIB_TEST(backends_get_nothing_whatever_the_rules),
		RIB_TEST(an_internal_neighbor_gets_the_local_pref_a_rule_sets),
		cmocka_unit_test(well_known_communities_hold_routes_back),
		RIB_TEST(an_out_rule_may_pass_no_export_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
