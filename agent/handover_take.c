// SPDX-License-Identifier: BSD-2-Clause
/* The work of a successor. See handover_take.h. */

#include "handover_take.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/session/handover.h"
#include "config/change.h"
#include "core/clock.h"
#include "core/log.h"
#include "leftovers.h"
#include "nexthop/tracker_handover.h"
#include "sessions.h"
#include "wiring.h"

enum {
	FIRST_ROOM = 64,
	LEAVE_MS = 10000, /* for a process to end */
};

/* A neighbor of the other agent */
struct taken_neighbor {
	struct bgp_neighbor *neighbor; /* NULL: not configured here */
	uint32_t refreshed; /* families whose refresh has to be asked again */
	int reset_fd;	    /* of a session that is reset; -1: none */
	enum bgp_cease_subcode subcode;
};

/* ------------------------------------------------------------- the head */

static int give_in(char error[HANDOVER_ERROR_SIZE], int code, const char *why)
{
	snprintf(error, HANDOVER_ERROR_SIZE,
		 "--takeover: %s; the running agent goes on", why);
	return code;
}

/* Give in, or return -EOWNERDEAD: there is no agent any more that could go on. */
static int give_in_to(const struct agent *agent,
		      char error[HANDOVER_ERROR_SIZE], int code)
{
	if ((code == -EPIPE || code == -ECONNRESET) &&
	    handover_link_is_deserted(agent->config->control.socket)) {
		snprintf(error, HANDOVER_ERROR_SIZE,
			 "--takeover: the running agent has died");
		return -EOWNERDEAD;
	}
	if (code == -EPIPE)
		return give_in(error, code, "the connection ended too early");
	if (code == -EBADMSG)
		return give_in(error, code, "a record has no meaning");
	return give_in(error, code, strerror(-code));
}

static int take_hello(struct agent *agent, char error[HANDOVER_ERROR_SIZE])
{
	struct handover_record record;
	struct handover_hello hello;
	int code = handover_link_next(&agent->take->link, &record);

	if (code)
		return give_in_to(agent, error, code);
	if (record.type != HANDOVER_HELLO ||
	    !handover_hello_decode(&record.body, &hello) ||
	    hello.version != HANDOVER_VERSION)
		return give_in(error, -EPROTO, "it speaks another version");
	log_event(EVENT_HANDOVER_BEGUN, NULL, "taking over from headgate %s",
		  hello.software);
	return 0;
}

static int keep_listener(struct handover_take *take, int fd)
{
	for (size_t i = 0; i < BGP_MAX_GIVEN; i++)
		if (take->listeners[i] < 0) {
			take->listeners[i] = fd;
			return 0;
		}
	close(fd);
	return -EBADMSG;
}

/* Keep a descriptor in a place that is free. */
static int keep_lock(int *place, int fd)
{
	if (*place >= 0) {
		close(fd);
		return -EBADMSG;
	}
	*place = fd;
	return 0;
}

/* Keep the socket in the place of its family. */
static int keep_bfd_port(struct handover_take *take, int fd)
{
	socklen_t size = sizeof(int);
	int family, *place;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size))
		family = AF_UNSPEC;
	place = &take->bfd_ports[family == AF_INET ? BFD_PORT_IPV4 :
						     BFD_PORT_IPV6];
	return keep_lock(place, fd);
}

/* Take one record with a socket or a lock; 1: it is another one. */
static int take_socket(struct handover_take *take,
		       const struct handover_record *record)
{
	int fd;

	if (record->type != HANDOVER_CONTROL_LOCK &&
	    record->type != HANDOVER_PINS_LOCK &&
	    record->type != HANDOVER_LISTENER &&
	    record->type != HANDOVER_BFD_PORT)
		return 1;
	fd = handover_link_take_fd(&take->link);
	if (fd < 0)
		return -EBADMSG;
	if (record->type == HANDOVER_LISTENER)
		return keep_listener(take, fd);
	if (record->type == HANDOVER_BFD_PORT)
		return keep_bfd_port(take, fd);
	return keep_lock(record->type == HANDOVER_PINS_LOCK ?
				 &take->pins_lock :
				 &take->control_lock,
			 fd);
}

/* Read up to the first record that has neither a lock nor a listener. */
static int take_head(struct agent *agent, char error[HANDOVER_ERROR_SIZE])
{
	struct handover_take *take = agent->take;
	int code = take_hello(agent, error);

	if (code)
		return code;
	do
		code = handover_link_next(&take->link, &take->head);
	while (!code && !(code = take_socket(take, &take->head)));
	if (code < 0)
		return give_in_to(agent, error, code);
	if (take->control_lock < 0 || take->pins_lock < 0)
		return give_in(error, -EPROTO, "it did not give its locks");
	return 0;
}

