// SPDX-License-Identifier: BSD-2-Clause
/*
 * The multipath set, option by option, in the order of the sections of
 * draft-lapukhov-bgp-ecmp-considerations. Each row of a table is a route; its
 * first path is the best unless `best` says otherwise.
 */

#include "paths.h"

struct route_case {
	const char *what;
	struct decision_options options;
	struct row rows[MAX_ROWS];
	size_t best; /* row */
	bool exact;  /* --multipath-as-path; else relaxed if not given */
};

static struct decision_options options_of(const struct route_case *from)
{
	struct decision_options options = from->options;

	if (!options.maximum_paths)
		options.maximum_paths = MAX_ROWS;
	if (!options.maximum_paths_ibgp)
		options.maximum_paths_ibgp = MAX_ROWS;
	if (!from->exact && options.as_path == MULTIPATH_AS_PATH_EXACT)
		options.as_path = MULTIPATH_AS_PATH_RELAXED;
	return options;
}

/* Section 2: AS_PATHs that may share a set. */
static const struct route_case as_path_cases[] = {
	{ "relaxed: the length is enough",
	  { 0 },
	  { { 1, { 1, 9 } }, { 2, { 2, 8 } } } },
	{ "same peer AS: the leftmost AS is that of the best path",
	  { .as_path = MULTIPATH_AS_PATH_SAME_PEER_AS },
	  { { 1, { 1, 9 } },
	    { 2, { 1, 8 } },
	    { 3, { 2, 9 }, .reason = REASON_AS_PATH_CONTENT } } },
	{ "same peer AS: for internal paths, too, it is the path that counts",
	  { .as_path = MULTIPATH_AS_PATH_SAME_PEER_AS },
	  { { 1, { 1, 9 }, .type = PEER_INTERNAL },
	    { 2,
	      { 2, 9 },
	      .type = PEER_INTERNAL,
	      .reason = REASON_AS_PATH_CONTENT } } },
	{ "exact: every AS is the same",
	  { 0 },
	  .exact = true,
	  .rows = { { 1, { 1, 9 } },
		    { 2, { 1, 8 }, .reason = REASON_AS_PATH_CONTENT },
		    { 3, { 1, 9 } } } },
	{ "exact: confederation segments do not count",
	  { 0 },
	  .exact = true,
	  .rows = { { 1, { 1 }, { 64601 }, PEER_CONFEDERATION },
		    { 2, { 1 }, { 64602 }, PEER_CONFEDERATION } } },
	{ "exact: paths that began in our own AS are alike",
	  { 0 },
	  .exact = true,
	  .rows = { { 1, .member = { 64601 }, .type = PEER_CONFEDERATION },
		    { 2, .type = PEER_INTERNAL } } },
};

