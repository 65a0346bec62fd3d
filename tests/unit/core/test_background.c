// SPDX-License-Identifier: BSD-2-Clause
/* Work in a thread, beside an event loop that goes on. */

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <event2/event.h>
#include <glob.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "core/background.h"

static struct event_base *base;
static struct background *background;
static sem_t may_end;
static pthread_t worker;
static unsigned int worked, done;

static void work(void *context)
{
	(void)context;
	sem_wait(&may_end);
	worker = pthread_self();
	worked++;
}

static void end_loop(void *context)
{
	(void)context;
	done++;
	event_base_loopbreak(base);
}

static int begin(void **state)
{
	const struct background_hooks hooks = { .work = work,
						.done = end_loop };

	(void)state;
	worked = done = 0;
	sem_init(&may_end, 0, 0);
	base = event_base_new();
	background = background_new(base, &hooks);
	assert_non_null(background);
	return 0;
}

static int end(void **state)
{
	(void)state;
	background_free(background);
	event_base_free(base);
	sem_destroy(&may_end);
	return 0;
}

/* Return the signals that a thread blocks, a bit for each from the lowest. */
static uint64_t blocked_by(const char *status)
{
	static const char format[] = "SigBlk:\t%lx";
	unsigned long blocked = 0;
	FILE *file = fopen(status, "re");
	char line[128];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) &&
	       sscanf(line, format, &blocked) != 1)
		continue;
	fclose(file);
	return blocked;
}

/*
 * A thread begins with all signals blocked, and with system calls that the agent's
 * filter does not allow. Those would end the process.
 */
static void the_thread_has_begun_when_it_is_returned(void **state)
{
	const uint64_t of_refused_calls = 1ULL << (SIGSYS - 1);
	cpu_set_t one, all;
	glob_t threads;

	end(state);
	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET((unsigned int)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (int i = 0; i < 20; i++) {
		begin(state);
		assert_int_equal(
			glob("/proc/self/task/*/status", 0, NULL, &threads), 0);
		for (size_t t = 0; t < threads.gl_pathc; t++)
			assert_int_equal(blocked_by(threads.gl_pathv[t]) &
						 of_refused_calls,
					 0);
		globfree(&threads);
		end(state);
	}
	sched_setaffinity(0, sizeof(all), &all);
	begin(state);
}

static void let_it_end(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what, (void)context;
	assert_int_equal(done, 0);
	sem_post(&may_end);
}

static void the_loop_goes_on_while_it_waits(void **state)
{
	const struct timeval soon = { .tv_usec = 1000 };

	(void)state;
	assert_true(background_start(background));
	event_base_once(base, -1, EV_TIMEOUT, let_it_end, NULL, &soon);
	event_base_dispatch(base);
	assert_int_equal(worked, 1);
	assert_int_equal(done, 1);
	assert_false(pthread_equal(worker, pthread_self()));
}

static void it_does_one_thing_at_a_time(void **state)
{
	(void)state;
	assert_true(background_start(background));
	assert_true(background_is_busy(background));
	assert_false(background_start(background));
	sem_post(&may_end);
	event_base_dispatch(base);
	assert_false(background_is_busy(background));
	assert_true(background_start(background));
	sem_post(&may_end);
	event_base_dispatch(base);
	assert_int_equal(worked, 2);
}

static void the_end_waits_for_it(void **state)
{
	(void)state;
	assert_true(background_start(background));
	sem_post(&may_end);
	background_free(background);
	background = NULL;
	assert_true(worked <= 1); /* it may not have begun */
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_loop_goes_on_while_it_waits,
						begin, end),
		cmocka_unit_test_setup_teardown(it_does_one_thing_at_a_time,
						begin, end),
		cmocka_unit_test_setup_teardown(
			the_thread_has_begun_when_it_is_returned, begin, end),
		cmocka_unit_test_setup_teardown(the_end_waits_for_it, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
