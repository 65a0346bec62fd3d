/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_HANDOVER_STATE_H
#define BGP_HANDOVER_STATE_H

/*
 * A neighbor with its session, as one agent gives it to the next: the record and
 * its encoding. The reader may be of another version, so each list of numbers
 * has its length, and bytes that follow what is known here are ignored. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/session/connection.h"
#include "bgp/session/neighbor.h"
#include "core/address.h"
#include "core/wire.h"

enum bgp_handover_sizes {
	BGP_HANDOVER_OPTIONS_SIZE = 2048,
	/* All texts and both OPENs at their longest, and the numbers. */
	BGP_HANDOVER_STATE_MAX = 16384,
};

struct bgp_handover_state {
	struct address address;
	uint32_t ifindex; /* of a link-local address, else 0 */
	struct bgp_admin_state admin;
	uint64_t held_until_ms; /* max-prefix */
	uint64_t changed_ms;
	uint64_t sessions_ended;
	struct bgp_counters counters;
	uint64_t last_error_ms;
	char last_error[BGP_LAST_ERROR_SIZE];

	/* The session, with which its socket goes. */
	bool up;
	bool incoming;
	/* Bodies of both OPENs, views into what was decoded. */
	struct reader local_open;
	struct reader remote_open;
	/* Its options as the configuration has them, to compare them. */
	char options[BGP_HANDOVER_OPTIONS_SIZE];
	uint32_t disabled_families; /* all of these: enum bgp_family_bits */
	uint32_t end_of_rib_due;
	uint32_t refreshing;	/* our answer to a refresh is not complete */
	uint32_t refreshed;	/* the peer's answer is not complete */
	uint32_t end_of_rib;	/* it has said that all is announced */
	uint64_t end_of_rib_ms; /* and when */
	uint64_t warm_since_ms; /* join-delay, slow-start; 0: over */
};

void bgp_handover_state_encode(struct writer *w,
			       const struct bgp_handover_state *state);
/* False if the bytes are no such record; then `state` has no meaning. */
bool bgp_handover_state_decode(struct reader *r,
			       struct bgp_handover_state *state);

#endif
