// SPDX-License-Identifier: BSD-2-Clause
/*
 * Received messages of a connection: each is decoded as far as the state
 * machine needs, and becomes an event. See connection.h.
 */

#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/notification_describe.h"
#include "bgp/session/connection_internal.h"

/* ------------------------------------------------------------- OPEN */

/*
 * RFC 8654 4: extended messages may follow as soon as both sides announced
 * them.
 */
void bgp_connection_negotiate(struct bgp_connection *connection)
{
	bgp_negotiated_from_opens(&connection->options.local_open,
				  &connection->remote_open,
				  &connection->negotiated);
	connection->negotiated.confederation =
		connection->options.confederation;
	connection->stream.max_message = connection->negotiated.max_message;
}

/* Without a copy the session goes on, and ends with this agent. */
static void keep_open(struct bgp_connection *connection, struct reader body)
{
	uint8_t *copy = realloc(connection->remote_open_body, body.left);

	if (copy)
		memcpy(copy, body.data, body.left);
	if (copy)
		connection->remote_open_body = copy;
	connection->remote_open_size = copy ? body.left : 0;
}

static bool accept_open(struct bgp_connection *connection)
{
	if (!bgp_open_decode(connection->message, &connection->remote_open,
			     &connection->notification) ||
	    !connection->options.handler->check_open(connection,
						     &connection->notification))
		return false;
	keep_open(connection, connection->message);
	bgp_connection_negotiate(connection);
	return true;
}

static void receive_open(struct bgp_connection *connection)
{
	bool early = connection->state == BGP_STATE_CONNECT ||
		     connection->state == BGP_STATE_ACTIVE;

	/* In any other state an OPEN is an error, whatever is in it. */
	if (!early && connection->state != BGP_STATE_OPEN_SENT) {
		bgp_connection_handle(connection, BGP_EVENT_OPEN_RECEIVED);
		return;
	}
	/*
	 * A NOTIFICATION about the peer's OPEN may be sent only after our own
	 * OPEN.
	 */
	if (!accept_open(connection)) {
		if (early)
			bgp_connection_handle(connection,
					      BGP_EVENT_DELAY_OPEN_EXPIRED);
		bgp_connection_handle(connection, BGP_EVENT_OPEN_ERROR);
		return;
	}
	/* Decide before our KEEPALIVE: the peer takes that for a session. */
	if (connection->options.handler->loses_collision(connection)) {
		bgp_connection_handle(connection, BGP_EVENT_COLLISION_LOST);
		return;
	}
	bgp_connection_handle(connection,
			      early ? BGP_EVENT_OPEN_RECEIVED_EARLY :
				      BGP_EVENT_OPEN_RECEIVED);
}

/* ------------------------------------------------------------- NOTIFICATION */

static void receive_notification(struct bgp_connection *connection)
{
	char words[BGP_NOTIFICATION_TEXT_SIZE];
	char text[sizeof(words) + sizeof("received NOTIFICATION 255/255 ")];
	struct bgp_notification n;

	if (bgp_notification_decode(connection->message, &n)) {
		snprintf(text, sizeof(text), "received NOTIFICATION %u/%u %s",
			 n.code, n.subcode,
			 bgp_notification_describe(&n, words));
		bgp_connection_report(connection, BGP_DIRECTION_RECEIVED, &n,
				      text);
	}
	bgp_connection_handle(connection, BGP_EVENT_NOTIFICATION_RECEIVED);
}

/* ------------------------------------------------------------- routes */

/* RFC 4760 7: routes of the family are ignored from now on. */
static void disable_family(struct bgp_connection *connection,
			   const struct bgp_update_error *error)
{
	const uint32_t bit = bgp_family_bit(error->family);

	connection->negotiated.families &= ~bit;
	connection->disabled_families |= bit;
	connection->disabled_reason = error->reason;
}

