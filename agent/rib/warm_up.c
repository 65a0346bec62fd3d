// SPDX-License-Identifier: BSD-2-Clause
/* Join delay and slow start. See warm_up.h. */

#include "rib/warm_up.h"

enum {
	MS_PER_S = 1000,
};

static uint64_t ms_of(uint32_t seconds)
{
	return (uint64_t)seconds * MS_PER_S;
}

/* Return the age, since the ramp began, at which a step ends. */
static uint64_t step_end_ms(const struct warm_up_options *options,
			    uint32_t steps)
{
	return ms_of(options->slow_start_s) * steps / WARM_UP_STEPS;
}

struct warm_up warm_up_at(const struct warm_up_options *options,
			  uint64_t age_ms)
{
	const uint64_t delay_ms = ms_of(options->join_delay_s);
	struct warm_up warm_up = { .steps = 1 };

	if (age_ms < delay_ms) {
		warm_up.joining = true;
		warm_up.next_ms = delay_ms;
		warm_up.steps = options->slow_start_s ? 1 : WARM_UP_STEPS;
		return warm_up;
	}
	while (warm_up.steps < WARM_UP_STEPS &&
	       age_ms - delay_ms >= step_end_ms(options, warm_up.steps))
		warm_up.steps++;
	if (warm_up.steps < WARM_UP_STEPS)
		warm_up.next_ms =
			delay_ms + step_end_ms(options, warm_up.steps);
	return warm_up;
}
