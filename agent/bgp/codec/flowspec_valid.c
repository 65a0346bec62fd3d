// SPDX-License-Identifier: BSD-2-Clause
/* Validation of Flow Specifications. See flowspec_valid.h. */

#include "bgp/codec/flowspec_valid.h"

#include <stddef.h>

const char *flowspec_refusal(const struct flowspec_facts *facts)
{
	if (!facts->has_destination)
		return "no destination prefix (RFC 9117 4.1 a)";
	if (!facts->inside_vips)
		return "destination is not inside --vip";
	if (!facts->inside_its_vips)
		return "destination is not inside vips= of the neighbor";
	if (facts->trusted || facts->local_path)
		return NULL; /* RFC 8955 6; RFC 9117 4.1 b.2 */
	if (!facts->has_route)
		return "no unicast route covers the destination "
		       "(RFC 9117 4.1 b)";
	if (!facts->same_originator)
		return "the unicast route of the destination has another "
		       "originator (RFC 9117 4.1 b.1)";
	if (facts->external && !facts->same_first_as)
		return "first AS is not that of the unicast route "
		       "(RFC 9117 4.2)";
	if (facts->other_more_specific)
		return "a more specific unicast route may be from another AS "
		       "(RFC 9117 4.1 c)";
	return NULL;
}
