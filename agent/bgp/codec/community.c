// SPDX-License-Identifier: BSD-2-Clause
/* Communities: membership and text. See community.h. */

#include "bgp/codec/community.h"
#include "core/array.h"

#include <stdio.h>
#include <string.h>

enum {
	HALF_BITS = 16,
	HALF_MASK = 0xffff,
};

struct well_known {
	uint32_t community;
	const char *name;
};

static const struct well_known well_known[] = {
	{ BGP_COMMUNITY_GRACEFUL_SHUTDOWN, "graceful-shutdown" },
	{ BGP_COMMUNITY_LLGR_STALE, "llgr-stale" },
	{ BGP_COMMUNITY_BLACKHOLE, "blackhole" },
	{ BGP_COMMUNITY_NO_EXPORT, "no-export" },
	{ BGP_COMMUNITY_NO_ADVERTISE, "no-advertise" },
	{ BGP_COMMUNITY_NO_EXPORT_SUBCONFED, "no-export-subconfed" },
};

bool community_list_contains(struct reader list, uint32_t community)
{
	while (list.left)
		if (reader_u32(&list) == community && !list.failed)
			return true;
	return false;
}

const char *community_name(uint32_t community)
{
	for (size_t i = 0; i < COUNT_OF(well_known); i++)
		if (well_known[i].community == community)
			return well_known[i].name;
	return NULL;
}

const char *community_known_name(size_t index)
{
	return index < COUNT_OF(well_known) ? well_known[index].name : NULL;
}

bool community_read_name(const char *name, uint32_t *community)
{
	for (size_t i = 0; i < COUNT_OF(well_known); i++)
		if (!strcmp(well_known[i].name, name)) {
			*community = well_known[i].community;
			return true;
		}
	return false;
}

const char *community_format(uint32_t community, char *text)
{
	const char *name = community_name(community);

	if (name)
		snprintf(text, COMMUNITY_TEXT_SIZE, "%s", name);
	else
		snprintf(text, COMMUNITY_TEXT_SIZE, "%u:%u",
			 community >> HALF_BITS, community & HALF_MASK);
	return text;
}
