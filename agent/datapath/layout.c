// SPDX-License-Identifier: BSD-2-Clause
/* Whether tables of a previous run fit. See layout.h. */

#include "datapath/layout.h"

#include <stddef.h>
#include <stdio.h>

/* The numbers, by misfit, and how a message names them. */
static const struct {
	const char *name;
	size_t offset; /* of a number in struct layout */
} numbers[] = {
	[LAYOUT_NUMBER] = { "the layout", offsetof(struct layout, number) },
	[LAYOUT_TABLE_SIZE] = { "--table-size",
				offsetof(struct layout, table_size) },
	[LAYOUT_GROUPS] = { "--groups", offsetof(struct layout, group_count) },
	[LAYOUT_FLOWS] = { "the room for flow records (--affinity-flows)",
			   offsetof(struct layout, flow_room) },
	[LAYOUT_CPUS] = { "the number of CPUs", offsetof(struct layout, cpus) },
	[LAYOUT_GROWS] = { "--table-size",
			   offsetof(struct layout, table_size) },
};

static uint32_t layout_number(const struct layout *layout,
			      enum layout_misfit misfit)
{
	const uint8_t *bytes = (const uint8_t *)layout;

	return *(const uint32_t *)(bytes + numbers[misfit].offset);
}

enum layout_misfit layout_compare(const struct layout *was,
				  const struct layout *is)
{
	if (was->number != is->number)
		return LAYOUT_NUMBER;
	if (was->table_size > is->table_size)
		return LAYOUT_TABLE_SIZE;
	if (was->group_count != is->group_count)
		return LAYOUT_GROUPS;
	if (was->flow_room != is->flow_room)
		return LAYOUT_FLOWS;
	if (was->hash_key != is->hash_key)
		return LAYOUT_SEED;
	if (was->cpus != is->cpus)
		return LAYOUT_CPUS;
	return was->table_size == is->table_size ? LAYOUT_FITS : LAYOUT_GROWS;
}

void layout_explain(enum layout_misfit misfit, const struct layout *was,
		    const struct layout *is, char *text, size_t size)
{
	if (misfit == LAYOUT_FITS)
		snprintf(text, size, "they fit");
	else if (misfit == LAYOUT_SEED) /* a secret: not written */
		snprintf(text, size, "the hash seed is another one");
	else
		snprintf(text, size, "%s is %u and was %u",
			 numbers[misfit].name, layout_number(is, misfit),
			 layout_number(was, misfit));
}
