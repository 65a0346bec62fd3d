// SPDX-License-Identifier: BSD-2-Clause
/* Messages that a connection sends. See connection.h. */

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/codec/notification_describe.h"
#include "bgp/session/connection_internal.h"

enum {
	/* Output is filled up to here; one batch of UPDATEs may exceed it. */
	OUTPUT_LOW = 32768,
};

/* Queue a message; flush_output() sends it. */
static void queue_message(struct bgp_connection *connection,
			  enum bgp_message_type type,
			  const struct writer *message)
{
	if (message->failed)
		return;
	connection->options.counters->sent[type]++;
	connection->flush_due = true;
	bgp_stream_write(&connection->stream, message->data, message->used);
	if (type == BGP_UPDATE)
		connection->options.handler->update_sent(connection, message);
}

static void flush_output(struct bgp_connection *connection)
{
	connection->flush_due = false;
	bgp_stream_flush(&connection->stream);
}

static void queue_and_flush(struct bgp_connection *connection,
			    enum bgp_message_type type,
			    const struct writer *message)
{
	queue_message(connection, type, message);
	flush_output(connection);
}

void bgp_connection_send_open(struct bgp_connection *connection)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_open_encode(&w, &connection->options.local_open);
	queue_and_flush(connection, BGP_OPEN, &w);
}

void bgp_connection_send_keepalive(struct bgp_connection *connection)
{
	uint8_t bytes[BGP_HEADER_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_message_encode_keepalive(&w);
	queue_and_flush(connection, BGP_KEEPALIVE, &w);
}

static void make_hard_reset(struct bgp_notification *n)
{
	const struct bgp_notification inner = *n;

	bgp_notification_set_hard_reset(n, &inner);
}

void bgp_connection_send_notification(struct bgp_connection *connection,
				      const struct bgp_transition *transition)
{
	struct bgp_notification *n = &connection->notification;
	char words[BGP_NOTIFICATION_TEXT_SIZE];
	char text[sizeof(words) + sizeof("sent NOTIFICATION 255/255 ")];
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	/* RFC 6608 4: the data of an FSM error is the type of the message. */
	if (transition->code)
		bgp_notification_set(n, transition->code, transition->subcode,
				     &connection->message_type,
				     transition->code == BGP_ERROR_FSM);
	if (!n->code)
		return;
	if (connection->negotiated.graceful_restart.notification &&
	    bgp_notification_is_final(n))
		make_hard_reset(n);
	bgp_notification_encode(&w, n);
	queue_and_flush(connection, BGP_NOTIFICATION, &w);
	snprintf(text, sizeof(text), "sent NOTIFICATION %u/%u %s", n->code,
		 n->subcode, bgp_notification_describe(n, words));
	bgp_connection_report(connection, BGP_DIRECTION_SENT, n, text);
}

/*
 * The socket needs no connection: the message fits into any socket's buffer,
 * and if it does not, the peer sees the end of the stream. An OPEN is not sent:
 * to the peer it would be a collision, which our session may lose.
 */
void bgp_connection_refuse(int fd)
{
	bgp_connection_dismiss(fd, BGP_CEASE_COLLISION);
}

void bgp_connection_dismiss(int fd, enum bgp_cease_subcode subcode)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bgp_notification n;
	ssize_t sent;

	bgp_notification_set(&n, BGP_ERROR_CEASE, subcode, NULL, 0);
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

/* Write one UPDATE. Return how many routes are in it. */
static size_t encode_one_update(struct writer *w,
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
	 * A route that cannot be announced must be withdrawn (RFC 8654 4). Of
	 * these routes only the first is known not to fit.
	 */
	return bgp_update_withdraw(w, negotiated, routes,
				   attributes ? 1 : count);
}

/* Queue an UPDATE, and send when the buffer is full. */
static void queue_update(struct bgp_connection *connection,
			 const struct writer *message)
{
	queue_message(connection, BGP_UPDATE, message);
	if (bgp_stream_waiting(&connection->stream) >= OUTPUT_LOW)
		flush_output(connection);
}

size_t bgp_connection_send(const struct bgp_recipients *recipients,
			   const struct bgp_announcement *announcement)
{
	const struct bgp_path_key *routes = announcement->routes;
	size_t left = announcement->count, messages = 0;

	while (left) {
		struct writer w = writer_of(recipients->message,
					    BGP_MAX_EXTENDED_MESSAGE);
		size_t done = encode_one_update(&w, recipients->negotiated,
						announcement->attributes,
						routes, left);

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
	if (connection->flush_due)
		flush_output(connection);
}

void bgp_connection_send_end_of_rib(struct bgp_connection *connection,
				    enum bgp_family family)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_update_end_of_rib(&w, family);
	queue_and_flush(connection, BGP_UPDATE, &w);
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
	queue_and_flush(connection, BGP_ROUTE_REFRESH, &w);
}

void bgp_connection_ask_flowspecs(struct bgp_connection *connection)
{
	const struct bgp_negotiated *negotiated = &connection->negotiated;
	uint8_t bytes[BGP_ROUTE_REFRESH_SIZE];
	struct writer w;

	for (int ipv6 = 0; negotiated->route_refresh && ipv6 <= 1; ipv6++) {
		uint8_t bit = ipv6 ? BGP_FLOWSPEC_IPV6 : BGP_FLOWSPEC_IPV4;

		if (!(negotiated->flowspec & bit))
			continue;
		w = writer_of(bytes, sizeof(bytes));
		bgp_route_refresh_encode_flowspec(&w, ipv6);
		queue_and_flush(connection, BGP_ROUTE_REFRESH, &w);
	}
}
