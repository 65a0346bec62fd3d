/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_NEIGHBOR_KEYS_H
#define CONFIG_CONFIG_NEIGHBOR_KEYS_H

/*
 * The table of the keys of --neighbor. Parsing, --help and the canonical form
 * are loops over it; a new key is one new entry.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"

struct config_parser;

/* Keys that rules in config_neighbor.c speak of. */
enum neighbor_key_id {
	NEIGHBOR_KEY_AS,
	NEIGHBOR_KEY_ROLE,
	NEIGHBOR_KEY_NAME,
	NEIGHBOR_KEY_PASSIVE,
	NEIGHBOR_KEY_PORT,
	NEIGHBOR_KEY_HOLD_TIME,
	NEIGHBOR_KEY_LIMIT,
	NEIGHBOR_KEY_SOURCE,
	NEIGHBOR_KEY_MULTIHOP,
	NEIGHBOR_KEY_TTL_SECURITY,
	NEIGHBOR_KEY_PASSWORD_FILE,
	NEIGHBOR_KEY_TCP_AO_KEY_FILE,
	NEIGHBOR_KEY_TCP_AO_ID,
	NEIGHBOR_KEY_FAMILY,
	NEIGHBOR_KEY_ADD_PATH,
	NEIGHBOR_KEY_EXTENDED_NEXTHOP,
	NEIGHBOR_KEY_GRACEFUL_RESTART,
	NEIGHBOR_KEY_RELATION,
	NEIGHBOR_KEY_DELAY_OPEN,
	NEIGHBOR_KEY_MIN_HOLD_TIME,
	NEIGHBOR_KEY_SEND_HOLD_TIME,
	NEIGHBOR_KEY_ROUTE_REFLECTOR_CLIENT,
	NEIGHBOR_KEY_NEXTHOP,
	NEIGHBOR_KEY_MAX_PREFIX,
	NEIGHBOR_KEY_MAX_PREFIX_ACTION,
	NEIGHBOR_KEY_MAX_PREFIX_RESTART,
	NEIGHBOR_KEY_MULTIPATH,
	NEIGHBOR_KEY_AIGP,
	NEIGHBOR_KEY_BFD,
	NEIGHBOR_KEY_COUNT,
};

struct neighbor_key {
	const char *name;
	const char *metavar; /* NULL: takes no value */
	const char *implied; /* the value if none is given; NULL: it must be */
	const char *help;
	/* Stores the value, or reports by config_reject(). */
	bool (*parse)(struct config_parser *parser,
		      const struct neighbor_key *key, const char *value,
		      struct bgp_neighbor_options *neighbor);
	/* Writes ",KEY=VALUE" so that it parses, or nothing for a default. */
	void (*print)(const struct neighbor_key *key,
		      const struct bgp_neighbor_options *neighbor, FILE *out);

	/* For these functions: where and what. */
	size_t offset; /* of the member in struct bgp_neighbor_options */
	size_t size;
	const char *allowed;
	uint64_t minimum;
	uint64_t maximum;
	const char *const *names; /* indexed by value; NULL: no choice */
	size_t name_count;
	unsigned int normal; /* the default */
};

extern const struct neighbor_key neighbor_keys[NEIGHBOR_KEY_COUNT];

/* The key of that name, or NEIGHBOR_KEY_COUNT. */
size_t neighbor_key_find(const char *name);

#endif
