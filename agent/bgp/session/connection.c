// SPDX-License-Identifier: BSD-2-Clause
/*
 * Life of a connection: timers and requests become events, and the actions of
 * the state machine are carried out. See connection.h.
 */

#include "bgp/session/connection.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/delay.h"
#include "bgp/session/connection_internal.h"
#include "bgp/session/tcp_auth.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	CONNECT_RETRY_S = 5,
	/* The least time without progress in sending: RFC 9687 4. */
	SEND_HOLD_MIN_S = 480,
	SEND_HOLD_FACTOR = 2,
	STEPS_LOGGED = 30,
	STEP_LOG_INTERVAL_MS = 10000,
};

/* ------------------------------------------------------------- timers */

static void start_session_timer(struct event *timer, uint32_t milliseconds)
{
	const struct timeval delay = clock_timeval_of_ms(milliseconds);

	evtimer_add(timer, &delay);
}

static void stop_timers(struct bgp_connection *connection)
{
	evtimer_del(connection->connect_retry);
	evtimer_del(connection->delay_open);
	evtimer_del(connection->hold);
	evtimer_del(connection->keepalive);
	evtimer_del(connection->send_hold);
}

static uint32_t send_hold_time(const struct bgp_connection *connection)
{
	uint32_t time = connection->negotiated.hold_time * SEND_HOLD_FACTOR;

	if (connection->options.neighbor->send_hold_time)
		return connection->options.neighbor->send_hold_time;
	return time > SEND_HOLD_MIN_S ? time : SEND_HOLD_MIN_S;
}

void bgp_connection_start_send_hold(struct bgp_connection *connection)
{
	start_session_timer(connection->send_hold,
			    send_hold_time(connection) * CLOCK_MS_PER_S);
}

/* The hold timer has no jitter: a dead peer must not stay longer. */
static void start_hold(struct bgp_connection *connection)
{
	if (connection->negotiated.hold_time)
		start_session_timer(connection->hold,
				    connection->negotiated.hold_time *
					    CLOCK_MS_PER_S);
	else
		evtimer_del(connection->hold);
}

static void start_keepalive(struct bgp_connection *connection)
{
	if (connection->negotiated.hold_time)
		start_session_timer(
			connection->keepalive,
			bgp_delay_jittered(connection->negotiated.hold_time,
					   arc4random()) /
				BGP_KEEPALIVES_PER_HOLD);
}

void bgp_connection_start_timers(struct bgp_connection *connection)
{
	start_hold(connection);
	start_keepalive(connection);
}

static void on_connect_retry(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_connection_handle(argument, BGP_EVENT_CONNECT_RETRY_EXPIRED);
}

static void on_delay_open(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_connection_handle(argument, BGP_EVENT_DELAY_OPEN_EXPIRED);
}

/*
 * End the session only if nothing was received in the hold time. Input that
 * waits in the socket counts as received.
 */
static void on_hold(evutil_socket_t fd, short what, void *argument)
{
	struct bgp_connection *connection = argument;

	(void)fd, (void)what;
	bgp_stream_read(&connection->stream);
	if (connection->stream.fd >= 0 &&
	    !evtimer_pending(connection->hold, NULL))
		bgp_connection_handle(connection, BGP_EVENT_HOLD_EXPIRED);
}

static void on_keepalive(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_connection_handle(argument, BGP_EVENT_KEEPALIVE_DUE);
}

static void on_send_hold(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_connection_handle(argument, BGP_EVENT_SEND_HOLD_EXPIRED);
}

/* ------------------------------------------------------------- actions */

void bgp_connection_report(struct bgp_connection *connection,
			   enum bgp_direction direction,
			   const struct bgp_notification *notification,
			   const char *text)
{
	const struct bgp_connection_error error = {
		.direction = direction,
		.code = notification ? notification->code : 0,
		.subcode = notification ? notification->subcode : 0,
		.text = text,
	};

	connection->options.handler->error(connection, &error);
}

void bgp_connection_fail(struct bgp_connection *connection, const char *reason)
{
	bgp_connection_report(connection, BGP_DIRECTION_NONE, NULL, reason);
	bgp_connection_handle(connection, BGP_EVENT_TCP_FAILED);
}

/* Set key and TTLs before the first segment is sent, then connect. */
static int prepare_socket(const struct bgp_connection_options *options, int fd)
{
	const struct prefix peer = {
		.address = options->remote.address,
		.length = address_is_ipv4(&options->remote.address) ?
				  ADDRESS_BITS_IPV4 :
				  ADDRESS_BITS_IPV6,
	};
	int code = bgp_tcp_auth_set(fd, options->neighbor, &peer);

	if (!code)
		code = bgp_socket_set_distance(fd, &options->remote.address,
					       &options->distance);
	if (!code)
		code = bgp_socket_connect(fd, &options->remote,
					  &options->neighbor->source);
	return code;
}

