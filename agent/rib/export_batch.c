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
struct offer {
	struct attribute_set *set; /* NULL: it is withdrawn */
	struct export_origin origin;
	struct policy_trace trace;
	uint64_t peers; /* without the one that was asked for: nothing */
};

/* Routes to be told together: what is said of all, and to whom. */
struct batch {
	struct offer offer;
	uint64_t ready; /* of the group */
	size_t count;
	struct route_export *exports[EXPORT_BATCH_SIZE];
};

/*
 * Who waits for it is told of it, or of its end, or neither: a peer that it
 * came from is to have nothing, and one that has nothing need not hear of its
 * end. `export` may be gone afterwards.
 */
static struct offer offer_of(struct rib *rib, const struct rib_peer *peer,
			     struct route_export *export)
{
	const struct update_group *group = peer->group;
	struct offer offer = { .origin = export->origin };
	struct attribute_set *set =
		export_wanted(rib, &group->profile, export, &offer.trace);
	uint64_t waiting = export->pending & group->members;
	uint64_t wanting = set ? waiting & ~export->origin.bit : 0;
	uint64_t leaving = waiting & ~wanting & export->announced;

	offer.set = wanting & peer->bit ? set : NULL;
	offer.peers = offer.set ? wanting : leaving;
	export_batch_remove(rib, export, waiting & ~wanting & ~leaving);
	export_free_if_unused(rib, export);
	return offer;
}

static bool says_the_same(const struct offer *a, const struct offer *b)
{
	return a->set == b->set &&
	       (!a->set || (export_same_origin(&a->origin, &b->origin) &&
			    policy_trace_equal(&a->trace, &b->trace)));
}

/* False if the batch ends before this route. */
static bool add(struct batch *batch, struct route_export *export,
		const struct offer *offer)
{
	uint64_t peers = offer->peers & batch->ready;

	if (!batch->count) {
		batch->offer = *offer;
		batch->offer.peers = peers;
	}
	if (!says_the_same(&batch->offer, offer))
		return false;
	if (peers != batch->offer.peers && batch->count >= BATCH_WORTH_SENDING)
		return false;
	batch->offer.peers &= peers;
	batch->exports[batch->count++] = export;
	return true;
}

static void collect(struct rib *rib, struct rib_peer *peer, struct batch *batch)
{
	struct route_export *export = peer->bookmark, *next;

	for (export = TAILQ_NEXT(export, pending_link);
	     export && batch->count < EXPORT_BATCH_SIZE; export = next) {
		struct offer offer;

		next = TAILQ_NEXT(export, pending_link);
		if (!(export->pending & peer->bit))
			continue;
		offer = offer_of(rib, peer, export);
		if (offer.peers & peer->bit && !add(batch, export, &offer))
			break;
	}
	move_bookmark(rib, peer, export);
}

/* Who can be told something now, the first one in any case. */
static uint64_t ready_members(const struct rib *rib,
			      const struct rib_peer *first)
{
	const struct rib_hooks *hooks = &rib->options.hooks;
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

static void count_told(struct rib *rib, const struct route_export *export,
		       uint64_t peers, bool announce)
{
	uint64_t changed = announce ? peers & ~export->announced : peers;

	for (; changed; changed &= changed - 1)
		rib->peers_by_bit[rib_bit_number(changed)]->prefixes_announced +=
			announce ? 1 : -1u;
}

/* From now on the peers have it from us, or have it no more. */
static void take(struct rib *rib, struct route_export *export, uint64_t peers,
		 bool announce)
{
	count_told(rib, export, peers, announce);
	export_set_announced(rib, export,
			     announce ? export->announced | peers :
					export->announced & ~peers);
	export_batch_remove(rib, export, peers);
	export_free_if_unused(rib, export);
}

static void write_peers(const struct rib *rib, const struct rib_peer *first,
			uint64_t peers, struct export_batch *out)
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
	struct batch batch;
	const struct offer *offer = &batch.offer;

	out->count = 0;
	if (!peer->bit)
		return false;
	batch.ready = ready_members(rib, peer);
	batch.count = 0;
	collect(rib, peer, &batch);
	if (!batch.count)
		return false;
	write_peers(rib, peer, offer->peers, out);
	out->session = &peer->group->profile.session;
	out->withdraw = !offer->set;
	for (; out->count < batch.count; out->count++) {
		struct route_export *export = batch.exports[out->count];

		out->routes[out->count] = (struct bgp_path_key){
			.prefix = export->route->node.prefix,
			.path_id = export->path_id,
		};
		take(rib, export, offer->peers, offer->set);
	}
	if (offer->set)
		out->attributes = outbound_attributes(
			rib, &peer->group->profile, &out->routes[0].prefix,
			offer->set, &offer->origin);
	return true;
}
