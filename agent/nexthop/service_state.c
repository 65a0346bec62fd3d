// SPDX-License-Identifier: BSD-2-Clause
/* The verdict on a service. See service_state.h. */

#include "nexthop/service_state.h"

#include <stdio.h>

static const char *const verdict_names[SERVICE_VERDICT_COUNT] = {
	[SERVICE_PENDING] = "pending",
	[SERVICE_PASSING] = "passing",
	[SERVICE_FAILING] = "failing",
};

static const struct {
	const char *name;
	const char *words;
} results[SERVICE_RESULT_COUNT] = {
	[SERVICE_PASSED] = { "passed", "passed" },
	[SERVICE_NO_ANSWER] = { "no_answer", "no answer" },
	[SERVICE_REFUSED] = { "refused", "connection refused" },
	[SERVICE_RESET] = { "reset", "connection reset" },
	[SERVICE_STATUS] = { "http_status", "HTTP status" },
	[SERVICE_NOT_HTTP] = { "not_http", "an answer that is not HTTP" },
	[SERVICE_NOT_SENT] = { "not_sent", "not sent" },
};

const char *service_verdict_name(enum service_verdict verdict)
{
	return verdict_names[verdict];
}

const char *service_result_name(enum service_result result)
{
	return results[result].name;
}

struct service_state service_state_new(bool assumed, uint64_t now_ms)
{
	return (struct service_state){
		.verdict = assumed ? SERVICE_PASSING : SERVICE_PENDING,
		.assumed = assumed,
		.since_ms = now_ms,
	};
}

/* Count a result in the rows of passes and failures, none of them endless. */
static void count_result(struct service_state *state, bool passed)
{
	if (passed)
		state->failures = 0;
	else
		state->passes = 0;
	if (passed && state->passes < UINT32_MAX)
		state->passes++;
	else if (!passed && state->failures < UINT32_MAX)
		state->failures++;
}

/* Return the verdict that follows from the rows. */
static enum service_verdict judge(const struct service_state *state,
				  unsigned int rise, unsigned int fall)
{
	if (state->verdict == SERVICE_PENDING || state->assumed)
		return state->failures ? SERVICE_FAILING : SERVICE_PASSING;
	if (state->verdict == SERVICE_PASSING && state->failures >= fall)
		return SERVICE_FAILING;
	if (state->verdict == SERVICE_FAILING && state->passes >= rise)
		return SERVICE_PASSING;
	return state->verdict;
}

bool service_state_take(struct service_state *state, unsigned int rise,
			unsigned int fall, enum service_result result,
			uint16_t status, uint64_t now_ms)
{
	enum service_verdict verdict;

	state->last = result;
	state->checked = true;
	state->status = result == SERVICE_STATUS ? status : 0;
	if (result == SERVICE_NOT_SENT)
		return false;
	count_result(state, result == SERVICE_PASSED);
	verdict = judge(state, rise, fall);
	state->assumed = false;
	if (verdict == state->verdict)
		return false;
	state->verdict = verdict;
	state->since_ms = now_ms;
	return true;
}

/* A service that came back by itself failed no check of late. */
static void describe_failing(const struct service_state *state,
			     char text[SERVICE_TEXT_SIZE])
{
	if (state->last == SERVICE_PASSED)
		snprintf(text, SERVICE_TEXT_SIZE,
			 "check failed; since then it has passed %u time%s",
			 state->passes, state->passes == 1 ? "" : "s");
	else if (state->last == SERVICE_STATUS)
		snprintf(text, SERVICE_TEXT_SIZE,
			 "check failed: HTTP status %u, %u time%s",
			 state->status, state->failures,
			 state->failures == 1 ? "" : "s");
	else
		snprintf(text, SERVICE_TEXT_SIZE, "check failed: %s %u time%s",
			 results[state->last].words, state->failures,
			 state->failures == 1 ? "" : "s");
}

const char *service_state_describe(const struct service_state *state,
				   char text[SERVICE_TEXT_SIZE])
{
	switch (state->verdict) {
	case SERVICE_FAILING:
		describe_failing(state, text);
		break;
	case SERVICE_PASSING:
		snprintf(text, SERVICE_TEXT_SIZE, "%s",
			 state->assumed ? "not checked yet, assumed to pass" :
					  "check passes");
		break;
	default:
		snprintf(text, SERVICE_TEXT_SIZE, "%s",
			 state->checked ? "check not sent by this host" :
					  "no check has ended yet");
		break;
	}
	return text;
}
