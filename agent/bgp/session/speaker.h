/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SPEAKER_H
#define BGP_SPEAKER_H

/*
 * The BGP speaker: the listeners and all neighbors.
 *
 * Bytes come in by connection.c, are cut into messages by message.c, decoded by
 * open.c, update.c (attributes.c, as_path.c) and notification.c, and judged by
 * fsm.c; neighbor.c decides which connection survives, admission.c who may come
 * in at all. What is left for the user of this room is struct bgp_callbacks:
 * sessions that come and go, and decoded UPDATEs. The way out is
 * bgp_connection_send().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/update.h"
#include "bgp/session/admission.h"
#include "bgp/session/greeting.h"
#include "bgp/session/neighbor.h"
#include "bgp/session/options.h"

struct bgp_batch;
struct event_base;

struct bgp_callbacks {
	/* `neighbor->session` is set; bgp_neighbor_reject() may be called. */
	void (*session_up)(struct bgp_neighbor *neighbor, void *context);
	void (*session_down)(struct bgp_neighbor *neighbor, void *context);
	/* 0, or -ENOMEM: the session is then reset. */
	int (*update)(struct bgp_neighbor *neighbor,
		      const struct bgp_update *update, void *context);
	/*
	 * The peer wants a family again (RFC 2918), or says that all routes it
	 * still has of one follow (BoRR) or have followed (EoRR, RFC 7313).
	 */
	void (*route_refresh)(struct bgp_neighbor *neighbor,
			      const struct bgp_route_refresh *refresh,
			      void *context);
	/*
	 * Fill `batch` with what to send the neighbor next; its pointers are
	 * read before the next call. False: the neighbor has everything.
	 */
	bool (*next_batch)(struct bgp_neighbor *neighbor,
			   struct bgp_batch *batch, void *context);
	void *context;
};

enum bgp_speaker_limits {
	BGP_MAX_LISTENERS = 2, /* one for each family */
	BGP_SPEAKER_ERROR_SIZE = 256,
};

TAILQ_HEAD(bgp_neighbor_list, bgp_neighbor);

struct bgp_speaker {
	struct event_base *base;
	struct bgp_options options;
	bool restarting; /* the first OPENs say so */
	struct bgp_callbacks callbacks;
	struct bgp_neighbor_list neighbors; /* static ones, then dynamic ones */
	struct event *listeners[BGP_MAX_LISTENERS];
	struct bgp_scratch *scratch; /* for whoever decodes an UPDATE */
	struct bgp_refusals refusals;
	bool tables_complete;	  /* ours forward: the first table has an end */
	uint64_t updates_encoded; /* each counts once, whoever gets it */
};

/*
 * Listens, but dials nobody yet. `options` is copied; its list of neighbors
 * must outlive the speaker. `restarting`: the forwarding state of a previous
 * run was kept. Returns 0 or -errno; then `error` says what failed and what to
 * do. The caller frees with bgp_speaker_free().
 */
int bgp_speaker_new(struct event_base *base, const struct bgp_options *options,
		    bool restarting, const struct bgp_callbacks *callbacks,
		    struct bgp_speaker **speaker,
		    char error[BGP_SPEAKER_ERROR_SIZE]);
/* Dials the neighbors that are not passive. */
void bgp_speaker_start(struct bgp_speaker *speaker);
/* Ends all sessions with Cease/Administrative Shutdown (RFC 4486). */
void bgp_speaker_stop(struct bgp_speaker *speaker, const char *text);
void bgp_speaker_free(struct bgp_speaker *speaker);

/*
 * Our tables are the ones that forward: neighbors that have everything get
 * End-of-RIB from now on (RFC 4724 4.1).
 */
void bgp_speaker_tables_complete(struct bgp_speaker *speaker);

/* For the listener: somebody has connected. Takes over `fd`. */
void bgp_speaker_accept(struct bgp_speaker *speaker,
			const struct bgp_endpoint *remote, int fd);

#endif
