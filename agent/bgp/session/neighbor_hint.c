// SPDX-License-Identifier: BSD-2-Clause
/* Hints: what is wrong with a neighbor, and what to do. See neighbor.h. */

#include <inttypes.h>
#include <stdio.h>

#include "bgp/session/neighbor_admin.h"
#include "bgp/session/neighbor_internal.h"
#include "bgp/session/speaker.h"
#include "bgp/session/syn_watch.h"
#include "core/clock.h"

enum {
	/* Speakers try again at least every two minutes. */
	REFUSED_SHOWN_MS = 5 * 60 * CLOCK_MS_PER_S,
};

const char *const bgp_neighbor_refused_texts[BGP_REFUSED_REASON_COUNT] = {
	[BGP_REFUSED_COLLISION] = "both sides dialled, and the other "
				  "connection stays (RFC 4271 6.8)",
	[BGP_REFUSED_SECOND] = "it has a session already; if a second BGP "
			       "speaker runs there, stop one of them",
	[BGP_REFUSED_PLACE] = "the session is with another address there; a "
			      "--neighbor INTERFACE is one peer",
};

/* Tell of connections that were refused lately. */
static bool hint_of_refused(const struct bgp_refused *refused, char *text,
			    size_t size)
{
	uint64_t count = refused->count[refused->reason];
	uint64_t age_ms = clock_now_ms() - refused->last_ms;

	if (!count || refused->reason == BGP_REFUSED_COLLISION ||
	    age_ms > REFUSED_SHOWN_MS)
		return false;
	snprintf(text, size,
		 "%" PRIu64 " connection%s refused, the last %" PRIu64
		 " s ago: %s",
		 count, count == 1 ? "" : "s", age_ms / CLOCK_MS_PER_S,
		 bgp_neighbor_refused_texts[refused->reason]);
	return true;
}

/* Tell of a family that an error took off the session. */
static bool hint_of_disabled(const struct bgp_connection *session, char *text,
			     size_t size)
{
	enum bgp_family family = 0;

	if (!session->disabled_families)
		return false;
	while (!(session->disabled_families & bgp_family_bit(family)))
		family++;
	snprintf(text, size,
		 "%s ignored since an error: %s; when that is mended, "
		 "`headgatectl neighbor ... clear` begins anew",
		 bgp_family_name(family), session->disabled_reason);
	return true;
}

static void hint_of_max_prefix(const struct bgp_neighbor *neighbor, char *text,
			       size_t size)
{
	uint64_t left_ms = bgp_neighbor_held_ms(neighbor);

	snprintf(text, size,
		 "announced more than max-prefix=%u; down for %" PRIu64
		 " s more",
		 neighbor->options.max_prefix, left_ms / CLOCK_MS_PER_S + 1);
}

/* A neighbor on an interface is one peer. */
static bool hint_of_routers(const struct bgp_neighbor *neighbor, char *text,
			    size_t size)
{
	const char *interface = neighbor->options.interface;
	struct address last;
	size_t routers = router_advert_peers(&neighbor->advert.state,
					     clock_now_ms(), &last);

	if (routers < 2)
		return false;
	snprintf(text, size,
		 "%zu routers advertise themselves on %s; give the address of "
		 "the peer, as --neighbor fe80::1%%%s",
		 routers, interface, interface);
	return true;
}

bool bgp_neighbor_hint(const struct bgp_neighbor *neighbor,
		       const struct bgp_tcp_drops *now, char *text, size_t size)
{
	if (neighbor->admin.down) {
		bgp_neighbor_format_admin(neighbor, text, size);
		return true;
	}
	if (neighbor->session)
		return hint_of_disabled(neighbor->session, text, size) ||
		       hint_of_refused(&neighbor->refused, text, size);
	if (bgp_neighbor_held_ms(neighbor)) {
		hint_of_max_prefix(neighbor, text, size);
		return true;
	}
	if (hint_of_routers(neighbor, text, size))
		return true;
	if (address_is_zero(&neighbor->address)) {
		snprintf(text, size,
			 "%s: not exactly one neighbor known there; waiting "
			 "for its connection",
			 neighbor->options.interface);
		return true;
	}
	if (neighbor->speaker && neighbor->speaker->syns) {
		if (bgp_syn_watch_hint(neighbor->speaker->syns,
				       &neighbor->address, &neighbor->options,
				       text, size))
			return true;
		if (neighbor->outgoing.state != BGP_STATE_OPEN_SENT)
			return false;
	}
	/*
	 * It took our connection, so it sends no SYN, and what it sends may be
	 * dropped. The kernel's counters are those of all peers.
	 */
	return bgp_tcp_drops_hint(&neighbor->options, &neighbor->drops, now,
				  text, size);
}
