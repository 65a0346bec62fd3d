// SPDX-License-Identifier: BSD-2-Clause
/*
 * Other options for a rib that runs. However it comes to them, it ends as one that
 * had them from the start: paths, sets, announcements, next hops and memory.
 */

#include "../chance.h"
#include "core/array.h"
#include "core/log.h"
#include "rules.h"
#include "same_end.h"

enum {
	PREFIXES = 12,
	RULE_LINES = 9,
	ROUNDS = 40,
	CHANGES = 60, /* events and other options of a round */
};

static const char *const prefixes[PREFIXES] = {
	"192.0.2.1/32",	 "192.0.2.2/32",    "192.0.2.3/32",    "192.0.2.20/32",
	"192.0.2.33/32", "192.0.2.34/32",   "192.0.2.70/32",   "192.0.2.71/32",
	"192.0.2.0/28",	 "198.51.100.1/32", "198.51.100.2/32", "203.0.113.1/32",
};

static const char *const rule_lines[RULE_LINES] = {
	"rule deny from any prefix 192.0.2.2/32\n",
	"rule continue from as 65001-65003 set med 7\n",
	"rule continue from any med 1 set community add 65000:1\n",
	"rule allow from neighbor 10.0.0.2 set weight 3\n",
	"rule continue from any prefix 192.0.2.64/26 or-longer set localpref 90\n",
	"rule deny from as 65004\n",
	"rule continue to any community 65000:1 set med 4\n",
	"rule deny to any prefix 192.0.2.33/32\n",
	"rule continue to external set prepend self 2\n",
};

/* Options with their lists. */
struct setup {
	struct rib_options options;
	struct policy_rule rules[RULE_LINES];
	struct vip_options vips[3];
	struct aggregate_options aggregates[2];
	struct static_path_options statics[3];
};

static struct policy_rule all_rules[RULE_LINES];

static void parse_rules(void)
{
	char text[RULES_TEXT_SIZE] = "";
	struct policy policy;

	for (size_t i = 0; i < RULE_LINES; i++)
		strcat(text, rule_lines[i]);
	policy = policy_of_text(text);
	assert_int_equal(policy.count, RULE_LINES);
	memcpy(all_rules, policy.rules, sizeof(all_rules));
}

static void draw_lists(struct setup *setup)
{
	static const char *const ranges[] = { "192.0.2.0/24", "192.0.2.0/26",
					      "198.51.100.0/24" };
	static const char *const summaries[] = { "192.0.2.0/28",
						 "192.0.2.32/28" };
	static const char *const servers[] = { "192.0.2.1/32", "192.0.2.20/32",
					       "192.0.2.99/32" };
	struct rib_options *options = &setup->options;

	for (size_t i = 0; i < RULE_LINES; i++)
		if (chance_one_in(3))
			setup->rules[options->rule_count++] = all_rules[i];
	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		struct vip_options *vip =
			&setup->vips[options->import.vip_count];

		if (i && chance_one_in(2))
			continue;
		*vip = vip_options_default;
		prefix_parse(ranges[i], &vip->prefix);
		vip->min_nexthops = i ? chance_below(3) : 0;
		vip->maximum_paths = i ? chance_below(3) : 0;
		options->import.vip_count++;
	}
	for (size_t i = 0; i < COUNT_OF(summaries); i++)
		if (chance_one_in(2)) {
			struct aggregate_options *aggregate =
				&setup->aggregates[options->import
							   .aggregate_count++];

			prefix_parse(summaries[i], &aggregate->prefix);
			aggregate->summary_only = chance_one_in(2);
			aggregate->as_set = chance_one_in(2);
		}
	for (size_t i = 0; i < COUNT_OF(servers); i++)
		if (chance_one_in(3)) {
			struct static_path_options *path =
				&setup->statics[options->static_path_count++];

			*path = static_path_options_default;
			prefix_parse(servers[i], &path->prefix);
			path->nexthop = backend_address(chance_below(BACKENDS));
			path->distance = chance_one_in(2) ? 1 : 20;
		}
}

static void draw_setup(struct setup *setup)
{
	struct rib_options *options = &setup->options;

	*setup = (struct setup){
		.options = world_options(&(struct world){ 0 },
					 1 + chance_below(2)),
	};
	options->rules = setup->rules;
	options->import.vips = setup->vips;
	options->import.vip_count = 0;
	options->import.aggregates = setup->aggregates;
	options->static_paths = setup->statics;
	options->decision.maximum_paths = 1 + chance_below(4);
	options->decision.as_path = chance_below(MULTIPATH_AS_PATH_COUNT);
	options->decision.always_compare_med = chance_below(COMPARE_MED_COUNT);
	options->announce_as = chance_below(ANNOUNCE_AS_COUNT);
	draw_lists(setup);
}

/* A world, and the paths that its backends have announced. */
struct stage {
	struct world world;
	struct setup setups[2]; /* the one in force is setups[now] */
	unsigned int now;
	bool told[BACKENDS][PREFIXES];
	struct test_route routes[BACKENDS][PREFIXES];
	/* Peers that came back, BACKENDS: the upstream. */
	unsigned int flaps[CHANGES];
	unsigned int flap_count;
};

static void begin_world(struct world *world, const struct setup *setup)
{
	const struct rib_hooks hooks = world_hooks(world);

	world_start_with(world, &setup->options, &hooks);
	assert_int_equal(
		adj_rib_in_add_static_paths(world->rib, setup->statics,
					    setup->options.static_path_count),
		0);
}