/* Sections 3 and 4: external paths, internal paths. */
static const struct route_case cost_cases[] = {
	{ "external paths are preferred",
	  { 0 },
	  { { 1, { 1 } },
	    { 2, { 2 }, .type = PEER_INTERNAL, .reason = REASON_EBGP_OVER_IBGP },
	    { 3,
	      { 3 },
	      .type = PEER_CONFEDERATION,
	      .reason = REASON_EBGP_OVER_IBGP } } },
	{ "paths of a confederation are internal",
	  { 0 },
	  { { 1, { 1 }, .type = PEER_INTERNAL },
	    { 2, { 2 }, .type = PEER_CONFEDERATION } } },
	{ "the nearest next hops",
	  { 0 },
	  { { 1, { 1 }, .type = PEER_INTERNAL, .igp_cost = 5 },
	    { 2,
	      { 2 },
	      .type = PEER_INTERNAL,
	      .igp_cost = 6,
	      .reason = REASON_IGP_COST },
	    { 3, { 3 }, .type = PEER_INTERNAL, .igp_cost = 5 } } },
	{ "skip-igp-cost: all, and the nearest is the best",
	  { .skip_igp_cost = true },
	  { { 1, { 1 }, .type = PEER_INTERNAL, .igp_cost = 6 },
	    { 2, { 2 }, .type = PEER_INTERNAL, .igp_cost = 5 } },
	  .best = 1 },
	{ "skip-igp-cost: earlier steps still count",
	  { .skip_igp_cost = true },
	  { { 1, { 1 }, .igp_cost = 6 },
	    { 2,
	      { 2 },
	      .type = PEER_INTERNAL,
	      .reason = REASON_EBGP_OVER_IBGP } } },
	{ "CLUSTER_LIST does not count by itself",
	  { 0 },
	  { { 1, { 1 }, .type = PEER_INTERNAL, .clusters = 2 },
	    { 2, { 2 }, .type = PEER_INTERNAL, .clusters = 1 } } },
	{ "multipath-cluster-length: it replaces the cost",
	  { .cluster_length = true },
	  { { 1,
	      { 1 },
	      .type = PEER_INTERNAL,
	      .clusters = 2,
	      .reason = REASON_CLUSTER_LENGTH },
	    { 2, { 2 }, .type = PEER_INTERNAL, .clusters = 1, .igp_cost = 9 },
	    { 3, { 3 }, .type = PEER_INTERNAL, .clusters = 1 } },
	  .best = 1 },
	{ "multipath-cluster-length: with skip-igp-cost, too",
	  { .cluster_length = true, .skip_igp_cost = true },
	  { { 1, { 1 }, .type = PEER_INTERNAL },
	    { 2,
	      { 2 },
	      .type = PEER_INTERNAL,
	      .clusters = 1,
	      .reason = REASON_CLUSTER_LENGTH } } },
};

/* Section 4: confederations. */
static const struct route_case confederation_cases[] = {
	{ "relaxed: any member AS",
	  { 0 },
	  { { 1, { 1 }, { 64601 }, PEER_CONFEDERATION },
	    { 2, { 1 }, { 64602 }, PEER_CONFEDERATION } } },
	{ "same member AS: that of the best path",
	  { .confederation = MULTIPATH_CONFEDERATION_SAME_MEMBER_AS },
	  { { 1, { 1 }, { 64601, 64603 }, PEER_CONFEDERATION },
	    { 2,
	      { 1 },
	      { 64602, 64603 },
	      PEER_CONFEDERATION,
	      .reason = REASON_AS_PATH_CONTENT },
	    { 3, { 1 }, { 64601, 64604 }, PEER_CONFEDERATION } } },
	{ "same member AS: our own has no number in the path",
	  { .confederation = MULTIPATH_CONFEDERATION_SAME_MEMBER_AS },
	  { { 1, { 1 }, .type = PEER_INTERNAL },
	    { 2, { 2 }, .type = PEER_INTERNAL },
	    { 3,
	      { 1 },
	      { 64602 },
	      PEER_CONFEDERATION,
	      .reason = REASON_AS_PATH_CONTENT } } },
	{ "AS_CONFED_SEQUENCE does not count in the length",
	  { 0 },
	  { { 1, { 1 }, { 64601, 64603 }, PEER_CONFEDERATION },
	    { 2, { 1 }, { 64602 }, PEER_CONFEDERATION } } },
	{ "count-confederation-path: it does",
	  { .count_confederation_path = true },
	  { { 1, { 1 }, { 64601 }, PEER_CONFEDERATION },
	    { 2,
	      { 1 },
	      { 64602, 64603 },
	      PEER_CONFEDERATION,
	      .reason = REASON_AS_PATH_LENGTH } } },
};

/* Section 5: external and internal paths together. */
static const struct route_case ebgp_ibgp_cases[] = {
	{ "multipath-ebgp-ibgp: both kinds, and the best one is external",
	  { .ebgp_ibgp = true },
	  { { 1, { 1 }, .type = PEER_INTERNAL },
	    { 2, { 2 } },
	    { 3, { 3 }, .type = PEER_INTERNAL, .igp_cost = 7 } },
	  .best = 1 },
	{ "multipath-ebgp-ibgp: it stops before MED",
	  { .ebgp_ibgp = true },
	  { { 1, { 1 }, .med = 9 }, { 2, { 1 }, .med = 5 } },
	  .best = 1 },
	{ "multipath-ebgp-ibgp: not before ORIGIN",
	  { .ebgp_ibgp = true },
	  { { 1, { 1 }, .type = PEER_INTERNAL },
	    { 2, { 1 }, .origin = 2, .reason = REASON_ORIGIN } } },
	{ "multipath-ebgp-ibgp: the best path's kind has the maximum",
	  { .ebgp_ibgp = true, .maximum_paths = 1 },
	  { { 1, { 1 } },
	    { 2, { 2 }, .type = PEER_INTERNAL, .reason = REASON_MAX_PATHS } } },
};

