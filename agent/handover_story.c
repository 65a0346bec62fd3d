// SPDX-License-Identifier: BSD-2-Clause
/* Records of a whole agent, in order. See handover_story.h. */

#include "handover_story.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session/handover.h"
#include "config/change.h"
#include "control/metrics.h"
#include "core/acceptor.h"
#include "core/array.h"
#include "filter/book.h"
#include "nexthop/bfd.h"
#include "nexthop/tracker_handover.h"
#include "wiring.h"

enum {
	PIECE_ENOUGH = 1 << 16,
	PIECE_SIZE = PIECE_ENOUGH + 2 * HANDOVER_BODY_MAX,
	KEYS_TOGETHER = 64, /* paths with equal attributes, in one UPDATE */
};

/* A neighbor, and the paths of it that go into its next UPDATE. */
struct story_neighbor {
	struct bgp_neighbor *neighbor;
	const struct bgp_connection *session; /* NULL: none */
	struct bgp_negotiated reversed;	      /* as the peer sends */
	struct attribute_set *set;
	size_t count;
	struct bgp_path_key keys[KEYS_TOGETHER];
};

enum chapter_step {
	CHAPTER_GOES_ON,
	CHAPTER_WAITS, /* for a piece of its own */
	CHAPTER_ENDS,
};

/* Add to the piece, or say that the chapter is at its end. */
typedef enum chapter_step chapter_fn(struct handover_story *story);

/* ------------------------------------------------------------- records */

/* True if a record with a descriptor has to wait for a piece of its own. */
static bool is_piece_begun(const struct handover_story *story)
{
	return story->piece.used;
}

static void add_descriptor(struct handover_story *story,
			   enum handover_type type, int fd)
{
	handover_record_end(&story->piece,
			    handover_record_begin(&story->piece, type));
	story->fd = fd;
}

/* Begin a record about a neighbor, by its number. */
static size_t begin_about(struct handover_story *story, enum handover_type type,
			  size_t number)
{
	size_t begin = handover_record_begin(&story->piece, type);

	writer_u32(&story->piece, (uint32_t)number);
	return begin;
}

/* ------------------------------------------------------------- the head */

/*
 * Volatile, so that the optimizer leaves the text whole in the file, where the
 * version that a program will tell can be read and, by tests, changed.
 */
static const char *const volatile whole_version = HEADGATE_VERSION;

static enum chapter_step tell_hello(struct handover_story *story)
{
	size_t begin = handover_record_begin(&story->piece, HANDOVER_HELLO);

	handover_hello_encode(&story->piece, whole_version);
	handover_record_end(&story->piece, begin);
	return CHAPTER_ENDS;
}

static enum chapter_step tell_manager(struct handover_story *story)
{
	const struct notify *notify = &story->agent->notify;
	struct handover_manager subject = { .sign_us = notify->sign_us };
	size_t begin;

	if (!notify->connected)
		return CHAPTER_ENDS;
	memcpy(subject.path, notify->path, sizeof(notify->path));
	begin = handover_record_begin(&story->piece, HANDOVER_MANAGER);
	handover_manager_encode(&story->piece, &subject);
	handover_record_end(&story->piece, begin);
	return CHAPTER_ENDS;
}

/* Return a listening socket by its number from 0, or -1. */
static int listener_at(const struct agent *agent, size_t number)
{
	const struct bgp_speaker *speaker = agent->speaker;

	if (number == BGP_MAX_LISTENERS)
		return metrics_listener(agent->metrics);
	return speaker->listeners[number] ?
		       acceptor_fd(speaker->listeners[number]) :
		       -1;
}

static enum chapter_step tell_locks(struct handover_story *story)
{
	const struct agent *agent = story->agent;

	if (is_piece_begun(story))
		return CHAPTER_WAITS;
	if (story->at == 2)
		return CHAPTER_ENDS;
	if (story->at++ == 0)
		add_descriptor(story, HANDOVER_CONTROL_LOCK,
			       control_lock(agent->control));
	else
		add_descriptor(story, HANDOVER_PINS_LOCK,
			       datapath_lock(agent->datapath));
	return CHAPTER_GOES_ON;
}

static enum chapter_step tell_listeners(struct handover_story *story)
{
	int fd;

	if (is_piece_begun(story))
		return CHAPTER_WAITS;
	if (story->at == BGP_MAX_GIVEN)
		return CHAPTER_ENDS;
	fd = listener_at(story->agent, story->at++);
	if (fd >= 0)
		add_descriptor(story, HANDOVER_LISTENER, fd);
	return CHAPTER_GOES_ON;
}

