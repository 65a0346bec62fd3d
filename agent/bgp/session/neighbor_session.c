// SPDX-License-Identifier: BSD-2-Clause
/*
 * Events of a neighbor's connections: remembered, logged, and passed on to the
 * user of the speaker. See neighbor.h.
 */

#include <event2/event.h>
#include <stdio.h>

#include "bgp/codec/collision.h"
#include "bgp/codec/delay.h"
#include "bgp/codec/text.h"
#include "bgp/codec/update_describe.h"
#include "bgp/session/announcer.h"
#include "bgp/session/neighbor_internal.h"
#include "bgp/session/setup.h"
#include "bgp/session/speaker.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	AS_TEXT_SIZE = 24,
};

static const struct bgp_callbacks *
callbacks_of(const struct bgp_neighbor *neighbor)
{
	return &neighbor->speaker->callbacks;
}

/* ------------------------------------------------------------- errors */

/* Add the detail that a refused OPEN has left, and remember the error. */
static void remember_error(struct bgp_neighbor *neighbor,
			   const struct bgp_connection_error *error)
{
	struct bgp_connection_error whole = *error;

	snprintf(neighbor->last_error, sizeof(neighbor->last_error), "%s%s%s",
		 error->text, neighbor->detail[0] ? ": " : "",
		 neighbor->detail);
	neighbor->detail[0] = '\0';
	whole.text = neighbor->last_error;
	neighbor->last_error_ms = clock_now_ms();
	bgp_error_log_add(&neighbor->errors, neighbor->last_error_ms, &whole);
}

static void on_connection_error(struct bgp_connection *connection,
				const struct bgp_connection_error *error)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	/* A failed attempt besides a session is of no interest. */
	if (neighbor->session && neighbor->session != connection)
		return;
	remember_error(neighbor, error);
	log_event(EVENT_NEIGHBOR_ERROR,
		  &(const struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "%s", neighbor->last_error);
}

/* ------------------------------------------------------------- OPEN */

static bool check_open(struct bgp_connection *connection,
		       struct bgp_notification *error)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	struct bgp_open_policy policy = bgp_setup_policy(
		&neighbor->speaker->options, &neighbor->options);
	char expected[AS_TEXT_SIZE];

	if (bgp_open_check(&connection->remote_open, &policy, error))
		return true;
	if (error->subcode == BGP_OPEN_BAD_PEER_AS)
		snprintf(neighbor->detail, sizeof(neighbor->detail),
			 "the peer's AS is %u, configured: %s",
			 connection->remote_open.as,
			 bgp_as_range_format(&neighbor->options.as, expected,
					     sizeof(expected)));
	return false;
}

static struct bgp_connection *other_of(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;

	return connection == &neighbor->incoming ? &neighbor->outgoing :
						   &neighbor->incoming;
}

static bool loses_collision(struct bgp_connection *connection)
{
	struct bgp_connection *other = other_of(connection);

	switch (bgp_collision_resolve(
		&connection->options.local_open, &connection->remote_open,
		connection->options.incoming, other->state)) {
	case BGP_COLLISION_NONE:
		break;
	case BGP_COLLISION_DROP_NEW:
		bgp_neighbor_refused(connection->options.owner,
				     BGP_REFUSED_COLLISION);
		return true;
	case BGP_COLLISION_PAUSE_OTHER:
		bgp_connection_pause(other);
		break;
	}
	return false;
}

/*
 * Now that this connection is up, end the other one if it must be closed. If it
 * must not, it stays until the peer decides.
 */
static void end_other(struct bgp_connection *connection)
{
	struct bgp_connection *other = other_of(connection);

	other->last_try = true;
	if (!bgp_collision_ends_other(
		    &connection->options.local_open, &connection->remote_open,
		    connection->options.incoming, other->state))
		return;
	if (other->state >= BGP_STATE_OPEN_SENT)
		bgp_neighbor_refused(connection->options.owner,
				     BGP_REFUSED_COLLISION);
	bgp_connection_lose_collision(other);
}

/* ------------------------------------------------------------- sessions */

/*
 * A backend has no table from us whose end it could wait for. A GoBGP that has
 * restarted takes End-of-RIB without graceful restart (RFC 4724 2) wrongly: it
 * never announces anything then.
 */
static uint32_t end_of_rib_families(const struct bgp_neighbor *neighbor,
				    const struct bgp_connection *connection)
{
	return neighbor->options.role == NEIGHBOR_ROLE_BACKEND ?
		       0 :
		       connection->negotiated.families;
}

