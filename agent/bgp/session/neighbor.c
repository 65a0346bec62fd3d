// SPDX-License-Identifier: BSD-2-Clause
/* Neighbors: when to dial, accept and stop connections. See neighbor.h. */

#include "bgp/session/neighbor.h"

#include <event2/event.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/delay.h"
#include "bgp/session/admission.h"
#include "bgp/session/announcer.h"
#include "bgp/session/link_peer.h"
#include "bgp/session/neighbor_internal.h"
#include "bgp/session/setup.h"
#include "bgp/session/speaker.h"
#include "bgp/session/tcp_auth.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	/* Time for a session to answer when its peer opens another one. */
	PROOF_MS = 3000,
	/* Time for the connections that wait at the start to be accepted. */
	FIRST_DIAL_MS = 50,
	/* Time for a connection that the peer has opened to become a session. */
	PEER_DIALS_MS = 5000,
};

const char *bgp_neighbor_name(const struct bgp_neighbor *neighbor,
			      char text[BGP_NEIGHBOR_NAME_SIZE])
{
	const char *interface = neighbor->options.interface;
	char address[ADDRESS_TEXT_SIZE];

	if (address_is_zero(&neighbor->address))
		snprintf(text, BGP_NEIGHBOR_NAME_SIZE, "%s", interface);
	else
		snprintf(text, BGP_NEIGHBOR_NAME_SIZE, "%s%s%s",
			 address_format(&neighbor->address, address),
			 interface[0] ? "%" : "", interface);
	return text;
}

/* ------------------------------------------------------------- where it is */

bool bgp_neighbor_is_at(const struct bgp_neighbor *neighbor,
			const struct bgp_endpoint *remote)
{
	char interface[IF_NAMESIZE];

	if (!neighbor->options.interface[0])
		return !remote->ifindex &&
		       address_equal(&neighbor->address, &remote->address);
	return remote->ifindex && if_indextoname(remote->ifindex, interface) &&
	       !strcmp(interface, neighbor->options.interface) &&
	       prefix_contains(&neighbor->options.prefix, &remote->address);
}

static void set_remote(struct bgp_connection *connection,
		       const struct address *address, unsigned int ifindex)
{
	connection->options.remote.address = *address;
	connection->options.remote.ifindex = ifindex;
}

/* True if there is no connection but a dial that has not been answered. */
static bool is_only_dialling(const struct bgp_neighbor *neighbor)
{
	return neighbor->incoming.state == BGP_STATE_IDLE &&
	       neighbor->outgoing.state < BGP_STATE_OPEN_SENT;
}

bool bgp_neighbor_move(struct bgp_neighbor *neighbor,
		       const struct address *address, unsigned int ifindex)
{
	bool busy = neighbor->incoming.state != BGP_STATE_IDLE ||
		    neighbor->outgoing.state != BGP_STATE_IDLE;
	const struct bgp_notification nothing = { 0 };

	if (busy && !address_equal(&neighbor->address, address)) {
		if (!is_only_dialling(neighbor))
			return false;
		/* The peer has another address now. */
		bgp_connection_stop(&neighbor->outgoing, &nothing);
	}
	neighbor->address = *address;
	set_remote(&neighbor->incoming, address, ifindex);
	set_remote(&neighbor->outgoing, address, ifindex);
	return true;
}

/* Find the peer of a link: the only router there, or what the kernel knows. */
static bool find_link_peer(const struct bgp_neighbor *neighbor,
			   unsigned int ifindex, struct address *peer)
{
	size_t routers = router_advert_peers(&neighbor->advert.state,
					     clock_now_ms(), peer);

	if (routers)
		return routers == 1;
	return !bgp_link_peer_find(ifindex, peer);
}

/*
 * Find the endpoint to dial: the interface, and the peer behind it, may be new.
 */
static bool locate_peer(struct bgp_neighbor *neighbor)
{
	unsigned int ifindex;
	struct address peer = neighbor->address;

	if (!neighbor->options.interface[0])
		return true;
	ifindex = if_nametoindex(neighbor->options.interface);
	if (!ifindex)
		return false;
	if (neighbor_is_interface(&neighbor->options) &&
	    !find_link_peer(neighbor, ifindex, &peer))
		return false;
	return bgp_neighbor_move(neighbor, &peer, ifindex);
}

/* ------------------------------------------------------------- dialling */

static bool is_dialled(const struct bgp_neighbor *neighbor)
{
	return !neighbor->dynamic && !neighbor->options.passive &&
	       !neighbor->stopped && !neighbor->admin.down;
}

uint64_t bgp_neighbor_held_ms(const struct bgp_neighbor *neighbor)
{
	uint64_t now = clock_now_ms();

	return neighbor->held_until_ms > now ? neighbor->held_until_ms - now :
					       0;
}

