// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rates of filters: the packets that pass in a time, on one CPU and on several
 * at once. CPUs draw from a share of all, so several do not pass more than one.
 */

#include "datapath/datapath.h"
#include "datapath/filters.h"
#include "filter/book.h"
#include "frame.h"
#include "sandbox.h"
#include "trial.h"
#include "world.h"

#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

enum {
	RATE = 20000, /* packets in a second */
	RUN_MS = 1000,
	MAX_CPUS = 8,
	FRAME_PAYLOAD = 58, /* a frame of 100 bytes over IPv4 and UDP */
	FRAME_BYTES = 100,
	PERCENT = 100,
	ERROR_PERCENT = 3,
	NS_PER_MS = 1000000,
	NS_PER_S = 1000000000,
};

static struct world *world;
static struct filter_book *book;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int set_filters(void *datapath, const struct datapath_filters *wanted,
		       uint16_t *slots)
{
	return datapath_set_filters(datapath, wanted, slots);
}

/* Put one rule in force; returns its slot. */
static uint32_t use_rule(const char *words)
{
	struct flowspec_rule rule;
	const struct filter_options options = { .rules = &rule,
						.rule_count = 1 };
	char error[FLOWSPEC_ERROR_SIZE];
	struct filter_row row;

	assert_true(flowspec_parse(words, &rule, error));
	assert_int_equal(filter_book_configure(book, &options, error), 0);
	filter_book_row(book, 0, &row);
	return row.slot;
}

/*
 * Run the program on one frame for a time, in this process. Returns how long it
 * was away for more than half a burst at once, in which it made no use of the rate.
 */
static uint64_t flood(uint64_t until_ns)
{
	const uint64_t most = HG_FILTER_BURST_MS / 2 * NS_PER_MS;
	uint64_t now = now_ns(), before = now, away = 0;
	const struct shape shape = {
		.destination = world_address(VIP_LEFT, false),
		.protocol = IPPROTO_UDP,
		.payload = FRAME_PAYLOAD,
	};
	struct frame frame, out;
	uint32_t action;

	frame_build(&shape, world->ports[PORT_LEFT].mac, &frame);
	for (; now < until_ns; before = now, now = now_ns()) {
		away += now - before > most ? now - before : 0;
		out.size = sizeof(out.bytes);
		if (trial_run(world->dp, frame.bytes, frame.size,
			      world->ports[PORT_LEFT].ifindex, out.bytes,
			      &out.size, &action))
			sandbox_die("BPF_PROG_TEST_RUN");
	}
	return away;
}

static void flood_on_cpu(int cpu, uint64_t until_ns)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		sandbox_die("sched_setaffinity");
	flood(until_ns);
}

/* Flood on that many CPUs; returns how long, in nanoseconds. */
static uint64_t flood_on(int cpus)
{
	uint64_t start = now_ns();
	uint64_t until = start + (uint64_t)RUN_MS * NS_PER_MS;

	for (int cpu = 0; cpu < cpus; cpu++) {
		if (!fork()) {
			flood_on_cpu(cpu, until);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	return now_ns() - start;
}

/*
 * The most that may pass in that time: the rate, its burst, and a quantum for
 * each CPU.
 */
static double most_of(uint64_t time_ns, int cpus, double rate)
{
	double seconds = (double)time_ns / NS_PER_S;

	return rate * (seconds + HG_FILTER_BURST_MS / 1e3 +
		       cpus * HG_FILTER_QUANTUM_US / 1e6) +
	       cpus;
}

static void hold_rate(const char *words, double per_packet, double rate)
{
	int available = get_nprocs() < MAX_CPUS ? get_nprocs() : MAX_CPUS;

	for (int cpus = 1; cpus <= available; cpus++) {
		uint32_t slot = use_rule("vip 192.0.2.9 drop");
		struct hg_filter_use use;
		uint64_t time_ns;
		double passed, most;

		slot = use_rule(words);
		time_ns = flood_on(cpus);
		datapath_read_filter(world->dp, slot, &use);
		passed = (double)(use.matched.packets - use.dropped.packets) *
			 per_packet;
		most = most_of(time_ns, cpus, rate);
		print_message(
			"%d CPUs: %.0f of %.0f in %.3f s passed, %+.2f %% "
			"of the rate without burst\n",
			cpus, passed, (double)use.matched.packets * per_packet,
			(double)time_ns / NS_PER_S,
			(passed / (rate * ((double)time_ns / NS_PER_S +
					   HG_FILTER_BURST_MS / 1e3)) -
			 1) * PERCENT);
		assert_true(passed <= most + per_packet * cpus);
	}
}

static void holds_a_rate_of_packets(void **state)
{
	(void)state;
	hold_rate("vip 192.0.2.1 rate 20000pps", 1, RATE);
}

static void holds_a_rate_of_bytes(void **state)
{
	(void)state;
	hold_rate("vip 192.0.2.1 rate 16Mbps", FRAME_BYTES,
		  (double)RATE * FRAME_BYTES);
}

/* A flood that lasts gets the whole rate, if the machine can make it. */
static void passes_the_whole_rate(void **state)
{
	uint32_t slot = use_rule("vip 192.0.2.1 rate 1000pps");
	struct hg_filter_use use;
	uint64_t start = now_ns();
	uint64_t away = flood(start + (uint64_t)RUN_MS * NS_PER_MS);
	double wanted = 1000.0 * (double)(now_ns() - start - away) / NS_PER_S;

	(void)state;
	datapath_read_filter(world->dp, slot, &use);
	assert_true((double)(use.matched.packets - use.dropped.packets) >
		    wanted * (PERCENT - ERROR_PERCENT) / PERCENT);
}

/* The lowest rates pass their first packet, and then none for long. */
static void passes_the_first_packet_of_a_low_rate(void **state)
{
	uint32_t slot = use_rule("vip 192.0.2.1 rate 1pps");
	struct hg_filter_use use;

	(void)state;
	flood(now_ns() + 50 * NS_PER_MS);
	datapath_read_filter(world->dp, slot, &use);
	assert_int_equal(use.matched.packets - use.dropped.packets, 1);
}

static int start(void **state)
{
	struct filter_sink sink = { .set = set_filters };

	(void)state;
	sandbox_enter();
	world = world_new(0);
	sink.context = world->dp;
	book = filter_book_new(&sink);
	return book ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	filter_book_free(book);
	world_free(world);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_a_rate_of_packets),
		cmocka_unit_test(holds_a_rate_of_bytes),
		cmocka_unit_test(passes_the_whole_rate),
		cmocka_unit_test(passes_the_first_packet_of_a_low_rate),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
