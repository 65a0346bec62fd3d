// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors: policy around one or two connections. See neighbor.h. */

#include "bgp/neighbor.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bgp/speaker.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	/* Between a failure and the next attempt; doubles up to the maximum. */
	RESTART_FIRST_S = 1,
	RESTART_MAX_S = 30,
};

static const struct bgp_connection_handler handler;

/* ------------------------------------------------------------- what we say */

static struct bgp_open local_open(const struct bgp_speaker_options *options,
				  const struct neighbor_config *config)
{
	return (struct bgp_open){
		.as = options->as,
		.identifier = options->identifier,
		.hold_time = config->hold_time,
		.capabilities = BGP_CAN_MULTIPROTOCOL | BGP_CAN_IPV4_UNICAST |
				BGP_CAN_AS4 | BGP_CAN_ROUTE_REFRESH,
	};
}

static struct bgp_open_policy
open_policy(const struct bgp_speaker_options *options,
	    const struct neighbor_config *config)
{
	static const enum bgp_peer_kind kinds[] = {
		[NEIGHBOR_AS_ANY] = BGP_PEER_ANY,
		[NEIGHBOR_AS_RANGE] = BGP_PEER_ANY,
		[NEIGHBOR_AS_EXTERNAL] = BGP_PEER_EXTERNAL,
		[NEIGHBOR_AS_INTERNAL] = BGP_PEER_INTERNAL,
	};
	bool range = config->as_kind == NEIGHBOR_AS_RANGE;

	return (struct bgp_open_policy){
		.as_first = range ? config->as_first : 1,
		.as_last = range ? config->as_last : UINT32_MAX,
		.kind = kinds[config->as_kind],
		.local_as = options->as,
		.local_identifier = options->identifier,
	};
}

/* ------------------------------------------------------------- errors */

static void remember(struct bgp_neighbor *neighbor, const char *text)
{
	snprintf(neighbor->last_error, sizeof(neighbor->last_error), "%s",
		 text);
}

static void on_error(struct bgp_connection *connection, const char *text)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	char address[ADDRESS_TEXT_SIZE];

	/*
	 * A failed attempt beside a working session is no news. The detail of a
	 * refused OPEN was remembered before the NOTIFICATION went out.
	 */
	if (neighbor->session && neighbor->session != connection)
		return;
	if (neighbor->detail[0]) {
		snprintf(neighbor->last_error, sizeof(neighbor->last_error),
			 "%s: %s", text, neighbor->detail);
		neighbor->detail[0] = '\0';
	} else {
		remember(neighbor, text);
	}
	log_info("bgp", "%s: %s", address_format(&neighbor->address, address),
		 neighbor->last_error);
}

/* ------------------------------------------------------------- OPEN */

static bool check_open(struct bgp_connection *connection,
		       struct bgp_notification *error)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	struct bgp_open_policy policy =
		open_policy(&neighbor->speaker->options, &neighbor->config);
	char expected[64];

	if (bgp_open_check(&connection->remote_open, &policy, error))
		return true;
	if (error->subcode == BGP_OPEN_BAD_PEER_AS)
		snprintf(neighbor->detail, sizeof(neighbor->detail),
			 "it says AS %u, configured is %s",
			 connection->remote_open.as,
			 neighbor_as_format(&neighbor->config, expected,
					    sizeof(expected)));
	return false;
}

static struct bgp_connection *other_of(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;

	return connection == &neighbor->incoming ? &neighbor->outgoing :
						   &neighbor->incoming;
}

/*
 * RFC 4271 6.8: of two connections in OpenConfirm the one survives that was
 * opened by the side with the higher identifier, or, if these are equal, the
 * higher AS (RFC 6286 2.3). An established session stays.
 */
static bool survives(const struct bgp_connection *connection)
{
	const struct bgp_open *local = &connection->options.local_open;
	const struct bgp_open *remote = &connection->remote_open;
	bool ours = local->identifier != remote->identifier ?
			    local->identifier > remote->identifier :
			    local->as > remote->as;

	return ours != connection->options.incoming;
}

