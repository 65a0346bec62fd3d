/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ENDPOINT_H
#define CORE_ENDPOINT_H

/* An address and a TCP port to listen on, or the path of a Unix socket. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/address.h"
#include "core/sizes.h"

struct endpoint {
	struct address address;
	uint16_t port;		   /* 0: do not listen */
	char path[FILE_PATH_SIZE]; /* instead of these; "": none */
};

static inline bool endpoint_equal(const struct endpoint *a,
				  const struct endpoint *b)
{
	return address_equal(&a->address, &b->address) && a->port == b->port &&
	       !strcmp(a->path, b->path);
}

#endif