static struct handover_take *take_new(void)
{
	struct handover_take *take = calloc(1, sizeof(*take));

	if (!take)
		return NULL;
	take->link.fd = take->control_lock = take->pins_lock = -1;
	for (size_t i = 0; i < BGP_MAX_GIVEN; i++)
		take->listeners[i] = -1;
	for (size_t i = 0; i < BFD_PORT_COUNT; i++)
		take->bfd_ports[i] = -1;
	return take;
}

int handover_take_ask(struct agent *agent, char error[HANDOVER_ERROR_SIZE])
{
	const struct config *config = agent->config;
	uint64_t wait_ms =
		(uint64_t)config->agent.takeover_max_s * CLOCK_MS_PER_S;
	char why[HANDOVER_LINK_ERROR_SIZE];
	struct handover_take *take = take_new();
	int code;

	if (!take)
		return give_in(error, -ENOMEM, "out of memory");
	code = handover_link_open(&take->link, config->control.socket,
				  clock_now_ms() + wait_ms, why);
	if (code == -ENOENT) {
		log_event(EVENT_HANDOVER_ABSENT, NULL,
			  "no agent runs here: an ordinary start");
		handover_link_close(&take->link);
		free(take);
		return 0;
	}
	agent->take = take;
	agent->taking = true;
	agent->leftovers = leftovers_new(agent);
	if (!agent->leftovers)
		return give_in(error, -ENOMEM, "out of memory");
	if (code == -EPIPE || code == -ECONNRESET)
		return give_in_to(agent, error, code);
	return code ? give_in(error, code, why) : take_head(agent, error);
}

/* ------------------------------------------------------------- neighbors */

static struct taken_neighbor *add_taken(struct handover_take *take)
{
	if (take->count == take->room) {
		size_t room = take->room ? 2 * take->room : FIRST_ROOM;
		struct taken_neighbor *more =
			reallocarray(take->neighbors, room, sizeof(*more));

		if (!more)
			return NULL;
		take->neighbors = more;
		take->room = room;
	}
	take->neighbors[take->count] =
		(struct taken_neighbor){ .reset_fd = -1 };
	return &take->neighbors[take->count++];
}

/* The session ends when we are in charge; say so, and why. */
static void reset_later(struct taken_neighbor *taken,
			const struct bgp_handover_state *state, int fd,
			enum bgp_cease_subcode subcode, const char *why)
{
	log_event(EVENT_SESSION_NOT_KEPT,
		  &(struct event_objects){ .neighbor = &state->address },
		  "session is reset: %s", why);
	taken->reset_fd = fd;
	taken->subcode = subcode;
}

/* Give the peer what the other agent's peer had. */
static void restore_peer(struct agent *agent, struct taken_neighbor *taken,
			 const struct bgp_handover_state *state)
{
	struct rib_peer *peer = taken->neighbor->owner_data;

	taken->refreshed = state->refreshed;
	if (!peer)
		return;
	peer->end_of_rib = state->end_of_rib;
	peer->end_of_rib_ms = state->end_of_rib_ms;
	warm_ups_go_on(&agent->warm_ups, peer, state->warm_since_ms);
}

static const char *options_differ(const struct bgp_neighbor *neighbor,
				  const struct bgp_handover_state *state,
				  char *why, size_t size)
{
	char now[BGP_HANDOVER_OPTIONS_SIZE];

	change_session_text(&neighbor->options, now, sizeof(now));
	if (!strcmp(now, state->options))
		return NULL;
	snprintf(why, size, "its options were%.400s and are%.400s",
		 state->options, now);
	return why;
}

static void take_session(struct agent *agent, struct taken_neighbor *taken,
			 const struct bgp_handover_state *state, int fd)
{
	char text[BGP_HANDOVER_OPTIONS_SIZE];
	const char *why;

	if (!taken->neighbor) {
		reset_later(taken, state, fd, BGP_CEASE_DECONFIGURED,
			    "it is not configured any more");
		return;
	}
	why = options_differ(taken->neighbor, state, text, sizeof(text));
	if (!why)
		why = bgp_handover_take(taken->neighbor, state, fd);
	if (why)
		reset_later(taken, state, fd, BGP_CEASE_CONFIG_CHANGE, why);
	else
		restore_peer(agent, taken, state);
}

