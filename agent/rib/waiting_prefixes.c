// SPDX-License-Identifier: BSD-2-Clause
/* Prefixes that wait for room. See waiting_prefixes.h. */

#include "rib/waiting_prefixes.h"

#include "bgp/codec/nlri.h"

/* Return the place of a named prefix, or waiting->named. */
static uint32_t find_name(const struct waiting_prefixes *waiting,
			  const struct prefix *prefix)
{
	uint32_t i = 0;

	while (i < waiting->named && !prefix_equal(&waiting->names[i], prefix))
		i++;
	return i;
}

static void remove_name(struct waiting_prefixes *waiting, uint32_t at)
{
	waiting->named--;
	for (uint32_t i = at; i < waiting->named; i++)
		waiting->names[i] = waiting->names[i + 1];
}

void waiting_prefixes_add(struct waiting_prefixes *waiting,
			  const struct prefix *prefix)
{
	if (find_name(waiting, prefix) < waiting->named)
		return;
	waiting->count[bgp_nlri_family(prefix)]++;
	if (waiting->named < WAITING_PREFIXES_NAMED)
		waiting->names[waiting->named++] = *prefix;
}

void waiting_prefixes_remove(struct waiting_prefixes *waiting,
			     const struct prefix *prefix)
{
	uint32_t at = find_name(waiting, prefix);

	if (at == waiting->named)
		return;
	remove_name(waiting, at);
	waiting->count[bgp_nlri_family(prefix)]--;
}

void waiting_prefixes_clear(struct waiting_prefixes *waiting, uint32_t families)
{
	for (int family = 0; family < BGP_FAMILY_COUNT; family++)
		if (families & bgp_family_bit(family))
			waiting->count[family] = 0;
	for (uint32_t i = waiting->named; i--;)
		if (families &
		    bgp_family_bit(bgp_nlri_family(&waiting->names[i])))
			remove_name(waiting, i);
}