/* The successor cannot open the port while this agent has it. */
static enum chapter_step tell_bfd_ports(struct handover_story *story)
{
	int fd;

	if (is_piece_begun(story))
		return CHAPTER_WAITS;
	if (story->at == BFD_PORT_COUNT)
		return CHAPTER_ENDS;
	fd = tracker_bfd_port(story->agent->tracker,
			      story->at++ == BFD_PORT_IPV4);
	if (fd >= 0)
		add_descriptor(story, HANDOVER_BFD_PORT, fd);
	return CHAPTER_GOES_ON;
}

/* ------------------------------------------------------------- neighbors */

/* Add what the rib knows of the session. */
static void add_peer_state(const struct rib_peer *peer,
			   struct bgp_handover_state *state)
{
	if (!peer)
		return;
	state->refreshed = peer->refreshing;
	state->end_of_rib = peer->end_of_rib;
	state->end_of_rib_ms = peer->end_of_rib_ms;
	state->warm_since_ms = peer->warm_since_ms;
}

static enum chapter_step tell_neighbor(struct handover_story *story)
{
	struct story_neighbor *subject = &story->neighbors[story->at];
	struct bgp_handover_state state;
	uint8_t open[BGP_MAX_MESSAGE];
	size_t begin;

	if (is_piece_begun(story))
		return CHAPTER_WAITS;
	if (story->at == story->neighbor_count)
		return CHAPTER_ENDS;
	bgp_handover_export(subject->neighbor, open, &state);
	if (state.up) {
		add_peer_state(subject->neighbor->owner_data, &state);
		change_session_text(&subject->neighbor->options, state.options,
				    sizeof(state.options));
		story->fd = subject->session->stream.fd;
	}
	begin = handover_record_begin(&story->piece, HANDOVER_NEIGHBOR);
	bgp_handover_state_encode(&story->piece, &state);
	handover_record_end(&story->piece, begin);
	story->at++;
	return CHAPTER_GOES_ON;
}

/* ------------------------------------------------------------- paths */

/* Write the paths that wait as UPDATEs, as the neighbor might have sent them. */
static void write_updates(struct handover_story *story, size_t number)
{
	struct story_neighbor *subject = &story->neighbors[number];
	const struct bgp_path_key *keys = subject->keys;
	struct bgp_attributes attributes;

	if (!subject->count)
		return;
	attributes = attribute_set_view(subject->set);
	attributes.nexthop = address_unscoped(&attributes.nexthop);
	while (subject->count) {
		size_t begin = begin_about(story, HANDOVER_UPDATE, number);
		size_t done =
			bgp_update_announce(&story->piece, &subject->reversed,
					    &attributes, keys, subject->count);

		if (!done) {
			story->failure =
				"a path cannot be written as an UPDATE";
			return;
		}
		handover_record_end(&story->piece, begin);
		keys += done;
		subject->count -= done;
	}
}

static void add_path(struct handover_story *story, const struct route *route,
		     const struct path *path)
{
	/* The source is the first member of its peer. */
	const struct rib_peer *peer = (const struct rib_peer *)path->source;
	struct attribute_set *set = attribute_set_received(path->attributes);
	const struct bgp_neighbor *neighbor = peer->owner;
	struct story_neighbor *subject;

	if (path_is_static(path) || path->source->leaving)
		return;
	subject = &story->neighbors[neighbor->number];
	if (subject->count == KEYS_TOGETHER ||
	    (subject->count && subject->set != set))
		write_updates(story, neighbor->number);
	subject->set = set;
	subject->keys[subject->count++] = (struct bgp_path_key){
		.prefix = route->node.prefix,
		.path_id = path->path_id,
	};
}

/* ------------------------------------------------------------- announcements */

static void add_announced(struct handover_story *story,
			  const struct route_export *export)
{
	const struct handover_key key = {
		.prefix = export->route->node.prefix,
		.path_id = export->path_id,
	};
	const struct rib_peer *peer = NULL;

	while (export->announced &&
	       (peer = rib_peer_next(story->agent->rib, peer))) {
		const struct bgp_neighbor *neighbor = peer->owner;
		size_t begin;

		if (!(export->announced & peer->bit) || !neighbor)
			continue;
		begin = begin_about(story, HANDOVER_ANNOUNCED,
				    neighbor->number);
		handover_key_encode(&story->piece, &key);
		handover_record_end(&story->piece, begin);
	}
}

