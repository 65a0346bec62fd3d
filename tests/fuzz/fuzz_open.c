// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: the body of an OPEN. What is accepted must come back the same
 * when it is encoded and decoded again.
 */

#include "bgp/open.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct bgp_open *open)
{
	uint8_t message[BGP_MAX_MESSAGE];
	struct writer w = writer_of(message, sizeof(message));
	struct bgp_notification error;
	struct bgp_open again;
	struct reader body;

	bgp_open_encode(&w, open);
	assert(!w.failed);
	body = reader_of(message + BGP_HEADER_SIZE, w.used - BGP_HEADER_SIZE);
	assert(bgp_open_decode(body, &again, &error));
	assert(again.as == open->as);
	assert(again.identifier == open->identifier);
	assert(again.hold_time == open->hold_time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_notification error;
	struct bgp_open open;

	if (bgp_open_decode(reader_of(data, size), &open, &error))
		check_round_trip(&open);
	else
		assert(error.code == BGP_ERROR_OPEN);
	return 0;
}
