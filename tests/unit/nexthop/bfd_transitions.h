/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BFD_TRANSITIONS_H
#define TESTS_BFD_TRANSITIONS_H

/* The legal transitions of a BFD session, and the numbers of its tests. */

#include <stdbool.h>

#include "nexthop/bfd_session.h"

enum test_numbers {
	OURS = 0x0a,
	THEIRS = 0x0b,
	MS = 1000,
	SECOND = 1000 * MS,
	INTERVAL = 300 * MS,
	MULTIPLIER = 3,
	START = 7 * SECOND,
};

enum table_event {
	HEARS_ADMIN_DOWN = BFD_STATE_ADMIN_DOWN,
	HEARS_DOWN = BFD_STATE_DOWN,
	HEARS_INIT = BFD_STATE_INIT,
	HEARS_UP = BFD_STATE_UP,
	HEARS_NOTHING,
	ENDS,
	TABLE_EVENT_COUNT,
};

struct outcome {
	enum bfd_state state;
	enum bfd_diagnostic diagnostic;
	bool failed;
};

#define ADMIN_DOWN                                                     \
	{                                                              \
		BFD_STATE_ADMIN_DOWN, BFD_DIAGNOSTIC_ADMIN_DOWN, false \
	}
#define DOWN                                               \
	{                                                  \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_NONE, false \
	}
#define DOWN_BY_WORD                                                \
	{                                                           \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_NEIGHBOR_DOWN, false \
	}
#define FAILED_BY_WORD                                             \
	{                                                          \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_NEIGHBOR_DOWN, true \
	}
#define DOWN_BY_TIME                                               \
	{                                                          \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_TIME_EXPIRED, false \
	}
#define FAILED_BY_TIME                                            \
	{                                                         \
		BFD_STATE_DOWN, BFD_DIAGNOSTIC_TIME_EXPIRED, true \
	}
#define INIT                                               \
	{                                                  \
		BFD_STATE_INIT, BFD_DIAGNOSTIC_NONE, false \
	}
#define UP                                               \
	{                                                \
		BFD_STATE_UP, BFD_DIAGNOSTIC_NONE, false \
	}

/* RFC 5880 6.2 and 6.8.6. */
static const struct outcome table[BFD_STATE_COUNT][TABLE_EVENT_COUNT] = {
	[BFD_STATE_ADMIN_DOWN] = { ADMIN_DOWN, ADMIN_DOWN, ADMIN_DOWN,
				   ADMIN_DOWN, ADMIN_DOWN, ADMIN_DOWN },
	[BFD_STATE_DOWN] = { DOWN, INIT, UP, DOWN, DOWN, ADMIN_DOWN },
	[BFD_STATE_INIT] = { DOWN_BY_WORD, INIT, UP, UP, DOWN_BY_TIME,
			     ADMIN_DOWN },
	[BFD_STATE_UP] = { DOWN_BY_WORD, FAILED_BY_WORD, UP, UP, FAILED_BY_TIME,
			   ADMIN_DOWN },
};

#endif
