// SPDX-License-Identifier: BSD-2-Clause
/* The verdict on received paths. See inbound.h. */

#include "rib/inbound.h"

#include <errno.h>
#include <inttypes.h>

#include "bgp/codec/community.h"
#include "bgp/codec/tunnel.h"
#include "core/log.h"
#include "rib/otc.h"
#include "rib/rib_internal.h"

/* RFC 7999 3.3: only where both ends have agreed on it. */
bool inbound_is_blackhole(const struct rib_peer *peer,
			  const struct bgp_attributes *attributes)
{
	return peer->blackhole &&
	       community_list_contains(attributes->communities,
				       BGP_COMMUNITY_BLACKHOLE);
}

static void begin(struct inbound *in, struct rib *rib,
		  const struct rib_peer *peer,
		  const struct bgp_attributes *attributes)
{
	in->rib = rib;
	in->peer = peer;
	in->attributes = *attributes;
	in->loop = import_is_loop(&rib->options.import, attributes);
	in->leak = otc_is_leak(peer->relation, peer->source.as, attributes);
	in->blackhole = inbound_is_blackhole(peer, attributes);
	in->judged = false;
	in->result.verdict = POLICY_UNDECIDED;
	in->result.rule = 0;
	in->result.set = 0;
	in->changed = NULL;
}

/*
 * Let the path lead to the end of its tunnel, where the neighbor may say where that
 * is. It is a next hop like any other: the checks of next hops follow.
 */
static void follow_tunnel(struct inbound *in)
{
	struct bgp_attributes *attributes = &in->attributes;
	struct bgp_tunnel tunnel;

	in->redirected = false;
	if (in->peer->source.encapsulation != HG_ENCAPSULATION_COUNT)
		return;
	tunnel = bgp_tunnel_of(attributes);
	if (address_is_zero(&tunnel.endpoint) ||
	    address_equal(&tunnel.endpoint, &attributes->nexthop))
		return;
	attributes->nexthop = tunnel.endpoint;
	attributes->link_local = (struct address){ 0 };
	in->redirected = true;
}

int inbound_begin(struct inbound *in, struct rib *rib,
		  const struct rib_peer *peer,
		  const struct bgp_attributes *attributes)
{
	begin(in, rib, peer, attributes);
	otc_mark_received(peer->relation, peer->source.as, &in->attributes);
	in->received =
		attribute_set_intern(&rib->attributes, &in->attributes, 0);
	follow_tunnel(in);
	return in->received ? 0 : -ENOMEM;
}

/* The mark of RFC 9234 is there: it says the same a second time. */
void inbound_begin_held(struct inbound *in, struct rib *rib,
			const struct rib_peer *peer,
			struct attribute_set *received)
{
	const struct bgp_attributes attributes = attribute_set_view(received);

	begin(in, rib, peer, &attributes);
	in->received = received;
	received->references++;
	follow_tunnel(in);
}

static void forget_changed(struct inbound *in)
{
	if (in->changed)
		attribute_set_release(&in->rib->attributes, in->changed);
	in->changed = NULL;
}

/* Keep a result that differs from that of the last path. */
static int keep_result(struct inbound *in,
		       const struct bgp_attributes *attributes,
		       const struct policy_result *result)
{
	in->result = *result;
	in->judged = true;
	forget_changed(in);
	if (!result->set || result->verdict == POLICY_DENY)
		return 0;
	in->result.marks.received = in->received;
	in->changed = attribute_set_intern_marked(
		&in->rib->attributes, attributes, &in->result.marks);
	return in->changed ? 0 : -ENOMEM;
}

static int apply_import_rules(struct inbound *in, const struct prefix *prefix)
{
	struct bgp_attributes attributes = in->attributes;
	const struct policy_peer peer = rib_policy_peer(in->rib, in->peer);
	struct policy_result result;

	policy_apply(&in->rib->policy, RULE_FROM, &peer, prefix, &attributes,
		     &in->rib->policy_scratch, &result);
	if (in->redirected)
		result.set |= POLICY_SET_ATTRIBUTES;
	if (in->judged && policy_trace_equal(&result.trace, &in->result.trace))
		return 0;
	return keep_result(in, &attributes, &result);
}

/* Keep the attributes of paths that no rule is about, once for all of them. */
static int keep_redirected(struct inbound *in)
{
	static const struct policy_result redirected = {
		.verdict = POLICY_UNDECIDED,
		.set = POLICY_SET_ATTRIBUTES,
	};

	return in->judged ? 0 : keep_result(in, &in->attributes, &redirected);
}

