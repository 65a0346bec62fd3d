// SPDX-License-Identifier: BSD-2-Clause
/* The limit of log messages: what is written, held and told later. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/log_limit.h"

static struct log_limit limit;
static const char *const up = "%s: session up", *const down =
							"%s: session down";

static int start_limit(void **state)
{
	static const struct keyed_hash_secret secret = { { 1, 2 } };

	(void)state;
	log_limit_init(&limit, &secret);
	return 0;
}

static bool admit(const char *kind, const char *object, uint64_t now_ms)
{
	char text[64];
	const struct log_limit_message message = {
		.kind = kind,
		.subsystem = "bgp",
		.level = 2,
		.text = text,
	};

	snprintf(text, sizeof(text), kind, object);
	return log_limit_admit(&limit, &message, now_ms);
}

static bool admit_number(const char *kind, unsigned int number, uint64_t now_ms)
{
	char object[32];

	snprintf(object, sizeof(object), "fd00::%x", number);
	return admit(kind, object, now_ms);
}

static void assert_summary(uint64_t now_ms, const char *expected)
{
	struct log_limit_summary summary = { 0 };

	assert_true(log_limit_next_summary(&limit, now_ms, &summary));
	assert_string_equal(summary.text, expected);
	assert_string_equal(summary.subsystem, "bgp");
	assert_int_equal(summary.level, 2);
}

static void assert_no_summary(uint64_t now_ms)
{
	struct log_limit_summary summary;

	assert_false(log_limit_next_summary(&limit, now_ms, &summary));
}

static void flood(const char *object, unsigned int count, uint64_t now_ms)
{
	for (unsigned int i = 0; i < count; i++)
		admit(down, object, now_ms);
}

static void a_flood_is_ten_lines_and_one_for_the_rest(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < LOG_LIMIT_BURST; i++)
		assert_true(admit(down, "10.1.0.11", 1000 + i));
	for (unsigned int i = 0; i < 313; i++)
		assert_false(admit(down, "10.1.0.11", 2000 + i));
	assert_no_summary(1000 + LOG_LIMIT_WINDOW_MS - 1);
	assert_summary(1000 + LOG_LIMIT_WINDOW_MS,
		       "10.1.0.11: session down (and 312 more in 10 s)");
	assert_no_summary(1000 + LOG_LIMIT_WINDOW_MS);
}

static void a_flood_that_goes_on_is_one_line_in_ten_seconds(void **state)
{
	(void)state;
	flood("10.1.0.11", 100, 0);
	for (uint64_t now = LOG_LIMIT_WINDOW_MS; now < 10 * LOG_LIMIT_WINDOW_MS;
	     now += LOG_LIMIT_WINDOW_MS) {
		struct log_limit_summary summary;

		assert_true(log_limit_next_summary(&limit, now, &summary));
		for (unsigned int i = 0; i < 100; i++)
			assert_false(admit(down, "10.1.0.11", now + i));
	}
}

static void after_a_quiet_window_the_burst_is_back(void **state)
{
	const uint64_t end = LOG_LIMIT_WINDOW_MS;

	(void)state;
	flood("10.1.0.11", LOG_LIMIT_BURST + 1, 0);
	assert_summary(end, "10.1.0.11: session down");
	assert_no_summary(2 * end);
	assert_int_equal(log_limit_due_ms(&limit), LOG_LIMIT_NEVER);
	for (unsigned int i = 0; i < LOG_LIMIT_BURST; i++)
		assert_true(admit(down, "10.1.0.11", 2 * end));
	assert_false(admit(down, "10.1.0.11", 2 * end));
}

static void a_flood_takes_nothing_from_another_object_or_kind(void **state)
{
	(void)state;
	flood("10.1.0.11", 1000000, 0);
	for (unsigned int i = 0; i < LOG_LIMIT_BURST; i++) {
		assert_true(admit(up, "10.1.0.11", 1));
		assert_true(admit(down, "10.1.0.12", 1));
	}
}

static void all_next_hops_may_die_at_once(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4095; i++)
		assert_true(admit_number(down, i, i));
}

static void objects_without_end_have_the_limit_of_their_kind(void **state)
{
	struct log_limit_summary summary;
	unsigned int written = 0;

	(void)state;
	for (unsigned int i = 0; i < 100000; i++)
		written += admit_number(down, i, 0);
	assert_int_equal(written, LOG_LIMIT_KIND_BURST);
	assert_true(admit(up, "10.1.0.12", 0));
	assert_true(
		log_limit_next_summary(&limit, LOG_LIMIT_WINDOW_MS, &summary));
	assert_string_equal(
		summary.text,
		"fd00::1869f: session down (and 94999 more like it in 10 s)");
	assert_no_summary(LOG_LIMIT_WINDOW_MS);
	written = 0;
	for (unsigned int i = 0; i < 100000; i++)
		written += admit_number(down, i, LOG_LIMIT_WINDOW_MS);
	assert_int_equal(written, LOG_LIMIT_KIND_STEADY);
}

/* Return how many of as many lines are written, of objects from `first` on. */
static unsigned int admit_many(unsigned int first, unsigned int count,
			       uint64_t now_ms)
{
	unsigned int written = 0;

	for (unsigned int i = 0; i < count; i++)
		written += admit_number(down, first + i, now_ms);
	return written;
}

