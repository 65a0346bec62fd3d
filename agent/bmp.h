/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BMP_H
#define BMP_H

/*
 * The BGP monitoring protocol: what the collectors of --bmp get. bmp_station.c is
 * the connection to one of them, bmp_encode.c makes the messages, bgp/codec/bmp.c
 * knows their bytes.
 *
 * A collector that connects gets a Peer Up for each session and for Loc-RIB, then
 * all tables, in turns and no faster than it reads, then End-of-RIB and statistics.
 * Changes go to it at once, also while tables are sent: each message has the state
 * of its moment. There are three tables of each peer: Adj-RIB-In as received and
 * after our rules, and Adj-RIB-Out as it is sent.
 */

#include <stddef.h>

#include "bgp/session/speaker.h"
#include "core/bmp_report.h"
#include "rib/rib.h"

struct bmp;
struct event_base;
struct work_queue;

/* Read by it, never changed but for scratch memory. */
struct bmp_sources {
	struct event_base *base;
	struct work_queue *work;
	const struct bgp_speaker *speaker;
	struct rib *rib;
};

/* NULL: out of memory. The caller frees with bmp_free(). */
struct bmp *bmp_new(const struct bmp_sources *sources);
/* Tell the collectors that this is the end, if `polite`, and free all. */
void bmp_free(struct bmp *bmp, bool polite);
/*
 * Have these collectors and no others. Those that stay keep their connections.
 * Returns 0 or -ENOMEM.
 */
int bmp_set_collectors(struct bmp *bmp, const struct endpoint *list,
		       size_t count);
const struct bmp_report *bmp_report_of(const struct bmp *bmp);

/* Events, from sessions.c and wiring.c. `neighbor->owner_data` is its rib_peer. */
void bmp_session_up(struct bmp *bmp, const struct bgp_neighbor *neighbor);
void bmp_session_down(struct bmp *bmp, const struct bgp_neighbor *neighbor);
/* The UPDATE is connection->message of the neighbor's session. */
void bmp_update_received(struct bmp *bmp, const struct bgp_neighbor *neighbor,
			 const struct bgp_update *update);
void bmp_update_sent(struct bmp *bmp, const struct bgp_connection *connection,
		     const struct writer *message);
/* `attributes` NULL: it is not accepted any more. */
void bmp_path_changed(struct bmp *bmp, const struct rib_peer *peer,
		      const struct bgp_path_key *key,
		      const struct attribute_set *attributes);
void bmp_route_decided(struct bmp *bmp, const struct route *route);

#endif