static void on_open_accepted(struct bgp_connection *connection)
{
	struct bgp_connection *other = other_of(connection);

	if (other->state == BGP_STATE_ESTABLISHED)
		bgp_connection_lose_collision(connection);
	else if (other->state == BGP_STATE_OPEN_CONFIRM)
		bgp_connection_lose_collision(
			survives(connection) ? other : connection);
}

/* ------------------------------------------------------------- sessions */

static void on_session_up(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_speaker_options *options = &neighbor->speaker->options;
	struct bgp_connection *other = other_of(connection);
	char address[ADDRESS_TEXT_SIZE];

	neighbor->session = connection;
	neighbor->changed_ms = clock_now_ms();
	neighbor->restart_delay_s = RESTART_FIRST_S;
	evtimer_del(neighbor->restart);
	if (other->state != BGP_STATE_IDLE)
		bgp_connection_lose_collision(other);
	log_info("bgp", "%s: session up, AS %u, %s, hold time %u s",
		 address_format(&neighbor->address, address),
		 connection->remote_open.as,
		 neighbor_role_name(neighbor->config.role),
		 connection->hold_time);
	options->callbacks.session_up(neighbor, options->callbacks.context);
}

static void on_session_down(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_speaker_options *options = &neighbor->speaker->options;
	char address[ADDRESS_TEXT_SIZE];

	neighbor->session = NULL;
	neighbor->changed_ms = clock_now_ms();
	log_warning("bgp", "%s: session down: %s",
		    address_format(&neighbor->address, address),
		    neighbor->last_error);
	options->callbacks.session_down(neighbor, options->callbacks.context);
}

static int on_update(struct bgp_connection *connection,
		     const struct bgp_update *update)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks =
		&neighbor->speaker->options.callbacks;
	char address[ADDRESS_TEXT_SIZE];

	if (update->fault.verdict != BGP_VERDICT_OK)
		log_warning("bgp", "%s: UPDATE: %s: %s; verdict: %s",
			    address_format(&neighbor->address, address),
			    bgp_attribute_name(update->fault.attribute),
			    update->fault.reason,
			    bgp_verdict_name(update->fault.verdict));
	return callbacks->update(neighbor, update, callbacks->context);
}

static void on_route_refresh(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks =
		&neighbor->speaker->options.callbacks;

	callbacks->route_refresh(neighbor, callbacks->context);
}

static void on_send_ready(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	const struct bgp_callbacks *callbacks =
		&neighbor->speaker->options.callbacks;

	callbacks->send_ready(neighbor, callbacks->context);
}

/* ------------------------------------------------------------- dialling */

static bool is_dialled(const struct bgp_neighbor *neighbor)
{
	return !neighbor->dynamic && !neighbor->config.passive &&
	       !neighbor->stopped;
}

/* Idle hold: the longer it fails, the longer we wait; never the peer. */
static void on_closed(struct bgp_connection *connection)
{
	struct bgp_neighbor *neighbor = connection->options.owner;
	struct timeval delay = { .tv_sec = neighbor->restart_delay_s };

	if (connection->state != BGP_STATE_IDLE || !is_dialled(neighbor) ||
	    neighbor->outgoing.state != BGP_STATE_IDLE || neighbor->session)
		return;
	evtimer_add(neighbor->restart, &delay);
	neighbor->restart_delay_s *= 2;
	if (neighbor->restart_delay_s > RESTART_MAX_S)
		neighbor->restart_delay_s = RESTART_MAX_S;
}

static void on_restart(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_neighbor_start(argument);
}

void bgp_neighbor_start(struct bgp_neighbor *neighbor)
{
	if (is_dialled(neighbor) && !neighbor->session &&
	    neighbor->outgoing.state == BGP_STATE_IDLE)
		bgp_connection_start(&neighbor->outgoing);
}