void bgp_connection_process_update(struct bgp_connection *connection)
{
	const struct bgp_connection_options *options = &connection->options;
	const struct bgp_decode_context context = {
		.negotiated = &connection->negotiated,
		/* RFC 7947 2.2.2.1: a route server does not add its AS. */
		.accept_any_first_as = options->neighbor->relation ==
				       BGP_ROLE_RS,
		.accept_aigp = options->neighbor->aigp,
	};
	struct bgp_update update;
	enum bgp_verdict verdict = bgp_update_decode(
		&context, connection->message, options->scratch, &update);

	options->counters->verdicts[verdict]++;
	options->counters->foreign += update.foreign.present;
	if (verdict != BGP_VERDICT_OK || update.foreign.present)
		options->handler->update_error(connection, &update);
	if (verdict == BGP_VERDICT_DISABLE)
		disable_family(connection, &update.error);
	if (verdict == BGP_VERDICT_RESET) {
		connection->notification = update.error.notification;
		bgp_connection_handle(connection, BGP_EVENT_UPDATE_ERROR);
	} else if (options->handler->update(connection, &update)) {
		bgp_notification_set(&connection->notification, BGP_ERROR_CEASE,
				     BGP_CEASE_OUT_OF_RESOURCES, NULL, 0);
		bgp_connection_handle(connection, BGP_EVENT_UPDATE_ERROR);
	}
}

void bgp_connection_process_refresh(struct bgp_connection *connection)
{
	struct bgp_route_refresh refresh;
	struct bgp_notification error;

	switch (bgp_route_refresh_decode(&connection->negotiated,
					 connection->message, &refresh,
					 &error)) {
	case BGP_ROUTE_REFRESH_OK:
		connection->options.handler->route_refresh(connection,
							   &refresh);
		break;
	case BGP_ROUTE_REFRESH_IGNORE:
		break;
	case BGP_ROUTE_REFRESH_RESET:
		connection->notification = error;
		bgp_connection_handle(connection, BGP_EVENT_UPDATE_ERROR);
		break;
	}
}

/* ------------------------------------------------------------- the stream */

static struct bgp_connection *connection_of(struct bgp_stream *stream)
{
	return (struct bgp_connection *)((char *)stream -
					 offsetof(struct bgp_connection,
						  stream));
}

static void on_stream_message(struct bgp_stream *stream,
			      const struct bgp_message *frame)
{
	struct bgp_connection *connection = connection_of(stream);

	connection->message = frame->body;
	connection->options.counters->received[frame->type]++;
	connection->message_type = (uint8_t)frame->type;
	connection->options.handler->message(connection, frame);
	switch (frame->type) {
	case BGP_OPEN:
		receive_open(connection);
		break;
	case BGP_UPDATE:
		bgp_connection_handle(connection, BGP_EVENT_UPDATE_RECEIVED);
		break;
	case BGP_NOTIFICATION:
		receive_notification(connection);
		break;
	case BGP_KEEPALIVE:
		bgp_connection_handle(connection, BGP_EVENT_KEEPALIVE_RECEIVED);
		break;
	case BGP_ROUTE_REFRESH:
		bgp_connection_handle(connection,
				      BGP_EVENT_ROUTE_REFRESH_RECEIVED);
		break;
	default:
		break;
	}
}

static void on_stream_bad_message(struct bgp_stream *stream,
				  const struct bgp_message *frame)
{
	struct bgp_connection *connection = connection_of(stream);

	if (!frame->silent)
		connection->notification = frame->error;
	bgp_connection_handle(connection, BGP_EVENT_HEADER_ERROR);
}

/* RFC 4271 8.1.1: with DelayOpen we wait for the peer's OPEN first. */
static void on_stream_connected(struct bgp_stream *stream)
{
	struct bgp_connection *connection = connection_of(stream);

	bgp_connection_handle(connection,
			      connection->options.neighbor->delay_open ?
				      BGP_EVENT_TCP_CONNECTED_DELAYED :
				      BGP_EVENT_TCP_CONNECTED);
}

static void on_stream_lost(struct bgp_stream *stream, const char *reason)
{
	bgp_connection_fail(connection_of(stream), reason);
}

/* RFC 9687 4: the timer runs while output waits, and restarts with progress. */
static void on_stream_written(struct bgp_stream *stream, bool taken)
{
	struct bgp_connection *connection = connection_of(stream);

	if (!bgp_stream_waiting(stream))
		evtimer_del(connection->send_hold);
	else if (taken || !evtimer_pending(connection->send_hold, NULL))
		bgp_connection_start_send_hold(connection);
}

static void on_stream_writable(struct bgp_stream *stream)
{
	struct bgp_connection *connection = connection_of(stream);

	if (bgp_connection_can_send(connection))
		connection->options.handler->send_ready(connection);
}

const struct bgp_stream_callbacks bgp_connection_input = {
	.connected = on_stream_connected,
	.message = on_stream_message,
	.bad_message = on_stream_bad_message,
	.lost = on_stream_lost,
	.written = on_stream_written,
	.writable = on_stream_writable,
};
