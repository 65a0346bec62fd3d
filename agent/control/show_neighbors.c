// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors as JSON: configuration, session, and why a session is down. */

#include "control/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "bgp/codec/role.h"
#include "bgp/session/neighbor_gone.h"
#include "bgp/session/speaker.h"
#include "bgp/session/syn_watch.h"
#include "bgp/session/tcp_auth.h"
#include "control/json.h"
#include "control/reply.h"
#include "control/request.h"
#include "core/array.h"
#include "core/clock.h"
#include "filter/book.h"
#include "rib/rib.h"
#include "rib/update_group.h"

enum {
	HINT_SIZE = 256,
};

/* ------------------------------------------------------------- history */

static struct json_object *errors_json(const struct bgp_error_log *log)
{
	struct json_object *list = json_object_new_array();
	const struct bgp_error_entry *entry;

	for (size_t i = 0; (entry = bgp_error_log_at(log, i)); i++) {
		struct json_object *out = json_object_new_object();

		json_add_age(out, "age_s", "time", entry->time_ms);
		json_add_text(out, "direction",
			      bgp_direction_name(entry->direction));
		json_add_number(out, "code", entry->code);
		json_add_number(out, "subcode", entry->subcode);
		json_add_text(out, "text", entry->text);
		json_object_array_add(list, out);
	}
	return list;
}

static struct json_object *
messages_json(const uint64_t counts[BGP_MESSAGE_TYPE_COUNT])
{
	struct json_object *out = json_object_new_object();

	json_add_number(out, "open", counts[BGP_OPEN]);
	json_add_number(out, "update", counts[BGP_UPDATE]);
	json_add_number(out, "notification", counts[BGP_NOTIFICATION]);
	json_add_number(out, "keepalive", counts[BGP_KEEPALIVE]);
	json_add_number(out, "route_refresh", counts[BGP_ROUTE_REFRESH]);
	return out;
}

static void add_counters(struct json_object *out,
			 const struct bgp_counters *counters)
{
	struct json_object *updates = json_object_new_object();

	json_add(out, "messages_received", messages_json(counters->received));
	json_add(out, "messages_sent", messages_json(counters->sent));
	json_add_number(updates, "treat_as_withdraw",
			counters->verdicts[BGP_VERDICT_WITHDRAW]);
	json_add_number(updates, "attribute_discard",
			counters->verdicts[BGP_VERDICT_DISCARD]);
	json_add(out, "update_errors", updates);
	json_add_number(out, "updates_of_other_families", counters->foreign);
}

/* ------------------------------------------------------------- the neighbor */

static const struct rib_peer *peer_of(const struct control_view *view,
				      const struct bgp_neighbor *neighbor)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(view->rib, peer)))
		if (peer->owner == neighbor)
			break;
	return peer;
}

/* Return the AS of the session, else the configured one if it is one; or 0. */
static uint32_t neighbor_as_number(const struct bgp_neighbor *neighbor)
{
	const struct bgp_neighbor_options *config = &neighbor->options;

	if (neighbor->session)
		return neighbor->session->negotiated.peer_as;
	if (config->as.last && config->as.first == config->as.last)
		return config->as.first;
	return 0;
}

/* Add the fields that a neighbor has with and without a session. */
static void add_config(struct json_object *out,
		       const struct bgp_neighbor *neighbor)
{
	const struct bgp_neighbor_options *config = &neighbor->options;
	uint32_t as = neighbor_as_number(neighbor);

	json_add(out, "address",
		 address_is_zero(&neighbor->address) ?
			 NULL :
			 json_of_address(&neighbor->address));
	json_add_text(out, "interface",
		      config->interface[0] ? config->interface : NULL);
	json_add_text(out, "name", config->name[0] ? config->name : NULL);
	json_add(out, "as", as ? json_object_new_uint64(as) : NULL);
	json_add_text(out, "role", neighbor_role_names[config->role]);
	json_add_text(out, "state",
		      bgp_state_name(bgp_neighbor_state(neighbor)));
	json_add_number(out, "uptime_s",
			neighbor->session ? json_age_s(neighbor->changed_ms) :
					    0);
	json_add_age(out, "changed_s", "changed_at", neighbor->changed_ms);
	json_add_bool(out, "dynamic", neighbor->dynamic);
	json_add_text(out, "authentication", bgp_tcp_auth_name(config));
	json_add_number(out, "hold_time",
			neighbor->session ?
				neighbor->session->negotiated.hold_time :
				config->hold_time);
}

