/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_IMPORT_H
#define RIB_IMPORT_H

/*
 * Which paths are accepted: checks that no rule of the policy can lift, and the
 * safe defaults where no rule decides. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "core/address.h"
#include "rib/options.h"
#include "rib/policy/policy.h"
#include "rib/reason.h"

/* Questions of import_check() about the host. NULL: the check is passed. */
struct import_hooks {
	bool (*is_own_address)(const struct prefix *prefix, void *context);
	bool (*is_nexthop_subnet)(const struct prefix *prefix, void *context);
	void *context;
};

/* Return our AS as neighbors outside of the confederation see it. */
static inline uint32_t import_public_as(const struct import_options *options)
{
	return options->confederation ? options->confederation :
					options->local_as;
}

/* Return the longest --vip that contains `prefix`, or NULL. */
const struct vip_options *import_vip(const struct import_options *options,
				     const struct prefix *prefix);

/* True if the path came through this host: RFC 4271 9.1.2, RFC 4456 8. */
bool import_is_loop(const struct import_options *options,
		    const struct bgp_attributes *attributes);

/* The first sign of this host that import_is_loop() finds. */
enum import_loop {
	IMPORT_LOOP_NONE,
	IMPORT_LOOP_AS,	       /* in the AS_PATH */
	IMPORT_LOOP_MEMBER_AS, /* in confederation segments of it */
	IMPORT_LOOP_ORIGINATOR,
	IMPORT_LOOP_CLUSTER,
};

enum import_loop import_find_loop(const struct import_options *options,
				  const struct bgp_attributes *attributes);

/*
 * Return why a prefix is refused whatever the rules say: it is outside --vip, the
 * default route, an address of ours, one of our aggregates or, from a backend, a
 * subnet of ours, in which next hops are. Else IMPORT_ACCEPTED.
 */
enum import_reason import_check(const struct import_options *options,
				const struct import_hooks *hooks,
				enum neighbor_role role,
				const struct prefix *prefix);

/* Return why a neighbor with these VIPs must not announce the prefix. */
enum import_reason import_check_neighbor(const struct neighbor_vips *vips,
					 uint8_t max_length,
					 const struct prefix *prefix);

/* Apply the rules' decision or the default: RFC 8212 for all but backends and peers. */
enum import_reason import_by_policy(enum neighbor_role role,
				    enum policy_verdict verdict);

#endif
