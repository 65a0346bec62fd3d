// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors of a prefix that are gone: missed, kept, forgotten. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>

#include "bgp/session/neighbor_gone.h"
#include "bgp/session/speaker.h"

static struct bgp_speaker speaker;
static struct bgp_neighbor_options prefix_options, own_options;

static int start(void **state)
{
	(void)state;
	speaker = (struct bgp_speaker){ .base = event_base_new() };
	TAILQ_INIT(&speaker.neighbors);
	TAILQ_INIT(&speaker.receivers);
	prefix_options = bgp_neighbor_options_default;
	prefix_parse("10.1.0.0/24", &prefix_options.prefix);
	prefix_options.passive = true;
	own_options = bgp_neighbor_options_default;
	prefix_parse("10.2.0.1/32", &own_options.prefix);
	return 0;
}

static int stop(void **state)
{
	struct bgp_neighbor *neighbor;

	(void)state;
	while ((neighbor = TAILQ_FIRST(&speaker.neighbors))) {
		TAILQ_REMOVE(&speaker.neighbors, neighbor, link);
		bgp_neighbor_free(neighbor);
	}
	event_base_free(speaker.base);
	return 0;
}

static struct bgp_neighbor *add(const struct bgp_neighbor_options *options,
				uint64_t changed_ms)
{
	const struct address address = options->prefix.address;
	struct bgp_neighbor *neighbor =
		bgp_neighbor_new(&speaker, options, &address);

	assert_non_null(neighbor);
	neighbor->changed_ms = changed_ms;
	TAILQ_INSERT_TAIL(&speaker.neighbors, neighbor, link);
	return neighbor;
}

static void a_gone_one_is_missed_for_five_minutes(void **state)
{
	struct bgp_neighbor *neighbor = add(&prefix_options, 1000);
	uint64_t gone_ms = 0;

	(void)state;
	assert_true(bgp_neighbor_is_gone(neighbor, 3000, &gone_ms));
	assert_int_equal(gone_ms, 2000);
	assert_true(bgp_neighbor_is_expected(neighbor,
					     1000 + BGP_GONE_MISSED_MS - 1));
	assert_false(
		bgp_neighbor_is_expected(neighbor, 1000 + BGP_GONE_MISSED_MS));
	/* It tries in vain, for example with a wrong AS. */
	neighbor->accepted_ms = 500000;
	assert_true(bgp_neighbor_is_expected(neighbor, 600000));
	neighbor->admin.down = true;
	assert_false(bgp_neighbor_is_gone(neighbor, 600000, &gone_ms));
	assert_false(bgp_neighbor_is_expected(neighbor, 600000));
}

static void one_with_its_own_configuration_is_never_gone(void **state)
{
	struct bgp_neighbor *neighbor = add(&own_options, 0);
	uint64_t gone_ms;

	(void)state;
	assert_false(bgp_neighbor_is_gone(neighbor, UINT64_MAX, &gone_ms));
	assert_true(bgp_neighbor_is_expected(neighbor, UINT64_MAX));
	assert_false(bgp_neighbor_is_outdated(neighbor, UINT64_MAX));
}

static void after_an_hour_it_is_forgotten_and_others_are_not(void **state)
{
	struct bgp_neighbor *old = add(&prefix_options, 1000);
	struct bgp_neighbor *recent = add(&prefix_options, 2000);
	struct bgp_neighbor *own = add(&own_options, 0);
	struct bgp_neighbor *shut = add(&prefix_options, 0);

	(void)state, (void)old;
	shut->admin.down = true;
	bgp_speaker_forget_gone(&speaker, 1000 + BGP_GONE_KEPT_MS - 1);
	assert_ptr_equal(TAILQ_FIRST(&speaker.neighbors), old);
	bgp_speaker_forget_gone(&speaker, 1000 + BGP_GONE_KEPT_MS);
	assert_ptr_equal(TAILQ_FIRST(&speaker.neighbors), recent);
	assert_ptr_equal(TAILQ_NEXT(recent, link), own);
	assert_ptr_equal(TAILQ_NEXT(own, link), shut);
	assert_null(TAILQ_NEXT(shut, link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_gone_one_is_missed_for_five_minutes, start, stop),
		cmocka_unit_test_setup_teardown(
			one_with_its_own_configuration_is_never_gone, start,
			stop),
		cmocka_unit_test_setup_teardown(
			after_an_hour_it_is_forgotten_and_others_are_not, start,
			stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
