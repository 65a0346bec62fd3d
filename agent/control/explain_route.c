// SPDX-License-Identifier: BSD-2-Clause
/*
 * Why each path of a prefix is in the set or not: the step at which it lost,
 * and the values that were compared in it. See explain.h.
 */

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "bgp/codec/attributes.h"
#include "bgp/codec/protocol.h"
#include "control/explain.h"
#include "control/json.h"
#include "control/request.h"
#include "control/show_internal.h"
#include "nexthop/bfd_session.h"
#include "nexthop/nexthop.h"
#include "rib/export_rule.h"
#include "rib/path_value.h"
#include "rib/rib.h"

enum {
	WHY_SIZE = 256,
	BFD_TEXT_SIZE = 96,
};

/* One path, and what it is held against. */
struct question {
	const struct control_view *view;
	const struct route *route;
	const struct path *path;
	const struct path *winner; /* the best path; for MEDs the lowest */
	char *text;		   /* WHY_SIZE bytes */
};

static const struct decision_options *options_of(const struct question *q)
{
	return rib_decision_options(q->view->rib);
}

/* Numbers that were compared, the path's own first. */
struct compared {
	const char *what;
	uint64_t own;
	uint64_t winner;
};

static bool compare(const struct question *q, struct compared *out)
{
	const struct decision_options *options = options_of(q);
	const struct attribute_set *own = q->path->attributes;
	const struct attribute_set *winner = q->winner->attributes;

	switch (q->path->reason) {
	case REASON_LOCAL_PREF:
		*out = (struct compared){ "LOCAL_PREF", own->local_pref,
					  winner->local_pref };
		return true;
	case REASON_AIGP:
		*out = (struct compared){ "AIGP and the cost to the next hop",
					  path_aigp(q->path),
					  path_aigp(q->winner) };
		return own->has_aigp;
	case REASON_AS_PATH_LENGTH:
		*out = (struct compared){ "AS_PATH length",
					  path_length(options, q->path),
					  path_length(options, q->winner) };
		return true;
	case REASON_ORIGIN:
		*out = (struct compared){ "ORIGIN", own->origin,
					  winner->origin };
		return true;
	case REASON_MED:
		*out = (struct compared){ "MED", path_med(options, q->path),
					  path_med(options, q->winner) };
		return true;
	case REASON_IGP_COST:
		*out = (struct compared){ "cost to the next hop",
					  own->nexthop->igp_cost,
					  winner->nexthop->igp_cost };
		return true;
	case REASON_CLUSTER_LENGTH:
		*out = (struct compared){ "CLUSTER_LIST length",
					  own->cluster_length,
					  winner->cluster_length };
		return true;
	default:
		return false;
	}
}

static void say_compared(const struct question *q,
			 const struct compared *compared)
{
	char winner[ADDRESS_TEXT_SIZE];

	address_format(&q->winner->source->address, winner);
	if (q->path->reason == REASON_ORIGIN)
		snprintf(q->text, WHY_SIZE, "ORIGIN %s, that of %s has %s",
			 bgp_origin_name((unsigned int)compared->own), winner,
			 bgp_origin_name((unsigned int)compared->winner));
	else
		snprintf(q->text, WHY_SIZE,
			 "%s %" PRIu64 ", that of %s has %" PRIu64,
			 compared->what, compared->own, winner,
			 compared->winner);
}

/* What BFD has against the next hop: "", or the rest of a sentence. */
static const char *bfd_objection(const struct question *q,
				 const struct nexthop *nexthop, char *text,
				 size_t size)
{
	const struct bfd_session *session;
	const char *cause;

	if (!nexthop || nexthop->bfd == NEXTHOP_BFD_SILENT)
		return "";
	session = nexthop_session(q->view->tracker, &nexthop->address);
	if (!session)
		return ", and BFD with it is not possible";
	if (nexthop->bfd == NEXTHOP_BFD_WAITING)
		return ", and BFD with it was not up yet";
	if (session->remote_state == BFD_STATE_ADMIN_DOWN)
		return ", and its administrator took BFD down";
	cause = bfd_diagnostic_name(session->diagnostic);
	snprintf(text, size, ", and BFD with it is down: %s",
		 cause ? cause : "coming back");
	return text;
}

static const char *const nexthop_words[NEXTHOP_STATE_COUNT] = {
	[NEXTHOP_UNREACHABLE] = "is not behind an interface of ours",
	[NEXTHOP_RESOLVING] = "has not answered yet",
	[NEXTHOP_RESOLVED] = "is alive",
	[NEXTHOP_SUSPECT] = "is alive, but slow to answer",
	[NEXTHOP_FAILED] = "does not answer, or its link is down",
};

static void say_nexthop(const struct question *q)
{
	const struct address *address =
		rib_nexthop_address(q->path->attributes->nexthop);
	const struct nexthop *nexthop = nexthop_find(q->view->tracker, address);
	char text[ADDRESS_TEXT_SIZE], bfd[BFD_TEXT_SIZE];

	snprintf(q->text, WHY_SIZE, "next hop %s %s%s",
		 address_format(address, text),
		 nexthop ? nexthop_words[nexthop->state] : "is not tracked",
		 bfd_objection(q, nexthop, bfd, sizeof(bfd)));
}

