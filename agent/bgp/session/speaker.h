/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SPEAKER_H
#define BGP_SPEAKER_H

/*
 * The BGP speaker: listeners, neighbors and their sessions. This is the room of
 * sockets and timers around the pure codec (bgp/codec/protocol.h has its map).
 *
 * A neighbor has one or two TCP connections, each with its own state machine;
 * at most one of them is the session. The speaker creates and frees neighbors
 * with their connections, never inside one of their own callbacks.
 *
 *	speaker.c		neighbors and their creation, incoming
 *				connections; admission.c has the rules for these
 *	reconfigure.c		other options while it runs
 *	listener.c		listening sockets, with the keys of neighbors
 *	neighbor.c		when to dial, accept and stop a connection
 *	neighbor_admin.c	orders of the administrator
 *	neighbor_gone.c		neighbors of a prefix that do not come back
 *	neighbor_session.c	events of its connections: session up and down,
 *				collisions, errors, UPDATEs for the user
 *	connection.c		one connection: timers, and the actions of
 *				bgp_fsm_step(); connection_input.c has received
 *				messages, connection_output.c those to send
 *	handover.c		sessions that go on in another process;
 *				handover_state.c encodes a neighbor for it
 *	announcer.c		batches of routes for all who get the same
 *	stream.c		bytes of a socket to whole messages, and back
 *	socket.c		TCP sockets and their options
 *	tcp_auth.c		TCP-MD5 and TCP-AO keys
 *	syn_watch.c		SYNs that become no connection, by peer; syn.c
 *				parses them, attempts.c is their table
 *	tcp_drops.c		the kernel's counters of refused segments, hints
 *	link_peer.c		the address of the peer behind an interface
 *	link_advert.c		router advertisements on such an interface;
 *				router_advert.c has their rules
 *	error_log.c		last errors of a neighbor
 *	options.c		options of the speaker; neighbor_options.c those
 *				of a neighbor; setup.c makes an OPEN of both
 *
 * Way in: stream.c reads the socket, bgp_message_next() splits the bytes, and
 * connection_input.c decodes a message as far as the state machine needs and
 * makes an event of it. bgp_fsm_step() returns the next state and the actions;
 * for an UPDATE in Established one action decodes it and calls
 * bgp_callbacks.update. Nothing is copied: the UPDATE is a view into the bytes
 * that were read.
 *
 * Way out: bgp_callbacks.next_batch is asked for routes whenever a neighbor has
 * room, bgp_connection_send() encodes a batch once for all its recipients, and
 * the stream sends what the socket takes. A full output buffer has no room, so
 * a peer that does not read costs one buffer.
 *
 * RFCs: 4271 6.8 and 8 (collisions, state machine), 9687 (send hold timer),
 * 8654 (extended messages), 4724 and 8538 (graceful restart: announced for our
 * own restart; routes of a lost peer are withdrawn at once), 2918 and 7313
 * (route refresh), 4486, 9003 and 9384 (Cease), 5082 (TTL security), 2385 and
 * 5925 (TCP-MD5, TCP-AO), 5065 (confederations), 9234 (roles).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/update.h"
#include "bgp/session/admission.h"
#include "bgp/session/neighbor.h"
#include "bgp/session/options.h"
#include "bgp/session/setup.h"

struct bgp_batch;
struct acceptor;
struct bgp_link_adverts;
struct bgp_syn_watch;
struct event;
struct event_base;
struct work_queue;

/* True if a session by these options cannot go on with the others. */
typedef bool bgp_needs_reset_fn(const struct bgp_neighbor_options *before,
				const struct bgp_neighbor_options *after);

/* Functions of the user of this room, and their last argument. */
struct bgp_callbacks {
	/* `neighbor->session` is set; bgp_neighbor_reject() may be called. */
	void (*session_up)(struct bgp_neighbor *neighbor, void *context);
	void (*session_down)(struct bgp_neighbor *neighbor, void *context);
	/* Return 0, or -ENOMEM, which resets the session. */
	int (*update)(struct bgp_neighbor *neighbor,
		      const struct bgp_update *update, void *context);
	/*
	 * The peer requests all routes of a family again (RFC 2918), or begins
	 * (BoRR) or ends (EoRR) its own answer to a request (RFC 7313).
	 */
	void (*route_refresh)(struct bgp_neighbor *neighbor,
			      const struct bgp_route_refresh *refresh,
			      void *context);
	/*
	 * Fill `batch` with what to send the neighbor next; its pointers are
	 * read before the next call. False: nothing is to be sent now.
	 */
	bool (*next_batch)(struct bgp_neighbor *neighbor,
			   struct bgp_batch *batch, void *context);
	/*
	 * True if next_batch() has come to the end of the table: then it is
	 * time for End-of-RIB. Else bgp_announcer_send_all() is called later.
	 */
	bool (*table_given)(const struct bgp_neighbor *neighbor, void *context);
	/* Messages as they come in, and states; NULL: not wanted. */
	void (*message)(const struct bgp_connection *connection,
			const struct bgp_message *message, void *context);
	void (*state_changed)(const struct bgp_connection *connection,
			      enum bgp_state before, void *context);
	void (*update_sent)(const struct bgp_connection *connection,
			    const struct writer *message, void *context);
	void *context;
};

