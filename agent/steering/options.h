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

enum steering_options_limits {
	STEERING_MAX_WINDOW_S = 86400,
	STEERING_MIN_FLOWS = 1024,
	STEERING_MIN_WINDOW_S = 10,	 /* of young VIPs, if they have one */
	STEERING_NO_WINDOW = UINT32_MAX, /* in struct steering_vip_fields */
	STEERING_MAX_OUTER_SOURCES = 2,	 /* one of each family */
	/* The flow chooses the last 32 bits at most. */
	STEERING_OUTER_SOURCE_BITS = 32,
};

/* The end of the session with a server whose next hop still answers. */
enum steering_session_loss {
	STEERING_LOSS_DRAINS, /* flows stay for one affinity window */
	STEERING_LOSS_KILLS,  /* they move at once, by one store */
	STEERING_LOSS_COUNT,
};

/* Names as in --session-loss, indexed by these. */
extern const char *const steering_session_loss_names[STEERING_LOSS_COUNT];

/* The values of one --vip that has its own. */
struct steering_vip_fields {
	struct prefix prefix;
	uint32_t hash_fields; /* HG_HASH_FIELDS_COUNT: that of all VIPs */
	uint32_t window_s;    /* STEERING_NO_WINDOW: that of all VIPs */
};

struct steering_options {
	uint32_t table_size; /* buckets of a group, a power of two */
	uint32_t group_count;
	uint64_t seed;	      /* of the assignment */
	uint32_t hash_fields; /* enum hg_hash_fields, of all other VIPs */
	uint32_t window_s;    /* affinity window of all other VIPs; 0: none */
	uint32_t drain_max_s; /* flows stay on a server that drains */
	enum steering_session_loss session_loss;
	uint32_t flow_records; /* room for flows, if some VIP has a window */
	const struct steering_vip_fields *vip_fields;
	size_t vip_fields_count;
	uint16_t gue_port;
	/* The sources of outer headers; without one, our own address */
	struct prefix outer_sources[STEERING_MAX_OUTER_SOURCES];
	size_t outer_source_count;
};

extern const struct steering_options steering_options_default;

bool steering_options_equal(const struct steering_options *a,
			    const struct steering_options *b);

/* Return a VIP's fields: of the longest prefix that covers it, or of all. */
uint32_t steering_hash_fields_of(const struct steering_options *options,
				 const struct prefix *vip);
/* Return a VIP's affinity window, in seconds; 0: its flows move at once. */
uint32_t steering_window_of(const struct steering_options *options,
			    const struct prefix *vip);
/* True if some VIP has an affinity window. */
bool steering_has_windows(const struct steering_options *options);
/* True if some VIP has HG_HASH_PACKET: a random bucket for each packet. */
bool steering_hashes_packets(const struct steering_options *options);

#endif
