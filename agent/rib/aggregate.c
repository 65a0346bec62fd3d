// SPDX-License-Identifier: BSD-2-Clause
/* Aggregates: prefixes announced for the VIPs inside. See aggregate.h. */

#include "rib/aggregate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "core/array.h"
#include "core/log.h"
#include "rib/import.h"

enum {
	NUMBERS_MAX = AS_PATH_SEGMENT_MAX, /* a set is one segment */
};

/* Distinct numbers in order. `full`: some found no room. */
struct numbers {
	size_t count;
	bool full;
	uint32_t values[NUMBERS_MAX];
};

/* The attributes of all contributors taken together. */
struct summary {
	bool first_seen;
	bool same_path; /* all have the AS_PATH `path` */
	bool atomic;	/* one has ATOMIC_AGGREGATE */
	uint8_t origin;
	uint32_t otc; /* the lowest; 0: no contributor has one */
	struct reader path;
	struct numbers ases;
	struct numbers communities;
};

/* Memory behind the views of the aggregate's attributes. */
struct summary_bytes {
	uint8_t as_set[AS_PATH_SEGMENT_HEADER + NUMBERS_MAX * BGP_AS4_SIZE];
	uint8_t communities[NUMBERS_MAX * BGP_COMMUNITY_SIZE];
};

/* ------------------------------------------------------------- summary */

static void add_number(struct numbers *numbers, uint32_t value)
{
	size_t at = 0;

	while (at < numbers->count && numbers->values[at] < value)
		at++;
	if (at < numbers->count && numbers->values[at] == value)
		return;
	if (numbers->count == NUMBERS_MAX) {
		numbers->full = true;
		return;
	}
	memmove(&numbers->values[at + 1], &numbers->values[at],
		(numbers->count - at) * sizeof(value));
	numbers->values[at] = value;
	numbers->count++;
}

static void add_numbers(struct numbers *numbers, struct reader list)
{
	while (list.left)
		add_number(numbers, reader_u32(&list));
}

static void add_as_path(struct numbers *numbers, struct reader path)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		add_numbers(numbers, segment.numbers);
}

static bool same_bytes(struct reader a, struct reader b)
{
	return a.left == b.left && !memcmp(a.data, b.data, a.left);
}

static void add_to_summary(struct summary *sum,
			   const struct bgp_attributes *from)
{
	if (!sum->first_seen)
		sum->path = from->as_path;
	sum->same_path = (!sum->first_seen || sum->same_path) &&
			 same_bytes(sum->path, from->as_path);
	sum->first_seen = true;
	sum->atomic |= !!(from->present & BGP_HAS_ATOMIC_AGGREGATE);
	/* RFC 4271 9.2.2.2: INCOMPLETE before EGP before IGP. */
	if (from->origin > sum->origin)
		sum->origin = from->origin;
	if (from->present & BGP_HAS_OTC && (!sum->otc || from->otc < sum->otc))
		sum->otc = from->otc;
	add_as_path(&sum->ases, from->as_path);
	add_numbers(&sum->communities, from->communities);
}

static struct reader write_numbers(struct writer w,
				   const struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->count; i++)
		writer_u32(&w, numbers->values[i]);
	return reader_of(w.data, w.used);
}

static struct reader as_set_of(struct summary_bytes *bytes,
			       const struct numbers *ases)
{
	struct writer w = writer_of(bytes->as_set, sizeof(bytes->as_set));

	writer_u8(&w, BGP_SEGMENT_SET);
	writer_u8(&w, (uint8_t)ases->count);
	write_numbers(w, ases);
	return reader_of(w.data,
			 AS_PATH_SEGMENT_HEADER + ases->count * BGP_AS4_SIZE);
}

/* Set the AS_PATH. Returns true if it lacks AS numbers. */
static bool choose_as_path(const struct aggregate_options *config,
			   const struct summary *sum,
			   struct summary_bytes *bytes,
			   struct bgp_attributes *out)
{
	if (sum->same_path) {
		out->as_path = sum->path;
		return false;
	}
	if (!config->as_set)
		return true;
	out->as_path = as_set_of(bytes, &sum->ases);
	return sum->ases.full;
}

/*
 * RFC 4271 5.1.6, 5.1.7. Communities of all contributors are kept unless AS
 * numbers were left out: RFC 1997.
 */
static void make_attributes(const struct rib *rib,
			    const struct aggregate_options *config,
			    const struct summary *sum,
			    struct summary_bytes *bytes,
			    struct bgp_attributes *out)
{
	const struct import_options *us = &rib->options.import;

	*out = (struct bgp_attributes){
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP |
			   BGP_HAS_AGGREGATOR,
		.origin = sum->origin,
		.aggregator_as = import_public_as(us),
		.aggregator = address_from_ipv4(htonl(us->local_identifier)),
		.otc = sum->otc,
	};
	if (sum->otc)
		out->present |= BGP_HAS_OTC;
	if (choose_as_path(config, sum, bytes, out) || sum->atomic) {
		out->present |= BGP_HAS_ATOMIC_AGGREGATE;
	} else if (sum->communities.count && !sum->communities.full) {
		out->present |= BGP_HAS_COMMUNITIES;
		out->communities =
			write_numbers(writer_of(bytes->communities,
						sizeof(bytes->communities)),
				      &sum->communities);
	}
}

