/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BENCH_VIP_WATCH_H
#define BENCH_VIP_WATCH_H

/*
 * The agent's pinned map `vip4`, looked at from outside: a VIP stands in it
 * once all other tables that its packets need are written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hg_vip4_entry;

struct vip_watch {
	const struct hg_vip4_entry *places;
};

/* Returns 0 or -errno. The caller closes with vip_watch_close(). */
int vip_watch_open(struct vip_watch *watch, const char *pin);
void vip_watch_close(struct vip_watch *watch);

/*
 * Waits, without sleeping, until the address (in network byte order) is a VIP,
 * or is none any more. Returns the time then, or 0 if it takes too long.
 */
uint64_t vip_watch_wait(const struct vip_watch *watch, uint32_t address,
			bool present);
/* Nanoseconds of the same clock. */
uint64_t vip_watch_now(void);

#endif
