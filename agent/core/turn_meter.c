// SPDX-License-Identifier: BSD-2-Clause
/* How long turns take. See turn_meter.h. */

#include "core/turn_meter.h"

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t turn_meter_note(struct turn_meter *meter, uint64_t passed_us,
			 uint64_t cpu_us, uint64_t (*read_waits)(void *context),
			 void *context)
{
	uint64_t off_us = passed_us > cpu_us ? passed_us - cpu_us : 0;
	uint64_t turn_us = cpu_us + off_us, waited_us;

	meter->turns++;
	meter->unread_us += off_us;
	if (meter->unread_us >= TURN_METER_READ_US) {
		waited_us = read_waits(context);
		turn_us =
			cpu_us + smaller(off_us, waited_us - meter->waited_us);
		meter->waited_us = waited_us;
		meter->unread_us = 0;
	}
	meter->long_turns += turn_us >= TURN_METER_LONG_US;
	if (turn_us > meter->longest_us)
		meter->longest_us = turn_us;
	if (cpu_us > meter->longest_cpu_us)
		meter->longest_cpu_us = cpu_us;
	return turn_us;
}

bool turn_meter_is_stall(struct turn_meter *meter, uint64_t turn_us,
			 uint64_t longest_piece_us)
{
	bool stalled = turn_us >= TURN_METER_STALL_US ||
		       longest_piece_us >= TURN_METER_STALL_US;

	meter->stalls += stalled;
	return stalled;
}