int inbound_judge(struct inbound *in, const struct prefix *prefix,
		  struct inbound_verdict *verdict)
{
	const struct rib *rib = in->rib;
	int error = 0;

	verdict->reason = import_check(&rib->options.import, &rib->hooks.import,
				       in->peer->role, prefix);
	if (verdict->reason == IMPORT_ACCEPTED && in->peer->vips)
		verdict->reason = import_check_neighbor(
			in->peer->vips,
			in->blackhole ? 0 : in->peer->max_prefix_length,
			prefix);
	verdict->rule = 0;
	verdict->own_nexthop = false;
	verdict->multipath_off = false;
	verdict->attributes = in->received;
	if (verdict->reason == IMPORT_ACCEPTED && in->loop)
		verdict->reason = IMPORT_LOOP;
	if (verdict->reason == IMPORT_ACCEPTED && in->leak)
		verdict->reason = IMPORT_LEAK;
	if (verdict->reason != IMPORT_ACCEPTED)
		return 0;
	if (rib->policy.used[RULE_FROM] &&
	    (!in->judged || rib->policy.by_prefix[RULE_FROM]))
		error = apply_import_rules(in, prefix);
	else if (in->redirected)
		error = keep_redirected(in);
	verdict->reason = import_by_policy(in->peer->role, in->result.verdict);
	if (in->blackhole && in->result.verdict != POLICY_DENY)
		verdict->reason = IMPORT_BLACKHOLE;
	verdict->rule = in->result.rule;
	verdict->own_nexthop = in->result.set & POLICY_SET_NEXTHOP;
	verdict->multipath_off = in->result.set & POLICY_SET_MULTIPATH_OFF;
	if (verdict->reason == IMPORT_ACCEPTED && in->changed)
		verdict->attributes = in->changed;
	return error;
}

void inbound_end(struct inbound *in)
{
	forget_changed(in);
	attribute_set_release(&in->rib->attributes, in->received);
}

/* Warn once for each limit and session. */
static void log_max_prefix(const struct rib_peer *peer,
			   const struct prefix *prefix,
			   enum max_prefix_report report)
{
	static const char *const actions[NEIGHBOR_MAX_PREFIX_ACTION_COUNT] = {
		[NEIGHBOR_MAX_PREFIX_BLOCK] = "more are refused",
		[NEIGHBOR_MAX_PREFIX_RESTART] = "the session ends",
		[NEIGHBOR_MAX_PREFIX_WARN] = "more are taken",
	};
	const struct max_prefix *limit = &peer->max_prefix;
	enum bgp_family family = bgp_nlri_family(prefix);
	const struct event_objects objects = {
		.neighbor = &peer->source.address,
	};
	char first[PREFIX_TEXT_SIZE];

	if (report == MAX_PREFIX_NEAR)
		log_event(EVENT_MAX_PREFIX_NEAR, &objects,
			  "%u %s prefixes are near max-prefix=%u; raise it if "
			  "they are meant",
			  limit->count[family] + 1, bgp_family_name(family),
			  limit->limit);
	else if (report == MAX_PREFIX_REACHED)
		log_event(EVENT_MAX_PREFIX_REACHED, &objects,
			  "more %s prefixes than max-prefix=%u: %s, the first "
			  "is %s; raise it if they are meant",
			  bgp_family_name(family), limit->limit,
			  actions[limit->action], prefix_format(prefix, first));
}

/*
 * True if the neighbor, or our configuration of it, has a mistake. Upstreams may
 * announce anything, and a peer's paths come through us as a matter of course.
 * Rules mean what they deny, and the other limits have messages of their own.
 */
static bool is_mistake(const struct rib_peer *peer, enum import_reason reason)
{
	if (peer->role != NEIGHBOR_ROLE_BACKEND &&
	    peer->role != NEIGHBOR_ROLE_PEER)
		return false;
	return import_reason_is_bad_prefix(reason) || reason == IMPORT_LEAK ||
	       reason == IMPORT_MAX_NEXTHOPS ||
	       (reason == IMPORT_LOOP && peer->role == NEIGHBOR_ROLE_BACKEND);
}

void inbound_tell_refused(struct rib_peer *peer, const struct prefix *prefix,
			  enum import_reason reason)
{
	const uint32_t bit = 1u << reason;
	char text[PREFIX_TEXT_SIZE];

	if ((peer->refusals_logged & bit) || !is_mistake(peer, reason))
		return;
	peer->refusals_logged |= bit;
	log_event(EVENT_PATH_REFUSED,
		  &(struct event_objects){ .neighbor = &peer->source.address },
		  "%s refused, as others like it: %s (%s)",
		  prefix_format(prefix, text), import_reason_sentence(reason),
		  import_reason_name(reason));
}

