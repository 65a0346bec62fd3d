// SPDX-License-Identifier: BSD-2-Clause
/*
 * The decision process once more, as simply as possible: one step after the
 * other over an array, each striking out the paths that another one beats, and
 * MED by looking at every pair of one AS. Both must agree on every random route
 * with random options. The seed is printed.
 */

#include "random_world.h"

enum {
	ROUTES = 30000,
	PATHS = 7,
};

struct candidate {
	const struct row *row;
	unsigned int number; /* of the row */
	bool alive;	     /* for the best path */
	bool in_set;	     /* for the set */
};

struct oracle {
	const struct decision_options *options;
	struct candidate paths[PATHS];
	bool set_is_open; /* a path that loses from here on is out of the set, too */
};

/* Lower is better, in every step. */
typedef uint64_t key_fn(const struct decision_options *options,
			const struct row *row);

static uint64_t stale_key(const struct decision_options *options,
			  const struct row *row)
{
	(void)options;
	return row->community == (uint32_t)LLGR_STALE;
}

static uint64_t draining_key(const struct decision_options *options,
			     const struct row *row)
{
	return row->community == (uint32_t)SHUTDOWN ||
	       row->community == (uint32_t)LEAVING ||
	       (row->no_bandwidth_left && !(row->bandwidth > 0) &&
		options->bandwidth_use != BANDWIDTH_IGNORE);
}

static uint64_t joining_key(const struct decision_options *options,
			    const struct row *row)
{
	(void)options;
	return row->community == (uint32_t)JOINING;
}

static uint64_t local_pref_key(const struct decision_options *options,
			       const struct row *row)
{
	(void)options;
	return 1000 - (row->local_pref ? row->local_pref : 100);
}

static uint64_t aigp_key(const struct decision_options *options,
			 const struct row *row)
{
	if (!options->aigp)
		return 0;
	return row->aigp ? row->aigp + row->igp_cost : UINT64_MAX;
}

static unsigned int count_as(const uint32_t as[ROW_AS])
{
	unsigned int count = 0;

	while (count < ROW_AS && as[count])
		count++;
	return count;
}

static uint64_t length_key(const struct decision_options *options,
			   const struct row *row)
{
	return count_as(row->as) +
	       (options->count_confederation_path ? count_as(row->member) : 0);
}

static uint64_t origin_key(const struct decision_options *options,
			   const struct row *row)
{
	(void)options;
	return row->origin;
}

static uint64_t med_key(const struct decision_options *options,
			const struct row *row)
{
	if (!row->med && options->missing_med == MISSING_MED_WORST)
		return UINT32_MAX;
	return row->med;
}

static uint64_t type_key(const struct decision_options *options,
			 const struct row *row)
{
	(void)options;
	return row->type != PEER_EXTERNAL;
}

static uint64_t cost_key(const struct decision_options *options,
			 const struct row *row)
{
	return options->cluster_length ? row->clusters : row->igp_cost;
}

static bool always(const struct decision_options *options, const struct row *a,
		   const struct row *b)
{
	(void)options, (void)a, (void)b;
	return true;
}

static bool meds_compare(const struct decision_options *options,
			 const struct row *a, const struct row *b)
{
	switch (options->always_compare_med) {
	case COMPARE_MED_ALWAYS:
		return true;
	case COMPARE_MED_BACKENDS:
		if (a->backend && b->backend)
			return true;
		break;
	default:
		break;
	}
	return a->as[0] == b->as[0];
}

/* Strike out each path that another one, present before the step, beats. */
static void step(struct oracle *oracle, key_fn *key,
		 bool (*comparable)(const struct decision_options *,
				    const struct row *, const struct row *))
{
	bool beaten[PATHS] = { 0 };

	for (int i = 0; i < PATHS; i++)
		for (int j = 0; j < PATHS; j++)
			beaten[i] |=
				oracle->paths[j].alive &&
				comparable(oracle->options,
					   oracle->paths[i].row,
					   oracle->paths[j].row) &&
				key(oracle->options, oracle->paths[j].row) <
					key(oracle->options,
					    oracle->paths[i].row);
	for (int i = 0; i < PATHS; i++) {
		oracle->paths[i].alive &= !beaten[i];
		if (oracle->set_is_open)
			oracle->paths[i].in_set &= oracle->paths[i].alive;
	}
}

static void steps(struct oracle *oracle)
{
	const struct decision_options *options = oracle->options;

	oracle->set_is_open = true;
	step(oracle, stale_key, always);
	step(oracle, draining_key, always);
	step(oracle, joining_key, always);
	step(oracle, local_pref_key, always);
	step(oracle, aigp_key, always);
	step(oracle, length_key, always);
	step(oracle, origin_key, always);
	oracle->set_is_open = !options->ebgp_ibgp;
	step(oracle, med_key, meds_compare);
	step(oracle, type_key, always);
	oracle->set_is_open &= !options->skip_igp_cost ||
			       options->cluster_length;
	step(oracle, cost_key, always);
}

