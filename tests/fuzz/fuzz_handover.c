// SPDX-License-Identifier: BSD-2-Clause
/* Records that a successor reads. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session/handover_state.h"
#include "handover_record.h"
#include "nexthop/bfd_given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read a body as each kind of record, whatever its type says. */
static void read_body(struct reader body)
{
	static struct bgp_handover_state state;
	struct handover_hello hello;
	struct handover_key key;
	struct handover_nexthop nexthop;
	struct handover_drain drain;
	struct handover_manager manager;
	struct bfd_given bfd;
	struct reader r = body;

	if (handover_hello_decode(&r, &hello) &&
	    strlen(hello.software) > HANDOVER_TEXT_MAX)
		abort();
	for (r = body; handover_key_decode(&r, &key);)
		if (key.prefix.length > ADDRESS_BITS_IPV6)
			abort();
	r = body;
	handover_nexthop_decode(&r, &nexthop);
	r = body;
	handover_drain_decode(&r, &drain);
	r = body;
	handover_manager_decode(&r, &manager);
	r = body;
	bfd_given_decode(&r, &bfd);
	r = body;
	if (bgp_handover_state_decode(&r, &state) && state.up &&
	    state.remote_open.left > body.left)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handover_record record;
	int32_t used;

	while ((used = handover_record_next(data, size, &record)) > 0) {
		read_body(record.body);
		data += used;
		size -= (size_t)used;
	}
	return 0;
}