static int take_neighbor(struct agent *agent, struct reader *body)
{
	struct handover_take *take = agent->take;
	struct bgp_handover_state state;
	struct taken_neighbor *taken;
	int fd = -1;

	if (!bgp_handover_state_decode(body, &state))
		return -EBADMSG;
	taken = add_taken(take);
	if (!taken)
		return -ENOMEM;
	if (state.up) {
		fd = handover_link_take_fd(&take->link);
		if (fd < 0)
			return -EBADMSG;
	}
	taken->neighbor = bgp_handover_find(agent->speaker, &state);
	if (taken->neighbor)
		taken->neighbor->number = (unsigned int)(take->count - 1);
	if (state.up)
		take_session(agent, taken, &state, fd);
	return 0;
}

/*
 * Read the number of a neighbor. Returns 0 and the neighbor, or NULL if it has no
 * session here, or -EBADMSG.
 */
static int find_taken(const struct handover_take *take, struct reader *body,
		      struct bgp_neighbor **neighbor)
{
	uint32_t number = reader_u32(body);

	if (body->failed || number >= take->count)
		return -EBADMSG;
	*neighbor = take->neighbors[number].neighbor;
	if (*neighbor && !(*neighbor)->session)
		*neighbor = NULL;
	return 0;
}

/* ------------------------------------------------------------- records */

static int take_update(struct bgp_neighbor *neighbor, struct reader *body)
{
	struct bgp_message message;

	if (bgp_message_next(body->data, body->left, BGP_MAX_EXTENDED_MESSAGE,
			     &message) != BGP_MESSAGE_OK ||
	    message.type != BGP_UPDATE)
		return -EBADMSG;
	return bgp_handover_update(neighbor, message.body);
}

static int take_announced(struct agent *agent, struct bgp_neighbor *neighbor,
			  struct reader *body)
{
	struct handover_key key;
	int code = 0;

	while (!code && handover_key_decode(body, &key)) {
		const struct bgp_path_key left = { key.prefix, key.path_id };

		code = leftovers_add(agent->leftovers, neighbor, &left);
	}
	return body->failed ? -EBADMSG : code;
}

/* Take a record about a neighbor, unless that has no session here. */
static int take_about(struct agent *agent, enum handover_type type,
		      struct reader *body)
{
	struct bgp_neighbor *neighbor;
	int code = find_taken(agent->take, body, &neighbor);

	if (code || !neighbor)
		return code;
	if (type == HANDOVER_UPDATE)
		return take_update(neighbor, body);
	if (type == HANDOVER_FLOWSPEC)
		return learned_filters_take(&agent->learned, neighbor, *body) ?
			       0 :
			       -EBADMSG;
	if (type == HANDOVER_ANNOUNCED)
		return take_announced(agent, neighbor, body);
	if (type == HANDOVER_INPUT)
		return bgp_handover_add_input(neighbor, *body);
	return bgp_handover_add_output(neighbor, *body);
}

static int take_nexthop(struct agent *agent, struct reader *body)
{
	struct handover_nexthop given;

	if (!handover_nexthop_decode(body, &given))
		return -EBADMSG;
	return tracker_expect(agent->tracker, &given.via, given.ifindex,
			      given.mac);
}

static int take_drain_order(struct agent *agent, struct reader *body)
{
	struct handover_drain given;
	struct drain drain = { 0 };

	if (!handover_drain_decode(body, &given) ||
	    strlen(given.reason) >= sizeof(drain.reason))
		return -EBADMSG;
	drain.address = given.address;
	drain.since_ms = given.since_ms;
	drain.until_ms = given.until_ms;
	memcpy(drain.reason, given.reason, sizeof(drain.reason));
	return drains_restore(&agent->drains, &drain);
}

static int take_manager(struct agent *agent, struct reader *body)
{
	struct handover_manager given;

	if (!handover_manager_decode(body, &given))
		return -EBADMSG;
	return notify_adopt(&agent->notify, given.path, given.sign_us);
}

static int take_bfd(struct agent *agent, struct reader *body)
{
	struct bfd_given given;
	int fd = handover_link_take_fd(&agent->take->link);

	if (fd < 0)
		return -EBADMSG;
	if (!bfd_given_decode(body, &given)) {
		close(fd);
		return -EBADMSG;
	}
	tracker_bfd_adopt(agent->tracker, &given, fd);
	return 0;
}

/* A record of a later version: skip it, with its descriptor. */
static int skip_record(struct handover_take *take, unsigned int type)
{
	int fd = type <= HANDOVER_LAST_WITH_DESCRIPTOR ?
			 handover_link_take_fd(&take->link) :
			 -1;

	if (fd >= 0)
		close(fd);
	return 0;
}

