// SPDX-License-Identifier: BSD-2-Clause
/* Batches of announcements. See export_batch.h. */

#include "rib/export_batch.h"

#include <errno.h>

#include "rib/outbound.h"
#include "rib/rib_internal.h"

enum {
	/*
	 * With so many routes a batch ends before a route for other peers. A
	 * smaller batch goes on, for those peers only that get all of it.
	 */
	BATCH_WORTH_SENDING = 32,
};

/* ------------------------------------------------------------- the list */

static struct export_run *run_of(struct rib *rib, struct route_export *export)
{
	return export->attributes ? &export->attributes->run :
				    &rib->withdrawals;
}

/* Put a pending export behind the others with its attributes, or last. */
static void insert_pending(struct rib *rib, struct route_export *export)
{
	struct export_run *run = run_of(rib, export);

	if (run->last && run->length < EXPORT_RUN_MAX &&
	    !(export->pending & ~run->last->pending)) {
		TAILQ_INSERT_AFTER(&rib->pending, run->last, export,
				   pending_link);
		run->length++;
	} else {
		TAILQ_INSERT_TAIL(&rib->pending, export, pending_link);
		run->length = 1;
	}
	run->last = export;
}

/* A bookmark has no route. */
static bool is_of_run(const struct route_export *export,
		      const struct attribute_set *attributes)
{
	return export && export->route && export->attributes == attributes;
}

static void remove_pending(struct rib *rib, struct route_export *export)
{
	struct export_run *run = run_of(rib, export);
	struct route_export *before =
		TAILQ_PREV(export, route_export_list, pending_link);

	if (run->last == export)
		run->last = is_of_run(before, export->attributes) ? before :
								    NULL;
	TAILQ_REMOVE(&rib->pending, export, pending_link);
}

void export_batch_add(struct rib *rib, struct route_export *export,
		      uint64_t peers)
{
	if (!(peers & ~export->pending))
		return;
	if (export->pending)
		remove_pending(rib, export);
	export->pending |= peers;
	insert_pending(rib, export);
}

void export_batch_remove(struct rib *rib, struct route_export *export,
			 uint64_t peers)
{
	uint64_t left = export->pending & ~peers;

	if (left == export->pending)
		return;
	if (!left)
		remove_pending(rib, export);
	export->pending = left;
}

void export_batch_set_attributes(struct rib *rib, struct route_export *export,
				 struct attribute_set *attributes)
{
	if (export->attributes == attributes)
		return;
	if (export->pending)
		remove_pending(rib, export);
	export->attributes = attributes;
	if (export->pending)
		insert_pending(rib, export);
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

/* Move the bookmark before `next`; NULL: to the end of the list. */
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

/* A change of one route and the peers that it is to be sent to. */
struct change {
	struct attribute_set *set; /* NULL: withdraw */
	enum bgp_family family;	   /* our own next hop depends on it */
	struct export_origin origin;
	struct policy_trace trace;
	uint64_t peers; /* without the peer in question: no change for it */
};

/* Routes with the same change, to be sent together. */
struct collection {
	struct change change;
	uint64_t ready; /* members of the group that can take a batch */
	size_t count;
	struct route_export *exports[EXPORT_BATCH_SIZE];
};

/* Return those of the peers whose AS is in the path. */
static uint64_t looping(const struct rib *rib, uint64_t peers,
			const struct attribute_set *set)
{
	uint64_t found = 0;

	for (; set->as_path_length && peers; peers &= peers - 1) {
		const struct rib_peer *peer =
			rib->peers_by_bit[rib_bit_number(peers)];

		if (export_is_loop(peer, set))
			found |= peer->bit;
	}
	return found;
}

/*
 * Return the change that `peer` needs: an announcement, a withdrawal or nothing.
 * The peer that a path came from must not have it, and a peer that does not have
 * it needs no withdrawal. May free `export`.
 */
static struct change pending_change(struct rib *rib,
				    const struct rib_peer *peer,
				    struct route_export *export)
{
	const struct update_group *group = peer->group;
	struct change change = {
		.family = bgp_nlri_family(&export->route->node.prefix),
		.origin = export_view_for(&group->profile, export).origin,
	};
	struct attribute_set *set = export_attributes_for(
		rib, &group->profile, export, &change.trace);
	uint64_t waiting = export->pending & group->members;
	uint64_t announce_to = set ? waiting & ~change.origin.bit &
					       ~looping(rib, waiting, set) :
				     0;
	uint64_t withdraw_from = waiting & ~announce_to & export->announced;

	change.set = announce_to & peer->bit ? set : NULL;
	change.peers = change.set ? announce_to : withdraw_from;
	export_batch_remove(rib, export,
			    waiting & ~announce_to & ~withdraw_from);
	export_free_if_unused(rib, export);
	return change;
}

static bool is_same_change(const struct change *a, const struct change *b)
{
	return a->set == b->set &&
	       (!a->set || (a->family == b->family &&
			    export_same_origin(&a->origin, &b->origin) &&
			    policy_trace_equal(&a->trace, &b->trace)));
}

/* Add a route to the batch. False if the batch ends before it. */
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

/* Return the members of the group that can take a batch, always the first. */
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

/* ------------------------------------------------------------- sent */

static void count_announced(struct rib *rib, const struct route_export *export,
			    uint64_t peers, bool announce)
{
	uint64_t changed = announce ? peers & ~export->announced : peers;

	for (; changed; changed &= changed - 1)
		rib->peers_by_bit[rib_bit_number(changed)]->prefixes_announced +=
			announce ? 1 : -1u;
}

/* Record that a route was announced to the peers or withdrawn from them. */
static void record_sent(struct rib *rib, struct route_export *export,
			uint64_t peers, bool announce)
{
	const struct rib_hooks *hooks = &rib->hooks;
	const uint64_t before =
		hooks->announced ? route_announced(export->route) : 0;
	uint64_t changed;

	count_announced(rib, export, peers, announce);
	export_set_announced(rib, export,
			     announce ? export->announced | peers :
					export->announced & ~peers);
	changed = hooks->announced ? route_announced(export->route) ^ before :
				     0;
	if (changed)
		hooks->announced(export->route, changed, announce,
				 hooks->context);
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
