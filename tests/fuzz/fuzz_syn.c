// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: packets that the filter for SYNs passed. Any host can send them.
 * Parsing must not read beyond their end, and the table must keep its bound.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session/attempts.h"

enum numbers {
	NOW_MS = 1000000,
	SHORTEST = 40, /* IPv4 and TCP header */
	HINT_SIZE = 256,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bgp_attempts attempts;
	const struct bgp_neighbor_options options = { .ttl_security = 1 };
	const struct bgp_attempt *attempt;
	char hint[HINT_SIZE];
	struct bgp_syn syn;

	if (!bgp_syn_parse(data, size, &syn))
		return 0;
	assert(size >= SHORTEST);
	attempt = bgp_attempts_note(&attempts, &syn, true, NOW_MS);
	assert(attempt && attempt->count);
	bgp_attempt_hint(attempt, &options, NOW_MS, hint, sizeof(hint));
	return 0;
}