/* RFC 4271 9.1.2.2 c, RFC 4451 3.2. */
static const struct route_case med_cases[] = {
	{ "MEDs compare inside of one AS only",
	  { 0 },
	  { { 1, { 1 }, .med = 10, .reason = REASON_MED },
	    { 2, { 2 }, .med = 7 },
	    { 3, { 1 }, .med = 5 } },
	  .best = 1 },
	{ "ignore-origin: paths of any ORIGIN share a set",
	  { .ignore_origin = true },
	  { { 1, { 1 } }, { 2, { 2 }, .origin = 2 } } },
	{ "always-compare-med backends: MEDs of backends compare",
	  { .always_compare_med = COMPARE_MED_BACKENDS },
	  { { 1, { 1 }, .med = 10, .backend = true, .reason = REASON_MED },
	    { 2, { 2 }, .med = 7, .backend = true, .reason = REASON_MED },
	    { 3, { 3 }, .med = 5, .backend = true } },
	  .best = 2 },
	{ "always-compare-med backends: not those of others",
	  { .always_compare_med = COMPARE_MED_BACKENDS },
	  { { 1, { 1 }, .med = 10 },
	    { 2, { 2 }, .med = 7, .backend = true, .reason = REASON_MED },
	    { 3, { 3 }, .med = 5, .backend = true } } },
	{ "always-compare-med backends: one AS compares, too, and a loser beats",
	  { .always_compare_med = COMPARE_MED_BACKENDS },
	  { { 1, { 1 }, .med = 10, .reason = REASON_MED },
	    { 2, { 1 }, .med = 7, .backend = true, .reason = REASON_MED },
	    { 3, { 2 }, .med = 5, .backend = true } },
	  .best = 2 },
	{ "always-compare-med never: one AS alone, also for backends",
	  { .always_compare_med = COMPARE_MED_NEVER },
	  { { 1, { 1 }, .med = 10, .backend = true },
	    { 2, { 2 }, .med = 7, .backend = true } } },
	{ "always-compare-med: MEDs of all compare",
	  { .always_compare_med = COMPARE_MED_ALWAYS },
	  { { 1, { 1 }, .med = 10, .reason = REASON_MED },
	    { 2, { 2 }, .med = 7, .reason = REASON_MED },
	    { 3, { 1 }, .med = 5 } },
	  .best = 2 },
	{ "no MED is the best one",
	  { 0 },
	  { { 1, { 1 } }, { 2, { 1 }, .med = 1, .reason = REASON_MED } } },
	{ "missing-med worst: the worst",
	  { .missing_med = MISSING_MED_WORST },
	  { { 1, { 1 }, .reason = REASON_MED }, { 2, { 1 }, .med = 1 } },
	  .best = 1 },
	{ "missing-med worst: equal to the highest MED",
	  { .missing_med = MISSING_MED_WORST },
	  { { 1, { 1 } }, { 2, { 1 }, .med = UINT32_MAX } } },
};

/* Section 6: RFC 7311 4.1. */
static const struct route_case aigp_cases[] = {
	{ "AIGP does not count without the option",
	  { 0 },
	  { { 1, { 1 }, .aigp = 9 }, { 2, { 2 } } } },
	{ "aigp: with the cost to the next hop, before the length of AS_PATH",
	  { .aigp = true },
	  { { 1, { 1, 2 }, .aigp = 10, .igp_cost = 5 },
	    { 2, { 1, 2 }, .aigp = 5, .igp_cost = 10, .reason = REASON_IGP_COST },
	    { 3, { 1 }, .aigp = 11, .igp_cost = 5, .reason = REASON_AIGP },
	    { 4, { 1 }, .reason = REASON_AIGP } } },
	{ "aigp: after LOCAL_PREF",
	  { .aigp = true },
	  { { 1, { 1 }, .local_pref = 200 },
	    { 2, { 1 }, .aigp = 1, .reason = REASON_LOCAL_PREF } } },
	{ "aigp: the sum saturates and is better than none",
	  { .aigp = true, .skip_igp_cost = true },
	  { { 1, { 1 }, .aigp = UINT64_MAX, .igp_cost = 1 },
	    { 2, { 1 }, .aigp = UINT64_MAX - 1, .igp_cost = 5 },
	    { 3, { 1 }, .reason = REASON_AIGP } } },
};