static void refuse(struct rib_peer *peer, enum import_reason reason,
		   struct inbound_verdict *verdict)
{
	verdict->reason = reason;
	peer->not_kept[reason]++;
}

/* Refuse a path of a prefix that has too many. Warn once a session. */
static void refuse_path(struct rib_peer *peer, const struct prefix *prefix,
			struct inbound_verdict *verdict)
{
	char vip[PREFIX_TEXT_SIZE];

	refuse(peer, IMPORT_MAX_PATHS, verdict);
	max_prefix_block_path(&peer->max_prefix, bgp_nlri_family(prefix));
	if (peer->paths_logged)
		return;
	peer->paths_logged = true;
	log_event(EVENT_MAX_PATHS_REACHED,
		  &(struct event_objects){ .neighbor = &peer->source.address },
		  "more paths of %s than max-paths=%u: more are refused; raise "
		  "it if they are meant",
		  prefix_format(prefix, vip), peer->max_paths);
}

/* Refuse a path, new or held, that has too many attributes. Warn once a session. */
static void refuse_attributes(struct rib_peer *peer,
			      const struct prefix *prefix,
			      struct inbound_verdict *verdict)
{
	char vip[PREFIX_TEXT_SIZE];

	refuse(peer, IMPORT_MAX_ATTRIBUTES, verdict);
	peer->attributes.blocked = true;
	if (peer->attributes.logged)
		return;
	peer->attributes.logged = true;
	log_event(EVENT_MAX_ATTRIBUTES_REACHED,
		  &(struct event_objects){ .neighbor = &peer->source.address },
		  "more bytes of attributes than max-attributes=%" PRIu64
		  ": %s and others are refused; raise it if they are meant",
		  peer->attributes.limit, prefix_format(prefix, vip));
}

bool inbound_is_full(struct rib *rib, struct rib_peer *peer,
		     struct route *route)
{
	/* They stand side by side. */
	const struct path *path = *adj_rib_in_first_path(rib, route, peer);
	uint32_t count = 0;

	for (; path && path->source == &peer->source; path = path->next)
		/* The new one has no attributes yet. */
		count += path->attributes != NULL;
	return count >= peer->max_paths;
}

/* Apply the limit of prefixes to one that has no path of the peer yet. */
static int limit_new_prefix(struct rib_peer *peer, const struct route *route,
			    struct inbound_verdict *verdict)
{
	enum max_prefix_report report;
	enum max_prefix_verdict limited =
		max_prefix_check(&peer->max_prefix,
				 bgp_nlri_family(&route->node.prefix), &report);

	if (report != MAX_PREFIX_NO_REPORT)
		log_max_prefix(peer, &route->node.prefix, report);
	if (limited == MAX_PREFIX_RESTART)
		return -EDQUOT;
	if (limited == MAX_PREFIX_BLOCK) {
		refuse(peer, IMPORT_MAX_PREFIX, verdict);
		waiting_prefixes_add(&peer->waiting, &route->node.prefix);
		return 0;
	}
	waiting_prefixes_remove(&peer->waiting, &route->node.prefix);
	return 0;
}

/* Apply the limits of a path that is not held yet. */
static int limit_new_path(struct rib *rib, struct rib_peer *peer,
			  struct route *route, const struct path *path,
			  struct inbound_verdict *verdict)
{
	if (!adj_rib_in_has_other_path(rib, peer, route, path))
		return limit_new_prefix(peer, route, verdict);
	if (peer->max_paths && inbound_is_full(rib, peer, route))
		refuse_path(peer, &route->node.prefix, verdict);
	return 0;
}

int inbound_limit(struct rib *rib, struct rib_peer *peer, struct route *route,
		  const struct path *path, struct inbound_verdict *verdict)
{
	uint32_t has = path->attributes ?
			       attribute_set_received(path->attributes)->size :
			       0;
	int error = 0;

	if (!path->attributes)
		error = limit_new_path(rib, peer, route, path, verdict);
	if (!error && inbound_is_kept(verdict) &&
	    !attribute_budget_has_room(
		    &peer->attributes, has,
		    attribute_set_received(verdict->attributes)->size))
		refuse_attributes(peer, &route->node.prefix, verdict);
	if (!error && verdict->reason == IMPORT_ACCEPTED &&
	    !peer_nexthops_has_room(&peer->nexthops,
				    verdict->attributes->nexthop)) {
		verdict->reason = IMPORT_MAX_NEXTHOPS;
		verdict->rule = 0;
	}
	return error;
}