static void say_import(const struct question *q)
{
	const char *cause = import_cause_name(q->path->cause);

	if (q->path->rule)
		snprintf(q->text, WHY_SIZE, "%s %u", cause, q->path->rule);
	else
		snprintf(q->text, WHY_SIZE, "%s", cause ? cause : "refused");
}

/* What there is to say of the steps that compare no numbers. */
static const char *const plain_reasons[REASON_COUNT] = {
	[REASON_DISTANCE] = "a path of a lower administrative distance goes "
			    "first (--path, distance=)",
	[REASON_DRAINING] = "GRACEFUL_SHUTDOWN or a bandwidth of 0, and others "
			    "are not draining",
	[REASON_STALE] = "LLGR_STALE, and others are fresh",
	[REASON_AIGP] = "it has no AIGP, others have one",
	[REASON_EBGP_OVER_IBGP] = "learned inside our AS, the best one outside",
	[REASON_AS_PATH_CONTENT] = "as good as the best path, but of another "
				   "AS_PATH than --multipath-as-path allows",
	[REASON_MULTIPATH_OFF] = "as good as the best path, but multipath=no "
				 "for its neighbor or for the best one's",
	[REASON_DUPLICATE_NEXTHOP] = "its next hop is in the set already",
	[REASON_MAX_PATHS] = "as good as the best path, but the set is full: "
			     "--maximum-paths",
};

static void say_why(const struct question *q)
{
	struct compared compared;

	if (q->path->reason == REASON_NONE)
		snprintf(q->text, WHY_SIZE, "%s",
			 q->path->best ? "best: the lowest BGP identifier of "
					 "those that are as good" :
					 "as good as the best path");
	else if (q->winner && compare(q, &compared))
		say_compared(q, &compared);
	else if (q->path->reason == REASON_NEXTHOP_DEAD ||
		 q->path->reason == REASON_NEXTHOP_UNRESOLVED)
		say_nexthop(q);
	else if (plain_reasons[q->path->reason])
		snprintf(q->text, WHY_SIZE, "%s",
			 plain_reasons[q->path->reason]);
	else
		say_import(q);
}

/* A path that lost by its MED lost to one of its own group: RFC 4271 9.1.2.2 c. */
static const struct path *winner_of(const struct control_view *view,
				    const struct route *route,
				    const struct path *path)
{
	const struct decision_options *options =
		rib_decision_options(view->rib);
	const struct path *winner = route_best(route), *other;

	if (path->reason != REASON_MED)
		return winner;
	for (other = route->paths; other; other = other->next)
		if ((other->reason == REASON_NONE ||
		     other->reason > REASON_MED) &&
		    (options->always_compare_med ||
		     other->attributes->neighbor_as ==
			     path->attributes->neighbor_as))
			return other;
	return winner;
}

static struct json_object *explain_path(const struct control_view *view,
					const struct route *route,
					const struct path *path)
{
	char why[WHY_SIZE];
	const struct question question = {
		.view = view,
		.route = route,
		.path = path,
		.winner = winner_of(view, route, path),
		.text = why,
	};
	struct json_object *out = show_path(view, route, path);
	struct compared compared;

	say_why(&question);
	json_add_bool(out, "best", path->best);
	json_add_text(out, "why", why);
	if (question.winner && path->reason != REASON_NONE &&
	    compare(&question, &compared)) {
		struct json_object *both = json_object_new_object();

		json_add_number(both, "own", compared.own);
		json_add_number(both, "winner", compared.winner);
		json_add(both, "winner_neighbor",
			 json_of_address(&question.winner->source->address));
		json_add(out, "compared", both);
	}
	return out;
}

/* Who is told, and of the others why not: by the rules of the export itself. */
static struct json_object *
explain_announcements(const struct control_view *view,
		      const struct route *route)
{
	struct json_object *list = json_object_new_array();
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer))) {
		struct json_object *row;
		enum export_cause cause;

		if (!peer->bit)
			continue;
		cause = export_explain(view->rib, route, peer);
		row = json_object_new_object();
		json_add(row, "neighbor",
			 json_of_address(&peer->source.address));
		json_add_bool(row, "announced",
			      route_announced(route) & peer->bit);
		json_add_text(row, "cause", export_cause_name(cause));
		json_object_array_add(list, row);
	}
	return list;
}

struct json_object *explain_route(const struct control_view *view,
				  const char *prefix)
{
	struct json_object *error, *reply, *out, *paths;
	const struct route *route = show_find_route(view, prefix, &error);
	uint64_t cut = 0;

	if (!route)
		return error;
	out = json_object_new_object();
	paths = json_object_new_array();
	for (const struct path *path = route->paths; path; path = path->next) {
		json_object_array_add(paths, explain_path(view, route, path));
		cut += path->reason == REASON_MAX_PATHS;
	}
	json_add(out, "prefix", json_of_prefix(&route->node.prefix));
	json_add_bool(out, "forwarding", route->forwarding);
	json_add_number(out, "selected", route->selected);
	json_add_number(out, "cut", cut);
	json_add(out, "paths", paths);
	json_add(out, "announcements", explain_announcements(view, route));
	reply = json_object_new_object();
	json_add(reply, "explain", out);
	return reply;
}
