// SPDX-License-Identifier: BSD-2-Clause
/*
 * The next-hop tracker with thousands of next hops, as root: at the other end of
 * the pair (pair.h) the kernel answers for all of them. No load and no stall of
 * the event loop may make one of them look dead.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/work_turns.h"
#include "nexthop/tracker.h"
#include "pair.h"

enum times {
	WORK_US = 0, /* one piece in each turn of the loop */
	TICK_MS = 10,
	LONGEST_STALL_MS = 20,
	CONVERGED_MS = 8000,
	WATCH_MS = 8000,
	STALL_MS = 3000,
	AT_ONCE_MS = 1000,
	DEATHS_MS = 20000, /* the longest interval, and four tries of all */
	RETURN_MS = 8000,
	REST_MS = 10000,
};

enum sizes {
	SOME = 2000,
	MOST = 4095,
};

/* CPU of one core at rest, in percent, on a machine that does more. */
enum shares {
	PERCENT = 100,
	MOST_PERCENT = 5,
};

static const char interfaces[1][INTERFACE_SIZE] = { "hg0" };

static pid_t server;
static struct event_base *base;
static struct work_turns work;
static struct event *heartbeat;
static struct tracker *tracker;
static size_t alive, count;
static unsigned int changes, deaths;
static uint64_t beat_ns, longest_stall_ms;

static void on_changed(const struct nexthop *nexthop, void *context)
{
	(void)context;
	changes++;
	if (nexthop_is_alive(nexthop)) {
		alive++;
	} else {
		deaths++;
		alive--;
	}
}

static void on_link_changed(const struct nexthop_link *link, void *context)
{
	(void)link;
	(void)context;
}

/*
 * Measure the longest stall of the loop by its CPU time: on a busy machine the
 * real time is that of others, too.
 */
static void on_heartbeat(evutil_socket_t fd, short what, void *context)
{
	uint64_t now = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t stall = (now - beat_ns) / (CLOCK_NS_PER_S / CLOCK_MS_PER_S);

	(void)fd;
	(void)what;
	(void)context;
	/* Between two beats the loop may be busy, turn by turn. */
	if (stall > longest_stall_ms + TICK_MS)
		longest_stall_ms = stall - TICK_MS;
	beat_ns = now;
}

static void run_for(uint64_t ms)
{
	const struct timeval limit = clock_timeval_of_ms(ms);

	beat_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
}

static bool wait_for_alive(size_t wanted, uint64_t limit_ms)
{
	uint64_t end = clock_now_ms() + limit_ms;

	while (alive != wanted && clock_now_ms() < end)
		run_for(2 * TICK_MS);
	return alive == wanted;
}

static struct address address_of(size_t index)
{
	return address_from_ipv4(htonl(0x0a010001 + (uint32_t)index));
}

static void acquire_all(size_t wanted)
{
	for (; count < wanted; count++) {
		const struct address address = address_of(count);

		assert_int_equal(tracker_acquire(tracker, &address), 0);
	}
	tracker_settle(tracker);
}

/* The server answers for all addresses in 10.1.0.0/16. */
static void add_servers(void)
{
	pair_run_at(server, "route add local 10.1.0.0/16 dev hg1");
}

static int set_up(void **state)
{
	const struct timeval tick = { .tv_usec = TICK_MS * CLOCK_US_PER_MS };
	const struct nexthop_options options = {
		.interfaces = interfaces,
		.interface_count = 1,
		.probe_interval_ms = nexthop_options_default.probe_interval_ms,
		.probe_count = nexthop_options_default.probe_count,
	};
	const struct tracker_callbacks callbacks = {
		.changed = on_changed,
		.link_changed = on_link_changed,
	};
	char error[128];

	(void)state;
	alive = count = changes = deaths = 0;
	longest_stall_ms = 0;
	server = pair_build();
	pair_run("ip route add 10.1.0.0/16 dev hg0 src 10.0.0.1");
	add_servers();
	base = event_base_new();
	assert_int_equal(work_turns_init(&work, base, WORK_US), 0);
	if (tracker_new(base, &work.queue, &options, &callbacks, NULL, &tracker,
			error, sizeof(error)))
		fail_msg("%s", error);
	heartbeat = event_new(base, -1, EV_PERSIST, on_heartbeat, NULL);
	return event_add(heartbeat, &tick);
}

