// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: the IP and UDP headers around BFD, and the signature of what they
 * hold. The parsers must not read beyond their ends, and no input has the digest
 * of a key that is not in it.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "nexthop/bfd_auth.h"
#include "nexthop/bfd_datagram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[] = "not in the corpus";
	static const struct bfd_key key = { BFD_AUTH_KEYED_SHA1,
					    1,
					    { sizeof(secret) - 1, secret } };
	struct bfd_datagram datagram;
	struct bfd_frame plain;
	struct bfd_auth auth;

	for (int checked = 0; checked < 2; checked++) {
		if (!bfd_datagram_parse(data, size, checked, &datagram))
			continue;
		assert(datagram.size <= sizeof(datagram.payload));
		assert(datagram.size < size);
		bfd_auth_init(&auth, &key, 0);
		assert(bfd_auth_open(&auth, datagram.payload, datagram.size, 1,
				     1, &plain) != BFD_AUTH_OK);
	}
	return 0;
}