static void add_next_attempt(struct json_object *out,
			     const struct bgp_neighbor *neighbor)
{
	uint64_t wait_ms;
	bool waits = bgp_neighbor_next_attempt(neighbor, &wait_ms);

	json_add_wait(out, "next_attempt_s", "next_attempt_at",
		      waits ? clock_now_ms() + wait_ms : 0);
}

/* Keys are never absent: without a session those of one are null. */
static void add_no_session(struct json_object *out)
{
	static const char *const keys[] = {
		"router_id",
		"local_address",
		"opened_by",
		"max_message",
		"relation",
		"software_version",
		"capabilities",
		"capabilities_only_ours",
		"capabilities_only_theirs",
		"capabilities_unknown",
		"families",
		"families_disabled",
		"families_only_ours",
		"families_only_theirs",
		"add_path",
	};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		json_add(out, keys[i], NULL);
}

static void add_session(struct json_object *out,
			const struct bgp_connection *session)
{
	char software[BGP_OPEN_TEXT_SIZE];
	struct address local;

	if (!session)
		return;
	json_add_identifier(out, session->remote_open.identifier);
	json_add(out, "local_address",
		 bgp_connection_local_address(session, &local) ?
			 json_of_address(&local) :
			 NULL);
	json_add_text(out, "opened_by",
		      session->options.incoming ? "neighbor" : "us");
	json_add_number(out, "max_message", session->negotiated.max_message);
	json_add_text(out, "relation",
		      session->negotiated.peer_role == BGP_ROLE_NONE ?
			      NULL :
			      bgp_role_name(session->negotiated.peer_role));
	json_add_text(out, "software_version",
		      session->remote_open.capabilities &
				      BGP_CAN_SOFTWARE_VERSION ?
			      bgp_open_text_format(
				      &session->remote_open.software_version,
				      software) :
			      NULL);
}

/* Count the announcements that were refused and not kept. */
static uint32_t not_kept(const struct rib_peer *peer)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < IMPORT_REASON_COUNT; i++)
		count += peer->not_kept[i];
	return count;
}

static void add_prefixes(struct json_object *out, const struct rib_peer *peer)
{
	struct json_object *refused = json_object_new_object();

	json_add_number(out, "prefixes_received",
			peer ? peer->prefixes_received + not_kept(peer) : 0);
	json_add_number(out, "prefixes_accepted",
			peer ? peer->prefixes_accepted : 0);
	json_add_number(out, "prefixes_announced",
			peer ? peer->prefixes_announced : 0);
	json_add(out, "update_group",
		 peer && peer->group ?
			 json_object_new_uint64(peer->group->number) :
			 NULL);
	for (unsigned int i = IMPORT_ACCEPTED + 1; i < IMPORT_REASON_COUNT; i++)
		json_add_number(refused, import_reason_name(i),
				peer ? peer->refused[i] + peer->not_kept[i] :
				       0);
	json_add(out, "refused", refused);
	json_add_number(out, "next_hops_refused",
			peer ? peer->nexthops_refused : 0);
	json_add_number(out, "withdrawn_by_error",
			peer ? peer->errors.total : 0);
}

/* List the first prefixes that wait for room. */
static struct json_object *waiting_json(const struct rib_peer *peer)
{
	struct json_object *list = json_object_new_array();

	for (uint32_t i = 0; peer && i < peer->waiting.named; i++)
		json_object_array_add(list,
				      json_of_prefix(&peer->waiting.names[i]));
	return list;
}

/* Say that prefixes wait for room, and how they get it. */
static bool hint_of_waiting(const struct bgp_neighbor *neighbor,
			    const struct rib_peer *peer, char *text,
			    size_t size)
{
	char first[PREFIX_TEXT_SIZE];
	uint32_t count;

	if (!peer || !neighbor->session || !peer->waiting.named)
		return false;
	count = waiting_prefixes_count(&peer->waiting);
	snprintf(
		text, size,
		"max-prefix=%u keeps out %u prefix%s, the first is %s; %s",
		peer->max_prefix.limit, count, count == 1 ? "" : "es",
		prefix_format(&peer->waiting.names[0], first),
		neighbor->session->negotiated.route_refresh ?
			"asked for again when others go" :
			"without route refresh only a new session brings them");
	return true;
}

