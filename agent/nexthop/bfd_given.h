/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_GIVEN_H
#define NEXTHOP_BFD_GIVEN_H

/*
 * A BFD session on its way from one process to another: all that its neighbor
 * must not see change, and the timers. Pure. The socket goes beside it, and keys
 * stay where they are: the other process has its own configuration.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/sizes.h"
#include "core/wire.h"
#include "nexthop/bfd_auth.h"
#include "nexthop/bfd_session.h"
#include "nexthop/bfd_socket.h"

struct bfd_given {
	struct bfd_endpoints endpoints;
	uint8_t mac[MAC_SIZE];
	struct bfd_session session;
	struct bfd_auth auth; /* without the key's secret */
};

void bfd_given_encode(struct writer *w, const struct bfd_given *given);
/* False if it is no session. */
bool bfd_given_decode(struct reader *r, struct bfd_given *given);

#endif