static void apply_setup(struct world *world, const struct setup *setup)
{
	struct rib_peer_options options = upstream_options(BGP_ROLE_NONE);

	assert_int_equal(rib_reconfigure(world->rib, &setup->options), 0);
	assert_int_equal(
		rib_peer_reconfigure(world->rib, world->upstream, &options), 0);
	for (unsigned int i = 0; i < BACKENDS; i++) {
		options = backend_options(i);
		assert_int_equal(rib_peer_reconfigure(world->rib,
						      world->backends[i],
						      &options),
				 0);
	}
	rib_peers_reconfigured(world->rib);
}

/* The options before are gone then. */
static void change_options(struct stage *stage)
{
	struct setup *next = &stage->setups[!stage->now];

	draw_setup(next);
	apply_setup(&stage->world, next);
	memset(&stage->setups[stage->now], 0xa5, sizeof(*next));
	stage->now = !stage->now;
}

static void say(struct stage *stage)
{
	unsigned int from = chance_below(BACKENDS);
	unsigned int which = chance_below(PREFIXES);
	struct address address = backend_address(
		chance_one_in(4) ? chance_below(BACKENDS) : from);
	static char nexthops[BACKENDS][PREFIXES][ADDRESS_TEXT_SIZE];

	stage->told[from][which] = !chance_one_in(3);
	if (!stage->told[from][which]) {
		withdraw(&stage->world, from, prefixes[which]);
		return;
	}
	stage->routes[from][which] = (struct test_route){
		.prefix = prefixes[which],
		.nexthop = address_format(&address, nexthops[from][which]),
		.as = { 65001 + from, chance_one_in(3) ? 65100 : 0 },
		.local_pref = 100,
		.med = chance_below(2),
	};
	announce(&stage->world, from, &stage->routes[from][which]);
}

/* Let a backend, or the upstream, lose its session and come back. */
static void flap(struct world *world, unsigned int i)
{
	if (i == BACKENDS) {
		rib_peer_down(world->rib, world->upstream);
		upstream_up(world);
	} else {
		rib_peer_down(world->rib, world->backends[i]);
		backend_up(world, i);
	}
}

static void flap_one(struct stage *stage, unsigned int i)
{
	flap(&stage->world, i);
	stage->flaps[stage->flap_count++] = i;
	if (i < BACKENDS)
		memset(stage->told[i], 0, sizeof(stage->told[i]));
}

static void random_event(struct stage *stage)
{
	unsigned int i = chance_below(BACKENDS);
	const struct address address = backend_address(i);

	switch (chance_below(16)) {
	case 0:
		stage->world.dead[i] = !stage->world.dead[i];
		rib_nexthop_changed(stage->world.rib, &address);
		break;
	case 1:
		flap_one(stage, i);
		break;
	case 2:
		flap_one(stage, BACKENDS);
		break;
	default:
		say(stage);
	}
}

/* Tell a world that begins now what the backends of another one have told. */
static void tell_all(const struct stage *stage, struct world *world)
{
	memcpy(world->dead, stage->world.dead, sizeof(world->dead));
	for (unsigned int i = 0; i < BACKENDS; i++) {
		const struct address address = backend_address(i);

		rib_nexthop_changed(world->rib, &address);
	}
	for (unsigned int i = 0; i < stage->flap_count; i++)
		flap(world, stage->flaps[i]);
	for (unsigned int i = 0; i < BACKENDS; i++)
		for (unsigned int k = 0; k < PREFIXES; k++)
			if (stage->told[i][k])
				announce(world, i, &stage->routes[i][k]);
}

static void check_end(struct stage *stage)
{
	static struct world fresh;

	stage->world.rib->turn_budget = RIB_TURN_BUDGET;
	begin_world(&fresh, &stage->setups[stage->now]);
	tell_all(stage, &fresh);
	assert_same_end(&stage->world, &fresh);
	rib_free(fresh.rib);
}

static void comes_to_the_end_of_a_fresh_start(void **state)
{
	static struct stage stage;
	struct export_batch out;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	parse_rules();
	for (int round = 0; round < ROUNDS; round++) {
		memset(&stage, 0, sizeof(stage));
		draw_setup(&stage.setups[0]);
		begin_world(&stage.world, &stage.setups[0]);
		for (int i = 0; i < CHANGES; i++) {
			random_event(&stage);
			if (chance_one_in(8))
				change_options(&stage);
			stage.world.rib->turn_budget = 1 + chance_below(80);
			if (chance_one_in(3))
				rib_process(stage.world.rib);
			if (chance_one_in(5))
				export_batch_next(stage.world.rib,
						  stage.world.upstream, &out);
		}
		check_end(&stage);
		rib_free(stage.world.rib);
	}
}

/* The path that our statement is of changed, and an aggregate of it did not. */
static void comes_to_an_end_that_it_once_missed(void **state)
{
	uint64_t later = chance.state;

	chance.state = 1796057169;
	comes_to_the_end_of_a_fresh_start(state);
	chance.state = later;
}

static void announces_again_by_another_address_of_ours(void **state)
{
	struct rib_peer_options options = upstream_options(BGP_ROLE_NONE);
	struct world *world = *state;
	struct export_batch out;

	announce_vip(world, 0, "192.0.2.1/32");
	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	world->exports = 0;
	assert_int_equal(
		rib_peer_reconfigure(world->rib, world->upstream, &options), 0);
	assert_int_equal(world->exports, 0);
	address_parse("2001:db8::99", &options.other_address);
	assert_int_equal(
		rib_peer_reconfigure(world->rib, world->upstream, &options), 0);
	assert_int_not_equal(world->exports, 0);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			announces_again_by_another_address_of_ours, setup,
			teardown),
		cmocka_unit_test(comes_to_an_end_that_it_once_missed),
		cmocka_unit_test(comes_to_the_end_of_a_fresh_start),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
