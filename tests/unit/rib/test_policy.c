// SPDX-License-Identifier: BSD-2-Clause
/* The routing policy: which rule decides, and what rules set. */

#include <arpa/inet.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "rules.h"

enum {
	TEXT_SIZE = 512,
	LOCAL_AS = 64512,
	UNKNOWN_TYPE = 99,
};

/* ------------------------------------------------------------- a route */

/*
 * One path with attributes of every kind, from AS 65001 by way of 65002 and a
 * set of 65003 and 65004.
 */
static const uint8_t as_path[] = {
	BGP_SEGMENT_SEQUENCE, 2, 0, 0, 0xfd, 0xe9, 0, 0, 0xfd, 0xea,
	BGP_SEGMENT_SET,      2, 0, 0, 0xfd, 0xeb, 0, 0, 0xfd, 0xec,
	BGP_SEGMENT_SEQUENCE, 1, 0, 0, 0xfd, 0xed,
};
static const uint8_t communities[] = {
	0xfd, 0xe8, 0, 100, /* 65000:100 */
	0xff, 0xff, 0, 0,   /* graceful-shutdown */
};
static const uint8_t extended[] = {
	0x00, 0x02, 0xfd, 0xe9, 0,    0,    0,	  100,	/* rt:65001:100 */
	0x40, 0x04, 0xfd, 0xe9, 0x49, 0x98, 0x96, 0x80, /* 1250000 */
};
static const uint8_t large[] = {
	0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 0, 0, 0, 2, /* 65001:1:2 */
};
static const uint8_t unknown[] = {
	BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE | BGP_FLAG_PARTIAL,
	UNKNOWN_TYPE,
	1,
	7,
};

static struct policy_scratch scratch;
static struct prefix prefix;
static struct bgp_attributes attributes;
static struct policy_result result;
static struct path_source source;
static struct address our_address;
static enum neighbor_role role;

static void reset(void)
{
	prefix_parse("192.0.2.1/32", &prefix);
	attributes = (struct bgp_attributes){
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP |
			   BGP_HAS_MED | BGP_HAS_COMMUNITIES |
			   BGP_HAS_EXTENDED_COMMUNITIES |
			   BGP_HAS_LARGE_COMMUNITIES,
		.origin = BGP_ORIGIN_EGP,
		.med = 50,
		.as_path = reader_of(as_path, sizeof(as_path)),
		.communities = reader_of(communities, sizeof(communities)),
		.extended_communities = reader_of(extended, sizeof(extended)),
		.large_communities = reader_of(large, sizeof(large)),
		.unknown = reader_of(unknown, sizeof(unknown)),
	};
	address_parse("10.0.0.11", &attributes.nexthop);
	source = (struct path_source){ .as = 65001, .type = PEER_EXTERNAL };
	address_parse("10.0.0.11", &source.address);
	address_parse("10.0.0.254", &our_address);
	role = NEIGHBOR_ROLE_BACKEND;
}

static void apply(const char *lines, enum rule_direction direction)
{
	const struct policy policy = policy_of_text(lines);
	const struct policy_peer peer = {
		.role = role,
		.source = &source,
		.local_as = LOCAL_AS,
		.nexthop = &our_address,
	};

	policy_apply(&policy, direction, &peer, &prefix, &attributes, &scratch,
		     &result);
}

/* ------------------------------------------------------------- matches */

