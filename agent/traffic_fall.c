// SPDX-License-Identifier: BSD-2-Clause
/* Whether the traffic has gone. See traffic_fall.h. */

#include "traffic_fall.h"

bool traffic_fall_note(struct traffic_fall *fall, uint64_t packets)
{
	uint64_t came = fall->begun ? packets - fall->packets : 0;

	if (came > fall->busiest)
		fall->busiest = came;
	if (!fall->begun || came > fall->busiest / TRAFFIC_FALL_PART)
		fall->quiet = 0;
	else
		fall->quiet++;
	fall->begun = true;
	fall->packets = packets;
	return fall->quiet >= TRAFFIC_FALL_INTERVALS;
}
