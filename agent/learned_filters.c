// SPDX-License-Identifier: BSD-2-Clause
/* Filters of neighbors. See learned_filters.h. */

#include "learned_filters.h"

#include <errno.h>
#include <string.h>

#include "bgp/codec/flowspec.h"
#include "bgp/codec/flowspec_valid.h"
#include "bgp/codec/update.h"
#include "bgp/session/neighbor.h"
#include "core/log.h"
#include "filter/book.h"
#include "filter/words.h"
#include "rib/import.h"
#include "rib/rib.h"

/* ------------------------------------------------------------- blackholes */

static void learn_blackhole(struct filter_book *filters,
			    const struct address *neighbor,
			    const struct prefix *prefix)
{
	const struct event_objects objects = { .neighbor = neighbor };
	char text[PREFIX_TEXT_SIZE];
	int err = filter_book_learn(filters, neighbor, prefix);

	if (!err)
		return;
	prefix_format(prefix, text);
	if (err == -ENOSPC)
		log_event(EVENT_BLACKHOLE_REFUSED, &objects,
			  "blackhole %s refused: there are %d of all "
			  "neighbors; it needs to be announced again when "
			  "there is room",
			  text, FILTER_MAX_BLACKHOLES);
	else
		log_event(EVENT_FILTERS_FAILED, &objects, "no blackhole %s: %s",
			  text, strerror(-err));
}

void learned_filters_blackhole(struct filter_book *filters,
			       const struct rib_peer *peer,
			       const struct prefix *prefix, bool wanted)
{
	const struct address *neighbor = &peer->source.address;
	char text[PREFIX_TEXT_SIZE];

	if (wanted)
		learn_blackhole(filters, neighbor, prefix);
	else if (filter_book_withdraw(filters, neighbor, prefix))
		log_event(EVENT_FILTER_ENDED,
			  &(struct event_objects){ .neighbor = neighbor },
			  "vip %s: withdrawn", prefix_format(prefix, text));
}

/* ------------------------------------------------------------- validation */

/* Return the longest route with a path that is accepted, or NULL. */
static const struct route *unicast_route(const struct rib *rib,
					 const struct prefix *destination)
{
	struct prefix prefix = *destination;

	for (;; prefix.length--) {
		const struct route *route;

		prefix_clear_host_bits(&prefix);
		route = rib_find(rib, &prefix);
		for (const struct path *path = route ? route->paths : NULL;
		     path; path = path->next)
			if (path->import == IMPORT_ACCEPTED &&
			    !path->source->leaving)
				return route;
		if (!prefix.length)
			return NULL;
	}
}

static bool is_announced_by(const struct route *route,
			    const struct rib_peer *peer)
{
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->source == &peer->source &&
		    path->import == IMPORT_ACCEPTED)
			return true;
	return false;
}

/*
 * A backend speaks for itself: the checks of RFC 9117 4.1 b and c are for it. For
 * others the key of the neighbor is the configuration that lifts them (RFC 8955
 * 6), as those who defend VIPs do not announce them. Whether routes inside a
 * prefix are of others is not looked up, so a backend names single addresses.
 */
static const char *refusal_of(const struct rib *rib,
			      const struct rib_peer *peer,
			      const struct filter_row *row)
{
	struct flowspec_facts facts = {
		.trusted = peer->role != NEIGHBOR_ROLE_BACKEND,
		.external = peer->source.type == PEER_EXTERNAL,
	};
	struct flowspec_component part;
	const struct route *route;

	facts.has_destination = flowspec_find(row->rule, row->ipv6,
					      FLOWSPEC_DESTINATION, &part);
	if (facts.has_destination) {
		facts.inside_vips =
			import_vip(rib_import_options(rib), &part.prefix);
		facts.inside_its_vips =
			import_check_neighbor(peer->vips, 0, &part.prefix) ==
			IMPORT_ACCEPTED;
	}
	if (facts.inside_vips && !facts.trusted) {
		route = unicast_route(rib, &part.prefix);
		facts.has_route = route;
		facts.same_originator = route && is_announced_by(route, peer);
		facts.same_first_as = facts.same_originator;
		facts.other_more_specific = !prefix_is_host(&part.prefix);
	}
	return flowspec_refusal(&facts);
}

