// SPDX-License-Identifier: BSD-2-Clause
/* Metrics of neighbors. See metric.h. */

#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>

#include "bgp/codec/message.h"
#include "bgp/codec/role.h"
#include "bgp/session/neighbor_gone.h"
#include "bgp/session/speaker.h"
#include "control/json.h"
#include "control/metrics/metric_tables.h"
#include "control/view.h"
#include "core/array.h"
#include "rib/rib.h"

_Static_assert((int)METRIC_LABEL_SIZE >= (int)BGP_NEIGHBOR_NAME_SIZE,
	       "the name of a neighbor is a label");

enum message_types {
	FIRST_TYPE = BGP_OPEN,
	TYPE_COUNT = BGP_MESSAGE_TYPE_COUNT - FIRST_TYPE,
};

/* RFC 7606: what becomes of an UPDATE with an error. */
enum error_action {
	ERROR_DISCARD,
	ERROR_WITHDRAW,
	ERROR_ACTION_COUNT,
};

/* Why paths are refused that no rule can allow. */
enum refusal {
	REFUSED_PREFIX, /* may be no VIP of this neighbor */
	REFUSED_NEXTHOP,
	REFUSED_LOOP, /* or a leak */
	REFUSED_LIMIT,
	REFUSED_COUNT,
};

struct neighbor_row {
	char label[BGP_NEIGHBOR_NAME_SIZE];
	char name[NEIGHBOR_NAME_SIZE];
	enum neighbor_role role;
	uint32_t as; /* 0: unknown */
	uint64_t up, expected, shut_down, uptime_s, flaps;
	uint64_t states[BGP_STATE_COUNT];
	uint64_t received, accepted, announced, limit, waiting;
	uint64_t refused[REFUSED_COUNT];
	uint64_t messages_received[TYPE_COUNT], messages_sent[TYPE_COUNT];
	uint64_t errors[ERROR_ACTION_COUNT];
	uint64_t connections_refused;
};

/* A peer of the rib, found by the neighbor that it belongs to. */
struct owned_peer {
	const void *owner;
	const struct rib_peer *peer;
};

struct owned_peers {
	struct owned_peer *list;
	size_t count;
};

static int compare_owners(const void *a, const void *b)
{
	const struct owned_peer *left = a, *right = b;

	return (left->owner > right->owner) - (left->owner < right->owner);
}

/* List the peers by owner. Returns 0 or -ENOMEM; the caller frees the list. */
static int list_peers(const struct rib *rib, struct owned_peers *peers)
{
	const struct rib_peer *peer = NULL;
	size_t count = 0;

	while ((peer = rib_peer_next(rib, peer)))
		count++;
	*peers = (struct owned_peers){
		.list = calloc(count + 1, sizeof(*peers->list)),
	};
	if (!peers->list)
		return -ENOMEM;
	while ((peer = rib_peer_next(rib, peer)))
		peers->list[peers->count++] =
			(struct owned_peer){ peer->owner, peer };
	qsort(peers->list, peers->count, sizeof(*peers->list), compare_owners);
	return 0;
}

static const struct rib_peer *
find_owned_peer(const struct owned_peers *peers,
		const struct bgp_neighbor *neighbor)
{
	const struct owned_peer wanted = { .owner = neighbor };
	const struct owned_peer *found =
		bsearch(&wanted, peers->list, peers->count,
			sizeof(*peers->list), compare_owners);

	return found ? found->peer : NULL;
}

static void count_refused(const struct rib_peer *peer,
			  uint64_t refused[REFUSED_COUNT])
{
	for (int i = IMPORT_ACCEPTED + 1; i < IMPORT_REASON_COUNT; i++)
		if (import_reason_is_bad_prefix(i))
			refused[REFUSED_PREFIX] += peer->refused[i];
	refused[REFUSED_NEXTHOP] = peer->nexthops_refused;
	refused[REFUSED_LOOP] =
		peer->refused[IMPORT_LOOP] + peer->refused[IMPORT_LEAK];
	refused[REFUSED_LIMIT] = peer->refused[IMPORT_MAX_NEXTHOPS] +
				 peer->not_kept[IMPORT_MAX_PATHS] +
				 peer->not_kept[IMPORT_MAX_ATTRIBUTES] +
				 waiting_prefixes_count(&peer->waiting);
}