/* Tell one path, or one announcement. */
static enum chapter_step tell_route(struct handover_story *story)
{
	if (story->path) {
		add_path(story, story->route, story->path);
		story->path = story->path->next;
		return CHAPTER_GOES_ON;
	}
	if (story->export) {
		add_announced(story, story->export);
		story->export = story->export->next;
		return CHAPTER_GOES_ON;
	}
	story->route = rib_next(story->agent->rib, story->route);
	if (!story->route)
		return CHAPTER_ENDS;
	story->path = story->route->paths;
	story->export = story->route->exports;
	return CHAPTER_GOES_ON;
}

static enum chapter_step tell_last_paths(struct handover_story *story)
{
	if (story->at == story->neighbor_count)
		return CHAPTER_ENDS;
	write_updates(story, story->at++);
	return CHAPTER_GOES_ON;
}

/* ------------------------------------------------------------- filters */

/* Return the neighbor at an address that has a session. */
static const struct bgp_neighbor *
neighbor_at(const struct handover_story *story, const struct address *address)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(story->agent->rib, peer)))
		if (peer->owner && !peer->source.leaving &&
		    address_equal(&peer->source.address, address))
			return peer->owner;
	return NULL;
}

/* Blackholes come with their paths. */
static enum chapter_step tell_flowspec(struct handover_story *story)
{
	const struct filter_book *filters = story->agent->filters;
	const struct bgp_neighbor *neighbor;
	struct filter_row row;
	size_t begin;

	if (story->at == filter_book_count(filters))
		return CHAPTER_ENDS;
	filter_book_row(filters, story->at++, &row);
	if (row.origin != FILTER_FLOWSPEC)
		return CHAPTER_GOES_ON;
	neighbor = neighbor_at(story, &row.neighbor);
	if (!neighbor)
		return CHAPTER_GOES_ON;
	begin = begin_about(story, HANDOVER_FLOWSPEC, neighbor->number);
	learned_filters_give(&story->piece, &row);
	handover_record_end(&story->piece, begin);
	return CHAPTER_GOES_ON;
}

/* ------------------------------------------------------------- servers */

static enum chapter_step tell_nexthop(struct handover_story *story)
{
	struct handover_nexthop subject;
	size_t begin;

	story->nexthop = tracker_next(story->agent->tracker, story->nexthop);
	if (!story->nexthop)
		return CHAPTER_ENDS;
	if (story->nexthop->state != NEXTHOP_RESOLVED &&
	    story->nexthop->state != NEXTHOP_SUSPECT)
		return CHAPTER_GOES_ON;
	subject =
		(struct handover_nexthop){ .via = story->nexthop->via,
					   .ifindex = story->nexthop->ifindex };
	memcpy(subject.mac, story->nexthop->mac, sizeof(subject.mac));
	begin = handover_record_begin(&story->piece, HANDOVER_NEXTHOP);
	handover_nexthop_encode(&story->piece, &subject);
	handover_record_end(&story->piece, begin);
	return CHAPTER_GOES_ON;
}

static enum chapter_step tell_drain(struct handover_story *story)
{
	const struct drain_list *list = &story->agent->drains.list;
	struct handover_drain subject;
	size_t begin;

	if (story->at == list->count)
		return CHAPTER_ENDS;
	subject = (struct handover_drain){
		.address = list->drains[story->at].address,
		.since_ms = list->drains[story->at].since_ms,
		.until_ms = list->drains[story->at].until_ms,
	};
	memcpy(subject.reason, list->drains[story->at].reason,
	       sizeof(list->drains[story->at].reason));
	begin = handover_record_begin(&story->piece, HANDOVER_DRAIN);
	handover_drain_encode(&story->piece, &subject);
	handover_record_end(&story->piece, begin);
	story->at++;
	return CHAPTER_GOES_ON;
}

/* ------------------------------------------------------------- bytes */

static void add_bytes(struct handover_story *story, enum handover_type type,
		      const uint8_t *bytes, size_t size)
{
	while (size) {
		size_t count = size < HANDOVER_PIECE_MAX ? size :
							   HANDOVER_PIECE_MAX;
		size_t begin = begin_about(story, type, story->at);

		writer_bytes(&story->piece, bytes, count);
		handover_record_end(&story->piece, begin);
		bytes += count;
		size -= count;
	}
}

static enum chapter_step tell_pause(struct handover_story *story)
{
	handover_record_end(&story->piece,
			    handover_record_begin(&story->piece,
						  HANDOVER_PAUSE));
	story->paused = true;
	return CHAPTER_ENDS;
}

