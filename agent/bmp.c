// SPDX-License-Identifier: BSD-2-Clause
/* Tables and their changes for collectors. See bmp.h. */

#include "bmp.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "bmp_encode.h"
#include "bmp_station.h"
#include "control/prefix_cursor.h"
#include "core/clock.h"
#include "core/work_queue.h"
#include "rib/export_sent.h"

enum {
	STATISTICS_S = 60,
	ROUTES_AT_ONCE = 32, /* of a table in one piece of work */
};

/* One collector, and how far its tables are. */
struct bmp_feed {
	struct bmp *bmp;
	struct bmp_station station;
	struct work tables;
	struct prefix_cursor cursor;
	bool collected; /* the prefixes of the cursor */
};

struct bmp {
	struct bmp_sources sources;
	struct event *statistics;
	struct bmp_report report;
	struct bmp_feed feeds[BMP_MAX_COLLECTORS];
	struct writer message;	 /* the one that is made, for `target` */
	struct bmp_feed *target; /* NULL: all that are connected */
	uint8_t bytes[BMP_MESSAGE_SIZE];
};

static bool is_any_connected(const struct bmp *bmp)
{
	for (size_t i = 0; bmp && i < BMP_MAX_COLLECTORS; i++)
		if (bmp->report.collectors[i].state >= BMP_SENDING_TABLES)
			return true;
	return false;
}

/* Begin a message. */
static struct writer *new_message(struct bmp *bmp)
{
	bmp->message = writer_of(bmp->bytes, sizeof(bmp->bytes));
	return &bmp->message;
}

static void send_message(struct bmp *bmp)
{
	if (bmp->target) {
		bmp_station_send(&bmp->target->station, &bmp->message);
		return;
	}
	for (size_t i = 0; i < BMP_MAX_COLLECTORS; i++)
		if (bmp->report.collectors[i].used)
			bmp_station_send(&bmp->feeds[i].station, &bmp->message);
}

/* Return the neighbor of a peer whose session is up, or NULL. */
static const struct bgp_neighbor *neighbor_of(const struct rib_peer *peer)
{
	const struct bgp_neighbor *neighbor = peer->owner;

	return !peer->source.leaving && neighbor && neighbor->session ?
		       neighbor :
		       NULL;
}

/* ------------------------------------------------------------- routes */

static void send_route(struct bmp *bmp, const struct bgp_neighbor *neighbor,
		       const struct bmp_peer *peer,
		       const struct bgp_path_key *key,
		       const struct bgp_attributes *attributes)
{
	const struct bmp_route route = { .key = *key,
					 .attributes = attributes };

	bmp_encode_route(new_message(bmp), peer, neighbor, &route);
	send_message(bmp);
}

/* Send a path of the set's attributes; NULL: it is withdrawn. */
static void send_path(struct bmp *bmp, const struct bgp_neighbor *neighbor,
		      const struct bmp_peer *peer,
		      const struct bgp_path_key *key,
		      const struct attribute_set *set)
{
	struct bgp_attributes attributes;

	if (set)
		attributes = attribute_set_view(set);
	send_route(bmp, neighbor, peer, key, set ? &attributes : NULL);
}

static uint64_t received_us(const struct bmp *bmp, const struct path *path)
{
	uint64_t age_ms =
		clock_now_ms() - rib_path_since_ms(bmp->sources.rib, path);

	return clock_read_ns(CLOCK_REALTIME) / CLOCK_NS_PER_US -
	       age_ms * CLOCK_US_PER_MS;
}

/* Send a path as it is in the Adj-RIB-In, before and after our rules. */
static void send_held_path(struct bmp *bmp, const struct route *route,
			   const struct path *path)
{
	const struct rib_peer *source = (const struct rib_peer *)path->source;
	const struct bgp_path_key key = { .prefix = route->node.prefix,
					  .path_id = path->path_id };
	const struct bgp_neighbor *neighbor;
	struct bmp_peer peer;

	if (path_is_static(path))
		return;
	neighbor = neighbor_of(source);
	if (!neighbor)
		return;
	peer = bmp_peer_of(neighbor, BMP_ADJ_RIB_IN_PRE);
	peer.time_us = received_us(bmp, path);
	send_path(bmp, neighbor, &peer, &key,
		  attribute_set_received(path->attributes));
	peer.rib = BMP_ADJ_RIB_IN_POST;
	if (path->import == IMPORT_ACCEPTED)
		send_path(bmp, neighbor, &peer, &key, path->attributes);
}

