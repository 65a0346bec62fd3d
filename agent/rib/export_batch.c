// SPDX-License-Identifier: BSD-2-Clause
/* What neighbors are told next. See export_batch.h. */

#include "rib/export_batch.h"

#include <errno.h>

#include "rib/outbound.h"
#include "rib/rib_internal.h"

enum {
	/*
	 * So many routes end a batch where the next one is not for the same
	 * peers. With fewer it goes on, for those only who get all of it.
	 */
	BATCH_WORTH_SENDING = 32,
};

/* ------------------------------------------------------------- the list */

void export_batch_add(struct rib *rib, struct route_export *export,
		      uint64_t peers)
{
	if (!(peers & ~export->pending))
		return;
	if (export->pending)
		TAILQ_REMOVE(&rib->pending, export, pending_link);
	TAILQ_INSERT_TAIL(&rib->pending, export, pending_link);
	export->pending |= peers;
}

void export_batch_remove(struct rib *rib, struct route_export *export,
			 uint64_t peers)
{
	if (!(export->pending & peers))
		return;
	export->pending &= ~peers;
	if (!export->pending)
		TAILQ_REMOVE(&rib->pending, export, pending_link);
}

int export_batch_begin(struct rib *rib, struct rib_peer *peer)
{
	peer->bookmark = pool_take(&rib->export_pool);
	if (!peer->bookmark)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&rib->pending, peer->bookmark, pending_link);
	return 0;
}

void export_batch_end(struct rib *rib, struct rib_peer *peer)
{
	TAILQ_REMOVE(&rib->pending, peer->bookmark, pending_link);
	pool_give(&rib->export_pool, peer->bookmark);
	peer->bookmark = NULL;
}

/* Up to `next`, which is not pending for anybody if NULL, all was looked at. */
static void move_bookmark(struct rib *rib, struct rib_peer *peer,
			  struct route_export *next)
{
	TAILQ_REMOVE(&rib->pending, peer->bookmark, pending_link);
	if (next)
		TAILQ_INSERT_BEFORE(next, peer->bookmark, pending_link);
	else
		TAILQ_INSERT_TAIL(&rib->pending, peer->bookmark, pending_link);
}

/* ------------------------------------------------------------- one batch */

/* What is to be said of one route, and to whom. */
struct change {
	struct attribute_set *set; /* NULL: it is withdrawn */
	struct export_origin origin;
	struct policy_trace trace;
	uint64_t peers; /* without the one that was asked for: nothing */
};

/* Routes to be told together: what is said of all, and to whom. */
struct collection {
	struct change change;
	uint64_t ready; /* of the group */
	size_t count;
	struct route_export *exports[EXPORT_BATCH_SIZE];
};

/*
 * Who waits for it is told of it, or of its end, or neither: a peer that it
 * came from is to have nothing, and one that has nothing need not hear of its
 * end. `export` may be gone afterwards.
 */
static struct change pending_change(struct rib *rib,
				    const struct rib_peer *peer,
				    struct route_export *export)
{
	const struct update_group *group = peer->group;
	struct change change = { .origin = export->origin };
	struct attribute_set *set =
		export_wanted(rib, &group->profile, export, &change.trace);
	uint64_t waiting = export->pending & group->members;
	uint64_t wanting = set ? waiting & ~export->origin.bit : 0;
	uint64_t leaving = waiting & ~wanting & export->announced;

	change.set = wanting & peer->bit ? set : NULL;
	change.peers = change.set ? wanting : leaving;
	export_batch_remove(rib, export, waiting & ~wanting & ~leaving);
	export_free_if_unused(rib, export);
	return change;
}

static bool is_same_change(const struct change *a, const struct change *b)
{
	return a->set == b->set &&
	       (!a->set || (export_same_origin(&a->origin, &b->origin) &&
			    policy_trace_equal(&a->trace, &b->trace)));
}