static const struct {
	const char *match;
	bool matches;
} matches[] = {
	{ "prefix 192.0.2.1/32", true },
	{ "prefix 192.0.2.2/32", false },
	{ "prefix 192.0.2.0/24", false },
	{ "prefix 192.0.2.0/24 or-longer", true },
	{ "prefix 192.0.2.0/24 prefixlen 32", true },
	{ "prefix 192.0.2.0/24 prefixlen 24-31", false },
	{ "prefix 198.51.100.0/24 or-longer", false },
	{ "prefix { 198.51.100.0/24 192.0.2.0/24 } or-longer", true },
	{ "prefix ::/0 or-longer", false },
	{ "prefixlen 32", true },
	{ "prefixlen >=33", false },
	{ "prefixlen { 24 30-32 }", true },
	{ "as-path first 65001", true },
	{ "as-path first 65002", false },
	{ "as-path first 65000-65001", true },
	{ "as-path last 65005", true },
	{ "as-path last { 1 2 3 }", false },
	{ "as-path contains 65004", true },
	{ "as-path contains 65006", false },
	{ "as-path contains >=65005", true },
	{ "as-path length 4", true }, /* a set counts one */
	{ "as-path length >=5", false },
	{ "as-path matches \"65001 *\"", true },
	{ "as-path matches \"* 65005\"", true },
	{ "as-path matches \"65001 ? 65003 65004 65005\"", true },
	{ "as-path matches \"65001 ? ? 65005\"", false },
	{ "as-path matches \"\"", false },
	{ "origin egp", true },
	{ "origin { igp incomplete }", false },
	{ "next-hop 10.0.0.11", true },
	{ "next-hop 10.0.0.0/24", true },
	{ "next-hop 10.0.1.0/24", false },
	{ "med 50", true },
	{ "med >=51", false },
	{ "localpref 100", true }, /* none was sent */
	{ "localpref 0-99", false },
	{ "community 65000:100", true },
	{ "community 65000:101", false },
	{ "community 65000:*", true },
	{ "community *:100", true },
	{ "community *:101", false },
	{ "community graceful-shutdown", true },
	{ "community no-export", false },
	{ "community { no-export 65000:100 }", true },
	{ "community 65000:100 community no-export", false },
	{ "community 65000:100 community graceful-shutdown", true },
	{ "community any", true },
	{ "ext-community rt:65001:100", true },
	{ "ext-community soo:65001:100", false },
	{ "ext-community rt:65001:*", true },
	{ "ext-community 0x0002fde900000064", true },
	{ "ext-community bandwidth:65001:1250000", true },
	{ "ext-community bandwidth:65001:1250001", false },
	{ "ext-community bandwidth:*:*", true },
	{ "ext-community bandwidth:65002:*", false },
	{ "large-community 65001:1:2", true },
	{ "large-community *:1:*", true },
	{ "large-community *:2:*", false },
	{ "attribute 99", true },
	{ "attribute 98", false },
	{ "attribute 32", true }, /* LARGE_COMMUNITY */
	{ "attribute 5", false },
	{ "attribute 90-100", true },
	{ "med 50 origin egp as-path first 65001", true },
	{ "med 50 origin egp as-path first 65002", false },
};

static void a_rule_matches_if_all_its_matches_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		char line[TEXT_SIZE];

		reset();
		snprintf(line, sizeof(line), "rule deny from any %s\n",
			 matches[i].match);
		apply(line, RULE_FROM);
		if ((result.verdict == POLICY_DENY) != matches[i].matches)
			fail_msg("%s: %d", matches[i].match, result.verdict);
		assert_int_equal(result.rule, matches[i].matches);
	}
}

/* ------------------------------------------------------------- neighbors */

static const struct {
	const char *neighbors;
	bool is_about;
} scopes[] = {
	{ "any", true },
	{ "role backend", true },
	{ "role upstream", false },
	{ "role none", false },
	{ "external", true },
	{ "internal", false },
	{ "as 65001", true },
	{ "as 65002-65003", false },
	{ "as 65000-65003", true },
	{ "neighbor 10.0.0.11", true },
	{ "neighbor 10.0.0.12", false },
	{ "neighbor 10.0.0.0/24", true },
	{ "neighbor fd00::/64", false },
	{ "neighbor eth0", false },
};

static void a_rule_is_about_the_neighbors_it_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		char line[TEXT_SIZE];

		reset();
		snprintf(line, sizeof(line), "rule deny from %s\n",
			 scopes[i].neighbors);
		apply(line, RULE_FROM);
		if ((result.verdict == POLICY_DENY) != scopes[i].is_about)
			fail_msg("%s: %d", scopes[i].neighbors, result.verdict);
	}
}

