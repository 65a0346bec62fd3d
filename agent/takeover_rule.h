/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TAKEOVER_RULE_H
#define TAKEOVER_RULE_H

/*
 * When an agent that starts gives up to wait for a next hop that the tables of
 * the previous run forward to, and that is not announced to it yet. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

/* A next hop that is not in the set of a VIP */
struct takeover_nexthop {
	bool resolving; /* asked for, no answer yet */
	bool dead;	/* no answer to our probes, or BFD says so */
	bool session_up;
	bool end_of_rib; /* of the VIP's family came on that session */
	uint32_t session_age_s;
	uint32_t hold_time_s; /* of its session, up or not; 0: none */
};

/*
 * True if the next hop has had its chance: its session said that all is
 * announced, or had the time of a hold time to do so, or it is dead, or `max_s`
 * are over.
 */
bool takeover_had_chance(const struct takeover_nexthop *nexthop,
			 uint32_t elapsed_s, uint32_t max_s);

#endif
