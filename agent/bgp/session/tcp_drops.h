/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TCP_DROPS_H
#define BGP_TCP_DROPS_H

/*
 * Segments that the kernel drops without notice to either side: with a wrong
 * signature, or from too far away. Its counters are for the whole host, so a
 * hint about one neighbor names only the likely cause.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session/neighbor_options.h"

enum bgp_tcp_drop {
	BGP_TCP_MD5_MISSING,	/* we have a key, the segment no signature */
	BGP_TCP_MD5_UNEXPECTED, /* we have no key, the segment a signature */
	BGP_TCP_MD5_WRONG,
	BGP_TCP_AO_MISSING,
	BGP_TCP_AO_UNEXPECTED,
	BGP_TCP_AO_UNKNOWN_KEY,
	BGP_TCP_AO_WRONG,
	BGP_TCP_TTL_TOO_LOW,
	BGP_TCP_DROP_COUNT,
};

struct bgp_tcp_drops {
	uint64_t count[BGP_TCP_DROP_COUNT]; /* 0: the kernel lacks it */
};

/*
 * Parse the text of /proc/net/netstat: pairs of lines, names and numbers, that
 * both begin with "TcpExt:". False, and `out` untouched, if there is no such
 * pair or it does not match. Pure.
 */
bool bgp_tcp_drops_parse(const char *text, struct bgp_tcp_drops *out);
/* Read the kernel's current counters. Return 0 or -errno. */
int bgp_tcp_drops_read(struct bgp_tcp_drops *out);

/*
 * Format "likely cause: TCP-MD5 mismatch (17 segments dropped)" for the counter
 * that has grown most from `before` to `now`, of those that can concern this
 * neighbor. False if none has.
 */
bool bgp_tcp_drops_hint(const struct bgp_neighbor_options *neighbor,
			const struct bgp_tcp_drops *before,
			const struct bgp_tcp_drops *now, char *text,
			size_t size);

#endif
