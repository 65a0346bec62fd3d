// SPDX-License-Identifier: BSD-2-Clause
/*
 * Other options for a speaker that runs. Whatever can fail comes first: listeners
 * and their keys, and neighbors that are new. Then neighbors go or take their new
 * options, and the new ones are dialled. See speaker.h.
 */

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/listener.h"
#include "bgp/session/neighbor_internal.h"
#include "bgp/session/speaker_internal.h"
#include "core/log.h"

/* ------------------------------------------------------------- options */

static bool is_same_target(const struct bgp_neighbor_options *a,
			   const struct bgp_neighbor_options *b)
{
	return prefix_equal(&a->prefix, &b->prefix) &&
	       !strcmp(a->interface, b->interface);
}

/* Find the options of the same neighbor, or prefix, in a list; or NULL. */
static const struct bgp_neighbor_options *
find_target(const struct bgp_options *options,
	    const struct bgp_neighbor_options *wanted)
{
	for (size_t i = 0; i < options->neighbor_count; i++)
		if (is_same_target(&options->neighbors[i], wanted))
			return &options->neighbors[i];
	return NULL;
}

/* True if an address is that of a neighbor configured by itself. */
static bool is_static_address(const struct bgp_options *options,
			      const struct address *address)
{
	const struct bgp_neighbor_options wanted = {
		.prefix = prefix_of_address(address),
	};

	return find_target(options, &wanted);
}

/* Return the options that a neighbor has to have; NULL: it goes. */
static const struct bgp_neighbor_options *
options_for(const struct bgp_options *options,
	    const struct bgp_neighbor *neighbor)
{
	if (!neighbor->dynamic)
		return find_target(options, &neighbor->options);
	return is_static_address(options, &neighbor->address) ?
		       NULL :
		       bgp_speaker_find_prefix(options, &neighbor->address);
}

/* ------------------------------------------------------------- keys */

static int change_keys(struct bgp_speaker *speaker,
		       const struct bgp_options *before,
		       const struct bgp_options *options,
		       char error[BGP_SPEAKER_ERROR_SIZE])
{
	int code = 0;

	for (size_t i = 0; i < before->neighbor_count; i++)
		if (!find_target(options, &before->neighbors[i]))
			bgp_listener_remove_key(speaker, &before->neighbors[i]);
	for (size_t i = 0; i < options->neighbor_count && !code; i++) {
		const struct bgp_neighbor_options *now = &options->neighbors[i];

		code = bgp_listener_set_key(speaker, find_target(before, now),
					    now, error);
	}
	return code;
}

/*
 * Listen at the place that the options say, with their keys. The old sockets are
 * closed first, as the new ones may need their port: a neighbor that connects in
 * between is refused, and tries again.
 */
static int change_listeners(struct bgp_speaker *speaker,
			    const struct bgp_options *before,
			    const struct bgp_options *options,
			    char error[BGP_SPEAKER_ERROR_SIZE])
{
	char ignored[BGP_SPEAKER_ERROR_SIZE];
	int code;

	if (endpoint_equal(&before->listen, &options->listen)) {
		code = change_keys(speaker, before, options, error);
		if (code)
			change_keys(speaker, options, before, ignored);
		return code;
	}
	bgp_listener_close(speaker);
	code = bgp_listener_open(speaker, options, error);
	if (!code)
		return 0;
	bgp_listener_close(speaker);
	if (bgp_listener_open(speaker, before, ignored))
		log_event(EVENT_NOT_LISTENING, NULL,
			  "no connection is accepted any more: %s", ignored);
	return code;
}

/* ------------------------------------------------------------- neighbors */

static bool is_of_last_options(const struct bgp_speaker *speaker,
			       const struct bgp_neighbor_options *options)
{
	return find_target(&speaker->options, options);
}

static void drop_new(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor, *next;

	for (neighbor = TAILQ_FIRST(&speaker->neighbors); neighbor;
	     neighbor = next) {
		next = TAILQ_NEXT(neighbor, link);
		if (!neighbor->dynamic &&
		    !is_of_last_options(speaker, &neighbor->options))
			bgp_speaker_drop_neighbor(speaker, neighbor);
	}
}

