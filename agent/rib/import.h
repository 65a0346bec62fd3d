/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_IMPORT_H
#define RIB_IMPORT_H

/*
 * Which paths may be used at all: what no rule of the policy can allow, and the
 * safe defaults for what no rule decides. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "core/address.h"
#include "rib/options.h"
#include "rib/policy/policy.h"
#include "rib/reason.h"

/* What import_check() asks of the host; either may be NULL: unknown. */
struct import_hooks {
	bool (*is_own_address)(const struct prefix *prefix, void *context);
	bool (*is_nexthop_subnet)(const struct prefix *prefix, void *context);
	void *context;
};

/* The AS that we are to those outside. */
static inline uint32_t import_public_as(const struct import_options *options)
{
	return options->confederation ? options->confederation :
					options->local_as;
}

/* The longest --vip that `prefix` lies in, or NULL. */
const struct vip_options *import_vip(const struct import_options *options,
				     const struct prefix *prefix);

/* True if the attributes bear our own mark: RFC 4271 9.1.2, RFC 4456 8. */
bool import_is_loop(const struct import_options *options,
		    const struct bgp_attributes *attributes);

/*
 * What no rule lifts, for one prefix: it is inside --vip, and nobody may claim
 * the default route, an address of ours, the network in which a backend's next
 * hops are or a prefix that we announce as an aggregate. IMPORT_ACCEPTED
 * otherwise.
 */
enum import_reason import_check(const struct import_options *options,
				const struct import_hooks *hooks,
				enum neighbor_role role,
				const struct prefix *prefix);

/* What rules have decided, and the default: RFC 8212 for all but backends and peers. */
enum import_reason import_by_policy(enum neighbor_role role,
				    enum policy_verdict verdict);

#endif
