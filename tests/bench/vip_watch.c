// SPDX-License-Identifier: BSD-2-Clause
/* Waiting for a VIP in the pinned map. See vip_watch.h. */

#include "vip_watch.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "headgate/abi.h"
#include "vip_hash.h"

enum {
	NS_PER_S = 1000000000,
	MAP_SIZE = HG_VIP4_LINES * sizeof(struct hg_vip4_line),
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
		watch->lines = memory;
	close(fd);
	return error;
}

void vip_watch_close(struct vip_watch *watch)
{
	munmap((void *)watch->lines, MAP_SIZE);
	watch->lines = NULL;
}

static bool has(const struct vip_watch *watch, uint32_t address)
{
	const struct hg_vip4_line *line = &watch->lines[vip4_line(address)];

	for (int i = 0; i < HG_VIP4_LINE_ENTRIES; i++) {
		const volatile struct hg_vip4_entry *entry = &line->entries[i];

		if (entry->vip.used && entry->address == address)
			return true;
	}
	return false;
}

uint64_t vip_watch_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t vip_watch_wait(const struct vip_watch *watch, uint32_t address,
			bool present)
{
	uint64_t end = vip_watch_now() + (uint64_t)PATIENCE_S * NS_PER_S, now;

	while ((now = vip_watch_now()) < end)
		if (has(watch, address) == present)
			return now;
	return 0;
}
