// SPDX-License-Identifier: BSD-2-Clause
/* Routes in the MRT format. See dump.h. */

#include "control/dump.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bgp/codec/mrt.h"
#include "bgp/session/options.h"
#include "control/json.h"
#include "control/prefix_cursor.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/view.h"
#include "core/clock.h"
#include "core/hex.h"
#include "rib/rib.h"

/* Neighbors of the dump. Paths of sessions that begin later are left out. */
struct dump_peers {
	struct mrt_peer *rows;
	uint32_t *incarnations; /* ascending; of the first row, which is us, 0 */
	uint16_t count;
};

struct dump_reply {
	struct reply reply;
	const struct control_view *view;
	struct prefix_cursor cursor;
	struct dump_peers peers;
	uint8_t *record; /* with room for its text behind it */
	size_t room;
	uint32_t sequence; /* of the next prefix */
	uint64_t paths;
	uint64_t left_out;
	bool begun;
	bool failed; /* out of memory */
};

/* ------------------------------------------------------------- peers */

static bool list_dump_peers(const struct control_view *view,
			    struct dump_peers *peers)
{
	const struct rib_peer *peer = NULL;
	size_t count = 1;

	while ((peer = rib_peer_next(view->rib, peer)))
		count++;
	peers->rows = calloc(count, sizeof(*peers->rows));
	peers->incarnations = calloc(count, sizeof(*peers->incarnations));
	if (!peers->rows || !peers->incarnations)
		return false;
	peers->rows[peers->count++] = (struct mrt_peer){
		.identifier = view->bgp->identifier,
		.as = view->bgp->as,
	};
	while ((peer = rib_peer_next(view->rib, peer)) &&
	       peers->count < UINT16_MAX) {
		const struct path_source *source = &peer->source;

		peers->incarnations[peers->count] = source->incarnation;
		peers->rows[peers->count++] = (struct mrt_peer){
			.identifier = source->identifier,
			.as = source->as,
			.address = source->address,
		};
	}
	return true;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Return the place of a path's source, or the count of them. */
static uint16_t find_dump_peer(const struct dump_peers *peers,
			       const struct path_source *source)
{
	const uint32_t *found;

	if (source->statics)
		return 0;
	found = bsearch(&source->incarnation, peers->incarnations + 1,
			peers->count - 1u, sizeof(*found), by_number);
	return found ? (uint16_t)(found - peers->incarnations) : peers->count;
}

/* ------------------------------------------------------------- records */

static uint32_t now_s(void)
{
	return (uint32_t)time(NULL);
}

/* Have room for a record and its text. */
static bool make_record_room(struct dump_reply *dump, size_t size)
{
	size_t room = 3 * size + 1;
	uint8_t *grown;

	if (room <= dump->room)
		return true;
	grown = realloc(dump->record, room);
	if (!grown)
		return false;
	dump->record = grown;
	dump->room = room;
	return true;
}

static void write_record_line(struct dump_reply *dump,
			      const struct writer *record, struct evbuffer *out)
{
	char *text = (char *)dump->record + record->size;

	hex_write(record->data, record->used, text);
	evbuffer_add_printf(out, "{\"record\":\"");
	evbuffer_add(out, text, 2 * record->used);
	evbuffer_add_printf(out, "\"}\n");
}

static void write_peers(struct dump_reply *dump, struct evbuffer *out)
{
	const struct dump_peers *peers = &dump->peers;
	size_t size = MRT_PEERS_SIZE + peers->count * MRT_PEER_SIZE;
	struct writer w;

	dump->failed = !make_record_room(dump, size);
	if (dump->failed)
		return;
	w = writer_of(dump->record, size);
	mrt_write_peers(&w, now_s(), dump->view->bgp->identifier, peers->rows,
			peers->count);
	write_record_line(dump, &w, out);
}

/* Return how many bytes the record of a route takes at most. */
static size_t record_size(const struct route *route, bool *path_ids)
{
	size_t size = MRT_RIB_SIZE;

	*path_ids = false;
	for (struct path *path = route->paths; path; path = path->next) {
		size += MRT_PATH_SIZE +
			attribute_set_received(path->attributes)->size;
		*path_ids |= path->path_id && !path->source->statics;
	}
	return size;
}

/* Return since when a path is held, in seconds since 1970. */
static uint32_t since_s(const struct control_view *view,
			const struct path *path)
{
	uint64_t age_ms = clock_now_ms() - rib_path_since_ms(view->rib, path);

	return now_s() - (uint32_t)(age_ms / CLOCK_MS_PER_S);
}

static void dump_path(struct dump_reply *dump, struct mrt_rib *rib,
		      const struct path *path)
{
	uint16_t peer = find_dump_peer(&dump->peers, path->source);
	struct bgp_attributes attributes =
		attribute_set_view(attribute_set_received(path->attributes));
	const struct mrt_path row = {
		.peer = peer,
		.since_s = since_s(dump->view, path),
		.path_id = path->path_id,
		.attributes = &attributes,
	};

	if (path->source->statics) /* IGP, and an empty path */
		attributes.present |= BGP_HAS_ORIGIN | BGP_HAS_AS_PATH;
	if (peer < dump->peers.count && mrt_rib_add(rib, &row))
		dump->paths++;
	else
		dump->left_out++;
}

static void write_rib_record(struct dump_reply *dump, const struct route *route,
			     struct evbuffer *out)
{
	bool path_ids;
	size_t size = record_size(route, &path_ids);
	struct mrt_rib rib;
	struct writer w;