static int add_new(struct bgp_speaker *speaker,
		   const struct bgp_options *options)
{
	for (size_t i = 0; i < options->neighbor_count; i++) {
		const struct bgp_neighbor_options *now = &options->neighbors[i];

		if (!neighbor_is_dynamic(now) &&
		    !is_of_last_options(speaker, now) &&
		    !bgp_speaker_add_static(speaker, now))
			return -ENOMEM;
	}
	return 0;
}

/* Dial those that no delay keeps back after a failure. */
static void start_new(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (!evtimer_pending(neighbor->restart, NULL))
			bgp_neighbor_start(neighbor);
}

static void remove_neighbor(struct bgp_speaker *speaker,
			    struct bgp_neighbor *neighbor)
{
	log_event(EVENT_NEIGHBOR_REMOVED,
		  &(const struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "removed from the configuration");
	neighbor->stopped = true;
	bgp_neighbor_end(neighbor, BGP_CEASE_DECONFIGURED, "");
	bgp_speaker_drop_neighbor(speaker, neighbor);
}

/* True if the session's AS is not allowed any more. */
static bool is_foreign_as(const struct bgp_neighbor *neighbor,
			  const struct bgp_neighbor_options *now)
{
	const struct bgp_connection *session = neighbor->session;
	const struct bgp_as_range *as = &now->as;
	uint32_t remote = session ? session->remote_open.as : 0;

	if (!session)
		return true; /* of what comes up now nothing is known yet */
	if (as->kind == BGP_PEER_EXTERNAL)
		return !session->negotiated.ebgp;
	if (as->kind == BGP_PEER_INTERNAL)
		return session->negotiated.ebgp;
	return as->last && (remote < as->first || remote > as->last);
}

static bool has_same_as(const struct bgp_as_range *a,
			const struct bgp_as_range *b)
{
	return a->kind == b->kind && a->first == b->first && a->last == b->last;
}

static void change_neighbor(struct bgp_neighbor *neighbor,
			    const struct bgp_neighbor_options *now,
			    bgp_needs_reset_fn *needs_reset)
{
	const struct bgp_neighbor_options *before = &neighbor->options;
	bool reset = needs_reset(before, now) ||
		     (!has_same_as(&before->as, &now->as) &&
		      is_foreign_as(neighbor, now));

	if (bgp_neighbor_options_equal(before, now))
		return;
	bgp_neighbor_reconfigure(neighbor, now, reset);
}

static void change_neighbors(struct bgp_speaker *speaker,
			     const struct bgp_options *options,
			     bgp_needs_reset_fn *needs_reset)
{
	struct bgp_neighbor *neighbor, *next;

	for (neighbor = TAILQ_FIRST(&speaker->neighbors); neighbor;
	     neighbor = next) {
		const struct bgp_neighbor_options *now =
			options_for(options, neighbor);

		next = TAILQ_NEXT(neighbor, link);
		if (now)
			change_neighbor(neighbor, now, needs_reset);
		else
			remove_neighbor(speaker, neighbor);
	}
}

int bgp_speaker_reconfigure(struct bgp_speaker *speaker,
			    const struct bgp_options *options,
			    bgp_needs_reset_fn *needs_reset,
			    char error[BGP_SPEAKER_ERROR_SIZE])
{
	const struct bgp_options before = speaker->options;
	int code;

	snprintf(error, BGP_SPEAKER_ERROR_SIZE, "out of memory");
	code = add_new(speaker, options);
	if (!code)
		code = change_listeners(speaker, &before, options, error);
	if (code) {
		drop_new(speaker);
		return code;
	}
	change_neighbors(speaker, options, needs_reset);
	speaker->options = *options;
	if (before.listen.port != options->listen.port)
		bgp_speaker_begin_syn_watch(speaker);
	if (!speaker->adverts)
		bgp_speaker_begin_adverts(speaker);
	start_new(speaker);
	return 0;
}
