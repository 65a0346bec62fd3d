/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_VIP_WATCH_H
#define BENCH_VIP_WATCH_H

/*
 * The agent's pinned map `vip4`, read from outside. A VIP is in it once all
 * other tables that its packets need are written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hg_vip4_entry;

struct vip_watch {
	const struct hg_vip4_entry *places;
};

/*
 * Open the map pinned at `pin`. Returns 0 or -errno. The caller closes it with
 * vip_watch_close().
 */
int vip_watch_open(struct vip_watch *watch, const char *pin);
void vip_watch_close(struct vip_watch *watch);

/*
 * Wait, without sleeping, until the address (in network byte order) is a VIP,
 * or no longer is. Returns the time then, or 0 after a timeout.
 */
uint64_t vip_watch_wait(const struct vip_watch *watch, uint32_t address,
			bool present);
/* Return the time of the same clock in nanoseconds. */
uint64_t vip_watch_now(void);

#endif
