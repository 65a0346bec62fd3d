/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SESSIONS_H
#define SESSIONS_H

/*
 * Sessions of the speaker as peers of the rib: a session that comes up becomes
 * a peer, its UPDATEs go into the Adj-RIB-In, batches of the Adj-RIBs-Out come
 * back, and BFD watches it where the neighbor is configured so.
 */

#include "bgp/session/speaker.h"
#include "control/control.h"

struct agent;
struct rib_peer;

/* The hooks of the speaker, with the agent as context. */
struct bgp_callbacks sessions_callbacks(struct agent *agent);
/* The hook order() of the control socket, with the agent as context. */
int sessions_order(const char *neighbor, enum bgp_admin_order order,
		   const char *reason, void *context,
		   char error[CONTROL_ERROR_SIZE]);
/* Ask a neighbor with a session for the routes of families again (RFC 2918). */
void sessions_ask_again(struct bgp_neighbor *neighbor, uint32_t families);
/* Give all peers what their neighbors' options and the rib's say now. */
void sessions_reconfigure(struct agent *agent);
/*
 * Note our addresses inside --vip, which cannot be VIPs. True if they are others
 * than before. Hosts may change their other addresses often.
 */
bool sessions_note_addresses(struct agent *agent);
/*
 * Judge and announce VIPs with the addresses of this host that are there now: the
 * hook addresses_changed() of the tracker, with the agent as context.
 */
void sessions_addresses_changed(void *context);
/* The hook peer_gone() of the rib, with the agent as context. */
void sessions_peer_gone(const struct rib_peer *peer, void *context);

#endif