static void dial_peer(struct bgp_connection *connection)
{
	int fd = bgp_socket_new(&connection->options.remote.address);
	int code = fd;

	/* The stream closes the socket, also on failure. */
	if (fd >= 0)
		code = bgp_stream_connect(&connection->stream, fd);
	if (code >= 0)
		code = prepare_socket(&connection->options, fd);
	if (code < 0)
		bgp_connection_fail(connection, strerror(-code));
}

static void close_connection(struct bgp_connection *connection)
{
	stop_timers(connection);
	bgp_stream_close(&connection->stream);
	connection->notification.code = 0;
	connection->negotiated = (struct bgp_negotiated){ .hold_time = 0 };
	connection->disabled_families = 0;
	connection->options.handler->closed(connection);
}

static void carry_out_action(struct bgp_connection *connection, uint32_t action,
			     const struct bgp_transition *transition)
{
	const struct bgp_connection_options *options = &connection->options;

	switch ((enum bgp_action)action) {
	case BGP_ACTION_SEND_NOTIFICATION:
		bgp_connection_send_notification(connection, transition);
		break;
	case BGP_ACTION_SESSION_DOWN:
		options->handler->session_down(connection);
		break;
	case BGP_ACTION_CLOSE:
		close_connection(connection);
		break;
	case BGP_ACTION_STOP_CONNECT_RETRY:
		evtimer_del(connection->connect_retry);
		break;
	case BGP_ACTION_START_CONNECT_RETRY:
		start_session_timer(connection->connect_retry,
				    bgp_delay_jittered(CONNECT_RETRY_S,
						       arc4random()));
		break;
	case BGP_ACTION_CONNECT:
		dial_peer(connection);
		break;
	case BGP_ACTION_SEND_OPEN:
		evtimer_del(connection->delay_open);
		bgp_connection_send_open(connection);
		break;
	case BGP_ACTION_START_LARGE_HOLD:
		start_session_timer(connection->hold,
				    options->open_deadline * CLOCK_MS_PER_S);
		break;
	case BGP_ACTION_START_HOLD:
		start_hold(connection);
		break;
	case BGP_ACTION_SEND_KEEPALIVE:
		bgp_connection_send_keepalive(connection);
		break;
	case BGP_ACTION_START_KEEPALIVE:
		start_keepalive(connection);
		break;
	case BGP_ACTION_SESSION_UP:
		options->handler->session_up(connection);
		break;
	case BGP_ACTION_PROCESS_UPDATE:
		bgp_connection_process_update(connection);
		break;
	case BGP_ACTION_PROCESS_ROUTE_REFRESH:
		bgp_connection_process_refresh(connection);
		break;
	case BGP_ACTION_START_DELAY_OPEN:
		start_session_timer(connection->delay_open,
				    options->neighbor->delay_open *
					    CLOCK_MS_PER_S);
		break;
	}
}

/*
 * Remove the actions that would dial: only the peer restores an incoming
 * connection.
 */
static struct bgp_transition without_dialling(struct bgp_transition transition)
{
	const uint32_t dialling = BGP_ACTION_START_CONNECT_RETRY |
				  BGP_ACTION_CONNECT;

	if (transition.actions & dialling)
		transition.next = BGP_STATE_IDLE;
	transition.actions &= ~dialling;
	return transition;
}

/*
 * True if a step is to be logged. A peer that connects in vain, thousands of
 * times a second, does not fill the log even at debug level.
 */
static bool is_step_logged(struct bgp_connection *connection,
			   enum bgp_state next)
{
	uint64_t now_ms = clock_now_ms();

	if (next == BGP_STATE_ESTABLISHED ||
	    now_ms - connection->steps_since_ms >= STEP_LOG_INTERVAL_MS) {
		connection->steps_since_ms = now_ms;
		connection->steps = 0;
	}
	return connection->steps < STEPS_LOGGED && ++connection->steps;
}

static void log_transition(struct bgp_connection *connection,
			   enum bgp_event event, enum bgp_state next)
{
	const struct bgp_endpoint *remote = &connection->options.remote;
	const struct address peer =
		address_scoped(&remote->address, remote->ifindex);
	char text[ADDRESS_TEXT_SIZE];

	if (!log_is_enabled(LOG_LEVEL_DEBUG) ||
	    !is_step_logged(connection, next))
		return;
	log_debug("bgp", "%s: %s -> %s on %s (%s connection)",
		  address_format(&peer, text),
		  bgp_state_name(connection->state), bgp_state_name(next),
		  bgp_event_name(event),
		  connection->options.incoming ? "incoming" : "outgoing");
}