/* Return why a rule of a neighbor must not be in force, or NULL. */
static const char *judge_rule_of(const struct rib *rib,
				 const struct rib_peer *peer,
				 const struct filter_row *row)
{
	const char *reason = refusal_of(rib, peer, row);

	return reason ? reason : flowspec_actions_refusal(&row->actions);
}

static const struct rib_peer *find_peer_at(const struct rib *rib,
					   const struct address *neighbor)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(rib, peer)))
		if (!peer->source.leaving &&
		    address_equal(&peer->source.address, neighbor))
			return peer;
	return NULL;
}

static const char *judge_again(const struct filter_row *row, void *context)
{
	const struct learned_filters *learned = context;
	const struct rib_peer *peer =
		find_peer_at(learned->rib, &row->neighbor);

	return peer ? judge_rule_of(learned->rib, peer, row) : row->judgment;
}

/* Routes count for the rules of backends only. */
static const char *judge_by_routes(const struct filter_row *row, void *context)
{
	const struct learned_filters *learned = context;
	const struct rib_peer *peer =
		find_peer_at(learned->rib, &row->neighbor);

	return peer && peer->role == NEIGHBOR_ROLE_BACKEND ?
		       judge_rule_of(learned->rib, peer, row) :
		       row->judgment;
}

void learned_filters_judge(struct learned_filters *learned)
{
	filter_book_judge(learned->book, judge_again, learned);
}

void learned_filters_routes_changed(struct learned_filters *learned)
{
	learned->routes_changed |= filter_book_flowspecs(learned->book, NULL) >
				   0;
}

/* ------------------------------------------------------------- learning */

/* Tell of a rule that is not kept. */
static void refuse_rule(const struct rib_peer *peer,
			const struct filter_row *row, const char *reason)
{
	char match[FILTER_WORDS_SIZE];

	log_event(EVENT_FILTER_REFUSED,
		  &(struct event_objects){ .neighbor = &peer->source.address },
		  "%s: not kept: %s", filter_match_words(row, match), reason);
}

static void learn(struct learned_filters *learned, struct rib_peer *peer,
		  const struct filter_row *row)
{
	const struct filter_flowspec from = {
		.neighbor = peer->source.address,
		.ipv6 = row->ipv6,
		.rule = row->rule,
	};
	int err = filter_book_learn_flowspec(
		learned->book, &from, &row->actions,
		judge_rule_of(learned->rib, peer, row));

	if (err == -ENOSPC) {
		refuse_rule(peer, row, "the neighbor has 1000 rules already");
		peer->flowspecs_wait = true;
	} else if (err) {
		refuse_rule(peer, row, strerror(-err));
	}
}

/* Learn the rules of a list, with the actions of their UPDATE. */
static void learn_all(struct learned_filters *learned, struct rib_peer *peer,
		      const struct bgp_flowspecs *list,
		      const struct bgp_attributes *attributes)
{
	struct filter_row row = { .origin = FILTER_FLOWSPEC,
				  .ipv6 = list->ipv6 };
	struct reader rules = list->rules;
	const bool loops =
		import_is_loop(rib_import_options(learned->rib), attributes);

	flowspec_actions_read(attributes, &row.actions);
	while (flowspec_next(&rules, &row.rule)) {
		const char *error = flowspec_check(row.rule, list->ipv6);

		if (error)
			log_event(EVENT_FILTER_REFUSED,
				  &(struct event_objects){
					  .neighbor = &peer->source.address },
				  "a rule is malformed: %s (RFC 8955 10)",
				  error);
		else if (loops)
			refuse_rule(peer, &row,
				    "the path is a loop through us");
		else
			learn(learned, peer, &row);
	}
}

static void withdraw_all(struct learned_filters *learned,
			 const struct rib_peer *peer,
			 const struct bgp_flowspecs *list)
{
	struct filter_row row = { .origin = FILTER_FLOWSPEC,
				  .ipv6 = list->ipv6 };
	struct reader rules = list->rules;
	char match[FILTER_WORDS_SIZE];

	while (flowspec_next(&rules, &row.rule)) {
		const struct filter_flowspec from = {
			.neighbor = peer->source.address,
			.ipv6 = list->ipv6,
			.rule = row.rule,
		};

		if (flowspec_check(row.rule, list->ipv6) ||
		    !filter_book_withdraw_flowspec(learned->book, &from))
			continue;
		log_event(EVENT_FILTER_ENDED,
			  &(struct event_objects){
				  .neighbor = &peer->source.address },
			  "%s: withdrawn", filter_match_words(&row, match));
	}
}