static int take_record(struct agent *agent, struct handover_record *record)
{
	switch (record->type) {
	case HANDOVER_NEIGHBOR:
		return take_neighbor(agent, &record->body);
	case HANDOVER_UPDATE:
	case HANDOVER_ANNOUNCED:
	case HANDOVER_FLOWSPEC:
	case HANDOVER_INPUT:
	case HANDOVER_OUTPUT:
		return take_about(agent, record->type, &record->body);
	case HANDOVER_NEXTHOP:
		return take_nexthop(agent, &record->body);
	case HANDOVER_DRAIN:
		return take_drain_order(agent, &record->body);
	case HANDOVER_MANAGER:
		return take_manager(agent, &record->body);
	case HANDOVER_PAUSE:
		return handover_link_send(&agent->take->link, HANDOVER_GO_ON);
	case HANDOVER_BFD:
		return take_bfd(agent, &record->body);
	default:
		return skip_record(agent->take, record->type);
	}
}

static int take_records(struct agent *agent)
{
	struct handover_take *take = agent->take;
	struct handover_record record = take->head;
	int code = 0;

	while (!code && record.type != HANDOVER_END) {
		code = take_record(agent, &record);
		if (!code)
			code = handover_link_next(&take->link, &record);
	}
	return code;
}

/* ------------------------------------------------------------- ready */

/*
 * Wait for the answer. An agent that died has no say any more; the end of its
 * process frees the ports that it had.
 */
static int wait_until_left(struct handover_take *take, struct tracker *tracker)
{
	struct handover_record record;
	int code;

	do
		code = handover_link_next(&take->link, &record);
	while (!code && record.type != HANDOVER_LEFT &&
	       record.type != HANDOVER_STAYS);
	if (!code && record.type == HANDOVER_STAYS)
		return -ECANCELED;
	if (code && code != -EPIPE && code != -ECONNRESET)
		return code;
	take->done = true;
	tracker_bfd_go_on(tracker);
	take->link.deadline_ms = clock_now_ms() + LEAVE_MS;
	while (!code)
		code = handover_link_next(&take->link, &record);
	if (code == -ETIMEDOUT)
		log_event(EVENT_HANDOVER_UNFINISHED, NULL,
			  "the other agent has not ended yet");
	return 0;
}

int handover_take_state(struct agent *agent, char error[HANDOVER_ERROR_SIZE])
{
	struct handover_take *take = agent->take;
	int code = take_records(agent);

	if (code)
		return give_in_to(agent, error, code);
	log_event(EVENT_HANDOVER_DONE, NULL, "%zu neighbors taken in: ready",
		  take->count);
	code = handover_link_send(&take->link, HANDOVER_READY);
	if (!code)
		code = wait_until_left(take, agent->tracker);
	if (code)
		return give_in_to(agent, error, code);
	agent->taking = false;
	learned_filters_take_charge(&agent->learned);
	handover_link_close(&take->link);
	tracker_bfd_send_all(agent->tracker);
	code = control_publish(agent->control);
	if (code)
		log_event(EVENT_SOCKET_MISSING, NULL,
			  "the control socket is not in place: %s",
			  strerror(-code));
	return 0;
}

void handover_take_begin(struct agent *agent)
{
	struct handover_take *take = agent->take;

	if (!take)
		return;
	tracker_bfd_send_all(agent->tracker);
	bgp_handover_begin(agent->speaker);
	for (size_t i = 0; i < take->count; i++) {
		struct taken_neighbor *taken = &take->neighbors[i];

		if (taken->reset_fd >= 0)
			bgp_connection_dismiss(taken->reset_fd, taken->subcode);
		taken->reset_fd = -1;
		if (taken->neighbor && taken->neighbor->session)
			sessions_ask_again(taken->neighbor, taken->refreshed);
	}
	leftovers_begin(agent->leftovers);
}

void handover_take_release(struct agent *agent)
{
	struct handover_take *take = agent->take;

	if (!take)
		return;
	if (!take->done && agent->speaker)
		bgp_handover_abandon(agent->speaker);
	for (size_t i = 0; i < take->count; i++)
		if (take->neighbors[i].reset_fd >= 0)
			close(take->neighbors[i].reset_fd);
	for (size_t i = 0; i < BGP_MAX_GIVEN; i++)
		if (take->listeners[i] >= 0)
			close(take->listeners[i]);
	for (size_t i = 0; i < BFD_PORT_COUNT; i++)
		if (take->bfd_ports[i] >= 0)
			close(take->bfd_ports[i]);
	if (take->control_lock >= 0)
		close(take->control_lock);
	if (take->pins_lock >= 0)
		close(take->pins_lock);
	handover_link_close(&take->link);
	free(take->neighbors);
	free(take);
	agent->take = NULL;
}
