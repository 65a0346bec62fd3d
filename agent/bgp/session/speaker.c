// SPDX-License-Identifier: BSD-2-Clause
/* The list of neighbors, and incoming connections. See speaker.h. */

#include "bgp/session/speaker.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session/announcer.h"
#include "bgp/session/link_advert.h"
#include "bgp/session/listener.h"
#include "bgp/session/neighbor_gone.h"
#include "bgp/session/socket.h"
#include "bgp/session/speaker_internal.h"
#include "bgp/session/syn_watch.h"
#include "core/clock.h"
#include "core/log.h"

/* ------------------------------------------------------------- the list */

struct bgp_neighbor *
bgp_speaker_add_neighbor(struct bgp_speaker *speaker,
			 const struct bgp_neighbor_options *options,
			 const struct address *address)
{
	struct bgp_neighbor *neighbor =
		bgp_neighbor_new(speaker, options, address);

	if (neighbor)
		TAILQ_INSERT_TAIL(&speaker->neighbors, neighbor, link);
	return neighbor;
}

struct bgp_neighbor *
bgp_speaker_add_static(struct bgp_speaker *speaker,
		       const struct bgp_neighbor_options *options)
{
	static const struct address unknown;
	struct bgp_neighbor *first = TAILQ_FIRST(&speaker->neighbors);
	struct bgp_neighbor *neighbor = bgp_speaker_add_neighbor(
		speaker, options,
		neighbor_is_interface(options) ? &unknown :
						 &options->prefix.address);

	while (first && !first->dynamic)
		first = TAILQ_NEXT(first, link);
	if (neighbor && first && first != neighbor) {
		TAILQ_REMOVE(&speaker->neighbors, neighbor, link);
		TAILQ_INSERT_BEFORE(first, neighbor, link);
	}
	return neighbor;
}

void bgp_speaker_drop_neighbor(struct bgp_speaker *speaker,
			       struct bgp_neighbor *neighbor)
{
	TAILQ_REMOVE(&speaker->neighbors, neighbor, link);
	bgp_neighbor_free(neighbor);
}

/*
 * Find the neighbor of an endpoint. One with a configured address takes
 * precedence over that of an interface.
 */
static struct bgp_neighbor *find_neighbor(struct bgp_speaker *speaker,
					  const struct bgp_endpoint *remote)
{
	struct bgp_neighbor *neighbor, *found = NULL;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (bgp_neighbor_is_at(neighbor, remote) &&
		    (!found || !neighbor_is_interface(&neighbor->options)))
			found = neighbor;
	return found;
}

const struct bgp_neighbor_options *
bgp_speaker_find_prefix(const struct bgp_options *options,
			const struct address *address)
{
	const struct bgp_neighbor_options *best = NULL;

	for (size_t i = 0; i < options->neighbor_count; i++) {
		const struct bgp_neighbor_options *candidate =
			&options->neighbors[i];

		if (neighbor_is_dynamic(candidate) &&
		    prefix_contains(&candidate->prefix, address) &&
		    (!best || best->prefix.length < candidate->prefix.length))
			best = candidate;
	}
	return best;
}

const struct bgp_neighbor_options *
bgp_speaker_options_of(const struct bgp_speaker *speaker,
		       const struct address *address)
{
	const struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (address_equal(&neighbor->address, address))
			return &neighbor->options;
	return bgp_speaker_find_prefix(&speaker->options, address);
}

/* ------------------------------------------------------------- admission */

static bool is_half_open(const struct bgp_neighbor *neighbor)
{
	return neighbor->dynamic &&
	       bgp_connection_is_half_open(&neighbor->incoming);
}

static bool is_of_prefix(const struct bgp_neighbor *neighbor,
			 const struct bgp_neighbor_options *prefix)
{
	return neighbor->dynamic &&
	       prefix_equal(&neighbor->options.prefix, &prefix->prefix);
}

/*
 * Collect the input for an admission; `neighbor` is NULL for an unknown peer.
 */
