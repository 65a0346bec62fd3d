/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_CODEC_IPV4_SESSION_H
#define TESTS_CODEC_IPV4_SESSION_H

/* A session of AS 65001 for IPv4 alone, and memory to decode its UPDATEs. */

#include "bgp/codec/update.h"

/* ORIGIN, AS_PATH 65001, NEXT_HOP 10.0.0.1: 20 bytes. */
#define ATTRIBUTES                                                            \
	0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 10, 0, \
		0, 1
#define ATTRIBUTES_SIZE 20

static const struct bgp_negotiated negotiated = {
	.peer_as = 65001,
	.as4 = true,
	.ebgp = true,
	.families = BGP_IPV4_UNICAST_BIT,
	.max_message = BGP_MAX_MESSAGE
};
static const struct bgp_decode_context context = { .negotiated = &negotiated };

static struct bgp_scratch scratch;
static struct bgp_update update;

#endif
