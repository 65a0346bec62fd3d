// SPDX-License-Identifier: BSD-2-Clause
/* Sessions that go on in another process. See handover.h. */

#include "bgp/session/handover.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session/announcer.h"
#include "bgp/session/connection_internal.h"
#include "bgp/session/listener.h"
#include "bgp/session/neighbor_internal.h"
#include "bgp/session/speaker_internal.h"

/* ------------------------------------------------------------- to give */

/* A connection without a session is made again, here or there. */
static void drop_attempt(struct bgp_connection *connection)
{
	const struct bgp_notification nothing = { 0 };

	if (connection->state != BGP_STATE_ESTABLISHED)
		bgp_connection_stop(connection, &nothing);
}

void bgp_handover_freeze(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	speaker->frozen = true;
	bgp_listener_hold(speaker, true);
	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		drop_attempt(&neighbor->incoming);
		drop_attempt(&neighbor->outgoing);
		if (!neighbor->session)
			continue;
		/* Silence counts for nothing while we do not listen. */
		bgp_connection_pause(neighbor->session);
		evtimer_del(neighbor->session->hold);
	}
}

void bgp_handover_leave(struct bgp_speaker *speaker)
{
	bgp_listener_leave(speaker);
}

void bgp_handover_thaw(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	speaker->frozen = false;
	bgp_listener_hold(speaker, false);
	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		struct bgp_connection *session = neighbor->session;

		if (!session) {
			bgp_neighbor_start(neighbor);
			continue;
		}
		bgp_stream_unseal(&session->stream);
		bgp_connection_start_timers(session);
		if (!neighbor->input_held)
			bgp_connection_resume(session);
	}
	bgp_announcer_send_all(speaker);
}

/* Write our OPEN, and return its body. */
static struct reader encode_open(const struct bgp_open *open,
				 uint8_t bytes[BGP_MAX_MESSAGE])
{
	struct writer w = writer_of(bytes, BGP_MAX_MESSAGE);

	bgp_open_encode(&w, open);
	return w.failed ? reader_of(bytes, 0) :
			  reader_of(bytes + BGP_HEADER_SIZE,
				    w.used - BGP_HEADER_SIZE);
}

static void export_session(const struct bgp_neighbor *neighbor,
			   uint8_t open[BGP_MAX_MESSAGE],
			   struct bgp_handover_state *state)
{
	const struct bgp_connection *session = neighbor->session;

	if (!session || !session->remote_open_size)
		return;
	state->up = true;
	state->incoming = session->options.incoming;
	state->ifindex = session->options.remote.ifindex;
	state->local_open = encode_open(&session->options.local_open, open);
	state->remote_open =
		reader_of(session->remote_open_body, session->remote_open_size);
	state->disabled_families = session->disabled_families;
	state->end_of_rib_due = neighbor->end_of_rib_due;
	state->refreshing = neighbor->refreshing;
}

void bgp_handover_export(const struct bgp_neighbor *neighbor,
			 uint8_t open[BGP_MAX_MESSAGE],
			 struct bgp_handover_state *state)
{
	*state = (struct bgp_handover_state){
		.address = neighbor->address,
		.ifindex = neighbor->incoming.options.remote.ifindex,
		.admin = neighbor->admin,
		.held_until_ms = neighbor->held_until_ms,
		.changed_ms = neighbor->changed_ms,
		.sessions_ended = neighbor->sessions_ended,
		.counters = neighbor->counters,
		.last_error_ms = neighbor->last_error_ms,
	};
	memcpy(state->last_error, neighbor->last_error,
	       sizeof(state->last_error));
	export_session(neighbor, open, state);
}

/* ------------------------------------------------------------- to take */

static struct bgp_neighbor *
neighbor_of_endpoint(struct bgp_speaker *speaker,
		     const struct bgp_endpoint *remote)
{
	const struct bgp_neighbor_options *prefix;
	struct bgp_neighbor *neighbor, *found = NULL;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (bgp_neighbor_is_at(neighbor, remote) &&
		    (!found || !neighbor_is_interface(&neighbor->options)))
			found = neighbor;
	prefix = found || remote->ifindex ?
			 NULL :
			 bgp_speaker_find_prefix(&speaker->options,
						 &remote->address);
	return prefix ? bgp_speaker_add_neighbor(speaker, prefix,
						 &remote->address) :
			found;
}

struct bgp_neighbor *bgp_handover_find(struct bgp_speaker *speaker,
				       const struct bgp_handover_state *state)
{
	const struct bgp_endpoint remote = { .address = state->address,
					     .ifindex = state->ifindex };
	struct bgp_neighbor *neighbor = neighbor_of_endpoint(speaker, &remote);

	if (!neighbor)
		return NULL;
	neighbor->admin = state->admin;
	neighbor->held_until_ms = state->held_until_ms;
	neighbor->changed_ms = state->changed_ms;
	neighbor->sessions_ended = state->sessions_ended;
	neighbor->counters = state->counters;
	neighbor->last_error_ms = state->last_error_ms;
	memcpy(neighbor->last_error, state->last_error,
	       sizeof(neighbor->last_error));
	return neighbor;
}