/* Sections 7 and 8: one best path, whatever came first. */
static const struct route_case tie_cases[] = {
	{ "the lowest identifier is the best",
	  { 0 },
	  { { 1, { 1 }, .identifier = 9 }, { 2, { 2 }, .identifier = 8 } },
	  .best = 1 },
	{ "ORIGINATOR_ID takes the place of the identifier (RFC 4456 9)",
	  { 0 },
	  { { 1,
	      { 1 },
	      .type = PEER_INTERNAL,
	      .identifier = 1,
	      .originator = 50 },
	    { 2,
	      { 2 },
	      .type = PEER_INTERNAL,
	      .identifier = 9,
	      .originator = 40 },
	    { 3, { 3 }, .type = PEER_INTERNAL, .identifier = 45 } },
	  .best = 1 },
	{ "then the shorter CLUSTER_LIST, then the lowest address",
	  { 0 },
	  { { 1, { 1 }, .type = PEER_INTERNAL, .originator = 50, .clusters = 2 },
	    { 2, { 2 }, .type = PEER_INTERNAL, .originator = 50, .clusters = 1 },
	    { 3,
	      { 3 },
	      .type = PEER_INTERNAL,
	      .originator = 50,
	      .clusters = 1 } },
	  .best = 1 },
	{ "of two paths with one next hop the better one stays",
	  { 0 },
	  { { 1,
	      { 1 },
	      .type = PEER_INTERNAL,
	      .originator = 50,
	      .reason = REASON_DUPLICATE_NEXTHOP },
	    { 1, { 2 }, .type = PEER_INTERNAL, .originator = 40 } },
	  .best = 1 },
	{ "the maximum cuts from the end of that order",
	  { .maximum_paths = 2 },
	  { { 1, { 1 }, .identifier = 9, .reason = REASON_MAX_PATHS },
	    { 2, { 2 }, .identifier = 8 },
	    { 3, { 3 }, .identifier = 7 } },
	  .best = 2 },
	{ "the maximum never cuts the best path",
	  { .maximum_paths_ibgp = 1, .skip_igp_cost = true },
	  { { 1,
	      { 1 },
	      .type = PEER_INTERNAL,
	      .igp_cost = 3,
	      .reason = REASON_MAX_PATHS },
	    { 2, { 2 }, .type = PEER_INTERNAL, .igp_cost = 2 } },
	  .best = 1 },
	{ "an internal best path has a maximum of its own",
	  { .maximum_paths_ibgp = 1 },
	  { { 1, { 1 }, .type = PEER_INTERNAL },
	    { 2, { 2 }, .type = PEER_INTERNAL, .reason = REASON_MAX_PATHS } } },
};