/* Send the best path, or that there is none. */
static void send_best(struct bmp *bmp, const struct route *route)
{
	const struct bmp_peer peer =
		bmp_loc_rib_of(&bmp->sources.speaker->options);
	const struct path *best = route->selected ? route_best(route) : NULL;
	const struct bgp_path_key key = { .prefix = route->node.prefix };
	struct bgp_attributes attributes;

	if (!best) {
		send_route(bmp, NULL, &peer, &key, NULL);
		return;
	}
	attributes = attribute_set_view(best->attributes);
	/* A path of --path has no attributes of its own. */
	attributes.present |= BGP_HAS_ORIGIN | BGP_HAS_AS_PATH;
	send_route(bmp, NULL, &peer, &key, &attributes);
}

/* Send what is announced of a route to a neighbor. */
static void send_announced(struct bmp *bmp, const struct route *route,
			   const struct rib_peer *to)
{
	const struct bgp_neighbor *neighbor = neighbor_of(to);
	struct export_sent sent = { .export = NULL };
	struct bmp_peer peer;

	if (!neighbor || !(route_announced(route) & to->bit))
		return;
	peer = bmp_peer_of(neighbor, BMP_ADJ_RIB_OUT_POST);
	while (export_sent_next(bmp->sources.rib, route, to, &sent)) {
		const struct bgp_path_key key = { .prefix = route->node.prefix,
						  .path_id = sent.path_id };

		/* A change that is on its way is seen when it is sent. */
		if (!sent.pending)
			send_route(bmp, neighbor, &peer, &key,
				   &sent.attributes);
	}
}

static void send_all_of_route(struct bmp *bmp, const struct route *route)
{
	const struct rib_peer *peer = NULL;

	for (const struct path *path = route->paths; path; path = path->next)
		send_held_path(bmp, route, path);
	if (route->selected)
		send_best(bmp, route);
	while ((peer = rib_peer_next(bmp->sources.rib, peer)))
		if (peer->bit)
			send_announced(bmp, route, peer);
}

/* ------------------------------------------------------------- statistics */

static void send_statistics(struct bmp *bmp)
{
	const struct rib_peer *peer = NULL;

	while ((peer = rib_peer_next(bmp->sources.rib, peer))) {
		const struct bgp_neighbor *neighbor = neighbor_of(peer);

		if (!neighbor)
			continue;
		bmp_encode_statistics(new_message(bmp), neighbor);
		send_message(bmp);
	}
	bmp_encode_loc_rib_statistics(new_message(bmp),
				      &bmp->sources.speaker->options,
				      bmp->sources.rib);
	send_message(bmp);
}

static void on_statistics_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	if (is_any_connected(context))
		send_statistics(context);
}

/* ------------------------------------------------------------- tables */

static void send_ends(struct bmp *bmp, const struct bmp_peer *peer,
		      uint32_t families)
{
	enum bgp_family family;

	for (family = 0; family < BGP_FAMILY_COUNT; family++) {
		if (!(families & bgp_family_bit(family)))
			continue;
		bmp_encode_end_of_rib(new_message(bmp), peer, family);
		send_message(bmp);
	}
}

static void send_peer_ends(struct bmp *bmp, const struct rib_peer *peer)
{
	static const enum bmp_rib ribs[] = { BMP_ADJ_RIB_IN_PRE,
					     BMP_ADJ_RIB_IN_POST,
					     BMP_ADJ_RIB_OUT_POST };
	const struct bgp_neighbor *neighbor = neighbor_of(peer);

	for (size_t i = 0; neighbor && i < sizeof(ribs) / sizeof(*ribs); i++) {
		struct bmp_peer header = bmp_peer_of(neighbor, ribs[i]);

		send_ends(bmp, &header, neighbor->session->negotiated.families);
	}
}

static void end_tables(struct bmp_feed *feed)
{
	struct bmp *bmp = feed->bmp;
	const struct bmp_peer own =
		bmp_loc_rib_of(&bmp->sources.speaker->options);
	const struct rib_peer *peer = NULL;

	prefix_cursor_end(&feed->cursor);
	while ((peer = rib_peer_next(bmp->sources.rib, peer)))
		send_peer_ends(bmp, peer);
	send_ends(bmp, &own, BGP_ALL_FAMILIES);
	send_statistics(bmp);
	if (bmp_station_is_connected(&feed->station))
		feed->station.report->state = BMP_UP;
}

/* Send the next routes. False: all are sent, or the connection is lost. */
static bool send_some_routes(struct bmp_feed *feed)
{
	struct bmp *bmp = feed->bmp;
	struct prefix prefix;

	for (int i = 0; i < ROUTES_AT_ONCE; i++) {
		const struct route *route;

		if (!bmp_station_has_room(&feed->station))
			return bmp_station_is_connected(&feed->station);
		if (!prefix_cursor_next(&feed->cursor, &prefix)) {
			end_tables(feed);
			return false;
		}
		route = rib_find(bmp->sources.rib, &prefix);
		if (route)
			send_all_of_route(bmp, route);
	}
	return true;
}