static void copy_peer(const struct rib_peer *peer, struct neighbor_row *row)
{
	row->received = peer->prefixes_received;
	for (int i = 0; i < IMPORT_REASON_COUNT; i++)
		row->received += peer->not_kept[i];
	row->accepted = peer->prefixes_accepted;
	row->announced = peer->prefixes_announced;
	row->waiting = waiting_prefixes_count(&peer->waiting);
	count_refused(peer, row->refused);
}

static void copy_counters(const struct bgp_neighbor *neighbor,
			  struct neighbor_row *row)
{
	const struct bgp_counters *counters = &neighbor->counters;

	for (int i = 0; i < TYPE_COUNT; i++) {
		row->messages_received[i] = counters->received[FIRST_TYPE + i];
		row->messages_sent[i] = counters->sent[FIRST_TYPE + i];
	}
	row->errors[ERROR_DISCARD] = counters->verdicts[BGP_VERDICT_DISCARD];
	row->errors[ERROR_WITHDRAW] = counters->verdicts[BGP_VERDICT_WITHDRAW];
	row->connections_refused = neighbor->refused.count[BGP_REFUSED_SECOND] +
				   neighbor->refused.count[BGP_REFUSED_PLACE];
}

static uint32_t as_of(const struct bgp_neighbor *neighbor)
{
	const struct bgp_neighbor_options *options = &neighbor->options;

	if (neighbor->session)
		return neighbor->session->negotiated.peer_as;
	return options->as.first == options->as.last ? options->as.first : 0;
}

static void copy_neighbor(const struct bgp_neighbor *neighbor,
			  const struct rib_peer *peer, uint64_t now_ms,
			  struct neighbor_row *row)
{
	bgp_neighbor_name(neighbor, row->label);
	snprintf(row->name, sizeof(row->name), "%s", neighbor->options.name);
	row->role = neighbor->options.role;
	row->as = as_of(neighbor);
	row->up = neighbor->session != NULL;
	row->expected = bgp_neighbor_is_expected(neighbor, now_ms);
	row->shut_down = neighbor->admin.down;
	row->uptime_s = row->up ? json_age_s(neighbor->changed_ms) : 0;
	row->flaps = neighbor->sessions_ended;
	row->states[bgp_neighbor_state(neighbor)] = 1;
	row->limit = neighbor->options.max_prefix;
	copy_counters(neighbor, row);
	if (peer)
		copy_peer(peer, row);
}

/* All at once: thousands take a millisecond. */
static int copy_neighbors(const struct metric_source *source,
			  struct metric_rows *rows)
{
	const struct control_view *view = source->view;
	const uint64_t now_ms = clock_now_ms();
	const struct bgp_neighbor *neighbor;
	struct owned_peers peers;
	int code = list_peers(view->rib, &peers);

	if (code)
		return code;
	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link) {
		struct neighbor_row *row = metric_rows_add(rows);

		if (!row) {
			code = -ENOMEM;
			break;
		}
		copy_neighbor(neighbor, find_owned_peer(&peers, neighbor),
			      now_ms, row);
	}
	free(peers.list);
	return code;
}

static const char *neighbor_label(const void *row, char text[METRIC_LABEL_SIZE])
{
	const struct neighbor_row *neighbor = row;

	(void)text;
	return neighbor->label;
}

/* With what people call it. */
static void write_info(const struct metric_out *out,
		       const struct metric *metric, const void *row)
{
	const struct neighbor_row *neighbor = row;

	evbuffer_add_printf(out->buffer, "%s{neighbor=\"", metric->name);
	metric_write_label(out->buffer, neighbor->label);
	evbuffer_add_printf(out->buffer, "\",name=\"");
	metric_write_label(out->buffer, neighbor->name);
	evbuffer_add_printf(out->buffer, "\",role=\"%s\",as=\"",
			    neighbor_role_names[neighbor->role]);
	if (neighbor->as)
		evbuffer_add_printf(out->buffer, "%u", neighbor->as);
	evbuffer_add_printf(out->buffer, "\"} 1\n");
}