/* False if the batch ends before this route. */
static bool add_to_batch(struct collection *batch, struct route_export *export,
			 const struct change *change)
{
	uint64_t peers = change->peers & batch->ready;

	if (!batch->count) {
		batch->change = *change;
		batch->change.peers = peers;
	}
	if (!is_same_change(&batch->change, change))
		return false;
	if (peers != batch->change.peers && batch->count >= BATCH_WORTH_SENDING)
		return false;
	batch->change.peers &= peers;
	batch->exports[batch->count++] = export;
	return true;
}

static void collect_batch(struct rib *rib, struct rib_peer *peer,
			  struct collection *batch)
{
	struct route_export *export = peer->bookmark, *next;

	for (export = TAILQ_NEXT(export, pending_link);
	     export && batch->count < EXPORT_BATCH_SIZE; export = next) {
		struct change change;

		next = TAILQ_NEXT(export, pending_link);
		if (!(export->pending & peer->bit))
			continue;
		change = pending_change(rib, peer, export);
		if (change.peers & peer->bit &&
		    !add_to_batch(batch, export, &change))
			break;
	}
	move_bookmark(rib, peer, export);
}

/* Who can be told something now, the first one in any case. */
static uint64_t ready_members(const struct rib *rib,
			      const struct rib_peer *first)
{
	const struct rib_hooks *hooks = &rib->hooks;
	uint64_t others = first->group->members & ~first->bit;
	uint64_t ready = first->bit;

	if (!hooks->export_ready)
		return ready;
	for (; others; others &= others - 1) {
		const struct rib_peer *peer =
			rib->peers_by_bit[rib_bit_number(others)];

		if (hooks->export_ready(peer, hooks->context))
			ready |= peer->bit;
	}
	return ready;
}

/* ------------------------------------------------------------- told */

static void count_announced(struct rib *rib, const struct route_export *export,
			    uint64_t peers, bool announce)
{
	uint64_t changed = announce ? peers & ~export->announced : peers;

	for (; changed; changed &= changed - 1)
		rib->peers_by_bit[rib_bit_number(changed)]->prefixes_announced +=
			announce ? 1 : -1u;
}

/* From now on the peers have it from us, or have it no more. */
static void record_sent(struct rib *rib, struct route_export *export,
			uint64_t peers, bool announce)
{
	count_announced(rib, export, peers, announce);
	export_set_announced(rib, export,
			     announce ? export->announced | peers :
					export->announced & ~peers);
	export_batch_remove(rib, export, peers);
	export_free_if_unused(rib, export);
}

static void write_batch_peers(const struct rib *rib,
			      const struct rib_peer *first, uint64_t peers,
			      struct export_batch *out)
{
	uint64_t others = peers & ~first->bit;

	out->peer_count = 0;
	out->peers[out->peer_count++] =
		rib->peers_by_bit[rib_bit_number(first->bit)];
	for (; others; others &= others - 1)
		out->peers[out->peer_count++] =
			rib->peers_by_bit[rib_bit_number(others)];
}

bool export_batch_next(struct rib *rib, struct rib_peer *peer,
		       struct export_batch *out)
{
	struct collection batch;
	const struct change *change = &batch.change;

	out->count = 0;
	if (!peer->bit)
		return false;
	batch.ready = ready_members(rib, peer);
	batch.count = 0;
	collect_batch(rib, peer, &batch);
	if (!batch.count)
		return false;
	write_batch_peers(rib, peer, change->peers, out);
	out->session = &peer->group->profile.session;
	out->withdraw = !change->set;
	for (; out->count < batch.count; out->count++) {
		struct route_export *export = batch.exports[out->count];

		out->routes[out->count] = (struct bgp_path_key){
			.prefix = export->route->node.prefix,
			.path_id = export->path_id,
		};
		record_sent(rib, export, change->peers, change->set);
	}
	if (change->set)
		out->attributes = outbound_attributes(
			rib, &peer->group->profile, &out->routes[0].prefix,
			change->set, &change->origin);
	return true;
}
