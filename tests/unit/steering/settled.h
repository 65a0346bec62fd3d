/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_STEERING_SETTLED_H
#define TESTS_STEERING_SETTLED_H

/* Steering without an event loop: each change is followed until it settles. */

#include "steering/steering.h"

static uint64_t settled_now_ms = 1000;

static inline void settled_steered(const struct prefix *vip, bool steered,
				   void *context)
{
	(void)vip, (void)steered, (void)context;
}

static inline void settled_work_waiting(void *context)
{
	(void)context;
}

static const struct steering_hooks settled_hooks = {
	.steered = settled_steered,
	.work_waiting = settled_work_waiting,
};

/* Call steering_settle() at the times it asks for. Returns the milliseconds. */
static inline uint64_t settle(struct steering *steering)
{
	uint64_t start = settled_now_ms;
	uint32_t wait_ms;

	while ((wait_ms = steering_settle(steering, settled_now_ms)) !=
	       STEERING_SETTLED)
		settled_now_ms += wait_ms;
	return settled_now_ms - start;
}

static inline int set_vip_settled(struct steering *steering,
				  const struct prefix *vip,
				  const struct member *members, size_t count)
{
	bool steered;
	int error = steering_set_vip(steering, vip, members, count, &steered);

	settle(steering);
	return error;
}

#endif