static void start_timer_later(struct bgp_neighbor *neighbor)
{
	uint64_t delay_ms =
		bgp_neighbor_held_ms(neighbor) +
		bgp_delay_jittered(neighbor->restart_delay_s, arc4random());
	const struct timeval delay = clock_timeval_of_ms(delay_ms);

	evtimer_add(neighbor->restart, &delay);
}

/* Idle hold: each failure doubles the delay. The peer may connect meanwhile. */
void bgp_neighbor_closed(struct bgp_neighbor *neighbor,
			 const struct bgp_connection *connection)
{
	if (connection->state != BGP_STATE_IDLE || !is_dialled(neighbor) ||
	    neighbor->outgoing.state != BGP_STATE_IDLE ||
	    neighbor->incoming.state == BGP_STATE_ESTABLISHED)
		return;
	start_timer_later(neighbor);
	neighbor->restart_delay_s = bgp_delay_next(neighbor->restart_delay_s);
}

/* The timer of the next dial. */
static struct event *dial_timer(const struct bgp_neighbor *neighbor)
{
	return neighbor->outgoing.state == BGP_STATE_ACTIVE ?
		       neighbor->outgoing.connect_retry :
		       neighbor->restart;
}

bool bgp_neighbor_next_attempt(const struct bgp_neighbor *neighbor,
			       uint64_t *wait_ms)
{
	struct timeval now, due;

	if (neighbor->session || !evtimer_pending(dial_timer(neighbor), &due))
		return false;
	evutil_gettimeofday(&now, NULL);
	*wait_ms = 0;
	if (!evutil_timercmp(&due, &now, >))
		return true;
	evutil_timersub(&due, &now, &due);
	*wait_ms = clock_ms_of_timeval(&due);
	return true;
}

static void on_restart(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_neighbor_start(argument);
}

void bgp_neighbor_start_soon(struct bgp_neighbor *neighbor)
{
	const struct timeval delay = clock_timeval_of_ms(FIRST_DIAL_MS);

	if (is_dialled(neighbor))
		evtimer_add(neighbor->restart, &delay);
}

/*
 * The peer dials: let it. With both connections open, a peer that keeps our
 * routes over a restart (RFC 4724 4.2) can take the second one for another
 * restart, and it drops what it has kept. A peer that dials again and again, in
 * vain, does not keep us from it.
 */
static void put_off_dial(struct bgp_neighbor *neighbor)
{
	const struct timeval delay = clock_timeval_of_ms(PEER_DIALS_MS);
	uint64_t wait_ms;

	if (clock_now_ms() - neighbor->accepted_ms >= PEER_DIALS_MS &&
	    bgp_neighbor_next_attempt(neighbor, &wait_ms) &&
	    wait_ms < PEER_DIALS_MS)
		evtimer_add(dial_timer(neighbor), &delay);
}

void bgp_neighbor_start(struct bgp_neighbor *neighbor)
{
	if (!is_dialled(neighbor) || neighbor->session ||
	    neighbor->speaker->frozen ||
	    neighbor->outgoing.state != BGP_STATE_IDLE)
		return;
	if (locate_peer(neighbor))
		bgp_connection_start(&neighbor->outgoing);
	else
		start_timer_later(neighbor);
}

/* ------------------------------------------------------------- accepting */

static void on_proof_due(evutil_socket_t fd, short what, void *argument)
{
	struct bgp_neighbor *neighbor = argument;

	(void)fd, (void)what;
	if (neighbor->session &&
	    !bgp_connection_is_answered(neighbor->session, PROOF_MS))
		bgp_connection_fail(neighbor->session,
				    "the peer opened a new connection and does "
				    "not answer on this one");
}

/*
 * A second connection may mean that the peer has restarted without a word, after
 * a power cut. The session has to show that it lives: a host that has forgotten
 * it answers with a reset, and one that is away not at all.
 */
static void demand_proof(struct bgp_neighbor *neighbor)
{
	const struct timeval deadline = clock_timeval_of_ms(PROOF_MS);

	if (evtimer_pending(neighbor->proof, NULL))
		return;
	bgp_connection_ask(neighbor->session);
	evtimer_add(neighbor->proof, &deadline);
}

/*
 * Decide whether a second connection replaces the session: only if the peer has
 * announced graceful restart (RFC 4724 5), otherwise not (RFC 4271 6.8).
 */
static bool make_way(struct bgp_neighbor *neighbor)
{
	struct bgp_connection *session = neighbor->session;

	if (!session)
		return true;
	if (!session->negotiated.has_graceful_restart)
		return false;
	bgp_connection_fail(session, "the peer has restarted: it opened a new "
				     "connection");
	return true;
}

