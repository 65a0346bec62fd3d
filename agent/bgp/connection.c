// SPDX-License-Identifier: BSD-2-Clause
/* Timers and messages around the state machine. See connection.h. */

#include "bgp/connection.h"

#include <errno.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/message.h"
#include "bgp/socket.h"

enum {
	CONNECT_RETRY_S = 5,
	/* No progress in sending for this long: RFC 9687 4. */
	SEND_HOLD_MIN_S = 480,
	SEND_HOLD_FACTOR = 2,
	/* Output is filled up to here; one batch of UPDATEs may go beyond. */
	OUTPUT_LOW = 32768,
	ERROR_SIZE = 160,
};

static void handle(struct bgp_connection *connection, enum bgp_event event);

/* ------------------------------------------------------------- timers */

static void start_timer(struct event *timer, uint32_t milliseconds)
{
	struct timeval delay = { .tv_sec = milliseconds / 1000,
				 .tv_usec = milliseconds % 1000 * 1000 };

	evtimer_add(timer, &delay);
}

/* RFC 4271 10: between 75 and 100 % of the time, so that peers drift apart. */
static uint32_t jittered(uint32_t seconds)
{
	return seconds * 750 + arc4random_uniform(seconds * 250 + 1);
}

static void stop_timers(struct bgp_connection *connection)
{
	evtimer_del(connection->connect_retry);
	evtimer_del(connection->hold);
	evtimer_del(connection->keepalive);
	evtimer_del(connection->send_hold);
}

static uint32_t send_hold_time(const struct bgp_connection *connection)
{
	uint32_t time = connection->hold_time * SEND_HOLD_FACTOR;

	return time > SEND_HOLD_MIN_S ? time : SEND_HOLD_MIN_S;
}

/* ------------------------------------------------------------- output */

static void send_message(struct bgp_connection *connection,
			 const struct writer *message)
{
	if (message->failed)
		return;
	bgp_stream_write(&connection->stream, message->data, message->used);
	bgp_stream_flush(&connection->stream);
}

static void send_open(struct bgp_connection *connection)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_open_encode(&w, &connection->options.local_open);
	send_message(connection, &w);
}