static void a_link_local_neighbor_has_an_interface(void **state)
{
	(void)state;
	reset();
	source.interface = "eth0";
	address_parse("fe80::1", &source.address);
	apply("rule deny from neighbor eth1\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_UNDECIDED);
	apply("rule deny from neighbor fe80::1%eth1\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_UNDECIDED);
	apply("rule deny from neighbor fe80::2%eth0\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_UNDECIDED);
	apply("rule deny from neighbor fe80::1%eth0\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_DENY);
	apply("rule deny from neighbor eth0\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_DENY);
	source.type = PEER_INTERNAL;
	apply("rule deny from internal\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_DENY);
}

/* ------------------------------------------------------------- order */

static void the_first_rule_that_decides_decides(void **state)
{
	(void)state;
	reset();
	apply("rule deny from any med 51\n"
	      "rule allow from any med 50\n"
	      "rule deny from any\n",
	      RULE_FROM);
	assert_int_equal(result.verdict, POLICY_ALLOW);
	assert_int_equal(result.rule, 2);
	apply("rule deny to any\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_UNDECIDED);
	assert_int_equal(result.rule, 0);
	apply("rule deny to any\n", RULE_TO);
	assert_int_equal(result.verdict, POLICY_DENY);
}

static void rules_behind_continue_see_what_it_has_set(void **state)
{
	(void)state;
	reset();
	apply("rule continue from any set localpref 200 community add 1:1\n"
	      "rule continue from any community 1:1 localpref 200 set localpref "
	      "+5 weight 3\n"
	      "rule continue from any localpref 200 set weight 9\n"
	      "rule allow from any localpref 205 set med 7\n"
	      "rule deny from any\n",
	      RULE_FROM);
	assert_int_equal(result.verdict, POLICY_ALLOW);
	assert_int_equal(result.rule, 4);
	assert_int_equal(result.marks.weight, 3);
	assert_int_equal(attributes.local_pref, 205);
	assert_int_equal(attributes.med, 7);
}

static void assert_own(unsigned int plain, unsigned int of_8,
		       unsigned int of_12)
{
	assert_int_equal(result.marks.own.standard, plain);
	assert_int_equal(result.marks.own.extended, of_8);
	assert_int_equal(result.marks.own.large, of_12);
}

/* The received ones are 65000:100 and graceful-shutdown, and one each. */
static void communities_that_rules_add_are_told_apart(void **state)
{
	static const uint8_t ours[] = { 0, 1, 0, 2 };

	(void)state;
	reset();
	apply("rule continue from any set community add { 1:1 1:2 } "
	      "ext-community add rt:1:1 large-community add 1:1:1\n"
	      "rule continue from any set community remove 1:1\n"
	      "rule continue from any set community remove 65000:*\n",
	      RULE_FROM);
	assert_own(1, 1, 1);
	reader_take(&attributes.communities,
		    attributes.communities.left - sizeof(ours));
	assert_memory_equal(attributes.communities.data, ours, sizeof(ours));
	reset();
	apply("rule continue from any set community add 1:1\n"
	      "rule continue from any set community add { 1:2 1:1 }\n",
	      RULE_FROM);
	assert_own(2, 0, 0);
	reset(); /* one that was received is ours when a rule adds it, too */
	apply("rule continue from any set community add 65000:100\n",
	      RULE_FROM);
	assert_own(1, 0, 0);
	reset();
	apply("rule continue from any set community add 1:1 ext-community add "
	      "rt:1:1 large-community add 1:1:1\n"
	      "rule continue from any set attribute remove 8 attribute remove "
	      "16 attribute remove 32\n",
	      RULE_FROM);
	assert_own(0, 0, 0);
}

/* Communities that are added stand behind 65000:100. */
static void the_weight_is_the_lowest_number_of_a_community(void **state)
{
	(void)state;
	reset();
	apply("rule allow from any set weight from community 65000:*\n",
	      RULE_FROM);
	assert_int_equal(result.marks.weight, 100);
	reset();
	apply("rule allow from any set community add { 65000:9 65001:1 } "
	      "weight from community 65000:*\n",
	      RULE_FROM);
	assert_int_equal(result.marks.weight, 9);
	reset();
	apply("rule allow from any set community remove all community add "
	      "65000:65535 weight 7 weight from community 65000:*\n",
	      RULE_FROM);
	assert_int_equal(result.marks.weight, 65535);
}

static void without_such_a_community_the_weight_stays(void **state)
{
	(void)state;
	reset();
	apply("rule allow from any set weight 7 weight from community 1:*\n",
	      RULE_FROM);
	assert_int_equal(result.marks.weight, 7);
	reset();
	apply("rule allow from any set community remove all weight from "
	      "community 65000:*\n",
	      RULE_FROM);
	assert_int_equal(result.marks.weight, 0);
}

static void the_weight_0_asks_not_to_use_the_path(void **state)
{
	(void)state;
	reset();
	apply("rule allow from any set community remove all community add "
	      "{ 65000:4 65000:0 } weight from community 65000:*\n",
	      RULE_FROM);
	assert_int_equal(result.marks.weight, 0);
	assert_true(community_list_contains(attributes.communities,
					    BGP_COMMUNITY_GRACEFUL_SHUTDOWN));
}

static void multipath_no_changes_no_attribute(void **state)
{
	(void)state;
	reset();
	apply("rule allow from any set multipath no\n", RULE_FROM);
	assert_true(result.set & POLICY_SET_MULTIPATH_OFF);
	assert_int_equal(attributes.communities.left, sizeof(communities));
}

static void continue_leaves_the_decision_to_the_defaults(void **state)
{
	(void)state;
	reset();
	apply("rule continue from any set localpref 200\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_UNDECIDED);
	assert_int_equal(result.rule, 0);
	assert_int_equal(result.set, POLICY_SET_ATTRIBUTES);
	assert_int_equal(attributes.local_pref, 200);
}

static void the_same_rules_leave_the_same_trace(void **state)
{
	struct policy_trace trace;

	(void)state;
	reset();
	apply("rule continue from any med 50 set weight 2\n"
	      "rule continue from any med 51 set weight 3\n",
	      RULE_FROM);
	trace = result.trace;
	assert_int_equal(trace.rules[0], 1);
	apply("rule continue from any med 50 set weight 2\n"
	      "rule continue from any med 51 set weight 3\n",
	      RULE_FROM);
	assert_true(policy_trace_equal(&trace, &result.trace));
	attributes.med = 51;
	apply("rule continue from any med 50 set weight 2\n"
	      "rule continue from any med 51 set weight 3\n",
	      RULE_FROM);
	assert_false(policy_trace_equal(&trace, &result.trace));
}

static void policies_know_whether_they_look_at_prefixes(void **state)
{
	struct policy policy = policy_of_text("rule allow from any\n");

	(void)state;
	assert_true(policy.used[RULE_FROM]);
	assert_false(policy.used[RULE_TO]);
	assert_false(policy.by_prefix[RULE_FROM]);
	policy = policy_of_text("rule allow to any prefixlen 32\n");
	assert_false(policy.used[RULE_FROM]);
	assert_true(policy.by_prefix[RULE_TO]);
	policy = policy_of_text("");
	assert_false(policy.used[RULE_FROM] || policy.used[RULE_TO]);
}

/* ------------------------------------------------------------- settings */

/* The text of an attribute afterwards; NULL: not present. */
static const struct {
	const char *setting;
	unsigned int type;
	const char *shown;
} settings[] = {
	{ "localpref 200", BGP_ATTRIBUTE_LOCAL_PREF, "200" },
	{ "localpref +7", BGP_ATTRIBUTE_LOCAL_PREF, "107" },
	{ "localpref -101", BGP_ATTRIBUTE_LOCAL_PREF, "0" },
	{ "med 7", BGP_ATTRIBUTE_MED, "7" },
	{ "med +7", BGP_ATTRIBUTE_MED, "57" },
	{ "med -7", BGP_ATTRIBUTE_MED, "43" },
	{ "med -51", BGP_ATTRIBUTE_MED, "0" },
	{ "med +4294967295", BGP_ATTRIBUTE_MED, "4294967295" },
	{ "med remove", BGP_ATTRIBUTE_MED, NULL },
	{ "origin igp", BGP_ATTRIBUTE_ORIGIN, "igp" },
	{ "next-hop 10.0.0.99", BGP_ATTRIBUTE_NEXT_HOP, "10.0.0.99" },
	{ "prepend 7 2", BGP_ATTRIBUTE_AS_PATH,
	  "7 7 65001 65002 {65003,65004} 65005" },
	{ "prepend self 1 prepend 8 1", BGP_ATTRIBUTE_AS_PATH,
	  "8 64512 65001 65002 {65003,65004} 65005" },
	{ "community add 1:2", BGP_ATTRIBUTE_COMMUNITIES,
	  "65000:100 graceful-shutdown 1:2" },
	{ "community add { 1:2 no-export }", BGP_ATTRIBUTE_COMMUNITIES,
	  "65000:100 graceful-shutdown 1:2 no-export" },
	{ "community add 65000:100", BGP_ATTRIBUTE_COMMUNITIES,
	  "graceful-shutdown 65000:100" },
	{ "community remove 65000:*", BGP_ATTRIBUTE_COMMUNITIES,
	  "graceful-shutdown" },
	{ "community remove 1:1", BGP_ATTRIBUTE_COMMUNITIES,
	  "65000:100 graceful-shutdown" },
	{ "community remove all", BGP_ATTRIBUTE_COMMUNITIES, NULL },
	{ "community remove all community add 1:1", BGP_ATTRIBUTE_COMMUNITIES,
	  "1:1" },
	{ "ext-community add soo:192.0.2.1:7",
	  BGP_ATTRIBUTE_EXTENDED_COMMUNITIES,
	  "rt:65001:100 bandwidth:65001:1250000 soo:192.0.2.1:7" },
	{ "ext-community remove bandwidth:*:*",
	  BGP_ATTRIBUTE_EXTENDED_COMMUNITIES, "rt:65001:100" },
	{ "ext-community remove all", BGP_ATTRIBUTE_EXTENDED_COMMUNITIES,
	  NULL },
	{ "large-community add 1:2:3", BGP_ATTRIBUTE_LARGE_COMMUNITIES,
	  "65001:1:2 1:2:3" },
	{ "large-community remove *:*:2", BGP_ATTRIBUTE_LARGE_COMMUNITIES,
	  NULL },
	{ "attribute remove 99", UNKNOWN_TYPE, NULL },
	{ "attribute remove 98", UNKNOWN_TYPE, "0x07" },
	{ "attribute remove 8", BGP_ATTRIBUTE_COMMUNITIES, NULL },
	{ "attribute remove 4", BGP_ATTRIBUTE_MED, NULL },
};

static void a_setting_changes_its_attribute(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		char line[TEXT_SIZE], text[TEXT_SIZE];
		bool there;

		reset();
		snprintf(line, sizeof(line), "rule allow from any set %s\n",
			 settings[i].setting);
		apply(line, RULE_FROM);
		assert_int_equal(result.verdict, POLICY_ALLOW);
		there = bgp_attributes_show(&attributes, settings[i].type, text,
					    sizeof(text));
		if (there != !!settings[i].shown)
			fail_msg("%s", settings[i].setting);
		if (there)
			assert_string_equal(text, settings[i].shown);
	}
}

static void the_next_hop_is_the_peer_by_either_of_its_addresses(void **state)
{
	const char *line = "rule allow from any next-hop peer\n";

	(void)state;
	reset();
	apply(line, RULE_FROM);
	assert_int_equal(result.verdict, POLICY_ALLOW);
	address_parse("10.0.0.12", &attributes.nexthop);
	apply(line, RULE_FROM);
	assert_int_equal(result.verdict, POLICY_UNDECIDED);
	source.ifindex = 3;
	address_parse("fe80::11", &attributes.link_local);
	source.address = address_scoped(&attributes.link_local, 3);
	apply(line, RULE_FROM);
	assert_int_equal(result.verdict, POLICY_ALLOW);
}

static void towards_a_neighbor_the_nexthop_can_be_us(void **state)
{
	(void)state;
	reset();
	apply("rule continue to any set next-hop 10.9.9.9 med 4\n"
	      "rule allow to any set next-hop self\n",
	      RULE_TO);
	assert_true(address_equal(&attributes.nexthop, &our_address));
	assert_int_equal(result.set, POLICY_SET_ATTRIBUTES | POLICY_SET_MED |
					     POLICY_SET_NEXTHOP);
}

/* Else interning would fail, which would end the session. */
static void what_became_too_long_is_denied_by_the_rule_that_did_it(void **state)
{
	static uint8_t path[UINT16_MAX], more[UINT16_MAX];
	struct writer w = writer_of(path, sizeof(path));
	const char *lines = "rule continue from any set prepend 1 64\n"
			    "rule allow from any set community add 1:1\n";

	(void)state;
	reset();
	as_path_prepend(&w, reader_of(NULL, 0), 65001, 16100);
	assert_false(w.failed);
	attributes.as_path = reader_of(path, w.used);
	apply(lines, RULE_FROM);
	assert_int_equal(result.verdict, POLICY_ALLOW);

	as_path_prepend(&w, reader_of(NULL, 0), 65001, 200);
	assert_false(w.failed);
	attributes.as_path = reader_of(path, w.used);
	apply(lines, RULE_FROM);
	assert_int_equal(result.verdict, POLICY_DENY);
	assert_int_equal(result.rule, 1);

	reset();
	attributes.as_path = reader_of(path, UINT16_MAX);
	attributes.unknown = reader_of(more, sizeof(more));
	apply("rule allow from any set med 1\n", RULE_FROM);
	assert_int_equal(result.verdict, POLICY_DENY);
}

/* core/ has a table of its own, because it knows no BGP. */
static void well_known_communities_are_called_the_same_everywhere(void **state)
{
	static const uint32_t known[] = {
		BGP_COMMUNITY_GRACEFUL_SHUTDOWN,   BGP_COMMUNITY_BLACKHOLE,
		BGP_COMMUNITY_NO_EXPORT,	   BGP_COMMUNITY_NO_ADVERTISE,
		BGP_COMMUNITY_NO_EXPORT_SUBCONFED,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char name[COMMUNITY_TEXT_SIZE], line[TEXT_SIZE];
		struct reader list;

		reset();
		snprintf(line, sizeof(line),
			 "rule allow from any set community remove all "
			 "community add %s\n",
			 community_format(known[i], name));
		apply(line, RULE_FROM);
		list = attributes.communities;
		assert_int_equal(list.left, BGP_COMMUNITY_SIZE);
		assert_int_equal(reader_u32(&list), known[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_matches_if_all_its_matches_do),
		cmocka_unit_test(a_rule_is_about_the_neighbors_it_names),
		cmocka_unit_test(a_link_local_neighbor_has_an_interface),
		cmocka_unit_test(the_first_rule_that_decides_decides),
		cmocka_unit_test(rules_behind_continue_see_what_it_has_set),
		cmocka_unit_test(communities_that_rules_add_are_told_apart),
		cmocka_unit_test(
			the_weight_is_the_lowest_number_of_a_community),
		cmocka_unit_test(without_such_a_community_the_weight_stays),
		cmocka_unit_test(the_weight_0_asks_not_to_use_the_path),
		cmocka_unit_test(multipath_no_changes_no_attribute),
		cmocka_unit_test(continue_leaves_the_decision_to_the_defaults),
		cmocka_unit_test(the_same_rules_leave_the_same_trace),
		cmocka_unit_test(policies_know_whether_they_look_at_prefixes),
		cmocka_unit_test(a_setting_changes_its_attribute),
		cmocka_unit_test(
			the_next_hop_is_the_peer_by_either_of_its_addresses),
		cmocka_unit_test(towards_a_neighbor_the_nexthop_can_be_us),
		cmocka_unit_test(
			what_became_too_long_is_denied_by_the_rule_that_did_it),
		cmocka_unit_test(
			well_known_communities_are_called_the_same_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
