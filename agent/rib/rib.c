// SPDX-License-Identifier: BSD-2-Clause
/* The life of the rib and of its peers, and look-ups. See rib.h. */

#include "rib/rib.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "core/clock.h"
#include "rib/aggregate.h"
#include "rib/origins.h"
#include "rib/rib_internal.h"
#include "rib/weight.h"

enum {
	POOL_KEPT = 1 << 20, /* bytes: 16,384 routes, 32,768 paths */
};

int rib_make_vip_decisions(const struct rib_options *options,
			   struct decision_options **out)
{
	const struct import_options *import = &options->import;
	struct decision_options *decisions;
	bool own = false;

	*out = NULL;
	for (size_t i = 0; i < import->vip_count; i++)
		own |= vip_options_decide(&import->vips[i]);
	if (!own)
		return 0;
	decisions = calloc(import->vip_count, sizeof(*decisions));
	if (!decisions)
		return -ENOMEM;
	for (size_t i = 0; i < import->vip_count; i++)
		decisions[i] = vip_options_decision(&import->vips[i],
						    &options->decision);
	*out = decisions;
	return 0;
}

struct aggregate *rib_make_aggregates(const struct rib_options *options)
{
	const struct import_options *import = &options->import;
	struct aggregate *aggregates =
		calloc(import->aggregate_count + 1, sizeof(*aggregates));

	for (size_t i = 0; aggregates && i < import->aggregate_count; i++)
		aggregates[i].config = &import->aggregates[i];
	return aggregates;
}

struct rib *rib_new(const struct rib_options *options,
		    const struct rib_hooks *hooks)
{
	struct rib *rib = calloc(1, sizeof(*rib));

	if (!rib)
		return NULL;
	rib->options = *options;
	rib->policy = policy_of(options->rules, options->rule_count);
	rib->hooks = *hooks;
	rib->aggregates = rib_make_aggregates(options);
	if (!rib->aggregates ||
	    rib_make_vip_decisions(options, &rib->vip_decisions) ||
	    departures_init(&rib->departures) ||
	    prefix_map_prepare(&rib->routes)) {
		departures_free(&rib->departures);
		free(rib->vip_decisions);
		free(rib->aggregates);
		free(rib);
		return NULL;
	}
	rib->route_pool = pool_keeping(sizeof(struct route), POOL_KEPT);
	rib->path_pool = pool_tagged(sizeof(struct path), POOL_KEPT);
	rib->export_pool = pool_keeping(sizeof(struct route_export), POOL_KEPT);
	STAILQ_INIT(&rib->marked);
	LIST_INIT(&rib->changed_nexthops);
	rib->turn_budget = RIB_TURN_BUDGET;
	TAILQ_INIT(&rib->exports);
	TAILQ_INIT(&rib->pending);
	TAILQ_INIT(&rib->waiting);
	TAILQ_INIT(&rib->peers);
	TAILQ_INIT(&rib->sweeps);
	rib->attributes.signals = &rib->options.signals;
	TAILQ_INIT(&rib->walkers);
	TAILQ_INIT(&rib->groups);
	return rib;
}

struct policy_peer rib_policy_peer(const struct rib *rib,
				   const struct rib_peer *peer)
{
	return (struct policy_peer){
		.role = peer->role,
		.source = &peer->source,
		.local_as = rib->options.import.local_as,
		.nexthop = &peer->local_address,
	};
}

bool rib_is_announced_to(const struct rib *rib, const struct rib_peer *peer)
{
	const struct policy_peer view = rib_policy_peer(rib, peer);

	if (peer->role == NEIGHBOR_ROLE_BACKEND)
		return false;
	return peer->role == NEIGHBOR_ROLE_UPSTREAM ||
	       peer->role == NEIGHBOR_ROLE_PEER ||
	       policy_may_allow(&rib->policy, RULE_TO, &view);
}

void rib_peer_free(struct rib *rib, struct rib_peer *peer)
{
	assert(!peer->prefixes_received && !peer->nexthops_refused);
	turn_set_free(&peer->accepted_routes);
	turn_set_free(&peer->refused_routes);
	peer_nexthops_free(&peer->nexthops);
	path_errors_free(&peer->errors);
	if (peer->source.self)
		rib_nexthop_release(&rib->attributes.nexthops,
				    peer->source.self);
	if (peer->nexthops.own)
		rib_nexthop_release(&rib->attributes.nexthops,
				    peer->nexthops.own);
	free(peer);
}