static struct bgp_admission_input
input_for(const struct bgp_speaker *speaker,
	  const struct bgp_neighbor *neighbor,
	  const struct bgp_neighbor_options *prefix)
{
	struct bgp_admission_input input = {
		.is_neighbor = neighbor,
		.is_static = neighbor && !neighbor->dynamic,
		.is_covered = prefix,
		.limit = prefix ? prefix->limit : 0,
		.dynamic_limit = speaker->options.dynamic_limit,
	};
	const struct bgp_neighbor *other;

	if (input.is_static || !prefix)
		return input;
	TAILQ_FOREACH(other, &speaker->neighbors, link) {
		bool half_open = is_half_open(other);
		bool here = is_of_prefix(other, prefix);

		if (!other->dynamic || other == neighbor)
			continue;
		input.half_open += half_open;
		input.half_open_of_prefix += half_open && here;
		input.all_dynamic += !bgp_neighbor_is_idle(other);
		input.dynamic += !bgp_neighbor_is_idle(other) && here;
	}
	return input;
}

/* Check the SYN (RFC 5082 3), which came before the socket had a least TTL. */
static bool is_far(const struct bgp_speaker *speaker,
		   const struct bgp_neighbor_options *options, int fd)
{
	return options &&
	       !bgp_socket_is_near(
		       fd,
		       bgp_setup_distance(&speaker->options, options).min_ttl);
}

/*
 * Find the oldest half-open connection of a prefix, or of all if that is NULL.
 */
static struct bgp_neighbor *
oldest_half_open(struct bgp_speaker *speaker,
		 const struct bgp_neighbor_options *prefix)
{
	struct bgp_neighbor *neighbor, *oldest = NULL;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (is_half_open(neighbor) &&
		    (!prefix || is_of_prefix(neighbor, prefix)) &&
		    (!oldest || neighbor->accepted_ms < oldest->accepted_ms))
			oldest = neighbor;
	return oldest;
}

/* Find a neighbor that can be forgotten for one more of this prefix; or NULL. */
static struct bgp_neighbor *find_idle(struct bgp_speaker *speaker,
				      const struct bgp_neighbor_options *prefix)
{
	struct bgp_neighbor *neighbor, *here = NULL, *elsewhere = NULL;
	unsigned int count = 0, all = 0;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		bool of_prefix = is_of_prefix(neighbor, prefix);

		all += neighbor->dynamic;
		count += of_prefix;
		/* An order of the administrator is not forgotten. */
		if (!neighbor->dynamic || !bgp_neighbor_is_idle(neighbor) ||
		    neighbor->admin.down)
			continue;
		if (of_prefix && !here)
			here = neighbor;
		else if (!elsewhere)
			elsewhere = neighbor;
	}
	if (count >= prefix->limit)
		return here;
	if (all < speaker->options.dynamic_limit)
		return NULL;
	return here ? here : elsewhere;
}

/*
 * Free a neighbor for one more at a limit. Neighbors without connections are
 * kept until then, to show their errors.
 */
static void drop_idle_at_limit(struct bgp_speaker *speaker,
			       const struct bgp_neighbor_options *prefix)
{
	struct bgp_neighbor *idle = find_idle(speaker, prefix);

	if (idle)
		bgp_speaker_drop_neighbor(speaker, idle);
}

static void log_refusal(struct bgp_speaker *speaker,
			const struct address *remote,
			enum bgp_admission admission)
{
	speaker->last_refusal = (struct bgp_last_refusal){
		.address = *remote,
		.reason = admission,
		.time_ms = clock_now_ms(),
	};
	speaker->refused++;
	log_event(EVENT_CONNECTION_REFUSED,
		  &(struct event_objects){ .neighbor = remote },
		  "connection refused: %s", bgp_admission_reason(admission));
}

/* Close the oldest half-open connection if the admission asks for it. */
static enum bgp_admission
evict_half_open(struct bgp_speaker *speaker,
		const struct bgp_neighbor_options *prefix,
		enum bgp_admission admission)
{
	bool any = admission == BGP_ADMITTED_EVICT_ANY ||
		   admission == BGP_ADMITTED_EVICT_DYNAMIC;
	struct bgp_neighbor *oldest;