/* Keep the peer's OPEN for the handover after this one. */
static bool copy_open(struct bgp_connection *connection, struct reader open)
{
	uint8_t *body = malloc(open.left);

	if (!body)
		return false;
	memcpy(body, open.data, open.left);
	free(connection->remote_open_body);
	connection->remote_open_body = body;
	connection->remote_open_size = open.left;
	return true;
}

/* Decode both OPENs, and return why they do not go with our options; or NULL. */
static const char *check_opens(const struct bgp_neighbor *neighbor,
			       const struct bgp_handover_state *state,
			       struct bgp_open *local, struct bgp_open *remote)
{
	const struct bgp_options *options = &neighbor->speaker->options;
	const struct bgp_open_policy policy =
		bgp_setup_policy(options, &neighbor->options);
	const struct bgp_open wanted =
		bgp_setup_open(options, &neighbor->options, false);
	struct bgp_notification error;

	if (!bgp_open_decode(state->local_open, local, &error) ||
	    !bgp_open_decode(state->remote_open, remote, &error))
		return "its OPENs cannot be read";
	if (local->as != wanted.as || local->identifier != wanted.identifier)
		return "our AS number or identifier is another one";
	if (!bgp_open_check(remote, &policy, &error))
		return "the options do not accept the peer's OPEN any more";
	return NULL;
}

/* Put the connection into Established, with what was negotiated. */
static void establish(struct bgp_neighbor *neighbor,
		      struct bgp_connection *connection,
		      const struct bgp_handover_state *state)
{
	connection->state = BGP_STATE_ESTABLISHED;
	bgp_connection_negotiate(connection);
	connection->disabled_families = state->disabled_families;
	connection->negotiated.families &= ~state->disabled_families;
	neighbor->session = connection;
	neighbor->end_of_rib_due = state->end_of_rib_due &
				   connection->negotiated.families;
	neighbor->refreshing = state->refreshing &
			       connection->negotiated.families;
}

const char *bgp_handover_take(struct bgp_neighbor *neighbor,
			      const struct bgp_handover_state *state, int fd)
{
	const struct bgp_callbacks *callbacks = &neighbor->speaker->callbacks;
	struct bgp_connection *connection =
		state->incoming ? &neighbor->incoming : &neighbor->outgoing;
	struct bgp_open local, remote;
	const char *why = check_opens(neighbor, state, &local, &remote);

	if (!why && neighbor->session)
		why = "it has a session already";
	if (!why &&
	    (!bgp_neighbor_move(neighbor, &state->address, state->ifindex) ||
	     !copy_open(connection, state->remote_open)))
		why = "out of memory";
	if (why)
		return why;
	if (bgp_stream_open(&connection->stream, fd)) {
		connection->stream.fd = -1;
		bgp_stream_close(&connection->stream);
		return "out of memory";
	}
	bgp_stream_seal(&connection->stream);
	connection->options.local_open = local;
	connection->remote_open = remote;
	establish(neighbor, connection, state);
	callbacks->session_up(neighbor, callbacks->context);
	return NULL;
}

int bgp_handover_update(struct bgp_neighbor *neighbor, struct reader body)
{
	const struct bgp_callbacks *callbacks = &neighbor->speaker->callbacks;
	struct bgp_connection *session = neighbor->session;
	const struct bgp_decode_context context = {
		.negotiated = &session->negotiated,
		.accept_any_first_as = neighbor->options.relation ==
				       BGP_ROLE_RS,
		.accept_aigp = neighbor->options.aigp,
	};
	struct bgp_update update;

	if (bgp_update_decode(&context, body, neighbor->speaker->scratch,
			      &update) >= BGP_VERDICT_RESET)
		return -EBADMSG;
	return callbacks->update(neighbor, &update, callbacks->context);
}

int bgp_handover_add_input(struct bgp_neighbor *neighbor, struct reader bytes)
{
	struct bgp_stream_input *input = &neighbor->session->stream.input;
	size_t size = input->end + bytes.left;
	uint8_t *data;

	if (!bytes.left)
		return 0;
	data = realloc(input->data, size);
	if (!data)
		return -ENOMEM;
	memcpy(data + input->end, bytes.data, bytes.left);
	input->data = data;
	input->end = size;
	input->has_message = true;
	return 0;
}

int bgp_handover_add_output(struct bgp_neighbor *neighbor, struct reader bytes)
{
	return evbuffer_add(neighbor->session->stream.output, bytes.data,
			    bytes.left) ?
		       -ENOMEM :
		       0;
}

/* The KEEPALIVE tells the peer, too, which may not have heard of us for long. */
static void begin_session(struct bgp_neighbor *neighbor)
{
	struct bgp_connection *session = neighbor->session;

	bgp_neighbor_set_key(neighbor);
	bgp_connection_set_timeout(session);
	bgp_stream_unseal(&session->stream);
	bgp_connection_start_timers(session);
	bgp_connection_ask(session);
	if (!neighbor->input_held)
		bgp_connection_resume(session);
}

void bgp_handover_begin(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	bgp_listener_take_over(speaker);
	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (neighbor->session)
			begin_session(neighbor);
	bgp_announcer_send_all(speaker);
}

void bgp_handover_abandon(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		if (!neighbor->session)
			continue;
		neighbor->session->state = BGP_STATE_IDLE;
		bgp_stream_close(&neighbor->session->stream);
		neighbor->session = NULL;
	}
}
