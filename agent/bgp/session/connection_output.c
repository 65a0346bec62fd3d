// SPDX-License-Identifier: BSD-2-Clause
/* Messages of a connection that go out. See connection.h. */

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/codec/notification_describe.h"
#include "bgp/session/connection_internal.h"

enum {
	/* Output is filled up to here; one batch of UPDATEs may go beyond. */
	OUTPUT_LOW = 32768,
};

/* Queues a message; flush() sends it. */
static void queue(struct bgp_connection *connection, enum bgp_message_type type,
		  const struct writer *message)
{
	if (message->failed)
		return;
	connection->options.counters->sent[type]++;
	connection->unsent = true;
	bgp_stream_write(&connection->stream, message->data, message->used);
}

static void flush(struct bgp_connection *connection)
{
	connection->unsent = false;
	bgp_stream_flush(&connection->stream);
}

static void send_message(struct bgp_connection *connection,
			 enum bgp_message_type type,
			 const struct writer *message)
{
	queue(connection, type, message);
	flush(connection);
}

void bgp_connection_send_open(struct bgp_connection *connection)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_open_encode(&w, &connection->options.local_open);
	send_message(connection, BGP_OPEN, &w);
}

void bgp_connection_send_keepalive(struct bgp_connection *connection)
{
	uint8_t bytes[BGP_HEADER_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_message_encode_keepalive(&w);
	send_message(connection, BGP_KEEPALIVE, &w);
}

static void harden(struct bgp_notification *n)
{
	const struct bgp_notification inner = *n;

	bgp_notification_set_hard_reset(n, &inner);
}

void bgp_connection_send_notification(struct bgp_connection *connection,
				      const struct bgp_transition *transition)
{
	struct bgp_notification *n = &connection->given;
	char words[BGP_NOTIFICATION_TEXT_SIZE];
	char text[sizeof(words) + sizeof("sent NOTIFICATION 255/255 ")];
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	/* The state machine's errors are about a message: RFC 6608 4. */
	if (transition->code)
		bgp_notification_set(n, transition->code, transition->subcode,
				     &connection->message_type,
				     transition->code == BGP_ERROR_FSM);
	if (!n->code)
		return;
	if (connection->negotiated.graceful_restart.notification &&
	    bgp_notification_is_final(n))
		harden(n);
	bgp_notification_encode(&w, n);
	send_message(connection, BGP_NOTIFICATION, &w);
	snprintf(text, sizeof(text), "sent NOTIFICATION %u/%u %s", n->code,
		 n->subcode, bgp_notification_describe(n, words));
	bgp_connection_report(connection, BGP_DIRECTION_SENT, n, text);
}

/*
 * Without a connection of its own: the message fits into any socket's buffer,
 * and if it does not, the peer finds out by the end of the stream. Without an
 * OPEN: it would be a collision for the peer, in which our session may lose.
 */
void bgp_connection_turn_away(int fd)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bgp_notification n;
	ssize_t sent;

	bgp_notification_set(&n, BGP_ERROR_CEASE, BGP_CEASE_COLLISION, NULL, 0);
	bgp_notification_encode(&w, &n);
	sent = w.failed ? 0 : send(fd, w.data, w.used, MSG_NOSIGNAL);
	(void)sent;
	shutdown(fd, SHUT_WR);
	close(fd);
}

/* ------------------------------------------------------------- routes */

bool bgp_connection_can_send(const struct bgp_connection *connection)
{
	return connection->state == BGP_STATE_ESTABLISHED &&
	       bgp_stream_waiting(&connection->stream) < OUTPUT_LOW;
}

/* Writes one UPDATE and returns how many routes are in it. */
static size_t encode_some(struct writer *w,
			  const struct bgp_negotiated *negotiated,
			  const struct bgp_attributes *attributes,
			  const struct bgp_path_key *routes, size_t count)
{
	size_t done = 0;

	if (attributes)
		done = bgp_update_announce(w, negotiated, attributes, routes,
					   count);
	if (done)
		return done;
	/*
	 * What cannot be said must not stay said (RFC 8654 4): but of those
	 * routes only the first is known not to fit.
	 */
	return bgp_update_withdraw(w, negotiated, routes,
				   attributes ? 1 : count);
}

/* A full buffer does not wait for more. */
static void queue_update(struct bgp_connection *connection,
			 const struct writer *message)
{
	queue(connection, BGP_UPDATE, message);
	if (bgp_stream_waiting(&connection->stream) >= OUTPUT_LOW)
		flush(connection);
}

size_t bgp_connection_send(const struct bgp_recipients *recipients,
			   const struct bgp_announcement *announcement)
{
	const struct bgp_path_key *routes = announcement->routes;
	size_t left = announcement->count, messages = 0;

	while (left) {
		uint8_t bytes[BGP_MAX_EXTENDED_MESSAGE];
		struct writer w = writer_of(bytes, sizeof(bytes));
		size_t done = encode_some(&w, recipients->negotiated,
					  announcement->attributes, routes,
					  left);

		if (!done)
			break;
		for (size_t i = 0; i < recipients->count; i++)
			queue_update(recipients->connections[i], &w);
		routes += done;
		left -= done;
		messages++;
	}
	return messages;
}

void bgp_connection_flush(struct bgp_connection *connection)
{
	if (connection->unsent)
		flush(connection);
}

void bgp_connection_send_end_of_rib(struct bgp_connection *connection,
				    enum bgp_family family)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_update_end_of_rib(&w, family);
	send_message(connection, BGP_UPDATE, &w);
}

void bgp_connection_send_refresh(struct bgp_connection *connection,
				 const struct bgp_route_refresh *refresh)
{
	const struct bgp_negotiated *negotiated = &connection->negotiated;
	bool mark = refresh->subtype != BGP_ROUTE_REFRESH_REQUEST;
	uint8_t bytes[BGP_ROUTE_REFRESH_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	if (!bgp_negotiated_has_family(negotiated, refresh->family) ||
	    (mark ? !negotiated->enhanced_refresh : !negotiated->route_refresh))
		return;
	bgp_route_refresh_encode(&w, refresh);
	send_message(connection, BGP_ROUTE_REFRESH, &w);
}
