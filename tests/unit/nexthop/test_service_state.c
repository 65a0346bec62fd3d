// SPDX-License-Identifier: BSD-2-Clause
/* The verdict on a service, by table and beside a plain model. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/array.h"
#include "nexthop/service_state.h"

enum {
	RISE = 2,
	FALL = 3,
	MAX_RESULTS = 64,
	ROUNDS = 20000,
	STATUS = 503,
};

/* Take results, a letter each: p passes, f is refused, n is not sent. */
static struct service_state take_all(const char *results, bool assumed)
{
	struct service_state state = service_state_new(assumed, 0);

	for (uint64_t now = 1; *results; results++, now++) {
		enum service_verdict before = state.verdict;
		enum service_result result = *results == 'p' ? SERVICE_PASSED :
					     *results == 'f' ? SERVICE_REFUSED :
							       SERVICE_NOT_SENT;
		bool changed =
			service_state_take(&state, RISE, FALL, result, 0, now);

		assert_int_equal(changed, before != state.verdict);
		if (changed)
			assert_int_equal(state.since_ms, now);
	}
	return state;
}

static const struct {
	const char *results;
	bool assumed;
	enum service_verdict expected;
	const char *text;
} cases[] = {
	{ "", false, SERVICE_PENDING, "no check has ended yet" },
	{ "n", false, SERVICE_PENDING, "check not sent by this host" },
	{ "p", false, SERVICE_PASSING, "check passes" },
	{ "f", false, SERVICE_FAILING,
	  "check failed: connection refused 1 time" },
	{ "", true, SERVICE_PASSING, "not checked yet, assumed to pass" },
	{ "n", true, SERVICE_PASSING, "not checked yet, assumed to pass" },
	{ "f", true, SERVICE_FAILING,
	  "check failed: connection refused 1 time" },
	{ "p", true, SERVICE_PASSING, "check passes" },
	{ "pff", true, SERVICE_PASSING, "check passes" },
	{ "pff", false, SERVICE_PASSING, "check passes" },
	{ "pfff", false, SERVICE_FAILING,
	  "check failed: connection refused 3 times" },
	{ "pffpff", false, SERVICE_PASSING, "check passes" },
	{ "pfnfnf", false, SERVICE_FAILING,
	  "check failed: connection refused 3 times" },
	{ "fp", false, SERVICE_FAILING,
	  "check failed; since then it has passed 1 time" },
	{ "fpp", false, SERVICE_PASSING, "check passes" },
	{ "fpnp", false, SERVICE_PASSING, "check passes" },
	{ "fpfp", false, SERVICE_FAILING,
	  "check failed; since then it has passed 1 time" },
};

static void the_rows_of_results_decide(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct service_state state =
			take_all(cases[i].results, cases[i].assumed);
		char text[SERVICE_TEXT_SIZE];

		service_state_describe(&state, text);
		if (state.verdict != cases[i].expected ||
		    strcmp(text, cases[i].text))
			fail_msg("'%s': %s, %s", cases[i].results,
				 service_verdict_name(state.verdict), text);
	}
}

static void tells_the_status_of_http(void **unused)
{
	struct service_state state = service_state_new(false, 0);
	char text[SERVICE_TEXT_SIZE];

	(void)unused;
	service_state_take(&state, RISE, FALL, SERVICE_STATUS, STATUS, 1);
	assert_string_equal(service_state_describe(&state, text),
			    "check failed: HTTP status 503, 1 time");
	service_state_take(&state, RISE, FALL, SERVICE_REFUSED, STATUS, 2);
	assert_int_equal(state.status, 0);
}

/* ------------------------------------------------------------- the model */

/* Return the length of the last row of passes, or of failures. */
static size_t row_at(const char *results, size_t end, bool passes)
{
	size_t row = 0;

	while (end-- && (results[end] == 'p') == passes)
		row++;
	return row;
}

/* Judge by the whole history, without what was not sent. */
static enum service_verdict model(const char *history, bool assumed)
{
	enum service_verdict verdict = SERVICE_PENDING;

	for (size_t i = 0; history[i]; i++) {
		size_t passes = row_at(history, i + 1, true);
		size_t failures = row_at(history, i + 1, false);

		if (!i)
			verdict = passes ? SERVICE_PASSING : SERVICE_FAILING;
		else if (verdict == SERVICE_PASSING && failures >= FALL)
			verdict = SERVICE_FAILING;
		else if (verdict == SERVICE_FAILING && passes >= RISE)
			verdict = SERVICE_PASSING;
	}
	return !history[0] && assumed ? SERVICE_PASSING : verdict;
}

static void agrees_with_the_model(void **unused)
{
	(void)unused;
	srandom(1);
	for (int i = 0; i < ROUNDS; i++) {
		char results[MAX_RESULTS + 1] = "", sent[MAX_RESULTS + 1] = "";
		size_t length = (size_t)random() % MAX_RESULTS, used = 0;
		bool assumed = random() & 1;

		for (size_t j = 0; j < length; j++) {
			results[j] = "ppffn"[random() % 5];
			if (results[j] != 'n')
				sent[used++] = results[j];
		}
		if (take_all(results, assumed).verdict != model(sent, assumed))
			fail_msg("%s", results);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_of_results_decide),
		cmocka_unit_test(tells_the_status_of_http),
		cmocka_unit_test(agrees_with_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
