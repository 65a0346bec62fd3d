// SPDX-License-Identifier: BSD-2-Clause
/* Levels of the log: what is written, and what a line that is not costs. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

/* Read end of the pipe that stands in for stderr; the real one. */
static int lines, saved;

static int catch_stderr(void **state)
{
	int ends[2];

	(void)state;
	if (pipe2(ends, O_NONBLOCK | O_CLOEXEC))
		return -1;
	lines = ends[0];
	saved = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	return 0;
}

static int release_stderr(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(lines);
	return 0;
}

/* Compare with what has been written since the last call. */
static void assert_written(const char *expected)
{
	char text[256] = "";

	if (read(lines, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	assert_string_equal(text, expected);
}

static void writes_levels_up_to_the_one_set(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_WARNING);
	log_error("test", "%d", 1);
	assert_written("error test: 1\n");
	log_warning("test", "%d", 2);
	assert_written("warning test: 2\n");
	log_info("test", "%d", 3);
	assert_written("");
	assert_true(log_is_enabled(LOG_LEVEL_WARNING));
	assert_false(log_is_enabled(LOG_LEVEL_INFO));
}

static void evaluates_no_argument_of_a_debug_line_not_written(void **state)
{
	unsigned int evaluated = 0;

	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	log_debug("test", "%u", ++evaluated);
	assert_int_equal(evaluated, 0);
	assert_written("");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("test", "%u", ++evaluated);
	assert_int_equal(evaluated, 1);
	assert_written("debug test: 1\n");
}

#define with_stderr(test) \
	cmocka_unit_test_setup_teardown(test, catch_stderr, release_stderr)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_stderr(writes_levels_up_to_the_one_set),
		with_stderr(evaluates_no_argument_of_a_debug_line_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