/* RFC 4456 9; addresses are in the order of the rows. */
static bool is_before(const struct candidate *a, const struct candidate *b)
{
	uint32_t x = a->row->originator ? a->row->originator :
					  a->row->identifier;
	uint32_t y = b->row->originator ? b->row->originator :
					  b->row->identifier;

	if (x != y)
		return x < y;
	if (a->row->clusters != b->row->clusters)
		return a->row->clusters < b->row->clusters;
	return a->number < b->number;
}

static int by_tie_break(const void *a, const void *b)
{
	return is_before(a, b) ? -1 : 1;
}

static const struct candidate *best_of(const struct oracle *oracle)
{
	for (int i = 0; i < PATHS; i++)
		if (oracle->paths[i].alive)
			return &oracle->paths[i];
	fail();
	return NULL;
}

static bool fits(const struct decision_options *options,
		 const struct candidate *best, const struct candidate *path)
{
	const struct row *a = best->row, *b = path->row;

	if (path == best)
		return true;
	if (options->as_path != MULTIPATH_AS_PATH_RELAXED &&
	    a->as[0] != b->as[0])
		return false;
	if (options->as_path == MULTIPATH_AS_PATH_EXACT &&
	    memcmp(a->as, b->as, sizeof(a->as)))
		return false;
	return options->confederation == MULTIPATH_CONFEDERATION_RELAXED ||
	       a->member[0] == b->member[0];
}

static void choose(const struct decision_options *options,
		   const struct candidate *best, struct candidate *path,
		   bool taken[HOPS], unsigned int *room)
{
	bool alone = path != best &&
		     (path->row->multipath_off || best->row->multipath_off);

	path->in_set &= fits(options, best, path) && !alone &&
			!taken[path->row->hop] && *room;
	if (!path->in_set)
		return;
	taken[path->row->hop] = true;
	--*room;
}

/* Sort the paths by the tie-break and set `in_set` for the set. */
static unsigned int oracle_decide(struct oracle *oracle)
{
	const struct decision_options *options = oracle->options;
	bool taken[HOPS] = { 0 };
	const struct candidate *best;
	unsigned int room;

	steps(oracle);
	qsort(oracle->paths, PATHS, sizeof(*oracle->paths), by_tie_break);
	best = best_of(oracle);
	room = best->row->type == PEER_EXTERNAL ? options->maximum_paths :
						  options->maximum_paths_ibgp;
	taken[best->row->hop] = true;
	room--;
	for (int i = 0; i < PATHS; i++)
		if (&oracle->paths[i] != best)
			choose(options, best, &oracle->paths[i], taken, &room);
	return best->number;
}

static void random_route_rows(struct row rows[PATHS])
{
	const uint32_t cost[HOPS] = { chance_below(2), chance_below(2),
				      chance_below(2), chance_below(2),
				      chance_below(2) };

	for (int i = 0; i < PATHS; i++) {
		rows[i] = random_row();
		rows[i].hop = 1 + chance_below(HOPS - 1);
		rows[i].igp_cost = cost[rows[i].hop];
		rows[i].identifier = 39 + chance_below(3);
		rows[i].type = chance_below(PEER_TYPE_COUNT);
		rows[i].backend = chance_one_in(2);
		rows[i].multipath_off = chance_one_in(10);
	}
}

static void the_simple_way_gives_the_same_sets(void **state)
{
	struct path_table table;
	struct row rows[PATHS];
	unsigned int larger = 0;

	(void)state;
	for (int route = 0; route < ROUTES; route++) {
		const struct decision_options options = random_options();
		struct oracle oracle = { .options = &options };
		unsigned int best;

		random_route_rows(rows);
		for (unsigned int i = 0; i < PATHS; i++)
			oracle.paths[i] =
				(struct candidate){ &rows[i], i, true, true };
		best = oracle_decide(&oracle);
		path_table_decide(&table, &options, rows, PATHS);
		assert_ptr_equal(table.decision.best, &table.paths[best]);
		for (int i = 0; i < PATHS; i++)
			assert_int_equal(
				table.paths[oracle.paths[i].number].reason ==
					REASON_NONE,
				oracle.paths[i].in_set);
		larger += table.decision.selected > 1;
		path_table_free(&table);
	}
	printf("%u of %u sets have several paths\n", larger, ROUTES);
	assert_true(larger > ROUTES / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_simple_way_gives_the_same_sets),
	};

	random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
