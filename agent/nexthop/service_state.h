/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_STATE_H
#define NEXTHOP_SERVICE_STATE_H

/*
 * Does a service pass its checks? The state machine of one VIP at one next hop.
 * Pure: the results and the time are arguments.
 *
 * A new service is pending, and its first check decides. Then `fall` failures in
 * a row are needed to fail, and `rise` passes in a row to pass again. While an
 * agent comes up, it assumes that the services pass that another one may have
 * used before; here, too, the first check decides.
 */

#include <stdbool.h>
#include <stdint.h>

enum service_verdict {
	SERVICE_PENDING, /* no check has ended */
	SERVICE_PASSING,
	SERVICE_FAILING,
	SERVICE_VERDICT_COUNT,
};

enum service_result {
	SERVICE_PASSED,
	SERVICE_NO_ANSWER,
	SERVICE_REFUSED,  /* the connection */
	SERVICE_RESET,	  /* it, before an answer to the request */
	SERVICE_STATUS,	  /* of HTTP, neither 2xx nor 3xx */
	SERVICE_NOT_HTTP, /* the answer is something else */
	SERVICE_NOT_SENT, /* by this host: says nothing about the service */
	SERVICE_RESULT_COUNT,
};

struct service_state {
	enum service_verdict verdict;
	enum service_result last;
	bool assumed;	   /* no check has ended, but it counts as passing */
	bool checked;	   /* `last` is of a check */
	uint16_t status;   /* of HTTP, with SERVICE_STATUS */
	uint32_t failures; /* in a row, up to the last check */
	uint32_t passes;   /* likewise */
	uint64_t since_ms; /* of the verdict */
};

struct service_state service_state_new(bool assumed, uint64_t now_ms);
/*
 * Take the result of a check, with the status of HTTP. True if the verdict
 * changed.
 */
bool service_state_take(struct service_state *state, unsigned int rise,
			unsigned int fall, enum service_result result,
			uint16_t status, uint64_t now_ms);
/* True if new flows may go there. */
static inline bool service_state_is_usable(const struct service_state *state)
{
	return state->verdict == SERVICE_PASSING;
}

/* "pending", "passing" or "failing". */
const char *service_verdict_name(enum service_verdict verdict);
/* "no_answer", ... */
const char *service_result_name(enum service_result result);

enum service_text_sizes {
	SERVICE_TEXT_SIZE = 96,
};

/* Write "check failed: connection refused 3 times", ...; returns `text`. */
const char *service_state_describe(const struct service_state *state,
				   char text[SERVICE_TEXT_SIZE]);

#endif
