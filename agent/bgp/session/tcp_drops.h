/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TCP_DROPS_H
#define BGP_TCP_DROPS_H

/*
 * Segments that the kernel drops without a word to either side: with a wrong
 * signature, or from too far away. It counts them for the host as a whole, so
 * what can be said about one neighbor is a likely cause.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session/neighbor_options.h"

enum bgp_tcp_drop {
	BGP_TCP_MD5_MISSING, /* we have a key, the segment had no signature */
	BGP_TCP_MD5_UNEXPECTED, /* the other way round */
	BGP_TCP_MD5_WRONG,
	BGP_TCP_AO_MISSING,
	BGP_TCP_AO_UNEXPECTED,
	BGP_TCP_AO_UNKNOWN_KEY,
	BGP_TCP_AO_WRONG,
	BGP_TCP_TTL_TOO_LOW,
	BGP_TCP_DROP_COUNT,
};

struct bgp_tcp_drops {
	uint64_t count[BGP_TCP_DROP_COUNT]; /* 0 if the kernel has it not */
};

/*
 * Out of the text of /proc/net/netstat: lines in pairs, names and numbers, both
 * behind "TcpExt:". False if there is no such pair or it does not match; `out`
 * is then untouched. Pure.
 */
bool bgp_tcp_drops_parse(const char *text, struct bgp_tcp_drops *out);
/* The kernel's present numbers. 0 or -errno. */
int bgp_tcp_drops_read(struct bgp_tcp_drops *out);

/*
 * "likely cause: TCP-MD5 mismatch (17 segments dropped)": what has grown from
 * `before` to `now` that can concern this neighbor. False if nothing has.
 */
bool bgp_tcp_drops_hint(const struct bgp_neighbor_options *config,
			const struct bgp_tcp_drops *before,
			const struct bgp_tcp_drops *now, char *text,
			size_t size);

#endif