static void send_keepalive(struct bgp_connection *connection)
{
	uint8_t bytes[BGP_HEADER_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	bgp_keepalive_encode(&w);
	send_message(connection, &w);
}

static void report(struct bgp_connection *connection, const char *text)
{
	connection->options.handler->error(connection, text);
}

static void send_notification(struct bgp_connection *connection,
			      const struct bgp_transition *transition)
{
	struct bgp_notification *n = &connection->given;
	char name[BGP_NOTIFICATION_NAME_SIZE], text[ERROR_SIZE];
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	if (transition->code)
		bgp_notification_set(n, transition->code, transition->subcode,
				     NULL, 0);
	if (!n->code)
		return;
	bgp_notification_encode(&w, n);
	send_message(connection, &w);
	snprintf(text, sizeof(text), "sent NOTIFICATION %u/%u %s", n->code,
		 n->subcode, bgp_notification_name(n->code, n->subcode, name));
	report(connection, text);
}

bool bgp_connection_can_send(const struct bgp_connection *connection)
{
	return connection->state == BGP_STATE_ESTABLISHED &&
	       bgp_stream_waiting(&connection->stream) < OUTPUT_LOW;
}

void bgp_connection_send(struct bgp_connection *connection,
			 const struct bgp_attributes *attributes,
			 const struct prefix *prefixes, size_t count)
{
	size_t as_size = bgp_connection_as4(connection) ? BGP_AS4_SIZE :
							  BGP_AS2_SIZE;

	while (count) {
		uint8_t bytes[BGP_MAX_MESSAGE];
		struct writer w = writer_of(bytes, sizeof(bytes));
		size_t sent = 0;

		if (attributes)
			sent = bgp_update_announce(&w, attributes, as_size,
						   prefixes, count);
		/* What cannot be said must not stay said (RFC 8654 4). */
		if (!sent)
			sent = bgp_update_withdraw(&w, prefixes, count);
		bgp_stream_write(&connection->stream, w.data, w.used);
		prefixes += sent;
		count -= sent;
	}
	bgp_stream_flush(&connection->stream);
}

/* ------------------------------------------------------------- actions */

static void lose(struct bgp_connection *connection, const char *why)
{
	report(connection, why);
	handle(connection, BGP_EVENT_TCP_FAILED);
}

static void dial(struct bgp_connection *connection)
{
	const struct bgp_connection_options *options = &connection->options;
	int fd = bgp_socket_connect(&options->remote, options->port);

	if (fd < 0)
		lose(connection, strerror(-fd));
	else if (bgp_stream_connect(&connection->stream, fd))
		lose(connection, strerror(ENOMEM));
}

static void start_hold(struct bgp_connection *connection)
{
	if (connection->hold_time)
		start_timer(connection->hold, connection->hold_time * 1000);
	else
		evtimer_del(connection->hold);
}

static void start_keepalive(struct bgp_connection *connection)
{
	if (connection->hold_time)
		start_timer(connection->keepalive,
			    jittered(connection->hold_time) /
				    BGP_KEEPALIVES_PER_HOLD);
}

static void close_connection(struct bgp_connection *connection)
{
	stop_timers(connection);
	bgp_stream_close(&connection->stream);
	connection->given.code = 0;
	connection->options.handler->closed(connection);
}

static void process_update(struct bgp_connection *connection)
{
	const struct bgp_decode_context context = {
		.peer_as = connection->remote_open.as,
		.as4 = bgp_connection_as4(connection),
		.ebgp = connection->remote_open.as !=
			connection->options.local_open.as,
	};
	struct bgp_scratch scratch;
	struct bgp_update update;

	if (bgp_update_decode(&context, connection->message, &scratch,
			      &update) == BGP_VERDICT_RESET) {
		connection->given = update.fault.notification;
		handle(connection, BGP_EVENT_UPDATE_ERROR);
	} else if (connection->options.handler->update(connection, &update)) {
		bgp_notification_set(&connection->given, BGP_ERROR_CEASE,
				     BGP_CEASE_OUT_OF_RESOURCES, NULL, 0);
		handle(connection, BGP_EVENT_UPDATE_ERROR);
	}
}

static void carry_out(struct bgp_connection *connection, uint32_t action,
		      const struct bgp_transition *transition)
{
	const struct bgp_connection_handler *handler =
		connection->options.handler;

	switch ((enum bgp_action)action) {
	case BGP_ACTION_SEND_NOTIFICATION:
		send_notification(connection, transition);
		break;
	case BGP_ACTION_SESSION_DOWN:
		handler->session_down(connection);
		break;
	case BGP_ACTION_CLOSE:
		close_connection(connection);
		break;
	case BGP_ACTION_STOP_CONNECT_RETRY:
		evtimer_del(connection->connect_retry);
		break;
	case BGP_ACTION_START_CONNECT_RETRY:
		start_timer(connection->connect_retry,
			    jittered(CONNECT_RETRY_S));
		break;
	case BGP_ACTION_CONNECT:
		dial(connection);
		break;
	case BGP_ACTION_SEND_OPEN:
		send_open(connection);
		break;
	case BGP_ACTION_START_LARGE_HOLD:
		start_timer(connection->hold, BGP_LARGE_HOLD_TIME * 1000);
		break;
	case BGP_ACTION_START_HOLD:
		start_hold(connection);
		break;
	case BGP_ACTION_SEND_KEEPALIVE:
		send_keepalive(connection);
		break;
	case BGP_ACTION_START_KEEPALIVE:
		start_keepalive(connection);
		break;
	case BGP_ACTION_SESSION_UP:
		handler->session_up(connection);
		break;
	case BGP_ACTION_PROCESS_UPDATE:
		process_update(connection);
		break;
	case BGP_ACTION_PROCESS_ROUTE_REFRESH:
		handler->route_refresh(connection);
		break;
	}
}

/* An accepted connection cannot be dialled again: that is the peer's part. */
static struct bgp_transition never_dial(struct bgp_transition transition)
{
	if (transition.next == BGP_STATE_ACTIVE ||
	    transition.next == BGP_STATE_CONNECT)
		transition.next = BGP_STATE_IDLE;
	transition.actions &=
		~(BGP_ACTION_START_CONNECT_RETRY | BGP_ACTION_CONNECT);
	return transition;
}

static void handle(struct bgp_connection *connection, enum bgp_event event)
{
	struct bgp_transition transition =
		bgp_fsm_step(connection->state, event);
	uint32_t actions;

	if (connection->options.incoming && event != BGP_EVENT_START_PASSIVE)
		transition = never_dial(transition);
	connection->state = transition.next;
	for (actions = transition.actions; actions; actions &= actions - 1)
		carry_out(connection, actions & -actions, &transition);
}

/* ------------------------------------------------------------- input */

static void receive_open(struct bgp_connection *connection)
{
	struct bgp_open *remote = &connection->remote_open;
	struct bgp_notification error;

	/* In any other state the state machine answers, whatever it says. */
	if (connection->state != BGP_STATE_OPEN_SENT) {
		handle(connection, BGP_EVENT_OPEN_RECEIVED);
		return;
	}
	if (!bgp_open_decode(connection->message, remote, &error) ||
	    !connection->options.handler->check_open(connection, &error)) {
		connection->given = error;
		handle(connection, BGP_EVENT_OPEN_ERROR);
		return;
	}
	connection->hold_time = bgp_open_negotiate_hold(
		&connection->options.local_open, remote);
	handle(connection, BGP_EVENT_OPEN_RECEIVED);
	connection->options.handler->open_accepted(connection);
}

static void receive_notification(struct bgp_connection *connection)
{
	char name[BGP_NOTIFICATION_NAME_SIZE];
	char shutdown[BGP_SHUTDOWN_TEXT_SIZE];
	char text[ERROR_SIZE + sizeof(shutdown)];
	struct bgp_notification n;

	if (bgp_notification_decode(connection->message, &n)) {
		bool told = bgp_notification_shutdown_text(&n, shutdown);

		snprintf(text, sizeof(text),
			 "received NOTIFICATION %u/%u %s%s%s", n.code,
			 n.subcode,
			 bgp_notification_name(n.code, n.subcode, name),
			 told ? ": " : "", told ? shutdown : "");
		report(connection, text);
	}
	handle(connection, BGP_EVENT_NOTIFICATION_RECEIVED);
}

static struct bgp_connection *connection_of(struct bgp_stream *stream)
{
	return (struct bgp_connection *)((char *)stream -
					 offsetof(struct bgp_connection,
						  stream));
}

static void on_message(struct bgp_stream *stream,
		       const struct bgp_frame_result *frame)
{
	struct bgp_connection *connection = connection_of(stream);

	connection->message = frame->body;
	switch (frame->type) {
	case BGP_OPEN:
		receive_open(connection);
		break;
	case BGP_UPDATE:
		handle(connection, BGP_EVENT_UPDATE_RECEIVED);
		break;
	case BGP_NOTIFICATION:
		receive_notification(connection);
		break;
	case BGP_KEEPALIVE:
		handle(connection, BGP_EVENT_KEEPALIVE_RECEIVED);
		break;
	case BGP_ROUTE_REFRESH:
		handle(connection, BGP_EVENT_ROUTE_REFRESH_RECEIVED);
		break;
	default:
		break;
	}
}

static void on_bad_frame(struct bgp_stream *stream,
			 const struct bgp_frame_result *frame)
{
	struct bgp_connection *connection = connection_of(stream);

	if (!frame->silent)
		connection->given = frame->error;
	handle(connection, BGP_EVENT_HEADER_ERROR);
}

static void on_connected(struct bgp_stream *stream)
{
	handle(connection_of(stream), BGP_EVENT_TCP_CONNECTED);
}

static void on_lost(struct bgp_stream *stream, const char *why)
{
	lose(connection_of(stream), why);
}

/* RFC 9687 4: the timer runs while output waits and starts with each byte. */
static void on_written(struct bgp_stream *stream, bool taken)
{
	struct bgp_connection *connection = connection_of(stream);

	if (!bgp_stream_waiting(stream))
		evtimer_del(connection->send_hold);
	else if (taken || !evtimer_pending(connection->send_hold, NULL))
		start_timer(connection->send_hold,
			    send_hold_time(connection) * 1000);
}

static void on_writable(struct bgp_stream *stream)
{
	struct bgp_connection *connection = connection_of(stream);

	if (bgp_connection_can_send(connection))
		connection->options.handler->send_ready(connection);
}

static const struct bgp_stream_callbacks stream_callbacks = {
	.connected = on_connected,
	.message = on_message,
	.bad_frame = on_bad_frame,
	.lost = on_lost,
	.written = on_written,
	.writable = on_writable,
};

/* ------------------------------------------------------------- time */

static void on_connect_retry(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	handle(argument, BGP_EVENT_CONNECT_RETRY_EXPIRED);
}

/*
 * The hold time is about what the peer sent, not about when we came to read it:
 * what waits in the socket counts.
 */
static void on_hold(evutil_socket_t fd, short what, void *argument)
{
	struct bgp_connection *connection = argument;

	(void)fd, (void)what;
	bgp_stream_read(&connection->stream);
	if (connection->stream.fd >= 0 &&
	    !evtimer_pending(connection->hold, NULL))
		handle(connection, BGP_EVENT_HOLD_EXPIRED);
}

static void on_keepalive(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	handle(argument, BGP_EVENT_KEEPALIVE_DUE);
}

static void on_send_hold(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	handle(argument, BGP_EVENT_SEND_HOLD_EXPIRED);
}

/* ------------------------------------------------------------- life */

int bgp_connection_init(struct bgp_connection *connection,
			const struct bgp_connection_options *options)
{
	struct event_base *base = options->base;

	*connection = (struct bgp_connection){ .options = *options };
	connection->connect_retry =
		evtimer_new(base, on_connect_retry, connection);
	connection->hold = evtimer_new(base, on_hold, connection);
	connection->keepalive = evtimer_new(base, on_keepalive, connection);
	connection->send_hold = evtimer_new(base, on_send_hold, connection);
	if (!connection->connect_retry || !connection->hold ||
	    !connection->keepalive || !connection->send_hold)
		return -ENOMEM;
	return bgp_stream_init(&connection->stream, base, &stream_callbacks);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void bgp_connection_destroy(struct bgp_connection *connection)
{
	bgp_stream_destroy(&connection->stream);
	free_event(connection->connect_retry);
	free_event(connection->hold);
	free_event(connection->keepalive);
	free_event(connection->send_hold);
}

void bgp_connection_start(struct bgp_connection *connection)
{
	handle(connection, BGP_EVENT_START);
}

void bgp_connection_accept(struct bgp_connection *connection, int fd)
{
	handle(connection, BGP_EVENT_START_PASSIVE);
	if (bgp_stream_open(&connection->stream, fd))
		lose(connection, strerror(ENOMEM));
	else
		handle(connection, BGP_EVENT_TCP_CONNECTED);
}

void bgp_connection_stop(struct bgp_connection *connection,
			 const struct bgp_notification *notification)
{
	connection->given = *notification;
	handle(connection, BGP_EVENT_STOP);
	connection->given.code = 0;
}

void bgp_connection_lose_collision(struct bgp_connection *connection)
{
	handle(connection, BGP_EVENT_COLLISION_LOST);
}

bool bgp_connection_local_address(const struct bgp_connection *connection,
				  struct address *address)
{
	return connection->stream.fd >= 0 &&
	       !bgp_socket_local_address(connection->stream.fd, address);
}

bool bgp_connection_as4(const struct bgp_connection *connection)
{
	return connection->options.local_open.capabilities &
	       connection->remote_open.capabilities & BGP_CAN_AS4;
}
