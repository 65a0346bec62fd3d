// SPDX-License-Identifier: BSD-2-Clause
/* Wait for a VIP in the pinned map. See vip_watch.h. */

#include "vip_watch.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"
#include "headgate/abi.h"

enum {
	MAP_SIZE = HG_VIP_PLACES * sizeof(struct hg_vip4_entry),
	PATIENCE_S = 5,
};

int vip_watch_open(struct vip_watch *watch, const char *pin)
{
	int fd = bpf_obj_get(pin);
	int error = 0;
	void *memory;

	if (fd < 0)
		return -errno;
	memory = mmap(NULL, MAP_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		error = -errno;
	else
		watch->places = memory;
	close(fd);
	return error;
}

void vip_watch_close(struct vip_watch *watch)
{
	munmap((void *)watch->places, MAP_SIZE);
	watch->places = NULL;
}

static bool is_at(const struct vip_watch *watch, uint32_t index,
		  uint32_t address)
{
	const volatile struct hg_vip4_entry *entry = &watch->places[index];

	return entry->vip.used && entry->address == address;
}

/*
 * Look through the table, the last known place first: only the agent and the
 * program know the secret of the places. A look takes some 30 us, unless the
 * VIP is where it was.
 */
static bool has_vip(const struct vip_watch *watch, uint32_t address,
		    uint32_t *known)
{
	if (is_at(watch, *known, address))
		return true;
	for (uint32_t index = 0; index < HG_VIP_PLACES; index++)
		if (is_at(watch, index, address)) {
			*known = index;
			return true;
		}
	return false;
}

uint64_t vip_watch_now(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

uint64_t vip_watch_wait(const struct vip_watch *watch, uint32_t address,
			bool present)
{
	uint64_t end = vip_watch_now() + (uint64_t)PATIENCE_S * CLOCK_NS_PER_S,
		 now;
	uint32_t known = 0;

	while ((now = vip_watch_now()) < end)
		if (has_vip(watch, address, &known) == present)
			return now;
	return 0;
}
