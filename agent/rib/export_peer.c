// SPDX-License-Identifier: BSD-2-Clause
/*
 * Neighbors that routes are announced to, from their coming up until their bit is
 * free. See rib_internal.h.
 *
 * A neighbor that comes up, or asks for all routes again, walks over all exports
 * in turns and makes them pending for itself. One that has gone walks over them
 * to remove its bit. Its place in the list is a bookmark, an export without a
 * route. New exports go before all bookmarks: they are made for the present
 * members of the groups.
 */

#include <errno.h>

#include "rib/export.h"
#include "rib/rib_internal.h"

static bool takes_several(const struct rib_peer *peer)
{
	const struct bgp_negotiated *session = &peer->group->profile.session;

	for (int family = 0; family < BGP_FAMILY_COUNT; family++)
		if (session->add_path_send[family])
			return true;
	return false;
}

/* ------------------------------------------------------------- walks */

static void stop_export_walk(struct rib *rib, struct rib_peer *peer)
{
	if (!peer->walking)
		return;
	peer->walking = false;
	TAILQ_REMOVE(&rib->exports, &peer->walk, all_link);
	TAILQ_REMOVE(&rib->walkers, peer, walk_link);
}

static void start_export_walk(struct rib *rib, struct rib_peer *peer)
{
	stop_export_walk(rib, peer);
	peer->walking = true;
	TAILQ_INSERT_HEAD(&rib->exports, &peer->walk, all_link);
	TAILQ_INSERT_TAIL(&rib->walkers, peer, walk_link);
}

/* Move the bookmark behind the next export and return it; NULL: the end. */
static struct route_export *take_step(struct rib *rib, struct rib_peer *peer)
{
	struct route_export *next = TAILQ_NEXT(&peer->walk, all_link);

	while (next && !next->route) /* the bookmark of another one */
		next = TAILQ_NEXT(next, all_link);
	if (!next)
		return NULL;
	TAILQ_REMOVE(&rib->exports, &peer->walk, all_link);
	TAILQ_INSERT_AFTER(&rib->exports, next, &peer->walk, all_link);
	return next;
}

/*
 * Remove the bit of a peer that has gone, and the exports that were for such peers
 * only. May free the export.
 */
static void forget_peer(struct rib *rib, const struct rib_peer *peer,
			struct route_export *export)
{
	if (export->path_id != RIB_BEST_PATH && !rib->several_peers)
		export_withdraw_path(rib, export);
	export_batch_remove(rib, export, peer->bit);
	export_set_announced(rib, export, export->announced & ~peer->bit);
	export->origin.bit &= ~peer->bit;
	export_free_if_unused(rib, export);
}

static void free_bit(struct rib *rib, struct rib_peer *peer)
{
	rib->peers_by_bit[rib_bit_number(peer->bit)] = NULL;
	rib->bits_used &= ~peer->bit;
	peer->bit = 0;
}

/* Return the cost of a step, which may make exports of all paths of a set. */
static unsigned int step_cost(const struct rib *rib,
			      const struct route_export *export)
{
	bool makes_others = rib->several_peers &&
			    export->path_id == RIB_BEST_PATH;

	return RIB_EXPORT_COST +
	       (makes_others ? export->route->selected * RIB_NEW_EXPORT_COST :
			       0);
}

/* Walk while there is time. The peer may be freed at the end of its walk. */
static void walk_on(struct rib *rib, struct rib_peer *peer)
{
	struct route_export *export;

	while (rib_turn_left(rib, RIB_MASS)) {
		export = take_step(rib, peer);
		if (!export) {
			stop_export_walk(rib, peer);
			break;
		}
		rib->turn_cost += step_cost(rib, export);
		if (peer->group)
			export_mark_for_peer(rib, export, peer);
		else
			forget_peer(rib, peer, export);
	}
	if (peer->walking || peer->group)
		return;
	free_bit(rib, peer);
	rib_peer_free(rib, peer);
}

bool export_walk(struct rib *rib)
{
	const struct rib_hooks *hooks = &rib->hooks;
	struct rib_peer *peer;
	bool announcing = false;

	while (rib_turn_left(rib, RIB_MASS) &&
	       (peer = TAILQ_FIRST(&rib->walkers))) {
		announcing |= peer->group != NULL;
		walk_on(rib, peer);
	}
	if (announcing)
		hooks->export_waiting(hooks->context);
	return !TAILQ_EMPTY(&rib->walkers);
}

/* ------------------------------------------------------------- life */

/* Return the lowest free bit, or 0. */
static uint64_t lowest_free_bit(const struct rib *rib)
{
	return ~rib->bits_used & (rib->bits_used + 1);
}

int export_add_peer(struct rib *rib, struct rib_peer *peer,
		    const struct rib_peer_options *options)
{
	int error;

	if (rib_is_full(rib)) /* a bit may come back from one that has left */
		rib_finish_leaving(rib);
	peer->bit = lowest_free_bit(rib);
	if (!peer->bit)
		return -ENOSPC;
	error = update_group_join(rib, peer, options);
	if (error)
		return error;
	error = export_batch_begin(rib, peer);
	if (error) {
		update_group_leave(rib, peer);
		return error;
	}
	rib->bits_used |= peer->bit;
	rib->peers_by_bit[rib_bit_number(peer->bit)] = peer;
	rib->several_peers += takes_several(peer);
	export_refresh(rib, peer);
	return 0;
}

void export_refresh(struct rib *rib, struct rib_peer *peer)
{
	if (!peer->bit)
		return;
	start_export_walk(rib, peer);
	walk_on(rib, peer);
	if (!TAILQ_EMPTY(&rib->walkers))
		rib_request_work(rib);
}

void export_stop_peer(struct rib *rib, struct rib_peer *peer)
{
	stop_export_walk(rib, peer);
	rib->several_peers -= takes_several(peer);
	export_batch_end(rib, peer);
	update_group_leave(rib, peer);
}

void export_forget_peer(struct rib *rib, struct rib_peer *peer)
{
	start_export_walk(rib, peer);
	walk_on(rib, peer);
	if (!TAILQ_EMPTY(&rib->walkers))
		rib_request_work(rib);
}

bool export_is_complete(const struct rib_peer *peer)
{
	return !peer->walking;
}