/*
 * Intern the peer's own address, which may be the only next hop that its paths
 * can have. False: out of memory.
 */
static bool add_self(struct rib *rib, struct rib_peer *peer)
{
	struct prefix_map *nexthops = &rib->attributes.nexthops;
	struct path_source *source = &peer->source;

	peer->nexthops.own = rib_nexthop_intern(nexthops, &source->address);
	if (!peer->nexthops.own || source->nexthop != NEIGHBOR_NEXTHOP_PEER)
		return peer->nexthops.own;
	source->self = rib_nexthop_intern(nexthops, &source->address);
	return source->self;
}

/*
 * Note the machine of a peer: all next hops at that of an upstream would send
 * packets back, while another neighbor may give its own one.
 */
static void note_machine(struct rib *rib, struct rib_peer *peer,
			 const uint8_t mac[MAC_SIZE])
{
	struct path_source *source = &peer->source;

	if (peer->role != NEIGHBOR_ROLE_UPSTREAM)
		memcpy(source->mac, mac, MAC_SIZE);
	else if (upstream_machines_note(&rib->upstream_machines,
					&source->address, source->ifindex, mac))
		rib_nexthop_recheck_place(rib, source->ifindex, mac);
}

struct rib_peer *rib_peer_up(struct rib *rib,
			     const struct rib_peer_options *options)
{
	struct rib_peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		return NULL;
	peer->source = options->source;
	peer->source.backend = options->role == NEIGHBOR_ROLE_BACKEND;
	peer->role = options->role;
	peer->local_address = options->local_address;
	peer->relation = options->relation;
	peer->client = options->client;
	peer->source.incarnation = ++rib->last_incarnation;
	peer->accepted_routes = turn_set_of(sizeof(struct route));
	peer->refused_routes = turn_set_of(sizeof(struct route));
	if (!add_self(rib, peer) || (rib_is_announced_to(rib, peer) &&
				     export_add_peer(rib, peer, options))) {
		rib_peer_free(rib, peer);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&rib->peers, peer, link);
	note_machine(rib, peer, options->mac);
	return peer;
}

bool rib_is_full(const struct rib *rib)
{
	return !~rib->bits_used;
}

bool rib_has_upstream(const struct rib *rib, const struct address *address)
{
	uint64_t bits = rib->bits_used;

	for (; bits; bits &= bits - 1) {
		const struct rib_peer *peer =
			rib->peers_by_bit[rib_bit_number(bits)];

		if (peer->role == NEIGHBOR_ROLE_UPSTREAM &&
		    !peer->source.leaving &&
		    address_equal(&peer->source.address, address))
			return true;
	}
	return false;
}

const struct address *rib_upstream_at(const struct rib *rib, uint32_t ifindex,
				      const uint8_t mac[MAC_SIZE])
{
	return upstream_machines_find(&rib->upstream_machines, ifindex, mac);
}

void rib_peer_down(struct rib *rib, struct rib_peer *peer)
{
	TAILQ_REMOVE(&rib->peers, peer, link);
	if (peer->bit)
		export_stop_peer(rib, peer);
	peer->owner = NULL;
	sweep_lost_session(rib, peer);
}

void rib_peer_set_draining(struct rib *rib, struct rib_peer *peer,
			   bool draining)
{
	if (peer->source.draining == draining)
		return;
	peer->source.draining = draining;
	sweep_reconsider(rib, peer);
}

void rib_peer_set_warm_up(struct rib *rib, struct rib_peer *peer,
			  const struct warm_up *warm_up)
{
	struct path_source *source = &peer->source;
	uint8_t missing = WARM_UP_STEPS - warm_up->steps;

	if (source->joining == warm_up->joining &&
	    source->missing_steps == missing)
		return;
	source->joining = warm_up->joining;
	source->missing_steps = missing;
	sweep_reconsider(rib, peer);
}

uint64_t rib_peer_joins_in_ms(const struct rib_peer *peer, uint64_t now_ms)
{
	uint64_t age_ms = now_ms - peer->warm_since_ms;
	struct warm_up warm_up = warm_up_at(&peer->warm_up, age_ms);

	return peer->warm_since_ms && warm_up.joining ?
		       warm_up.next_ms - age_ms :
		       0;
}

void rib_request_work(struct rib *rib)
{
	const struct rib_hooks *hooks = &rib->hooks;

	if (rib->work_requested)
		return;
	rib->work_requested = true;
	hooks->work_waiting(hooks->context);
}