/* A piece of work: collect prefixes, then send their routes. */
static void run_tables(void *context)
{
	struct bmp_feed *feed = context;
	struct bmp *bmp = feed->bmp;
	int left = 0;

	if (feed->station.report->state != BMP_SENDING_TABLES)
		return;
	bmp->target = feed;
	if (!feed->collected) {
		left = prefix_cursor_collect(&feed->cursor);
		feed->collected = left <= 0; /* without memory: a part */
	} else {
		left = send_some_routes(feed);
	}
	bmp->target = NULL;
	if (!feed->collected || left > 0 ||
	    (feed->station.report->state == BMP_SENDING_TABLES &&
	     bmp_station_has_room(&feed->station)))
		work_queue_add(bmp->sources.work, &feed->tables);
}

static void send_peers(struct bmp *bmp)
{
	const struct rib_peer *peer = NULL;

	bmp_encode_hello(new_message(bmp));
	send_message(bmp);
	bmp_encode_loc_rib_up(new_message(bmp), &bmp->sources.speaker->options);
	send_message(bmp);
	while ((peer = rib_peer_next(bmp->sources.rib, peer))) {
		const struct bgp_neighbor *neighbor = neighbor_of(peer);

		if (!neighbor)
			continue;
		bmp_encode_peer_up(new_message(bmp), neighbor);
		send_message(bmp);
	}
}

static void on_collector_connected(void *context)
{
	struct bmp_feed *feed = context;
	struct bmp *bmp = feed->bmp;

	bmp->target = feed;
	send_peers(bmp);
	bmp->target = NULL;
	prefix_cursor_end(&feed->cursor);
	feed->cursor = prefix_cursor_of(rib_routes(bmp->sources.rib));
	feed->collected = false;
	work_queue_add(bmp->sources.work, &feed->tables);
}

static void on_collector_drained(void *context)
{
	struct bmp_feed *feed = context;

	if (feed->station.report->state == BMP_SENDING_TABLES)
		work_queue_add(feed->bmp->sources.work, &feed->tables);
}

static void on_collector_lost(void *context)
{
	struct bmp_feed *feed = context;

	prefix_cursor_end(&feed->cursor);
	work_queue_remove(feed->bmp->sources.work, &feed->tables);
}

static const struct bmp_station_hooks station_hooks = {
	.connected = on_collector_connected,
	.drained = on_collector_drained,
	.lost = on_collector_lost,
};

/* ------------------------------------------------------------- collectors */

static int begin_feed(struct bmp *bmp, const struct endpoint *endpoint)
{
	struct bmp_feed *feed = bmp->feeds;

	while (feed->station.report && feed->station.report->used)
		feed++;
	*feed = (struct bmp_feed){
		.bmp = bmp,
		.tables = { .run = run_tables,
			    .context = feed,
			    .name = "tables for BMP" },
		.station = { .base = bmp->sources.base,
			     .hooks = &station_hooks,
			     .context = feed,
			     .report = &bmp->report.collectors[feed -
							       bmp->feeds] },
	};
	*feed->station.report = (struct bmp_collector_report){
		.used = true,
		.endpoint = *endpoint,
	};
	return bmp_station_begin(&feed->station);
}

static void end_feed(struct bmp_feed *feed, bool polite)
{
	struct bmp *bmp = feed->bmp;

	if (polite) {
		bmp->target = feed;
		bmp_write_termination(new_message(bmp));
		send_message(bmp);
		bmp->target = NULL;
	}
	bmp_station_end(&feed->station);
	prefix_cursor_end(&feed->cursor);
	work_queue_remove(bmp->sources.work, &feed->tables);
	*feed->station.report = (struct bmp_collector_report){ .used = false };
}

static bool is_wanted_collector(const struct endpoint *endpoint,
				const struct endpoint *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (endpoint_equal(endpoint, &list[i]))
			return true;
	return false;
}

static bool has_feed(const struct bmp *bmp, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < BMP_MAX_COLLECTORS; i++)
		if (bmp->report.collectors[i].used &&
		    endpoint_equal(&bmp->report.collectors[i].endpoint,
				   endpoint))
			return true;
	return false;
}

int bmp_set_collectors(struct bmp *bmp, const struct endpoint *list,
		       size_t count)
{
	int code = 0;

	for (size_t i = 0; i < BMP_MAX_COLLECTORS; i++)
		if (bmp->report.collectors[i].used &&
		    !is_wanted_collector(&bmp->report.collectors[i].endpoint,
					 list, count))
			end_feed(&bmp->feeds[i], true);
	for (size_t i = 0; i < count && !code; i++)
		if (!has_feed(bmp, &list[i]))
			code = begin_feed(bmp, &list[i]);
	return code;
}