/* RFC 8326, RFC 9494 4.3, link bandwidth 0: out while there are others. */
static const struct route_case aside_cases[] = {
	{ "GRACEFUL_SHUTDOWN leaves the set",
	  { 0 },
	  { { 1,
	      { 1 },
	      .community = (uint32_t)SHUTDOWN,
	      .local_pref = 200,
	      .reason = REASON_DRAINING },
	    { 2, { 1, 2 } } },
	  .best = 1 },
	{ "GRACEFUL_SHUTDOWN stays if all paths have it",
	  { 0 },
	  { { 1, { 1 }, .community = (uint32_t)SHUTDOWN },
	    { 2, { 2 }, .community = (uint32_t)SHUTDOWN } } },
	{ "a bandwidth of 0 leaves the set",
	  { 0 },
	  { { 1, { 1 }, .no_bandwidth_left = true, .reason = REASON_DRAINING },
	    { 2, { 2 } } },
	  .best = 1 },
	{ "a bandwidth of 0 says nothing where bandwidths do not count",
	  { .bandwidth_use = BANDWIDTH_IGNORE },
	  { { 1, { 1 }, .no_bandwidth_left = true }, { 2, { 2 } } } },
	{ "a held next hop leaves the set",
	  { 0 },
	  { { 1, { 1 }, .held = true, .local_pref = 200, .reason = REASON_HELD },
	    { 2, { 1, 2 } } },
	  .best = 1 },
	{ "held next hops stay if all are held",
	  { 0 },
	  { { 1, { 1 }, .held = true }, { 2, { 2 }, .held = true } } },
	{ "GRACEFUL_SHUTDOWN loses to a held next hop",
	  { 0 },
	  { { 1,
	      { 1 },
	      .community = (uint32_t)SHUTDOWN,
	      .reason = REASON_DRAINING },
	    { 2, { 1 }, .held = true } },
	  .best = 1 },
	{ "LLGR_STALE leaves the set",
	  { 0 },
	  { { 1,
	      { 1 },
	      .community = (uint32_t)LLGR_STALE,
	      .local_pref = 200,
	      .reason = REASON_STALE },
	    { 2, { 1, 2 } } },
	  .best = 1 },
	{ "LLGR_STALE loses to GRACEFUL_SHUTDOWN",
	  { 0 },
	  { { 1,
	      { 1 },
	      .community = (uint32_t)LLGR_STALE,
	      .reason = REASON_STALE },
	    { 2, { 2 }, .community = (uint32_t)SHUTDOWN } },
	  .best = 1 },
	{ "stale paths stay together if all are stale",
	  { 0 },
	  { { 1, { 1 }, .community = (uint32_t)LLGR_STALE },
	    { 2, { 2 }, .community = (uint32_t)LLGR_STALE } } },
};

/* The neighbor's key multipath=no. */
static const struct route_case alone_cases[] = {
	{ "multipath=no: joins no set",
	  { 0 },
	  { { 1, { 1 } },
	    { 2, { 2 }, .multipath_off = true, .reason = REASON_MULTIPATH_OFF },
	    { 3, { 3 } } } },
	{ "multipath=no: is the best path alone",
	  { 0 },
	  { { 1, { 1 }, .multipath_off = true },
	    { 2, { 2 }, .reason = REASON_MULTIPATH_OFF } } },
};

/* One server that speaks over two sessions. */
static const struct route_case server_cases[] = {
	{ "same server: counts once",
	  { 0 },
	  { { 1, { 1 }, .identifier = 5, .machine = 9 },
	    { 2,
	      { 1 },
	      .identifier = 5,
	      .machine = 9,
	      .reason = REASON_SAME_SERVER },
	    { 3, { 1 }, .identifier = 6, .machine = 8 },
	    { 4,
	      { 1 },
	      .identifier = 5,
	      .machine = 9,
	      .reason = REASON_SAME_SERVER } } },
	{ "same server: by the best path, wherever it stands",
	  { .skip_igp_cost = true },
	  { { 1,
	      { 1 },
	      .identifier = 5,
	      .machine = 9,
	      .igp_cost = 6,
	      .reason = REASON_SAME_SERVER },
	    { 2, { 1 }, .identifier = 5, .machine = 9, .igp_cost = 5 } },
	  .best = 1 },
	{ "same server: not with another BGP identifier or AS",
	  { 0 },
	  { { 1, { 1 }, .identifier = 5, .machine = 9 },
	    { 2, { 1 }, .identifier = 6, .machine = 9 },
	    { 3, { 2 }, .identifier = 5, .machine = 9 } } },
	{ "same server: not with another MAC, or unknown ones",
	  { 0 },
	  { { 1, { 1 }, .identifier = 5, .machine = 9 },
	    { 2, { 1 }, .identifier = 5, .machine = 8 },
	    { 3, { 1 }, .identifier = 5 },
	    { 4, { 1 }, .identifier = 5 } } },
};