static const char *type_name(unsigned int place)
{
	static const char *const names[TYPE_COUNT] = {
		[BGP_OPEN - FIRST_TYPE] = "open",
		[BGP_UPDATE - FIRST_TYPE] = "update",
		[BGP_NOTIFICATION - FIRST_TYPE] = "notification",
		[BGP_KEEPALIVE - FIRST_TYPE] = "keepalive",
		[BGP_ROUTE_REFRESH - FIRST_TYPE] = "route_refresh",
	};

	return names[place];
}

static const char *error_action_name(unsigned int action)
{
	return action == ERROR_DISCARD ? "attribute_discard" :
					 "treat_as_withdraw";
}

static const char *refusal_name(unsigned int refusal)
{
	static const char *const names[REFUSED_COUNT] = {
		[REFUSED_PREFIX] = "prefix",
		[REFUSED_NEXTHOP] = "next_hop",
		[REFUSED_LOOP] = "loop",
		[REFUSED_LIMIT] = "limit",
	};

	return names[refusal];
}

#define NUMBER(kind, member) \
	METRIC_##kind, .offset = offsetof(struct neighbor_row, member)
#define MESSAGES(member)                                             \
	NUMBER(COUNTER, member), .count = TYPE_COUNT, .key = "type", \
				 .word = type_name

static const struct metric metrics[] = {
	{ "headgate_neighbor_info", METRIC_GAUGE, .write = write_info,
	  .help = "Always 1; the labels say name=, role and AS, empty if "
		  "unknown" },
	{ "headgate_neighbor_up", NUMBER(GAUGE, up),
	  .help = "The session is Established" },
	{ "headgate_neighbor_state", NUMBER(GAUGE, states),
	  .count = BGP_STATE_COUNT, .key = "state", .word = bgp_state_name,
	  .help = "State of RFC 4271: 1 for that one" },
	{ "headgate_neighbor_expected", NUMBER(GAUGE, expected),
	  .help = "It should have a session: neither shut down nor gone for "
		  "good" },
	{ "headgate_neighbor_shut_down", NUMBER(GAUGE, shut_down),
	  .help = "It has no session by order of the administrator" },
	{ "headgate_neighbor_uptime_seconds", NUMBER(GAUGE, uptime_s),
	  .help = "The age of its session, 0 without one" },
	{ "headgate_neighbor_flaps_total", NUMBER(COUNTER, flaps),
	  .help = "Sessions that have ended" },
	{ "headgate_neighbor_prefixes_received", NUMBER(GAUGE, received),
	  .help = "Prefixes that it announces" },
	{ "headgate_neighbor_prefixes_accepted", NUMBER(GAUGE, accepted),
	  .help = "Those of them that are VIPs" },
	{ "headgate_neighbor_prefixes_announced", NUMBER(GAUGE, announced),
	  .help = "Prefixes that are announced to it" },
	{ "headgate_neighbor_prefix_limit", NUMBER(GAUGE, limit),
	  .help = "Its max-prefix, for each family; 0 for none" },
	{ "headgate_neighbor_prefixes_waiting", NUMBER(GAUGE, waiting),
	  .help = "Prefixes that this limit keeps out" },
	{ "headgate_neighbor_paths_refused", NUMBER(GAUGE, refused),
	  .count = REFUSED_COUNT, .key = "cause", .word = refusal_name,
	  .help = "Its paths that no rule can allow: no VIP of it, a next hop "
		  "it must not give, a loop or leak, beyond a limit" },
	{ "headgate_neighbor_messages_received_total",
	  MESSAGES(messages_received), .help = "BGP messages from it" },
	{ "headgate_neighbor_messages_sent_total", MESSAGES(messages_sent),
	  .help = "BGP messages to it" },
	{ "headgate_neighbor_update_errors_total", NUMBER(COUNTER, errors),
	  .count = ERROR_ACTION_COUNT, .key = "action",
	  .word = error_action_name,
	  .help = "UPDATEs with an error that left the session up" },
	{ "headgate_neighbor_connections_refused_total",
	  NUMBER(COUNTER, connections_refused),
	  .help = "Further connections of this neighbor" },
};

const struct metric_table metric_neighbors = {
	.metrics = metrics,
	.count = COUNT_OF(metrics),
	.row_size = sizeof(struct neighbor_row),
	.key = "neighbor",
	.label = neighbor_label,
	.collect = copy_neighbors,
};