struct bmp *bmp_new(const struct bmp_sources *sources)
{
	const struct timeval interval = { .tv_sec = STATISTICS_S };
	struct bmp *bmp = calloc(1, sizeof(*bmp));

	if (!bmp)
		return NULL;
	bmp->sources = *sources;
	bmp->statistics = event_new(sources->base, -1, EV_PERSIST,
				    on_statistics_due, bmp);
	if (!bmp->statistics) {
		free(bmp);
		return NULL;
	}
	event_add(bmp->statistics, &interval);
	return bmp;
}

void bmp_free(struct bmp *bmp, bool polite)
{
	if (!bmp)
		return;
	for (size_t i = 0; i < BMP_MAX_COLLECTORS; i++)
		if (bmp->report.collectors[i].used)
			end_feed(&bmp->feeds[i], polite);
	event_free(bmp->statistics);
	free(bmp);
}

const struct bmp_report *bmp_report_of(const struct bmp *bmp)
{
	return &bmp->report;
}

/* ------------------------------------------------------------- events */

void bmp_session_up(struct bmp *bmp, const struct bgp_neighbor *neighbor)
{
	if (!is_any_connected(bmp))
		return;
	bmp_encode_peer_up(new_message(bmp), neighbor);
	send_message(bmp);
}

void bmp_session_down(struct bmp *bmp, const struct bgp_neighbor *neighbor)
{
	if (!is_any_connected(bmp))
		return;
	bmp_encode_peer_down(new_message(bmp), neighbor);
	send_message(bmp);
}

/* Send the routes of a part one by one; without attributes they are withdrawn. */
static void send_part(struct bmp *bmp, const struct bgp_neighbor *neighbor,
		      const struct bmp_peer *peer, struct bgp_nlri nlri,
		      const struct bgp_attributes *attributes)
{
	struct bgp_path_key key;

	while (bgp_nlri_next(&nlri, &key))
		send_route(bmp, neighbor, peer, &key, attributes);
}

/*
 * Send what an UPDATE with an error comes to (RFC 7606): a collector need not be
 * able to read the UPDATE itself.
 */
static void send_mended(struct bmp *bmp, const struct bgp_neighbor *neighbor,
			const struct bmp_peer *peer,
			const struct bgp_update *update)
{
	bool announced = update->error.verdict == BGP_VERDICT_DISCARD;

	for (int part = 0; part < BGP_PART_COUNT; part++)
		send_part(bmp, neighbor, peer, update->withdrawn[part], NULL);
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		const struct bgp_attributes attributes =
			bgp_update_attributes(update, part);

		send_part(bmp, neighbor, peer, update->announced[part].nlri,
			  announced ? &attributes : NULL);
	}
}

void bmp_update_received(struct bmp *bmp, const struct bgp_neighbor *neighbor,
			 const struct bgp_update *update)
{
	struct bmp_peer peer;

	if (!is_any_connected(bmp))
		return;
	peer = bmp_peer_of(neighbor, BMP_ADJ_RIB_IN_PRE);
	if (update->error.verdict != BGP_VERDICT_OK ||
	    update->foreign.present) {
		send_mended(bmp, neighbor, &peer, update);
		return;
	}
	peer.as2 = !neighbor->session->negotiated.as4;
	bmp_encode_update(new_message(bmp), &peer, neighbor->session->message);
	send_message(bmp);
}

void bmp_update_sent(struct bmp *bmp, const struct bgp_connection *connection,
		     const struct writer *message)
{
	const struct bgp_neighbor *neighbor = connection->options.owner;
	struct bmp_peer peer;

	if (!is_any_connected(bmp) || !neighbor->owner_data)
		return;
	peer = bmp_peer_of(neighbor, BMP_ADJ_RIB_OUT_POST);
	peer.as2 = !connection->negotiated.as4;
	bmp_encode_update(new_message(bmp), &peer,
			  reader_of(message->data + BGP_HEADER_SIZE,
				    message->used - BGP_HEADER_SIZE));
	send_message(bmp);
}

void bmp_path_changed(struct bmp *bmp, const struct rib_peer *peer,
		      const struct bgp_path_key *key,
		      const struct attribute_set *attributes)
{
	const struct bgp_neighbor *neighbor;
	struct bmp_peer header;

	if (!is_any_connected(bmp))
		return;
	neighbor = neighbor_of(peer);
	if (!neighbor || neighbor->owner_data != peer)
		return;
	header = bmp_peer_of(neighbor, BMP_ADJ_RIB_IN_POST);
	send_path(bmp, neighbor, &header, key, attributes);
}

void bmp_route_decided(struct bmp *bmp, const struct route *route)
{
	if (is_any_connected(bmp))
		send_best(bmp, route);
}