enum bgp_speaker_limits {
	BGP_MAX_LISTENERS = 2, /* one for each family */
	BGP_SPEAKER_ERROR_SIZE = 256,
};

TAILQ_HEAD(bgp_neighbor_list, bgp_neighbor);

/* The last connection that was not admitted. */
struct bgp_last_refusal {
	struct address address;
	enum bgp_admission reason;
	uint64_t time_ms; /* 0: there was none */
};

struct bgp_speaker {
	struct event_base *base;
	struct work_queue *work; /* input waits in it */
	struct bgp_options options;
	bool restarting; /* announced in the first OPENs */
	bool frozen;	 /* no input and no dialling: handover.h */
	int *given;	 /* listening sockets, while it is made; or NULL */
	struct bgp_callbacks callbacks;
	struct bgp_neighbor_list neighbors; /* static ones, then dynamic ones */
	/* announcer.c: those that may get more, and the work of sending it. */
	struct bgp_neighbor_list receivers;
	struct work sending;
	struct acceptor *listeners[BGP_MAX_LISTENERS];
	struct bgp_link_adverts *adverts; /* NULL: no neighbor needs them */
	struct bgp_syn_watch *syns;	  /* NULL: not permitted */
	struct bgp_scratch *scratch;	  /* shared by all connections */
	uint8_t *message; /* room for an UPDATE that is sent; shared likewise */
	uint64_t refused; /* connections */
	struct bgp_last_refusal last_refusal;
	struct event *forget;	  /* timer: bgp_speaker_forget_gone() */
	bool tables_complete;	  /* bgp_speaker_tables_complete() was called */
	uint64_t updates_encoded; /* each once, for any number of recipients */
};

/*
 * Create a speaker that listens, but does not dial yet. `options` is copied;
 * its list of neighbors must outlive the speaker. `restarting`: the forwarding
 * state of a previous run was kept. `given`: bgp_socket_take_or_listen(). Return 0, or -errno and set `error` to what
 * failed and what to do. The caller frees with bgp_speaker_free().
 */
int bgp_speaker_new(struct event_base *base, struct work_queue *work,
		    const struct bgp_options *options, bool restarting,
		    int *given, const struct bgp_callbacks *callbacks,
		    struct bgp_speaker **speaker,
		    char error[BGP_SPEAKER_ERROR_SIZE]);
/* Dial the neighbors that are not passive. */
void bgp_speaker_start(struct bgp_speaker *speaker);
/*
 * Take other options, whose list must outlive the speaker as the one so far had to
 * until now. AS number, identifier, confederation and listeners must be the same.
 * Neighbors come, go (RFC 4486: Peer De-configured), or take their new options;
 * `needs_reset` says which change of a neighbor ends its session. Returns 0, or
 * -errno, sets `error` and changes nothing.
 */
int bgp_speaker_reconfigure(struct bgp_speaker *speaker,
			    const struct bgp_options *options,
			    bgp_needs_reset_fn *needs_reset,
			    char error[BGP_SPEAKER_ERROR_SIZE]);
/* End all sessions with Cease/Administrative Shutdown (RFC 4486). */
void bgp_speaker_stop(struct bgp_speaker *speaker, const char *text);
/*
 * The same for an end after which packets are still forwarded: a neighbor with
 * graceful restart keeps our routes until its restart time is over.
 */
void bgp_speaker_leave(struct bgp_speaker *speaker, const char *text);
void bgp_speaker_free(struct bgp_speaker *speaker);
/* Free the neighbors of prefixes that are gone for long: neighbor_gone.h. */
void bgp_speaker_forget_gone(struct bgp_speaker *speaker, uint64_t now_ms);
/*
 * Return the options of the neighbor that connections from an address would belong
 * to: its own, or those of the longest prefix around it. NULL: there is none.
 */
const struct bgp_neighbor_options *
bgp_speaker_options_of(const struct bgp_speaker *speaker,
		       const struct address *address);
/* Return the neighbor with this address, or else with this name=, or NULL. */
struct bgp_neighbor *bgp_speaker_find(const struct bgp_speaker *speaker,
				      const char *text);

/*
 * Report that our tables forward now, and not those of a previous run:
 * neighbors that have everything get End-of-RIB from now on (RFC 4724 4.1).
 */
void bgp_speaker_tables_complete(struct bgp_speaker *speaker);

/* Admit or refuse an accepted connection, for the listener. Takes over `fd`. */
void bgp_speaker_accept(struct bgp_speaker *speaker,
			const struct bgp_endpoint *remote, int fd);

#endif