static void check_case(const struct route_case *from)
{
	const struct decision_options options = options_of(from);
	struct path_table table;
	unsigned int selected = 0;

	printf("%s\n", from->what);
	path_table_decide(&table, &options, from->rows, MAX_ROWS);
	assert_ptr_equal(table.decision.best, &table.paths[from->best]);
	for (size_t i = 0; i < table.count; i++) {
		assert_int_equal(table.paths[i].reason, from->rows[i].reason);
		assert_int_equal(table.paths[i].best, i == from->best);
		selected += from->rows[i].reason == REASON_NONE;
	}
	assert_int_equal(table.decision.selected, selected);
	for (const struct path *path = table.list; path->next;
	     path = path->next)
		assert_true(path_order(path, path->next) < 0);
	path_table_free(&table);
}

#define CASES(name, table)                                                    \
	static void name(void **state)                                        \
	{                                                                     \
		(void)state;                                                  \
		for (size_t i = 0; i < sizeof(table) / sizeof(*(table)); i++) \
			check_case(&(table)[i]);                              \
	}

CASES(as_paths_have_in_common_what_the_knob_says, as_path_cases)
CASES(the_way_to_the_nexthop_counts, cost_cases)
CASES(members_of_a_confederation_are_told_apart, confederation_cases)
CASES(external_and_internal_paths_share_a_set_if_they_may, ebgp_ibgp_cases)
CASES(meds_compare_where_they_can, med_cases)
CASES(aigp_comes_after_local_pref, aigp_cases)
CASES(the_best_path_is_one_and_not_the_oldest, tie_cases)
CASES(what_is_about_to_go_serves_only_alone, aside_cases)
CASES(a_neighbor_may_stay_out_of_sets, alone_cases)
CASES(a_server_with_two_sessions_counts_once, server_cases)

/* The search bounds the cost of a peer whose sessions all have one identifier. */
static void other_sessions_of_a_server_are_searched_among_16(void **state)
{
	const struct decision_options options = {
		.maximum_paths = MAX_ROWS,
		.as_path = MULTIPATH_AS_PATH_RELAXED,
	};
	struct row rows[19] = { { 0 } };
	struct path_table table;

	(void)state;
	for (unsigned int i = 0; i < 19; i++)
		rows[i] = (struct row){ .hop = i + 1,
					.as = { 1 },
					.identifier = 5,
					.machine = (uint8_t)(i + 1) };
	rows[17].machine = 16; /* as the last one that is looked at */
	rows[18].machine = 17;
	path_table_decide(&table, &options, rows, 19);
	assert_int_equal(table.paths[17].reason, REASON_SAME_SERVER);
	assert_int_equal(table.paths[18].reason, REASON_NONE);
	assert_int_equal(table.decision.selected, 18);
	path_table_free(&table);
}

static void what_the_maximum_cut_is_counted(void **state)
{
	const struct decision_options options = {
		.maximum_paths = 1,
		.as_path = MULTIPATH_AS_PATH_RELAXED,
	};
	static const struct row rows[] = { { 1, { 1 } },
					   { 2, { 2 } },
					   { 3, { 3 } } };
	struct path_table table;

	(void)state;
	path_table_decide(&table, &options, rows, 3);
	assert_int_equal(table.decision.cut, 2);
	assert_int_equal(table.decision.maximum, 1);
	path_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_paths_have_in_common_what_the_knob_says),
		cmocka_unit_test(the_way_to_the_nexthop_counts),
		cmocka_unit_test(members_of_a_confederation_are_told_apart),
		cmocka_unit_test(
			external_and_internal_paths_share_a_set_if_they_may),
		cmocka_unit_test(meds_compare_where_they_can),
		cmocka_unit_test(aigp_comes_after_local_pref),
		cmocka_unit_test(the_best_path_is_one_and_not_the_oldest),
		cmocka_unit_test(what_is_about_to_go_serves_only_alone),
		cmocka_unit_test(a_neighbor_may_stay_out_of_sets),
		cmocka_unit_test(a_server_with_two_sessions_counts_once),
		cmocka_unit_test(
			other_sessions_of_a_server_are_searched_among_16),
		cmocka_unit_test(what_the_maximum_cut_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