/* Ask for the rules that were not kept when there is room again. */
static void ask_for_waiting(struct learned_filters *learned,
			    struct bgp_neighbor *neighbor,
			    struct rib_peer *peer)
{
	if (!peer->flowspecs_wait ||
	    filter_book_flowspecs(learned->book, &peer->source.address) ==
		    FILTER_MAX_FLOWSPECS)
		return;
	peer->flowspecs_wait = false;
	bgp_connection_ask_flowspecs(neighbor->session);
}

/* An UPDATE with an error withdraws what it announces (RFC 7606 2). */
bool learned_filters_update(struct learned_filters *learned,
			    struct bgp_neighbor *neighbor,
			    const struct bgp_update *update)
{
	struct rib_peer *peer = neighbor->owner_data;
	const struct bgp_flowspecs *announced = &update->flowspec_announced;

	if (!update->flowspec_withdrawn.present && !announced->present)
		return false;
	withdraw_all(learned, peer, &update->flowspec_withdrawn);
	if (update->error.verdict >= BGP_VERDICT_WITHDRAW)
		withdraw_all(learned, peer, announced);
	else
		learn_all(learned, peer, announced, &update->attributes);
	ask_for_waiting(learned, neighbor, peer);
	return true;
}

void learned_filters_forget(struct filter_book *filters,
			    const struct rib_peer *peer)
{
	size_t count = filter_book_forget(filters, &peer->source.address);

	if (count)
		log_event(EVENT_FILTER_ENDED,
			  &(struct event_objects){
				  .neighbor = &peer->source.address },
			  "all %zu of the neighbor: its session has ended",
			  count);
}

/* ------------------------------------------------------------- handover */

void learned_filters_give(struct writer *w, const struct filter_row *row)
{
	writer_u8(w, row->ipv6);
	flowspec_write(w, row->rule);
	flowspec_actions_write(w, &row->actions, 0);
}

bool learned_filters_take(struct learned_filters *learned,
			  struct bgp_neighbor *neighbor, struct reader body)
{
	struct filter_row row = { .origin = FILTER_FLOWSPEC,
				  .ipv6 = reader_u8(&body) };
	struct bgp_attributes attributes = { 0 };

	if (!flowspec_next(&body, &row.rule) ||
	    flowspec_check(row.rule, row.ipv6))
		return false;
	attributes.extended_communities = body;
	flowspec_actions_read(&attributes, &row.actions);
	learn(learned, neighbor->owner_data, &row);
	return true;
}

/* ------------------------------------------------------------- in force */

static void tell_news(struct filter_book *filters)
{
	char match[FILTER_WORDS_SIZE], action[FILTER_WORDS_SIZE];
	struct filter_row row;
	size_t index = 0;

	while (filter_book_take_news(filters, &index, &row)) {
		const struct event_objects of = { .neighbor = &row.neighbor };

		filter_match_words(&row, match);
		if (row.refusal)
			log_event(EVENT_FILTER_REFUSED, &of, "%s: refused: %s",
				  match, row.refusal);
		else
			log_event(EVENT_FILTER_IN_FORCE, &of, "%s: %s", match,
				  filter_action_words(&row, action));
	}
}

static void apply_and_report(struct filter_book *filters)
{
	int err = filter_book_apply(filters);
	size_t refused;

	if (err) {
		log_event(EVENT_FILTERS_FAILED, NULL,
			  "filters of neighbors are not put in force: %s",
			  strerror(-err));
		return;
	}
	refused = filter_book_refused(filters);
	if (refused)
		log_event(EVENT_BLACKHOLE_REFUSED, NULL,
			  "%zu blackholes do not fit: at most %d filters, %d "
			  "for a VIP; show filters has them",
			  refused, HG_MAX_FILTERS, HG_MAX_FILTERS_OF_VIP);
	tell_news(filters);
}

void learned_filters_take_charge(struct learned_filters *learned)
{
	filter_book_judge(learned->book, judge_again, learned);
	apply_and_report(learned->book);
}

void learned_filters_apply(struct learned_filters *learned)
{
	if (learned->routes_changed)
		filter_book_judge(learned->book, judge_by_routes, learned);
	learned->routes_changed = false;
	if (filter_book_is_dirty(learned->book))
		apply_and_report(learned->book);
}