static void a_flood_with_pauses_gets_no_new_burst(void **state)
{
	struct log_limit_summary summary;
	uint64_t now_ms = 0;

	(void)state;
	assert_int_equal(admit_many(0, LOG_LIMIT_KIND_BURST, 0),
			 LOG_LIMIT_KIND_BURST);
	for (unsigned int i = 1; i <= 3; i++) {
		now_ms += 3 * LOG_LIMIT_WINDOW_MS;
		/* The timer comes at the end of each window. */
		for (unsigned int ago = 3; ago-- > 0;)
			while (log_limit_next_summary(
				&limit, now_ms - ago * LOG_LIMIT_WINDOW_MS,
				&summary))
				;
		assert_int_equal(admit_many(i * LOG_LIMIT_KIND_BURST,
					    LOG_LIMIT_KIND_BURST, now_ms),
				 3 * LOG_LIMIT_KIND_STEADY);
	}
}

static void a_kind_that_rests_has_its_burst_again(void **state)
{
	struct log_limit_summary summary;
	uint64_t now_ms = 0;
	unsigned int windows = LOG_LIMIT_KIND_BURST / LOG_LIMIT_KIND_STEADY;

	(void)state;
	admit_many(0, LOG_LIMIT_KIND_BURST, 0);
	for (unsigned int i = 0; i < windows; i++) {
		now_ms += LOG_LIMIT_WINDOW_MS;
		assert_false(log_limit_next_summary(&limit, now_ms, &summary));
	}
	assert_int_equal(log_limit_due_ms(&limit), LOG_LIMIT_NEVER);
	assert_int_equal(admit_many(0, LOG_LIMIT_KIND_BURST, now_ms),
			 LOG_LIMIT_KIND_BURST);
}

static void debug_lines_differ_by_their_whole_text(void **state)
{
	struct log_limit_message message = { .kind = up, .is_step = true };
	unsigned int written = 0;
	char text[64];

	(void)state;
	message.text = text;
	for (unsigned int i = 0; i < 4900; i++) {
		snprintf(text, sizeof(text), "10.1.0.11: step %u", i % 4);
		written += log_limit_admit(&limit, &message, 0);
	}
	assert_int_equal(written, 4 * LOG_LIMIT_STEP_BURST);
}

static void a_long_text_is_cut_in_its_summary(void **state)
{
	char text[3 * LOG_LIMIT_TEXT_SIZE];
	struct log_limit_message message = { .kind = up,
					     .subsystem = "bgp",
					     .text = text };
	struct log_limit_summary summary;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned int i = 0; i < LOG_LIMIT_BURST + 2; i++)
		log_limit_admit(&limit, &message, 0);
	assert_true(log_limit_last_summary(&limit, 5000, &summary));
	assert_int_equal(strcspn(summary.text, " "), LOG_LIMIT_TEXT_SIZE - 1);
	assert_string_equal(strchr(summary.text, ' '), " (and 1 more in 5 s)");
	assert_false(log_limit_last_summary(&limit, 5000, &summary));
}

/* Count what a summary stands for. */
static uint64_t count_summary(const struct log_limit_summary *summary)
{
	const char *more = strstr(summary->text, "(and ");

	return 1 + (more ? strtoull(more + strlen("(and "), NULL, 10) : 0);
}

/*
 * Whatever comes: each message is written or counted in a summary, windows stay
 * within their number, and no object and kind writes more than its burst and a
 * summary in a window.
 */
static void every_message_is_written_or_counted(void **state)
{
	static unsigned int written[64][2];
	uint64_t sent = 0, told = 0, now = 0;
	struct log_limit_summary summary;

	(void)state;
	chance_begin();
	for (unsigned int i = 0; i < 300000; i++) {
		unsigned int object =
			chance_below(chance_one_in(4) ? 9000 : 64);
		bool second = chance_one_in(2);

		now += chance_one_in(1000) ? chance_below(20000) :
					     chance_below(2);
		while (log_limit_next_summary(&limit, now, &summary))
			told += count_summary(&summary);
		sent++;
		if (admit_number(second ? up : down, object, now)) {
			told++;
			if (object < 64)
				written[object][second]++;
		}
		assert_true(limit.open_count <= LOG_LIMIT_WINDOWS);
	}
	while (log_limit_last_summary(&limit, now, &summary))
		told += count_summary(&summary);
	assert_int_equal(told, sent);
	for (unsigned int i = 0; i < 64; i++)
		for (unsigned int k = 0; k < 2; k++)
			assert_true(written[i][k] <=
				    (now / LOG_LIMIT_WINDOW_MS + 1) *
					    LOG_LIMIT_BURST);
}

#define with_limit(test) cmocka_unit_test_setup(test, start_limit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_limit(a_flood_is_ten_lines_and_one_for_the_rest),
		with_limit(a_flood_that_goes_on_is_one_line_in_ten_seconds),
		with_limit(after_a_quiet_window_the_burst_is_back),
		with_limit(a_flood_takes_nothing_from_another_object_or_kind),
		with_limit(all_next_hops_may_die_at_once),
		with_limit(objects_without_end_have_the_limit_of_their_kind),
		with_limit(a_flood_with_pauses_gets_no_new_burst),
		with_limit(a_kind_that_rests_has_its_burst_again),
		with_limit(debug_lines_differ_by_their_whole_text),
		with_limit(a_long_text_is_cut_in_its_summary),
		with_limit(every_message_is_written_or_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