void bgp_neighbor_accept(struct bgp_neighbor *neighbor, int fd)
{
	struct bgp_notification nothing = { 0 };

	/* RFC 4271 6.8: an established session is not disturbed. */
	if (neighbor->session || neighbor->stopped) {
		close(fd);
		return;
	}
	/* The peer dials again: it has given its first attempt up. */
	if (neighbor->incoming.state != BGP_STATE_IDLE)
		bgp_connection_stop(&neighbor->incoming, &nothing);
	bgp_connection_accept(&neighbor->incoming, fd);
}

void bgp_neighbor_stop(struct bgp_neighbor *neighbor,
		       const struct bgp_notification *notification)
{
	neighbor->stopped = true;
	evtimer_del(neighbor->restart);
	bgp_connection_stop(&neighbor->incoming, notification);
	bgp_connection_stop(&neighbor->outgoing, notification);
}

void bgp_neighbor_reject(struct bgp_neighbor *neighbor, const char *why)
{
	struct bgp_notification n;

	bgp_notification_set(&n, BGP_ERROR_CEASE, BGP_CEASE_OUT_OF_RESOURCES,
			     NULL, 0);
	snprintf(neighbor->detail, sizeof(neighbor->detail), "%s", why);
	if (neighbor->session)
		bgp_connection_stop(neighbor->session, &n);
}

/* ------------------------------------------------------------- life */

static const struct bgp_connection_handler handler = {
	.check_open = check_open,
	.open_accepted = on_open_accepted,
	.session_up = on_session_up,
	.session_down = on_session_down,
	.update = on_update,
	.route_refresh = on_route_refresh,
	.send_ready = on_send_ready,
	.error = on_error,
	.closed = on_closed,
};

struct bgp_neighbor *bgp_neighbor_new(struct bgp_speaker *speaker,
				      const struct neighbor_config *config,
				      const struct address *address)
{
	const struct bgp_speaker_options *options = &speaker->options;
	struct bgp_neighbor *neighbor = calloc(1, sizeof(*neighbor));
	struct bgp_connection_options connection = {
		.base = options->base,
		.handler = &handler,
		.owner = neighbor,
		.incoming = true,
		.remote = *address,
		.port = config->port,
		.local_open = local_open(options, config),
	};
	int error;

	if (!neighbor)
		return NULL;
	neighbor->speaker = speaker;
	neighbor->config = *config;
	neighbor->address = *address;
	neighbor->dynamic = !prefix_is_host(&config->prefix);
	neighbor->restart_delay_s = RESTART_FIRST_S;
	neighbor->changed_ms = clock_now_ms();
	neighbor->restart = evtimer_new(options->base, on_restart, neighbor);
	error = bgp_connection_init(&neighbor->incoming, &connection);
	connection.incoming = false;
	if (!error)
		error = bgp_connection_init(&neighbor->outgoing, &connection);
	if (error || !neighbor->restart) {
		bgp_neighbor_free(neighbor);
		return NULL;
	}
	return neighbor;
}

void bgp_neighbor_free(struct bgp_neighbor *neighbor)
{
	if (!neighbor)
		return;
	bgp_connection_destroy(&neighbor->incoming);
	bgp_connection_destroy(&neighbor->outgoing);
	if (neighbor->restart)
		event_free(neighbor->restart);
	free(neighbor);
}

enum bgp_state bgp_neighbor_state(const struct bgp_neighbor *neighbor)
{
	enum bgp_state in = neighbor->incoming.state;
	enum bgp_state out = neighbor->outgoing.state;

	if (in == BGP_STATE_IDLE && out == BGP_STATE_IDLE &&
	    !is_dialled(neighbor) && !neighbor->stopped)
		return BGP_STATE_ACTIVE; /* waiting for the peer */
	return in > out ? in : out;
}

bool bgp_neighbor_is_idle(const struct bgp_neighbor *neighbor)
{
	return neighbor->incoming.state == BGP_STATE_IDLE &&
	       neighbor->outgoing.state == BGP_STATE_IDLE &&
	       !is_dialled(neighbor);
}
