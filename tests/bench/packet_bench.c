// SPDX-License-Identifier: BSD-2-Clause
/*
 *	packet_bench [--rounds N] [--seed N] [--burst-ms N] [--scenes A,B]
 *
 * Sends bursts of live frames through an empty XDP program, through Headgate's
 * and through the kernel's own forwarding, in turns, and prints one line of JSON
 * for each burst; packet.py makes a table of them. The first line is about the
 * program.
 *
 * A round has two parts. The first measures the rate. In the second the kernel
 * keeps statistics of programs, which measure the nanoseconds of a run and slow
 * everything down. The bench fails if a burst does not have the outcome that its
 * scene expects.
 *
 * Exit code 5: the kernel cannot send live frames.
 */

#include "arena.h"
#include "burst.h"
#include "datapath/datapath.h"
#include "program.h"
#include "scene.h"

#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum bench_numbers {
	MAX_SCENES = 64,
	FIRST_FRAMES = 10000, /* of a first burst, which shows the rate */
	PERCENT = 100,
	PERCENT_SEEN = 50,
	PERCENT_EXPECTED = 99,
	MS_PER_SECOND = 1000,
	EXIT_KERNEL_REFUSED = 5,
};

struct options {
	uint32_t rounds;
	uint32_t seed;
	uint32_t burst_ms;
	const char *scenes; /* names, comma separated; NULL: all */
};

struct bench {
	struct options options;
	struct arena arena;
	uint32_t frames[MAX_SCENES]; /* of a burst; 0: not known yet */
	uint32_t fresh_bursts;
};

struct ways {
	uint64_t all;
	uint64_t expected;
};

/* The counts of one burst */
struct sample {
	struct burst burst;
	struct runs runs;
};

static uint64_t read_outcome(const struct bench *bench, enum hg_outcome outcome)
{
	struct hg_counter sum = { 0 };

	datapath_read_outcome_counter(bench->arena.datapath, outcome, &sum);
	return sum.packets;
}

static uint64_t read_event(const struct bench *bench, enum hg_event event)
{
	struct hg_counter sum = { 0 };

	datapath_read_event_counter(bench->arena.datapath, event, &sum);
	return sum.packets;
}

/*
 * Count the frames that Headgate has seen so far, and those that went as the
 * scene expects: with its outcome and, if it names one, its event.
 */
static struct ways read_ways(const struct bench *bench,
			     const struct scene *scene)
{
	struct ways ways = { 0 };

	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++)
		ways.all += read_outcome(bench, i);
	ways.expected = read_outcome(bench, scene->outcome);
	for (enum hg_event i = 0; i < HG_EVENT_COUNT; i++)
		if (scene->events & 1U << i)
			ways.expected = read_event(bench, i);
	return ways;
}

static int send_burst(struct bench *bench, const struct scene *scene,
		      uint32_t frames, struct burst *burst)
{
	uint32_t seed = bench->options.seed +
			(scene->fresh ? ++bench->fresh_bursts : 0);
	struct traffic traffic;
	struct burst_target target = {
		.ifindex = bench->arena.generator_ends[scene->contender],
		.traffic = &traffic,
		.size = frames_build(&scene->frames, seed, &traffic),
	};

	return burst_send(bench->arena.generator, &target, frames, burst);
}

static int report_bad_burst(const struct scene *scene, const char *way,
			    uint64_t some, uint64_t all)
{
	fprintf(stderr,
		"packet_bench: %s: %llu of %llu frames were %s: too few to measure\n",
		scene->name, (unsigned long long)some, (unsigned long long)all,
		way);
	return -EIO;
}

/*
 * Check the burst: if its frames did not have the expected outcome, it measures
 * nothing. A few frames may be the kernel's own, and some are lost in a full
 * queue between two programs.
 */
static int check_burst(const struct bench *bench, const struct scene *scene,
		       const struct burst *burst, struct ways before)
{
	struct ways now = read_ways(bench, scene);
	uint64_t all = now.all - before.all;
	uint64_t expected = now.expected - before.expected;

	if (scene->contender != ARENA_HEADGATE)
		all = expected = burst->received;
	if (all * PERCENT < burst->sent * PERCENT_SEEN)
		return report_bad_burst(scene, "seen", all, burst->sent);
	if (expected * PERCENT < all * PERCENT_EXPECTED)
		return report_bad_burst(scene, hg_outcome_name(scene->outcome),
					expected, all);
	return 0;
}

static int take_sample(struct bench *bench, const struct scene *scene,
		       uint32_t frames, struct sample *sample)
{
	int program = bench->arena.programs[scene->contender];
	struct ways before = read_ways(bench, scene);
	struct runs runs = { 0 };
	int err;

	err = burst_read_runs(program, &runs);
	if (!err)
		err = send_burst(bench, scene, frames, &sample->burst);
	if (!err)
		err = burst_read_runs(program, &sample->runs);
	if (err)
		return err;
	sample->runs.count -= runs.count;
	sample->runs.ns -= runs.ns;
	return check_burst(bench, scene, &sample->burst, before);
}