	if (!any && admission != BGP_ADMITTED_EVICT_OF_PREFIX)
		return admission;
	oldest = oldest_half_open(speaker, any ? NULL : prefix);
	bgp_connection_abort(&oldest->incoming);
	log_refusal(speaker, &oldest->address, admission);
	return BGP_ADMITTED;
}

void bgp_speaker_accept(struct bgp_speaker *speaker,
			const struct bgp_endpoint *remote, int fd)
{
	struct bgp_neighbor *neighbor = find_neighbor(speaker, remote);
	const struct bgp_neighbor_options *prefix =
		bgp_speaker_find_prefix(&speaker->options, &remote->address);
	struct bgp_admission_input input = input_for(speaker, neighbor, prefix);
	enum bgp_admission admission;

	input.is_far =
		is_far(speaker, neighbor ? &neighbor->options : prefix, fd);
	if (!input.is_far)
		bgp_syn_watch_connected(speaker->syns, &remote->address);
	admission =
		evict_half_open(speaker, prefix, bgp_admission_decide(&input));
	if (admission == BGP_ADMITTED && !neighbor) {
		drop_idle_at_limit(speaker, prefix);
		neighbor = bgp_speaker_add_neighbor(speaker, prefix,
						    &remote->address);
		if (!neighbor)
			admission = BGP_REFUSED_MEMORY;
	}
	if (admission == BGP_ADMITTED) {
		bgp_neighbor_accept(neighbor, remote, fd);
	} else {
		bgp_socket_reset(fd);
		log_refusal(speaker, &remote->address, admission);
	}
}

/* ------------------------------------------------------------- life */

void bgp_speaker_forget_gone(struct bgp_speaker *speaker, uint64_t now_ms)
{
	struct bgp_neighbor *neighbor, *next;

	for (neighbor = TAILQ_FIRST(&speaker->neighbors); neighbor;
	     neighbor = next) {
		next = TAILQ_NEXT(neighbor, link);
		if (bgp_neighbor_is_outdated(neighbor, now_ms))
			bgp_speaker_drop_neighbor(speaker, neighbor);
	}
}

static void on_forget_due(evutil_socket_t fd, short what, void *argument)
{
	(void)fd, (void)what;
	bgp_speaker_forget_gone(argument, clock_now_ms());
}

static int start_forgetting(struct bgp_speaker *speaker)
{
	const struct timeval interval = { .tv_sec = BGP_GONE_CHECK_S };

	speaker->forget = event_new(speaker->base, -1, EV_PERSIST,
				    on_forget_due, speaker);
	return speaker->forget && !event_add(speaker->forget, &interval) ?
		       0 :
		       -ENOMEM;
}

static int add_static_neighbors(struct bgp_speaker *speaker)
{
	const struct bgp_options *options = &speaker->options;

	for (size_t i = 0; i < options->neighbor_count; i++)
		if (!neighbor_is_dynamic(&options->neighbors[i]) &&
		    !bgp_speaker_add_static(speaker, &options->neighbors[i]))
			return -ENOMEM;
	return 0;
}

/* Without them a session may still come up: the peer can be dialled. */
void bgp_speaker_begin_adverts(struct bgp_speaker *speaker)
{
	int code = bgp_link_adverts_new(speaker, &speaker->adverts);

	if (code)
		log_event(EVENT_ADVERTS_NOT_SENT, NULL,
			  "no router advertisements are sent: %s; a peer "
			  "that waits for them does not come up",
			  strerror(-code));
}

void bgp_speaker_begin_syn_watch(struct bgp_speaker *speaker)
{
	int code = 0;

	bgp_syn_watch_free(speaker->syns);
	speaker->syns = NULL;
	if (speaker->options.listen.port)
		code = bgp_syn_watch_new(speaker, &speaker->syns);
	if (code)
		log_event(
			EVENT_ATTEMPTS_UNWATCHED, NULL,
			"attempts to connect are not watched: %s; hints about "
			"keys are less sure",
			strerror(-code));
}