void bgp_connection_handle(struct bgp_connection *connection,
			   enum bgp_event event)
{
	struct bgp_transition transition =
		bgp_fsm_step(connection->state, event);
	enum bgp_state before = connection->state;
	uint32_t actions;

	if (connection->options.incoming || connection->last_try)
		transition = without_dialling(transition);
	if (transition.next != before)
		log_transition(connection, event, transition.next);
	connection->state = transition.next;
	if (transition.next != before)
		connection->options.handler->state_changed(connection, before);
	for (actions = transition.actions; actions; actions &= actions - 1)
		carry_out_action(connection, actions & -actions, &transition);
}

/* ------------------------------------------------------------- life */

int bgp_connection_init(struct bgp_connection *connection,
			const struct bgp_connection_options *options)
{
	struct event_base *base = options->base;

	*connection = (struct bgp_connection){ .options = *options };
	connection->connect_retry =
		evtimer_new(base, on_connect_retry, connection);
	connection->delay_open = evtimer_new(base, on_delay_open, connection);
	connection->hold = evtimer_new(base, on_hold, connection);
	connection->keepalive = evtimer_new(base, on_keepalive, connection);
	connection->send_hold = evtimer_new(base, on_send_hold, connection);
	if (!connection->connect_retry || !connection->delay_open ||
	    !connection->hold || !connection->keepalive ||
	    !connection->send_hold)
		return -ENOMEM;
	return bgp_stream_init(&connection->stream, base, options->work,
			       &bgp_connection_input);
}

static void free_timer(struct event *event)
{
	if (event)
		event_free(event);
}

void bgp_connection_destroy(struct bgp_connection *connection)
{
	bgp_stream_destroy(&connection->stream);
	free(connection->remote_open_body);
	free_timer(connection->connect_retry);
	free_timer(connection->delay_open);
	free_timer(connection->hold);
	free_timer(connection->keepalive);
	free_timer(connection->send_hold);
}

void bgp_connection_start(struct bgp_connection *connection)
{
	connection->last_try = false;
	bgp_connection_handle(connection, BGP_EVENT_START);
}

void bgp_connection_accept(struct bgp_connection *connection, int fd)
{
	const struct bgp_connection_options *options = &connection->options;
	int code;

	bgp_connection_handle(connection, BGP_EVENT_START_PASSIVE);
	code = bgp_stream_open(&connection->stream, fd);
	if (!code)
		code = bgp_socket_set_distance(fd, &options->remote.address,
					       &options->distance);
	if (code)
		bgp_connection_fail(connection, strerror(-code));
	else
		connection->stream.callbacks->connected(&connection->stream);
}

void bgp_connection_stop(struct bgp_connection *connection,
			 const struct bgp_notification *notification)
{
	connection->notification = *notification;
	bgp_connection_handle(connection, BGP_EVENT_STOP);
	connection->notification.code = 0;
}

void bgp_connection_abort(struct bgp_connection *connection)
{
	const struct bgp_notification nothing = { 0 };

	if (connection->stream.fd >= 0)
		bgp_socket_reset_on_close(connection->stream.fd);
	bgp_connection_stop(connection, &nothing);
}

void bgp_connection_lose_collision(struct bgp_connection *connection)
{
	bgp_connection_handle(connection, BGP_EVENT_COLLISION_LOST);
}

void bgp_connection_set_timeout(struct bgp_connection *connection)
{
	if (connection->negotiated.hold_time)
		bgp_socket_set_timeout(connection->stream.fd,
				       send_hold_time(connection) *
					       CLOCK_MS_PER_S);
}

void bgp_connection_ask(struct bgp_connection *connection)
{
	bgp_connection_send_keepalive(connection);
}

bool bgp_connection_is_answered(const struct bgp_connection *connection,
				uint32_t milliseconds)
{
	return bgp_socket_is_answered(connection->stream.fd, milliseconds);
}

void bgp_connection_pause(struct bgp_connection *connection)
{
	bgp_stream_pause(&connection->stream);
}

void bgp_connection_resume(struct bgp_connection *connection)
{
	bgp_stream_resume(&connection->stream);
}

bool bgp_connection_is_half_open(const struct bgp_connection *connection)
{
	return connection->stream.fd >= 0 && !connection->stream.connecting &&
	       connection->state < BGP_STATE_OPEN_CONFIRM;
}

bool bgp_connection_local_address(const struct bgp_connection *connection,
				  struct address *address)
{
	return connection->stream.fd >= 0 &&
	       !bgp_socket_local_address(connection->stream.fd, address);
}