bool rib_process(struct rib *rib)
{
	bool left;

	rib->work_requested = true; /* marks in here are decided in here */
	rib->now_ms = clock_now_ms();
	rib->mass_waits = sweep_is_waiting(rib) || !TAILQ_EMPTY(&rib->walkers);
	left = rib_nexthop_mark_routes(rib);
	left |= sweep_accepted(rib);
	left |= loc_rib_decide(rib);
	left |= sweep_refused(rib);
	/* A refused path that is judged again may be accepted now. */
	left |= !STAILQ_EMPTY(&rib->marked);
	left |= export_walk(rib);
	aggregate_refresh(rib);
	rib->turn_cost = 0;
	rib->work_requested = left;
	return left;
}

void rib_finish_leaving(struct rib *rib)
{
	const unsigned int budget = rib->turn_budget;

	rib->turn_budget = UINT_MAX;
	sweep_accepted(rib);
	sweep_refused(rib);
	export_walk(rib);
	rib->turn_budget = budget;
}

void rib_free(struct rib *rib)
{
	struct rib_peer *peer;
	struct prefix_node *node, *next;

	if (!rib)
		return;
	while ((peer = TAILQ_FIRST(&rib->peers)))
		rib_peer_down(rib, peer);
	rib_finish_leaving(rib);
	for (node = prefix_map_next(&rib->routes, NULL); node; node = next) {
		struct route *route = (struct route *)node;

		next = prefix_map_next(&rib->routes, node);
		while (route->exports)
			export_free(rib, route->exports);
		pool_give(&rib->route_pool, route);
	}
	pool_free(&rib->route_pool);
	pool_free(&rib->path_pool);
	pool_free(&rib->export_pool);
	prefix_map_free(&rib->routes);
	origins_free(&rib->origins);
	departures_free(&rib->departures);
	path_indexes_free(&rib->path_indexes);
	attribute_table_free(&rib->attributes);
	free(rib->aggregates);
	free(rib->vip_decisions);
	free(rib->members);
	free(rib);
}

uint64_t rib_path_since_ms(const struct rib *rib, const struct path *path)
{
	return (uint64_t)*pool_tag(&rib->path_pool, path) * CLOCK_MS_PER_S;
}

uint32_t rib_path_weight(const struct rib *rib, const struct route *route,
			 const struct path *path)
{
	const struct decision_options *options =
		rib_decision_options(rib, &route->node.prefix);
	uint32_t weight = weight_of_path(options, route->paths, path);

	return weight_scaled(options, path, weight,
			     weight_scale(options, route->paths));
}

const struct origins *rib_origins(const struct rib *rib,
				  const struct prefix *vip)
{
	return origins_find(&rib->origins, vip);
}

const struct departures *rib_departures(const struct rib *rib)
{
	return &rib->departures;
}

const struct departure *rib_departure(const struct rib *rib,
				      const struct route *route,
				      const struct address *neighbor)
{
	return departures_find(&rib->departures, &route->node.prefix,
			       route->node.hash, neighbor);
}

const struct import_options *rib_import_options(const struct rib *rib)
{
	return &rib->options.import;
}

const struct decision_options *rib_decision_options(const struct rib *rib,
						    const struct prefix *prefix)
{
	const struct import_options *import = &rib->options.import;
	const struct vip_options *vip =
		rib->vip_decisions ? import_vip(import, prefix) : NULL;

	return vip ? &rib->vip_decisions[vip - import->vips] :
		     &rib->options.decision;
}

const struct route *rib_find(const struct rib *rib, const struct prefix *prefix)
{
	return (const struct route *)prefix_map_find(&rib->routes, prefix);
}

const struct route *rib_match(const struct rib *rib,
			      const struct address *address)
{
	return (const struct route *)prefix_map_match(&rib->routes, address);
}

struct rib_totals rib_totals(const struct rib *rib)
{
	return rib->totals;
}

const struct prefix_map *rib_routes(const struct rib *rib)
{
	return &rib->routes;
}

const struct route *rib_next(const struct rib *rib, const struct route *route)
{
	return (const struct route *)prefix_map_next(
		&rib->routes, route ? &route->node : NULL);
}

const struct rib_peer *rib_peer_next(const struct rib *rib,
				     const struct rib_peer *peer)
{
	return peer ? TAILQ_NEXT(peer, link) : TAILQ_FIRST(&rib->peers);
}