/* ------------------------------------------------------------- life */

static struct aggregate *find_aggregate(const struct rib *rib,
					const struct prefix *prefix)
{
	for (size_t i = 0; i < rib->options.import.aggregate_count; i++)
		if (prefix_covers(&rib->aggregates[i].config->prefix, prefix))
			return &rib->aggregates[i];
	return NULL;
}

/* True if a community (RFC 1997) forbids to announce the route further. */
static bool forbids_export(const struct route_export *export)
{
	static const uint32_t keep[] = {
		BGP_COMMUNITY_NO_ADVERTISE,
		BGP_COMMUNITY_NO_EXPORT,
		BGP_COMMUNITY_NO_EXPORT_SUBCONFED,
	};
	struct reader list = attribute_set_view(export->attributes).communities;

	for (size_t i = 0; i < COUNT_OF(keep); i++)
		if (community_list_contains(list, keep[i]))
			return true;
	return false;
}

void aggregate_contribute(struct rib *rib, struct route_export *export)
{
	struct aggregate *before = export->aggregate;
	struct aggregate *now = NULL;

	if (export->attributes && !forbids_export(export))
		now = find_aggregate(rib, &export->route->node.prefix);
	if (before)
		before->changed = true;
	if (now)
		now->changed = true;
	if (before == now)
		return;
	if (before)
		LIST_REMOVE(export, contributor_link);
	if (now)
		LIST_INSERT_HEAD(&now->contributors, export, contributor_link);
	export->aggregate = now;
	export_mark_route(rib, export->route);
}

bool aggregate_suppresses(const struct route_export *best)
{
	return best && best->aggregate && best->aggregate->config->summary_only;
}

/* Return the aggregate's attributes; the caller releases the set. */
static struct attribute_set *
aggregate_attributes(struct rib *rib, const struct aggregate *aggregate)
{
	const struct route_export *export;
	struct summary_bytes bytes;
	struct bgp_attributes attributes;
	struct summary sum = { .origin = BGP_ORIGIN_IGP };

	LIST_FOREACH(export, &aggregate->contributors, contributor_link) {
		struct bgp_attributes from =
			attribute_set_view(export->attributes);

		add_to_summary(&sum, &from);
		/* Our statement leaves the path of the servers out. */
		sum.atomic |= export->of_path &&
			      export->of_path->as_path_length;
	}
	make_attributes(rib, aggregate->config, &sum, &bytes, &attributes);
	return attribute_set_intern(&rib->attributes, &attributes, 0);
}

static void log_aggregate_failed(const struct prefix *prefix)
{
	log_event(EVENT_MEMORY_SHORT, &(struct event_objects){ .vip = prefix },
		  "aggregate not announced");
}

static void announce_aggregate(struct rib *rib,
			       const struct aggregate *aggregate)
{
	struct attribute_set *set = aggregate_attributes(rib, aggregate);
	struct route *route = route_get(rib, &aggregate->config->prefix);

	if (set && route)
		export_aggregate(rib, route, set);
	else
		log_aggregate_failed(&aggregate->config->prefix);
	if (set)
		attribute_set_release(&rib->attributes, set);
	if (route)
		route_free_if_unused(rib, route);
}

static void withdraw_aggregate(struct rib *rib,
			       const struct aggregate *aggregate)
{
	struct route *route = (struct route *)prefix_map_find(
		&rib->routes, &aggregate->config->prefix);

	if (!route)
		return;
	export_aggregate(rib, route, NULL);
	route_free_if_unused(rib, route);
}

void aggregate_refresh(struct rib *rib)
{
	for (size_t i = 0; i < rib->options.import.aggregate_count; i++) {
		struct aggregate *aggregate = &rib->aggregates[i];

		if (!aggregate->changed)
			continue;
		aggregate->changed = false;
		if (LIST_EMPTY(&aggregate->contributors))
			withdraw_aggregate(rib, aggregate);
		else
			announce_aggregate(rib, aggregate);
	}
}

static void leave_aggregate(struct rib *rib, struct aggregate *aggregate)
{
	struct route_export *export;

	while ((export = LIST_FIRST(&aggregate->contributors))) {
		LIST_REMOVE(export, contributor_link);
		export->aggregate = NULL;
		export_mark_route(rib, export->route);
	}
}

static bool is_still_there(const struct rib *rib, const struct prefix *prefix)
{
	const struct import_options *import = &rib->options.import;

	for (size_t i = 0; i < import->aggregate_count; i++)
		if (prefix_equal(&import->aggregates[i].prefix, prefix))
			return true;
	return false;
}

void aggregate_replace_all(struct rib *rib, struct aggregate *list,
			   size_t count_before)
{
	struct aggregate *before = rib->aggregates;
	struct route_export *export;

	for (size_t i = 0; i < count_before; i++) {
		leave_aggregate(rib, &before[i]);
		if (!is_still_there(rib, &before[i].config->prefix))
			withdraw_aggregate(rib, &before[i]);
	}
	rib->aggregates = list;
	free(before);
	for (size_t i = 0; i < rib->options.import.aggregate_count; i++)
		list[i].changed = true;
	TAILQ_FOREACH(export, &rib->exports, all_link)
		if (export->route && export->path_id == RIB_BEST_PATH &&
		    !export->route->aggregate)
			aggregate_contribute(rib, export);
}