static void on_connection_up(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);

	if (neighbor->session) {
		bgp_neighbor_refused(neighbor, BGP_REFUSED_COLLISION);
		bgp_connection_lose_collision(neighbor->session);
	}
	neighbor->session = connection;
	neighbor->changed_ms = clock_now_ms();
	neighbor->end_of_rib_due = end_of_rib_families(neighbor, connection);
	neighbor->refreshing = 0;
	neighbor->foreign_logged = false;
	bgp_setup_clear_restart(&neighbor->incoming.options.local_open);
	bgp_setup_clear_restart(&neighbor->outgoing.options.local_open);
	evtimer_del(neighbor->restart);
	bgp_connection_set_timeout(connection);
	end_other(connection);
	log_event(EVENT_NEIGHBOR_UP,
		  &(const struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "session up, AS %u, %s, hold time %u s",
		  connection->negotiated.peer_as,
		  neighbor_role_names[neighbor->options.role],
		  connection->negotiated.hold_time);
	callbacks->session_up(neighbor, callbacks->context);
	bgp_announcer_send(neighbor->speaker, neighbor);
}

static void on_connection_down(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);
	uint64_t now = clock_now_ms();

	if (now - neighbor->changed_ms >= BGP_SESSION_STABLE_S * CLOCK_MS_PER_S)
		neighbor->restart_delay_s = BGP_RESTART_FIRST_S;
	neighbor->session = NULL;
	neighbor->sessions_ended++;
	evtimer_del(neighbor->proof);
	neighbor->input_held = false;
	neighbor->changed_ms = now;
	bgp_tcp_drops_read(&neighbor->drops);
	log_event(EVENT_NEIGHBOR_DOWN,
		  &(const struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "session down: %s", neighbor->last_error);
	callbacks->session_down(neighbor, callbacks->context);
}

static void on_connection_closed(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;

	if (!neighbor->input_held)
		bgp_connection_resume(other_of(connection));
	bgp_neighbor_closed(neighbor, connection);
}

/* ------------------------------------------------------------- records */

static void on_message_received(struct bgp_connection *connection,
				const struct bgp_message *message)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);

	if (callbacks->message)
		callbacks->message(connection, message, callbacks->context);
}

static void on_connection_state(struct bgp_connection *connection,
				enum bgp_state before)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);

	if (callbacks->state_changed)
		callbacks->state_changed(connection, before,
					 callbacks->context);
}

static void on_update_sent(struct bgp_connection *connection,
			   const struct writer *message)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);

	if (callbacks->update_sent)
		callbacks->update_sent(connection, message, callbacks->context);
}

/* ------------------------------------------------------------- routes */

/* Add the prefixes that an UPDATE withdraws by its error. */
static void add_withdrawn(struct text *text, const struct bgp_update *update)
{
	char first[PREFIX_TEXT_SIZE] = "";
	unsigned int count = 0;
	struct bgp_path_key key;

	for (int part = 0; part < BGP_PART_COUNT; part++) {
		struct bgp_nlri nlri = update->announced[part].nlri;

		while (bgp_nlri_next(&nlri, &key))
			if (!count++)
				prefix_format(&key.prefix, first);
	}
	if (!count)
		return;
	text_add(text, "; withdrawn: %s", first);
	if (count > 1)
		text_add(text, " and %u more", count - 1);
}

