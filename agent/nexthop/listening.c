// SPDX-License-Identifier: BSD-2-Clause
/* Time spent listening. See listening.h. */

#include "nexthop/listening.h"

void listening_init(struct listening *listening, uint64_t real_ms)
{
	*listening = (struct listening){
		.now_ms = real_ms,
		.real_ms = real_ms,
		.wake_ms = LISTENING_NO_WAKE,
	};
}

uint64_t listening_advance(struct listening *listening, uint64_t real_ms)
{
	uint64_t end = real_ms;

	if (listening->wake_ms != LISTENING_NO_WAKE &&
	    end > listening->wake_ms + LISTENING_LATE_MS)
		end = listening->wake_ms + LISTENING_LATE_MS;
	if (end > listening->real_ms)
		listening->now_ms += end - listening->real_ms;
	if (real_ms > listening->real_ms)
		listening->real_ms = real_ms;
	return listening->now_ms;
}

void listening_wait(struct listening *listening, uint64_t wake_ms)
{
	listening->wake_ms = wake_ms;
}
