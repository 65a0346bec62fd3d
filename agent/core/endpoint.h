/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ENDPOINT_H
#define CORE_ENDPOINT_H

/* An address and a TCP port to listen on. */

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"

struct endpoint {
	struct address address;
	uint16_t port; /* 0: do not listen */
};

static inline bool endpoint_equal(const struct endpoint *a,
				  const struct endpoint *b)
{
	return address_equal(&a->address, &b->address) && a->port == b->port;
}

#endif