	dump->failed = !make_record_room(dump, size);
	if (dump->failed)
		return;
	w = writer_of(dump->record, size);
	rib = mrt_rib_begin(&w, now_s(), dump->sequence, &route->node.prefix,
			    path_ids);
	for (struct path *path = route->paths; path; path = path->next)
		dump_path(dump, &rib, path);
	if (!rib.count)
		return;
	mrt_rib_end(&rib);
	write_record_line(dump, &w, out);
	dump->sequence++;
}

/* ------------------------------------------------------------- reply */

static void begin_dump(struct dump_reply *dump, struct evbuffer *out)
{
	int left = prefix_cursor_collect(&dump->cursor);

	dump->failed = left < 0;
	dump->begun = !left;
	if (dump->begun)
		write_peers(dump, out);
}

static void end_dump(struct dump_reply *dump, struct evbuffer *out)
{
	struct json_object *json = json_object_new_object();

	json_add_number(json, "prefixes", dump->sequence);
	json_add_number(json, "paths", dump->paths);
	json_add_number(json, "left_out", dump->left_out);
	reply_write_json(out, json);
	evbuffer_add(out, "\n", 1);
}

static bool write_dump_part(struct reply *reply, struct evbuffer *out)
{
	struct dump_reply *dump = (struct dump_reply *)reply;
	const struct route *route;
	struct prefix prefix;

	if (!dump->begun) {
		begin_dump(dump, out);
	} else if (prefix_cursor_next(&dump->cursor, &prefix)) {
		route = rib_find(dump->view->rib, &prefix);
		if (route)
			write_rib_record(dump, route, out);
	} else {
		end_dump(dump, out);
		return false;
	}
	if (dump->failed) {
		reply_write_json(out, request_failure("dump: out of memory"));
		evbuffer_add(out, "\n", 1);
	}
	return !dump->failed;
}

static void free_dump(struct reply *reply)
{
	struct dump_reply *dump = (struct dump_reply *)reply;

	prefix_cursor_end(&dump->cursor);
	free(dump->peers.rows);
	free(dump->peers.incarnations);
	free(dump->record);
	free(dump);
}

static const struct reply_type dump_type = {
	.write = write_dump_part,
	.free = free_dump,
};

struct reply *dump_routes(const struct control_view *view)
{
	struct dump_reply *dump = calloc(1, sizeof(*dump));

	if (!dump)
		return NULL;
	dump->reply.type = &dump_type;
	dump->view = view;
	dump->cursor = prefix_cursor_of(rib_routes(view->rib));
	if (list_dump_peers(view, &dump->peers))
		return &dump->reply;
	free_dump(&dump->reply);
	return NULL;
}
