/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_UPDATE_STREAM_H
#define BENCH_UPDATE_STREAM_H

/*
 * The UPDATEs that one peer sends in a benchmark. They are encoded before the
 * clock starts and shaped like those of the Internet: 5-10 prefixes share a set
 * of attributes, a path has 2-6 ASes and 0-8 communities, and some routes have
 * a MED, an AGGREGATOR or large communities.
 *
 * Prefixes are host routes spread over 10.0.0.0/8. The seed determines
 * everything, and peers that differ only in AS and next hop send attributes
 * that are equal in every step of the decision process.
 */

#include <stddef.h>
#include <stdint.h>

struct update_shape {
	uint32_t seed;
	uint32_t cycle; /* each cycle has attributes of its own */
	uint32_t as;
	uint32_t nexthop;  /* host byte order */
	uint32_t prefixes; /* at most 2^24 */
};

struct update_stream {
	uint8_t *data;
	size_t size;
};

/*
 * Encode a stream. Return 0 or -ENOMEM. The caller frees it with
 * update_stream_free().
 */
int update_stream_announce(const struct update_shape *shape,
			   struct update_stream *out);
int update_stream_withdraw(const struct update_shape *shape,
			   struct update_stream *out);
void update_stream_free(struct update_stream *stream);

#endif
