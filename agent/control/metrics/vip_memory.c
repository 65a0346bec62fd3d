// SPDX-License-Identifier: BSD-2-Clause
/* VIPs that were announced. See vip_memory.h. */

#include "control/metrics/vip_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

void vip_memory_free(struct vip_memory *memory)
{
	struct prefix_node *node, *next;

	for (node = prefix_map_next(&memory->vips, NULL); node; node = next) {
		next = prefix_map_next(&memory->vips, node);
		free(node);
	}
	prefix_map_free(&memory->vips);
	*memory = (struct vip_memory){ 0 };
}

uint64_t vip_memory_bit(struct vip_memory *memory, const char *name)
{
	unsigned int i = 0;

	while (i < memory->name_count && strcmp(memory->names[i], name))
		i++;
	if (i == VIP_MEMORY_NEIGHBORS)
		return 0;
	if (i == memory->name_count) {
		snprintf(memory->names[i], sizeof(memory->names[i]), "%s",
			 name);
		memory->name_count++;
	}
	return UINT64_C(1) << i;
}

static struct remembered_vip *remember_vip(struct vip_memory *memory,
					   const struct prefix *prefix)
{
	struct remembered_vip *vip;

	if (memory->vips.count >= VIP_MEMORY_MAX)
		return NULL;
	vip = calloc(1, sizeof(*vip));
	if (!vip)
		return NULL;
	vip->node.prefix = *prefix;
	if (!prefix_map_insert(&memory->vips, &vip->node))
		return vip;
	free(vip);
	return NULL;
}

uint64_t vip_memory_note(struct vip_memory *memory, const struct prefix *prefix,
			 uint64_t neighbors, uint64_t now_ms)
{
	struct remembered_vip *vip =
		(void *)prefix_map_find(&memory->vips, prefix);

	if (!vip && neighbors)
		vip = remember_vip(memory, prefix);
	if (!vip)
		return 0;
	if (neighbors) {
		vip->neighbors |= neighbors;
		vip->seen_ms = now_ms;
	} else if (now_ms - vip->seen_ms >
		   (uint64_t)VIP_MEMORY_KEPT_S * CLOCK_MS_PER_S) {
		prefix_map_remove(&memory->vips, &vip->node);
		free(vip);
		return 0;
	}
	return vip->neighbors;
}
