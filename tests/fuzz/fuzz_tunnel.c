// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: values of the Tunnel Encapsulation attribute. A malformed one has
 * a text; a tunnel with an encapsulation is not in an attribute without a valid one.
 */

#include "bgp/codec/tunnel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of the exact size lets the sanitizer see a read behind it. */
	uint8_t *value = malloc(size ? size : 1);
	struct bgp_tunnel tunnel;
	const char *error;

	if (!value)
		return 0;
	memcpy(value, data, size);
	error = bgp_tunnel_check(reader_of(value, size));
	tunnel = bgp_tunnel_choose(reader_of(value, size));
	assert(!error || strlen(error));
	assert(tunnel.encapsulation < HG_ENCAPSULATION_COUNT);
	assert(tunnel.encapsulation || address_is_zero(&tunnel.endpoint));
	assert(!address_is_link_local(&tunnel.endpoint));
	free(value);
	return 0;
}
