// SPDX-License-Identifier: BSD-2-Clause
/* Larger tables out of smaller ones. See grow.h. */

#include "datapath/grow.h"

#include <errno.h>
#include <stdlib.h>

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

/* A group's table of ours */
struct grown_group {
	uint32_t size;
	struct hg_bucket *words;
	uint16_t *previous;
};

/* Read the words for a group. Returns false if no bucket leads anywhere. */
static bool read_words(const struct datapath *dp, uint32_t index,
		       struct grown_group *group)
{
	bool used = false;

	for (uint32_t b = 0; b < group->size; b++) {
		if (datapath_inherited_bucket(dp, index, b, &group->words[b],
					      &group->previous[b]))
			return false;
		used |= group->words[b].current != HG_NEXTHOP_NONE;
	}
	return used;
}

static int write_words(struct datapath *dp, uint32_t index,
		       const struct grown_group *group)
{
	uint32_t first = index * group->size;
	int err = datapath_set_buckets(dp, first, group->words, group->size);

	/* Without flow records there are no previous slots. */
	if (!err && dp->previous.entries > 1)
		err = datapath_set_previous(dp, first, group->previous,
					    group->size);
	return err;
}

int grow_tables(struct datapath *dp)
{
	struct grown_group group = { .size = dp->buckets.entries *
					     HG_BUCKETS_PER_PAIR /
					     dp->group_count };
	int err = 0;

	group.words = calloc(group.size, sizeof(*group.words));
	group.previous = calloc(group.size, sizeof(*group.previous));
	if (!group.words || !group.previous)
		err = -ENOMEM;
	for (uint32_t index = 0; index < dp->group_count && !err; index++)
		if (read_words(dp, index, &group))
			err = write_words(dp, index, &group);
	free(group.words);
	free(group.previous);
	return err;
}