/* The limit holds for each family; the count shown is the larger one. */
static void add_max_prefix(struct json_object *out, uint32_t limit,
			   const struct rib_peer *peer)
{
	uint32_t most = 0;

	for (int family = 0; peer && family < BGP_FAMILY_COUNT; family++)
		if (peer->max_prefix.count[family] > most)
			most = peer->max_prefix.count[family];
	json_add(out, "max_prefix",
		 limit ? json_object_new_uint64(limit) : NULL);
	json_add_number(out, "max_prefix_count", most);
	json_add_number(out, "max_prefix_waiting",
			peer ? waiting_prefixes_count(&peer->waiting) : 0);
	json_add(out, "waiting", waiting_json(peer));
}

static void add_refused_connections(struct json_object *out,
				    const struct bgp_refused *refused)
{
	json_add_number(out, "connections_refused",
			refused->count[BGP_REFUSED_SECOND] +
				refused->count[BGP_REFUSED_PLACE]);
	json_add_number(out, "collisions",
			refused->count[BGP_REFUSED_COLLISION]);
}

/* Return how long a neighbor of a prefix is gone; NULL: it is not. */
static void add_gone(struct json_object *out,
		     const struct bgp_neighbor *neighbor)
{
	uint64_t now_ms = clock_now_ms(), gone_ms;

	if (bgp_neighbor_is_gone(neighbor, now_ms, &gone_ms))
		json_add_age(out, "gone_s", "gone_at", now_ms - gone_ms);
	else
		json_add_no_age(out, "gone_s", "gone_at");
}

/* Return since when and why the neighbor is shut down; NULL: it is not. */
static struct json_object *
administrative_json(const struct bgp_neighbor *neighbor)
{
	const struct bgp_admin_state *admin = &neighbor->admin;
	struct json_object *out;

	if (!admin->down)
		return NULL;
	out = json_object_new_object();
	json_add_bool(out, "down", true);
	json_add_age(out, "since_s", "since", admin->since_ms);
	json_add_text(out, "reason", admin->reason[0] ? admin->reason : NULL);
	return out;
}

/* Add what its paths wait for since the session came up; null: nothing. */
static void add_warm_up(struct json_object *out, const struct rib_peer *peer)
{
	uint64_t now_ms = clock_now_ms(), joins_ms = 0;
	struct json_object *share = NULL;

	if (peer && peer->source.joining)
		joins_ms = now_ms + rib_peer_joins_in_ms(peer, now_ms);
	else if (peer && peer->source.missing_steps)
		share = json_object_new_double(
			1 - (double)peer->source.missing_steps / WARM_UP_STEPS);
	json_add_wait(out, "joins_in_s", "joins_at", joins_ms);
	json_add(out, "slow_start_share", share);
}

/* Return how Flow Specifications are exchanged; NULL: they are not. */
static struct json_object *flowspec_json(const struct control_view *view,
					 const struct bgp_neighbor *neighbor,
					 const struct rib_peer *peer)
{
	uint8_t families = neighbor->session && peer ?
				   neighbor->session->negotiated.flowspec :
				   0;
	struct json_object *out, *list;

	if (!families)
		return NULL;
	out = json_object_new_object();
	list = json_object_new_array();
	if (families & BGP_FLOWSPEC_IPV4)
		json_object_array_add(list,
				      json_object_new_string("ipv4 flowspec"));
	if (families & BGP_FLOWSPEC_IPV6)
		json_object_array_add(list,
				      json_object_new_string("ipv6 flowspec"));
	json_add(out, "families", list);
	json_add_number(out, "rules",
			filter_book_flowspecs(view->filters,
					      &peer->source.address));
	return out;
}

static struct json_object *neighbor_json(const struct control_view *view,
					 const struct bgp_neighbor *neighbor,
					 const struct bgp_tcp_drops *drops)
{
	const struct rib_peer *peer = peer_of(view, neighbor);
	struct json_object *out = json_object_new_object();
	char hint[HINT_SIZE];

	add_config(out, neighbor);
	add_next_attempt(out, neighbor);
	add_no_session(out);
	add_session(out, neighbor->session);
	show_neighbor_options(out, neighbor);
	add_gone(out, neighbor);
	json_add(out, "administrative", administrative_json(neighbor));
	json_add(out, "drain",
		 peer ? show_drain(view, &peer->source.address) : NULL);
	add_warm_up(out, peer);
	json_add_number(out, "flaps", neighbor->sessions_ended);
	add_prefixes(out, peer);
	json_add(out, "bfd",
		 neighbor->options.bfd && peer ?
			 show_bfd(view, &peer->source.address) :
			 NULL);
	json_add(out, "flowspec", flowspec_json(view, neighbor, peer));
	add_max_prefix(out, neighbor->options.max_prefix, peer);
	add_counters(out, &neighbor->counters);
	json_add_text(out, "last_error",
		      neighbor->last_error[0] ? neighbor->last_error : NULL);
	if (neighbor->last_error[0])
		json_add_age(out, "last_error_s", "last_error_at",
			     neighbor->last_error_ms);
	else
		json_add_no_age(out, "last_error_s", "last_error_at");
	add_refused_connections(out, &neighbor->refused);
	json_add(out, "errors", errors_json(&neighbor->errors));
	json_add_text(out, "hint",
		      bgp_neighbor_hint(neighbor, drops, hint, sizeof(hint)) ||
				      hint_of_waiting(neighbor, peer, hint,
						      sizeof(hint)) ?
			      hint :
			      NULL);
	return out;
}