/* From here on nothing of the session is read or written. */
static enum chapter_step tell_bytes(struct handover_story *story)
{
	struct story_neighbor *subject = &story->neighbors[story->at];
	struct bgp_stream *stream;
	size_t waiting;

	if (is_piece_begun(story)) /* there is room for all of it then */
		return CHAPTER_WAITS;
	if (story->at == story->neighbor_count)
		return CHAPTER_ENDS;
	if (subject->session) {
		stream = &subject->neighbor->session->stream;
		bgp_stream_seal(stream);
		waiting = bgp_stream_waiting(stream);
		add_bytes(story, HANDOVER_INPUT,
			  stream->input.data + stream->input.start,
			  stream->input.end - stream->input.start);
		add_bytes(story, HANDOVER_OUTPUT,
			  evbuffer_pullup(stream->output, -1), waiting);
	}
	story->at++;
	return CHAPTER_GOES_ON;
}

/* Nothing is sent for BFD from here on: as late as can be. */
static enum chapter_step tell_bfd(struct handover_story *story)
{
	struct tracker *tracker = story->agent->tracker;
	struct bfd_given given;
	size_t begin;
	int fd;

	if (is_piece_begun(story))
		return CHAPTER_WAITS;
	if (!story->at++)
		tracker_bfd_pause(tracker);
	story->nexthop = tracker_next(tracker, story->nexthop);
	if (!story->nexthop)
		return CHAPTER_ENDS;
	fd = tracker_bfd_export(tracker, &story->nexthop->address, &given);
	if (fd < 0)
		return CHAPTER_GOES_ON;
	begin = handover_record_begin(&story->piece, HANDOVER_BFD);
	bfd_given_encode(&story->piece, &given);
	handover_record_end(&story->piece, begin);
	story->fd = fd;
	return CHAPTER_GOES_ON;
}

static enum chapter_step tell_end(struct handover_story *story)
{
	handover_record_end(&story->piece,
			    handover_record_begin(&story->piece, HANDOVER_END));
	story->ended = true;
	return CHAPTER_GOES_ON;
}

/* ------------------------------------------------------------- the story */

static chapter_fn *const chapters[] = {
	tell_hello,   tell_locks,      tell_listeners, tell_bfd_ports,
	tell_manager, tell_drain,      tell_nexthop,   tell_neighbor,
	tell_route,   tell_last_paths, tell_flowspec,  tell_pause,
	tell_bytes,   tell_bfd,	       tell_end,
};

const char *handover_story_next(struct handover_story *story)
{
	enum chapter_step step = CHAPTER_GOES_ON;

	story->piece.used = 0;
	story->fd = -1;
	while (step != CHAPTER_WAITS && !story->paused && !story->ended &&
	       !story->failure && story->fd < 0 &&
	       story->piece.used < PIECE_ENOUGH) {
		step = chapters[story->chapter](story);
		if (step != CHAPTER_ENDS)
			continue;
		story->chapter++;
		story->at = 0;
	}
	if (story->piece.failed)
		story->failure = "a record is too long";
	return story->failure;
}

/* Describe how the peer's UPDATEs are encoded, of any length. */
static struct bgp_negotiated reverse(const struct bgp_negotiated *session)
{
	struct bgp_negotiated reversed = *session;

	for (int family = 0; family < BGP_FAMILY_COUNT; family++)
		reversed.add_path_send[family] =
			session->add_path_receive[family];
	reversed.max_message = BGP_MAX_EXTENDED_MESSAGE;
	return reversed;
}

int handover_story_begin(struct handover_story *story, struct agent *agent)
{
	struct bgp_neighbor *neighbor;
	size_t count = 0;

	*story = (struct handover_story){
		.agent = agent,
		.piece = writer_of(malloc(PIECE_SIZE), PIECE_SIZE),
		.fd = -1,
	};
	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link)
		neighbor->number = (unsigned int)count++;
	story->neighbors = calloc(count + 1, sizeof(*story->neighbors));
	if (!story->piece.data || !story->neighbors) {
		handover_story_release(story);
		return -ENOMEM;
	}
	story->neighbor_count = count;
	TAILQ_FOREACH(neighbor, &agent->speaker->neighbors, link) {
		struct story_neighbor *subject =
			&story->neighbors[neighbor->number];

		subject->neighbor = neighbor;
		subject->session = neighbor->session;
		if (neighbor->session)
			subject->reversed =
				reverse(&neighbor->session->negotiated);
	}
	return 0;
}

void handover_story_release(struct handover_story *story)
{
	free(story->piece.data);
	free(story->neighbors);
	story->piece.data = NULL;
	story->neighbors = NULL;
}