static void log_update_error(const struct bgp_neighbor *neighbor,
			     const struct bgp_update *update)
{
	const enum bgp_verdict verdict = update->error.verdict;
	char why[BGP_UPDATE_ERROR_TEXT_SIZE];
	char prefixes[sizeof("; withdrawn:  and  more") + PREFIX_TEXT_SIZE +
		      AS_TEXT_SIZE] = "";
	struct text text = text_of(prefixes, sizeof(prefixes));

	if (verdict == BGP_VERDICT_WITHDRAW)
		add_withdrawn(&text, update);
	else if (verdict == BGP_VERDICT_DISABLE)
		text_add(&text, "; %s ignored until a new session",
			 bgp_family_name(update->error.family));
	log_event(EVENT_UPDATE_MALFORMED,
		  &(const struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "UPDATE: %s; verdict: %s%s", bgp_update_describe(update, why),
		  bgp_verdict_name(verdict), prefixes);
}

/* Tell of routes that the peer must not send, once for each session. */
static void log_foreign(struct bgp_neighbor *neighbor,
			const struct bgp_foreign *foreign)
{
	const struct event_objects objects = {
		.neighbor = &neighbor->address,
		.interface = neighbor->options.interface,
	};
	enum bgp_family family;

	bool known = bgp_family_of(foreign->afi, foreign->safi, &family);

	if (neighbor->foreign_logged ||
	    (known &&
	     neighbor->session->disabled_families & bgp_family_bit(family)))
		return;
	neighbor->foreign_logged = true;
	if (known)
		log_event(EVENT_FAMILY_IGNORED, &objects,
			  "routes of %s ignored: the session did not agree on "
			  "that family; set it at both ends, here by family= "
			  "of --neighbor",
			  bgp_family_name(family));
	else
		log_event(EVENT_FAMILY_IGNORED, &objects,
			  "routes of the unknown family AFI %u SAFI %u "
			  "ignored; turn it off for this session there",
			  foreign->afi, foreign->safi);
}

static void on_update_error(struct bgp_connection *connection,
			    const struct bgp_update *update)
{
	struct bgp_neighbor *neighbor = connection->options.owner;

	if (update->foreign.present)
		log_foreign(neighbor, &update->foreign);
	if (update->error.verdict == BGP_VERDICT_OK)
		return;
	log_update_error(neighbor, update);
	if (update->error.verdict == BGP_VERDICT_RESET)
		snprintf(neighbor->detail, sizeof(neighbor->detail), "%s",
			 update->error.reason);
}

static int on_update_received(struct bgp_connection *connection,
			      const struct bgp_update *update)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);

	return callbacks->update(neighbor, update, callbacks->context);
}

/* RFC 7313 4: the answer to a request goes between BoRR and EoRR. */
static void begin_refresh(struct bgp_neighbor *neighbor, enum bgp_family family)
{
	const struct bgp_route_refresh begin = {
		.family = family,
		.subtype = BGP_ROUTE_REFRESH_BEGIN,
	};

	neighbor->refreshing |= bgp_family_bit(family);
	bgp_connection_send_refresh(neighbor->session, &begin);
}

/* RFC 7313 4: the same for routes that are sent again without a request. */
void bgp_neighbor_send_again(struct bgp_neighbor *neighbor)
{
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);
	struct bgp_route_refresh all = { .subtype = BGP_ROUTE_REFRESH_REQUEST };

	for (all.family = 0; all.family < BGP_FAMILY_COUNT; all.family++)
		if (bgp_negotiated_has_family(&neighbor->session->negotiated,
					      all.family))
			begin_refresh(neighbor, all.family);
	/* Covers all families. */
	callbacks->route_refresh(neighbor, &all, callbacks->context);
	bgp_announcer_send(neighbor->speaker, neighbor);
}

static void on_refresh_received(struct bgp_connection *connection,
				const struct bgp_route_refresh *refresh)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks = callbacks_of(neighbor);

	if (refresh->subtype == BGP_ROUTE_REFRESH_REQUEST)
		begin_refresh(neighbor, refresh->family);
	callbacks->route_refresh(neighbor, refresh, callbacks->context);
	if (refresh->subtype == BGP_ROUTE_REFRESH_REQUEST)
		bgp_announcer_send(neighbor->speaker, neighbor);
}

static void on_room_to_send(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;

	bgp_announcer_send(neighbor->speaker, neighbor);
}

void bgp_neighbor_table_sent(struct bgp_neighbor *neighbor)
{
	enum bgp_family family;

	for (family = 0; neighbor->session && family < BGP_FAMILY_COUNT;
	     family++) {
		const struct bgp_route_refresh end = {
			.family = family,
			.subtype = BGP_ROUTE_REFRESH_END,
		};

		if (neighbor->end_of_rib_due & bgp_family_bit(family))
			bgp_connection_send_end_of_rib(neighbor->session,
						       family);
		if (neighbor->refreshing & bgp_family_bit(family))
			bgp_connection_send_refresh(neighbor->session, &end);
	}
	neighbor->end_of_rib_due = 0;
	neighbor->refreshing = 0;
}

const struct bgp_connection_handler bgp_neighbor_session = {
	.check_open = check_open,
	.loses_collision = loses_collision,
	.message = on_message_received,
	.state_changed = on_connection_state,
	.update_sent = on_update_sent,
	.session_up = on_connection_up,
	.session_down = on_connection_down,
	.update_error = on_update_error,
	.update = on_update_received,
	.route_refresh = on_refresh_received,
	.send_ready = on_room_to_send,
	.error = on_connection_error,
	.closed = on_connection_closed,
};
