/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SYN_H
#define BGP_SYN_H

/*
 * The first segment of a connection, as a packet socket receives it: its source,
 * and how it is signed. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum bgp_syn_sizes {
	/* The longest IPv4 and TCP headers; more is not read. */
	BGP_SYN_MAX_SIZE = 60 + 60,
};

struct bgp_syn {
	struct address from; /* a link-local one without its scope */
	uint8_t hop_limit;
	bool md5;	/* RFC 2385 */
	bool ao;	/* RFC 5925 */
	uint8_t ao_key; /* its KeyID */
};

/*
 * Parse a packet that begins with its IP header. False, and `syn` untouched, if it
 * is no whole TCP header with SYN, or its options end early.
 */
bool bgp_syn_parse(const uint8_t *data, size_t size, struct bgp_syn *syn);

#endif