static bool all_are_up(const struct bgp_speaker *speaker)
{
	const struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (!neighbor->session)
			return false;
	return true;
}

struct neighbor_key {
	struct prefix prefix;		     /* of its address */
	const struct bgp_neighbor *neighbor; /* NULL: it never connected */
};

static int compare_neighbors(const void *a, const void *b)
{
	const struct neighbor_key *left = a, *right = b;

	return prefix_compare(&left->prefix, &right->prefix);
}

static size_t count_neighbors(const struct bgp_speaker *speaker)
{
	const struct bgp_neighbor *neighbor;
	size_t count = 0;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		count++;
	return count;
}

/* Add peers of a prefix whose attempts became no connection; return how many. */
static size_t add_strangers(const struct bgp_speaker *speaker,
			    struct neighbor_key *list)
{
	struct address from;
	size_t count = 0;

	for (size_t place = 0; place < BGP_ATTEMPTS_MAX; place++)
		if (bgp_syn_watch_stranger(speaker->syns, place, &from))
			list[count++] = (struct neighbor_key){
				.prefix = prefix_of_address(&from),
			};
	return count;
}

static int collect_neighbors(const struct control_view *view,
			     struct reply_keys *keys)
{
	const size_t most = count_neighbors(view->speaker) + BGP_ATTEMPTS_MAX;
	struct neighbor_key *list = calloc(most, sizeof(*list));
	struct bgp_tcp_drops *drops = calloc(1, sizeof(*drops));
	const struct bgp_neighbor *neighbor;

	keys->keys = list;
	keys->context = drops;
	if (!list || !drops)
		return -ENOMEM;
	/* Only hints need the drops, and they cost more than all the rest. */
	if (!all_are_up(view->speaker))
		bgp_tcp_drops_read(drops);
	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link)
		list[keys->count++] = (struct neighbor_key){
			.prefix = prefix_of_address(&neighbor->address),
			.neighbor = neighbor,
		};
	keys->count += add_strangers(view->speaker, list + keys->count);
	qsort(list, keys->count, sizeof(*list), compare_neighbors);
	return 0;
}

static struct json_object *stranger_row(const struct control_view *view,
					const struct address *from,
					const struct bgp_tcp_drops *drops)
{
	struct bgp_neighbor *stands_for =
		bgp_syn_watch_show(view->speaker->syns, from);
	struct json_object *row = NULL;

	if (stands_for)
		row = neighbor_json(view, stands_for, drops);
	bgp_neighbor_free(stands_for);
	return row;
}

/* A neighbor may have gone since. */
static struct json_object *neighbor_row(const struct control_view *view,
					const void *key, const void *drops)
{
	const struct neighbor_key *wanted = key;
	const struct bgp_neighbor *neighbor;

	if (!wanted->neighbor)
		return stranger_row(view, &wanted->prefix.address, drops);
	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link)
		if (neighbor == wanted->neighbor)
			return neighbor_json(view, neighbor, drops);
	return NULL;
}

struct json_object *show_neighbor(const struct control_view *view,
				  struct json_object *request)
{
	const char *text = json_get_text(request, "neighbor");
	const struct bgp_neighbor *neighbor =
		bgp_speaker_find(view->speaker, text ? text : "");
	struct bgp_tcp_drops drops = { 0 };

	if (!neighbor)
		return request_failure("neighbor '%s': unknown; show neighbors "
				       "lists all",
				       text ? text : "");
	if (!neighbor->session)
		bgp_tcp_drops_read(&drops);
	return json_wrap("neighbor", neighbor_json(view, neighbor, &drops));
}

const struct reply_list show_neighbors = {
	.name = "neighbors",
	.key_size = sizeof(struct neighbor_key),
	.collect = collect_neighbors,
	.row = neighbor_row,
};
