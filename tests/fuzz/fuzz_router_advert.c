// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: router solicitations and advertisements. The check must not read
 * beyond their end, and must accept only what RFC 4861 6.1 accepts.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session/router_advert.h"

enum lengths {
	SHORTEST_SOLICITATION = 8,
	UNIT = 8,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct router_message message = {
		.data = data,
		.size = size,
		.hop_limit = ROUTER_ADVERT_HOP_LIMIT,
		.source = { .bytes = { 0xfe, 0x80 } },
	};
	int type = router_advert_check(&message);

	if (!type)
		return 0;
	assert(size >= SHORTEST_SOLICITATION && size % UNIT == 0);
	assert(type == data[0] && data[1] == 0);
	assert(type != ROUTER_ADVERTISEMENT || size >= ROUTER_ADVERT_SIZE);
	return 0;
}
