/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_IMPORT_H
#define RIB_IMPORT_H

/*
 * Which paths may be used at all: the safe defaults for what a neighbor of a
 * role may tell us. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "bgp/attributes.h"
#include "core/address.h"
#include "core/config.h"
#include "rib/reason.h"

struct import_options {
	uint32_t local_as;
	uint32_t confederation;	   /* the AS others see (RFC 5065); 0: none */
	uint32_t local_identifier; /* host byte order, as the next one */
	uint32_t cluster_id;
	const struct vip_config *vips; /* --vip: nothing else is learned */
	size_t vip_count;
};

/* The AS that we are to those outside. */
static inline uint32_t import_public_as(const struct import_options *options)
{
	return options->confederation ? options->confederation :
					options->local_as;
}

/* The longest --vip that `prefix` lies in, or NULL. */
const struct vip_config *import_vip(const struct import_options *options,
				    const struct prefix *prefix);

/*
 * REASON_NONE if a neighbor of `role` may announce `prefix` with these
 * attributes, else why not: only backends and peers announce VIPs (RFC 8212 for
 * all others), only single addresses inside --vip can be steered, and what bears
 * our own mark was ours already: our AS in the path (RFC 4271 9.1.2), our
 * identifier as its originator or among its clusters (RFC 4456 8).
 */
enum path_reason import_check(const struct import_options *options,
			      enum neighbor_role role,
			      const struct prefix *prefix,
			      const struct bgp_attributes *attributes);

#endif
