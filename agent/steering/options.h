/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_OPTIONS_H
#define STEERING_OPTIONS_H

/*
 * The options of steering: plain values. The list belongs to the owner of the
 * structure and must outlive its users. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "headgate/abi.h"

/* Names as in --hash-fields, indexed by enum hg_hash_fields. */
extern const char *const steering_hash_fields_names[HG_HASH_FIELDS_COUNT];

/* The hash fields of one --vip that has its own. */
struct steering_vip_fields {
	struct prefix prefix;
	uint32_t hash_fields; /* enum hg_hash_fields */
};

struct steering_options {
	uint32_t table_size; /* buckets of a group, a power of two */
	uint32_t group_count;
	uint64_t seed;	      /* of the assignment */
	uint32_t hash_fields; /* enum hg_hash_fields, of all other VIPs */
	const struct steering_vip_fields *vip_fields;
	size_t vip_fields_count;
};

extern const struct steering_options steering_options_default;

bool steering_options_equal(const struct steering_options *a,
			    const struct steering_options *b);

/* Return a VIP's fields: of the longest prefix that covers it, or of all. */
uint32_t steering_hash_fields_of(const struct steering_options *options,
				 const struct prefix *vip);
/* True if some VIP has HG_HASH_PACKET: a random bucket for each packet. */
bool steering_hashes_packets(const struct steering_options *options);

#endif