static int tear_down(void **state)
{
	(void)state;
	event_free(heartbeat);
	tracker_free(tracker);
	work_turns_destroy(&work);
	event_base_free(base);
	pair_end(server);
	return 0;
}

static void thousands_are_alive_soon_and_stay_so(void **state)
{
	(void)state;
	acquire_all(SOME);
	assert_true(wait_for_alive(SOME, CONVERGED_MS));
	run_for(WATCH_MS);
	assert_int_equal(alive, SOME);
	assert_int_equal(changes, SOME);
	assert_in_range(longest_stall_ms, 0, LONGEST_STALL_MS);
}

/* The loop is away for longer than a death takes, again and again. */
static void a_loop_that_stalls_loses_none(void **state)
{
	(void)state;
	acquire_all(SOME);
	assert_true(wait_for_alive(SOME, CONVERGED_MS));
	for (int i = 0; i < 3; i++) {
		usleep(STALL_MS * CLOCK_US_PER_MS);
		run_for(STALL_MS / 3);
	}
	assert_int_equal(alive, SOME);
	assert_int_equal(deaths, 0);
}

static void changes_of_routes_are_followed_in_turns(void **state)
{
	(void)state;
	acquire_all(SOME);
	assert_true(wait_for_alive(SOME, CONVERGED_MS));
	longest_stall_ms = 0;
	pair_run("ip route change 10.1.0.0/16 dev hg0 src 10.0.0.1 metric 0");
	pair_run("ip route add 10.2.0.0/16 dev hg0");
	run_for(WATCH_MS / 4);
	assert_int_equal(deaths, 0);
	assert_in_range(longest_stall_ms, 0, LONGEST_STALL_MS);
	pair_run("ip route del 10.1.0.0/16");
	assert_true(wait_for_alive(0, AT_ONCE_MS));
}

static void all_die_and_return(void **state)
{
	(void)state;
	acquire_all(SOME);
	assert_true(wait_for_alive(SOME, CONVERGED_MS));
	pair_run_at(server, "route del local 10.1.0.0/16 dev hg1");
	assert_true(wait_for_alive(0, DEATHS_MS));
	assert_int_equal(deaths, SOME);
	add_servers();
	assert_true(wait_for_alive(SOME, RETURN_MS));
	assert_int_equal(deaths, SOME);
}

/* Return the CPU time of this process, with the kernel's for it. */
static uint64_t cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return clock_ms_of_timeval(&usage.ru_utime) +
	       clock_ms_of_timeval(&usage.ru_stime);
}

static void at_rest_the_most_cost_little(void **state)
{
	uint64_t cpu, percent;

	(void)state;
	acquire_all(MOST);
	assert_true(wait_for_alive(MOST, 2 * CONVERGED_MS));
	cpu = cpu_ms();
	run_for(REST_MS);
	percent = (cpu_ms() - cpu) * PERCENT / REST_MS;
	print_message("%d next hops at rest: %llu %% of a core, longest stall "
		      "%llu ms\n",
		      MOST, (unsigned long long)percent,
		      (unsigned long long)longest_stall_ms);
	assert_int_equal(deaths, 0);
	assert_in_range(percent, 0, MOST_PERCENT * sandbox_time_scale());
}

#define SCALE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCALE_TEST(thousands_are_alive_soon_and_stay_so),
		SCALE_TEST(a_loop_that_stalls_loses_none),
		SCALE_TEST(changes_of_routes_are_followed_in_turns),
		SCALE_TEST(all_die_and_return),
		SCALE_TEST(at_rest_the_most_cost_little),
	};

	log_set_level(LOG_LEVEL_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