int bgp_speaker_new(struct event_base *base, struct work_queue *work,
		    const struct bgp_options *options, bool restarting,
		    int *given, const struct bgp_callbacks *callbacks,
		    struct bgp_speaker **out,
		    char error[BGP_SPEAKER_ERROR_SIZE])
{
	struct bgp_speaker *speaker = calloc(1, sizeof(*speaker));
	int code = -ENOMEM;

	snprintf(error, BGP_SPEAKER_ERROR_SIZE, "out of memory");
	if (!speaker)
		return code;
	speaker->base = base;
	speaker->work = work;
	speaker->options = *options;
	speaker->restarting = restarting;
	speaker->given = given;
	speaker->callbacks = *callbacks;
	TAILQ_INIT(&speaker->neighbors);
	bgp_announcer_init(speaker);
	speaker->scratch = malloc(sizeof(*speaker->scratch));
	speaker->message = malloc(BGP_MAX_EXTENDED_MESSAGE);
	if (speaker->scratch && speaker->message)
		code = add_static_neighbors(speaker);
	if (!code)
		code = start_forgetting(speaker);
	if (!code)
		code = bgp_listener_open(speaker, &speaker->options, error);
	if (code) {
		bgp_speaker_free(speaker);
		return code;
	}
	speaker->given = NULL;
	bgp_speaker_begin_adverts(speaker);
	bgp_speaker_begin_syn_watch(speaker);
	*out = speaker;
	return 0;
}

struct bgp_neighbor *bgp_speaker_find(const struct bgp_speaker *speaker,
				      const char *text)
{
	struct bgp_neighbor *neighbor, *found = NULL;
	char name[BGP_NEIGHBOR_NAME_SIZE];

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		if (!strcmp(bgp_neighbor_name(neighbor, name), text))
			return neighbor;
		if (!strcmp(neighbor->options.name, text))
			found = neighbor;
	}
	return found;
}

void bgp_speaker_start(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		bgp_neighbor_start_soon(neighbor);
}

void bgp_speaker_stop(struct bgp_speaker *speaker, const char *text)
{
	struct bgp_notification n;
	struct bgp_neighbor *neighbor;

	bgp_notification_set_shutdown(&n, BGP_CEASE_ADMIN_SHUTDOWN, text);
	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		bgp_neighbor_stop(neighbor, &n);
}

/*
 * Choose the NOTIFICATION that lets the neighbor keep our routes, if it can: an
 * Administrative Reset (RFC 8538 4), or none (RFC 4724 5).
 */
static void set_leaving(struct bgp_notification *n,
			const struct bgp_neighbor *neighbor, const char *text)
{
	const struct bgp_connection *session = neighbor->session;

	if (!session || !session->negotiated.has_graceful_restart)
		bgp_notification_set_shutdown(n, BGP_CEASE_ADMIN_SHUTDOWN,
					      text);
	else if (session->negotiated.graceful_restart.notification)
		bgp_notification_set_shutdown(n, BGP_CEASE_ADMIN_RESET, text);
	else
		*n = (struct bgp_notification){ 0 };
}

void bgp_speaker_leave(struct bgp_speaker *speaker, const char *text)
{
	struct bgp_notification n;
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		set_leaving(&n, neighbor, text);
		bgp_neighbor_stop(neighbor, &n);
	}
}

void bgp_speaker_tables_complete(struct bgp_speaker *speaker)
{
	speaker->tables_complete = true;
}

void bgp_speaker_free(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	if (!speaker)
		return;
	bgp_link_adverts_free(speaker->adverts);
	bgp_syn_watch_free(speaker->syns);
	bgp_listener_close(speaker);
	if (speaker->forget)
		event_free(speaker->forget);
	while ((neighbor = TAILQ_FIRST(&speaker->neighbors)))
		bgp_speaker_drop_neighbor(speaker, neighbor);
	work_queue_remove(speaker->work, &speaker->sending);
	free(speaker->scratch);
	free(speaker->message);
	free(speaker);
}
