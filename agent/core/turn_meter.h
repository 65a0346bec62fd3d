/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_TURN_METER_H
#define CORE_TURN_METER_H

/*
 * How long the turns of the event loop take: for so long, no other socket and no
 * timer gets an answer. Pure: loop.c reads the clocks.
 *
 * A turn takes its CPU time and the time for which it waited for a CPU. The
 * kernel counts waits for the thread as a whole, and reading its count costs
 * more than a short turn. So it is read once the turns since the last reading
 * have spent a millisecond asleep or waiting: a turn may be taken for up to that
 * much longer than it was, never for shorter.
 */

#include <stdbool.h>
#include <stdint.h>

enum turn_meter_limits {
	TURN_METER_LONG_US = 20000,   /* a turn that is counted as long */
	TURN_METER_STALL_US = 100000, /* and one that is logged */
	TURN_METER_READ_US = 1000,
};

struct turn_meter {
	uint64_t turns;
	uint64_t long_turns;
	uint64_t stalls;
	uint64_t longest_us; /* with waits for a CPU */
	uint64_t longest_cpu_us;
	uint64_t unread_us; /* not on a CPU since waits were read */
	uint64_t waited_us; /* for a CPU, when waits were read */
};

/*
 * Note a turn: the time that passed, from the wait for events to the end of their
 * callbacks, and the CPU time. `read_waits` returns the microseconds for which
 * the thread has ever waited for a CPU. Returns the time that the turn took.
 */
uint64_t turn_meter_note(struct turn_meter *meter, uint64_t passed_us,
			 uint64_t cpu_us, uint64_t (*read_waits)(void *context),
			 void *context);
/*
 * True if the last turn was a stall, and count it. One of its pieces may have
 * taken longer than the turn, as time in which the kernel blocks counts for a
 * piece and not for a turn, which sleeps.
 */
bool turn_meter_is_stall(struct turn_meter *meter, uint64_t turn_us,
			 uint64_t longest_piece_us);

#endif