/* Let the flows of the scene become known. */
static int warm_up(struct bench *bench, const struct scene *scene)
{
	uint32_t frames = scene->warm_up * scene->frames.flows;
	struct burst burst;

	return frames ? send_burst(bench, scene, frames, &burst) : 0;
}

/* Find the number of frames that fill a burst, by a small burst first. */
static int learn_frames(struct bench *bench, unsigned int index)
{
	double seconds = (double)bench->options.burst_ms / MS_PER_SECOND;
	struct sample sample;
	int err;

	if (bench->frames[index])
		return 0;
	err = warm_up(bench, &scenes[index]);
	if (!err)
		err = take_sample(bench, &scenes[index], FIRST_FRAMES, &sample);
	if (err)
		return err;
	bench->frames[index] =
		(uint32_t)(FIRST_FRAMES * seconds / sample.burst.seconds);
	return 0;
}

static void print_sample(uint32_t round, const struct scene *scene,
			 const struct sample *sample)
{
	printf("{\"round\":%u,\"scene\":\"%s\",\"contender\":\"%s\",\"sent\":%llu,\"received\":%llu,\"seconds\":%.6f,\"runs\":%llu,\"run_ns\":%llu}\n",
	       round, scene->name, arena_contender_names[scene->contender],
	       (unsigned long long)sample->burst.sent,
	       (unsigned long long)sample->burst.received,
	       sample->burst.seconds, (unsigned long long)sample->runs.count,
	       (unsigned long long)sample->runs.ns);
	fflush(stdout);
}

static int run_scene(struct bench *bench, uint32_t round, unsigned int index)
{
	const struct scene *scene = &scenes[index];
	struct sample sample;
	int err;

	arena_add(&bench->arena, scene->extra);
	err = learn_frames(bench, index);
	if (!err)
		err = take_sample(bench, scene, bench->frames[index], &sample);
	if (!err)
		print_sample(round, scene, &sample);
	arena_remove(&bench->arena, scene->extra);
	return err;
}

static bool is_asked_for(const struct bench *bench, const char *scene)
{
	const char *at = bench->options.scenes;
	size_t size = strlen(scene);

	for (; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
		if (!strncmp(at, scene, size) && (!at[size] || at[size] == ','))
			return true;
	return !bench->options.scenes;
}

/* Run all scenes, in every other round in reverse order. */
static int run_scenes(struct bench *bench, uint32_t round)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < scene_count; i++) {
		unsigned int index = round % 2 ? scene_count - 1 - i : i;

		if (is_asked_for(bench, scenes[index].name))
			err = run_scene(bench, round, index);
	}
	return err;
}

static int run_round(struct bench *bench, uint32_t round)
{
	int err, statistics;

	err = run_scenes(bench, round);
	if (err)
		return err;
	statistics = burst_start_statistics();
	if (statistics < 0)
		return statistics;
	err = run_scenes(bench, round);
	close(statistics);
	return err;
}

static void print_program(void)
{
	struct program_size size = { 0 };

	if (program_measure(&size))
		return;
	printf("{\"program\":{\"instructions\":%u,\"verified_instructions\":%u,\"xlated_bytes\":%u,\"jited_bytes\":%u,\"stack_bytes\":%u}}\n",
	       size.instructions, size.verified, size.xlated_bytes,
	       size.jited_bytes, size.stack_bytes);
	fflush(stdout);
}

/*
 * Pin this thread to its CPU, and give it precedence: other threads that run
 * between two batches would leave cold caches. It runs for one burst at most
 * before others get their turn, which the kernel guarantees.
 */
static void take_cpu(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, SCHED_FIFO, &first))
		perror("packet_bench: CPU not reserved");
}

static int run_bench(const struct options *options)
{
	struct bench bench = { .options = *options };
	int err = 0;

	arena_build(&bench.arena);
	print_program();
	take_cpu();
	for (uint32_t i = 0; !err && i < options->rounds; i++)
		err = run_round(&bench, i);
	arena_close(&bench.arena);
	if (!err)
		return 0;
	if (err == -EOPNOTSUPP) {
		fprintf(stderr,
			"packet_bench: kernel cannot send live frames by BPF_PROG_TEST_RUN: use Linux 5.18 or later\n");
		return EXIT_KERNEL_REFUSED;
	}
	fprintf(stderr, "packet_bench: %s\n", strerror(-err));
	return 1;
}

int main(int argc, char **argv)
{
	static const struct option flags[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ "burst-ms", required_argument, NULL, 'b' },
		{ "scenes", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct options options = { .rounds = 1, .seed = 1, .burst_ms = 100 };
	int flag;

	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		if (flag == 'r')
			options.rounds = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 's')
			options.seed = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'b')
			options.burst_ms = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'o')
			options.scenes = optarg;
		else
			return 2;
	}
	return run_bench(&options);
}