void bgp_neighbor_refused(struct bgp_neighbor *neighbor,
			  enum bgp_refused_reason reason)
{
	struct bgp_refused *refused = &neighbor->refused;
	const struct event_objects objects = {
		.neighbor = &neighbor->address,
		.interface = neighbor->options.interface,
	};
	const char *why = bgp_neighbor_refused_texts[reason];

	refused->count[reason]++;
	refused->last_ms = clock_now_ms();
	refused->reason = reason;
	if (reason == BGP_REFUSED_COLLISION)
		log_event(EVENT_CONNECTION_CLOSED, &objects,
			  "connection closed: %s", why);
	else
		log_event(EVENT_CONNECTION_REFUSED, &objects,
			  "connection refused: %s", why);
}

void bgp_neighbor_accept(struct bgp_neighbor *neighbor,
			 const struct bgp_endpoint *remote, int fd)
{
	struct bgp_notification nothing = { 0 };

	if (neighbor->stopped || neighbor->admin.down ||
	    bgp_neighbor_held_ms(neighbor)) {
		bgp_socket_reset(fd);
		return;
	}
	if (neighbor->options.interface[0] &&
	    !bgp_neighbor_move(neighbor, &remote->address, remote->ifindex)) {
		if (neighbor->session)
			demand_proof(neighbor);
		bgp_neighbor_refused(neighbor, BGP_REFUSED_PLACE);
		bgp_socket_reset(fd);
		return;
	}
	if (!make_way(neighbor)) {
		demand_proof(neighbor);
		bgp_neighbor_refused(neighbor, BGP_REFUSED_SECOND);
		bgp_connection_refuse(fd);
		return;
	}
	/* The peer dials again: it has given up its first attempt. */
	if (neighbor->incoming.state != BGP_STATE_IDLE)
		bgp_connection_stop(&neighbor->incoming, &nothing);
	put_off_dial(neighbor);
	neighbor->accepted_ms = clock_now_ms();
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

void bgp_neighbor_hold_input(struct bgp_neighbor *neighbor, bool hold)
{
	neighbor->input_held = hold;
	if (!neighbor->session)
		return;
	if (hold)
		bgp_connection_pause(neighbor->session);
	else
		bgp_connection_resume(neighbor->session);
}

void bgp_neighbor_reject(struct bgp_neighbor *neighbor, const char *reason)
{
	struct bgp_notification n;

	bgp_notification_set(&n, BGP_ERROR_CEASE, BGP_CEASE_OUT_OF_RESOURCES,
			     NULL, 0);
	snprintf(neighbor->detail, sizeof(neighbor->detail), "%s", reason);
	if (neighbor->session)
		bgp_connection_stop(neighbor->session, &n);
}

void bgp_neighbor_exceeded(struct bgp_neighbor *neighbor,
			   enum bgp_family family)
{
	const struct bgp_neighbor_options *options = &neighbor->options;
	struct bgp_notification n;

	bgp_notification_set_max_prefixes(&n, family, options->max_prefix);
	snprintf(neighbor->detail, sizeof(neighbor->detail),
		 "more than max-prefix=%u; down for %u s", options->max_prefix,
		 options->max_prefix_restart);
	neighbor->held_until_ms =
		clock_now_ms() +
		(uint64_t)options->max_prefix_restart * CLOCK_MS_PER_S;
	if (neighbor->session)
		bgp_connection_stop(neighbor->session, &n);
}

void bgp_neighbor_bfd_down(struct bgp_neighbor *neighbor)
{
	struct bgp_notification n;

	bgp_notification_set(&n, BGP_ERROR_CEASE, BGP_CEASE_BFD_DOWN, NULL, 0);
	if (neighbor->session)
		bgp_connection_stop(neighbor->session, &n);
}

void bgp_neighbor_link_down(struct bgp_neighbor *neighbor)
{
	if (neighbor->session)
		bgp_connection_fail(neighbor->session,
				    "the link to it is down");
}

/* ------------------------------------------------------------- life */

static struct bgp_connection_options
connection_options(struct bgp_neighbor *neighbor, bool incoming)
{
	const struct bgp_speaker *speaker = neighbor->speaker;
	const struct bgp_options *local = &speaker->options;
	const struct bgp_neighbor_options *options = &neighbor->options;

	return (struct bgp_connection_options){
		.base = speaker->base,
		.work = speaker->work,
		.handler = &bgp_neighbor_session,
		.owner = neighbor,
		.incoming = incoming,
		.neighbor = options,
		.counters = &neighbor->counters,
		.scratch = speaker->scratch,
		.remote = { .address = neighbor->address,
			    .port = options->port },
		.distance = bgp_setup_distance(local, options),
		.open_deadline = neighbor->dynamic ? BGP_DYNAMIC_OPEN_DEADLINE :
						     BGP_LARGE_HOLD_TIME,
		.local_open =
			bgp_setup_open(local, options, speaker->restarting),
		.confederation = bgp_setup_confederation(local, options),
	};
}

/* Give a connection what the neighbor's options say now. */
static void refresh_options(struct bgp_neighbor *neighbor,
			    struct bgp_connection *connection)
{
	const struct bgp_endpoint remote = connection->options.remote;
	bool was_up = neighbor->session || neighbor->sessions_ended;

	connection->options =
		connection_options(neighbor, connection->options.incoming);
	connection->options.remote.address = remote.address;
	connection->options.remote.ifindex = remote.ifindex;
	if (was_up)
		bgp_setup_clear_restart(&connection->options.local_open);
}

/* Both ends have to change it before the hold time is over. */
void bgp_neighbor_set_key(struct bgp_neighbor *neighbor)
{
	const struct bgp_neighbor_options *options = &neighbor->options;
	const struct prefix peer = prefix_of_address(&neighbor->address);
	int code;

	if (!neighbor->session)
		return;
	code = bgp_tcp_auth_set(neighbor->session->stream.fd, options, &peer);
	if (code)
		log_event(EVENT_KEY_NOT_SET,
			  &(struct event_objects){
				  .neighbor = &neighbor->address,
				  .interface = options->interface },
			  "key not changed: %s",
			  bgp_tcp_auth_advice(options, code));
}

void bgp_neighbor_reconfigure(struct bgp_neighbor *neighbor,
			      const struct bgp_neighbor_options *options,
			      bool reset)
{
	bool same_key = bgp_tcp_auth_equal(&neighbor->options, options);

	if (reset)
		bgp_neighbor_end(neighbor, BGP_CEASE_CONFIG_CHANGE, "");
	neighbor->options = *options;
	refresh_options(neighbor, &neighbor->incoming);
	refresh_options(neighbor, &neighbor->outgoing);
	if (reset)
		bgp_neighbor_dial_now(neighbor);
	else if (!same_key)
		bgp_neighbor_set_key(neighbor);
	else if (!neighbor->session &&
		 !evtimer_pending(neighbor->restart, NULL))
		bgp_neighbor_start(neighbor);
}

static int init_connections(struct bgp_neighbor *neighbor)
{
	struct bgp_connection_options options =
		connection_options(neighbor, true);
	int code = bgp_connection_init(&neighbor->incoming, &options);

	if (code)
		return code;
	options = connection_options(neighbor, false);
	return bgp_connection_init(&neighbor->outgoing, &options);
}

struct bgp_neighbor *
bgp_neighbor_new(struct bgp_speaker *speaker,
		 const struct bgp_neighbor_options *options,
		 const struct address *address)
{
	struct bgp_neighbor *neighbor = calloc(1, sizeof(*neighbor));

	if (!neighbor)
		return NULL;
	neighbor->speaker = speaker;
	neighbor->options = *options;
	neighbor->address = *address;
	neighbor->dynamic = neighbor_is_dynamic(options);
	neighbor->restart_delay_s = BGP_RESTART_FIRST_S;
	neighbor->changed_ms = clock_now_ms();
	bgp_tcp_drops_read(&neighbor->drops);
	neighbor->restart = evtimer_new(speaker->base, on_restart, neighbor);
	neighbor->proof = evtimer_new(speaker->base, on_proof_due, neighbor);
	if (init_connections(neighbor) || !neighbor->restart ||
	    !neighbor->proof) {
		bgp_neighbor_free(neighbor);
		return NULL;
	}
	return neighbor;
}

void bgp_neighbor_free(struct bgp_neighbor *neighbor)
{
	if (!neighbor)
		return;
	bgp_announcer_forget(neighbor);
	bgp_connection_destroy(&neighbor->incoming);
	bgp_connection_destroy(&neighbor->outgoing);
	if (neighbor->restart)
		event_free(neighbor->restart);
	if (neighbor->proof)
		event_free(neighbor->proof);
	explicit_bzero(&neighbor->options.secret,
		       sizeof(neighbor->options.secret));
	free(neighbor);
}

enum bgp_state bgp_neighbor_state(const struct bgp_neighbor *neighbor)
{
	enum bgp_state in = neighbor->incoming.state;
	enum bgp_state out = neighbor->outgoing.state;

	if (in == BGP_STATE_IDLE && out == BGP_STATE_IDLE &&
	    !is_dialled(neighbor) && !neighbor->stopped &&
	    !neighbor->admin.down && !bgp_neighbor_held_ms(neighbor))
		return BGP_STATE_ACTIVE; /* waiting for the peer to connect */
	return in > out ? in : out;
}

bool bgp_neighbor_is_idle(const struct bgp_neighbor *neighbor)
{
	return neighbor->incoming.state == BGP_STATE_IDLE &&
	       neighbor->outgoing.state == BGP_STATE_IDLE &&
	       !is_dialled(neighbor) && !bgp_neighbor_held_ms(neighbor);
}
