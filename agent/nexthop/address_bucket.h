/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ADDRESS_BUCKET_H
#define NEXTHOP_ADDRESS_BUCKET_H

/* Buckets of tables by address: keyed, because peers choose the addresses. */

#include "core/address.h"
#include "core/keyed_hash.h"

static inline size_t address_bucket(const struct keyed_hash_secret *secret,
				    const struct address *address,
				    size_t buckets)
{
	return keyed_hash(secret, address->bytes, sizeof(address->bytes)) %
	       buckets;
}

#endif
