/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_CONNECTION_H
#define BGP_CONNECTION_H

/*
 * One TCP connection of a neighbor: turns messages (stream.h) and timers into
 * events of the state machine (fsm.h) and carries out the actions it answers
 * with. Writing never blocks; what the socket does not take waits in a buffer
 * that the owner fills only while it is short.
 *
 *	connection.c		life, events, actions, timers
 *	connection_input.c	messages that come in
 *	connection_output.c	messages that go out
 *
 * A connection is part of its neighbor and is used again and again; it is never
 * freed from inside one of its own callbacks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/fsm.h"
#include "bgp/codec/negotiated.h"
#include "bgp/codec/nlri.h"
#include "bgp/codec/open.h"
#include "bgp/codec/route_refresh.h"
#include "bgp/codec/update.h"
#include "bgp/session/neighbor_options.h"
#include "bgp/session/socket.h"
#include "bgp/session/stream.h"
#include "core/address.h"

struct bgp_connection;
struct event;
struct event_base;

/* Who said that a connection shall end. */
enum bgp_direction {
	BGP_DIRECTION_NONE, /* nobody: it broke */
	BGP_DIRECTION_SENT,
	BGP_DIRECTION_RECEIVED,
	BGP_DIRECTION_COUNT,
};

/* What went wrong; valid during the call it is passed to. */
struct bgp_connection_error {
	enum bgp_direction direction;
	uint8_t code; /* of the NOTIFICATION; 0: there was none */
	uint8_t subcode;
	const char *text;
};

/* Of a neighbor, over all its connections. */
struct bgp_counters {
	uint64_t received[BGP_MESSAGE_TYPE_COUNT];
	uint64_t sent[BGP_MESSAGE_TYPE_COUNT];
	uint64_t verdicts[BGP_VERDICT_COUNT]; /* on UPDATEs */
};

/* What happens on a connection, told to the neighbor that owns it. */
struct bgp_connection_handler {
	/*
	 * The peer's OPEN was decoded: may it go on? On false `error` is the
	 * NOTIFICATION to send.
	 */
	bool (*check_open)(struct bgp_connection *connection,
			   struct bgp_notification *error);
	/*
	 * The peer's OPEN is good and not answered yet: does the connection
	 * lose against the neighbor's other one?
	 */
	bool (*collides)(struct bgp_connection *connection);
	void (*session_up)(struct bgp_connection *connection);
	void (*session_down)(struct bgp_connection *connection);
	/* `update->error.verdict` is below BGP_VERDICT_RESET. 0 or -ENOMEM. */
	int (*update)(struct bgp_connection *connection,
		      const struct bgp_update *update);
	void (*route_refresh)(struct bgp_connection *connection,
			      const struct bgp_route_refresh *refresh);
	/* There is room for more output, in Established only. */
	void (*send_ready)(struct bgp_connection *connection);
	/* Something went wrong; `closed` follows. */
	void (*error)(struct bgp_connection *connection,
		      const struct bgp_connection_error *error);
	/* The connection is closed and in Idle, or in Active to try again. */
	void (*closed)(struct bgp_connection *connection);
};

/* What stays the same from one use to the next. */
struct bgp_connection_options {
	struct event_base *base;
	const struct bgp_connection_handler *handler;
	void *owner;
	bool incoming;
	const struct bgp_neighbor_options *neighbor; /* must outlive it */
	struct bgp_counters *counters;		     /* the same */
	struct bgp_scratch *scratch; /* shared by all that decode */
	struct bgp_endpoint remote;
	struct bgp_distance distance;
	uint16_t open_deadline;	    /* seconds to wait for the peer's OPEN */
	struct bgp_open local_open; /* what we say */
	bool confederation;	    /* for the session */
};

struct bgp_connection {
	struct bgp_connection_options options;
	enum bgp_state state;
	struct bgp_stream stream;
	struct event *connect_retry;
	struct event *delay_open;
	struct event *hold;
	struct event *keepalive;
	struct event *send_hold;
	struct bgp_open remote_open;	  /* from OpenConfirm on */
	struct bgp_negotiated negotiated; /* the same */
	struct bgp_notification given;	  /* goes with the next event */
	struct reader message;		  /* body of the one being handled */
	uint8_t message_type;		  /* enum bgp_message_type; the same */
	bool last_try;			  /* not dialled again when it fails */
	bool unsent;			  /* bgp_connection_flush() is due */
};

/* Connections that are sent the same UPDATEs. */
struct bgp_recipients {
	/* bgp_negotiated_for_updates() of each. */
	const struct bgp_negotiated *negotiated;
	struct bgp_connection *const *connections;
	size_t count;
};

/* Routes that share one announcement. */
struct bgp_announcement {
	const struct bgp_attributes *attributes; /* NULL: withdrawn */
	const struct bgp_path_key *routes;
	size_t count;
};

/* Returns 0 or -ENOMEM; then bgp_connection_destroy() is legal, as always. */
int bgp_connection_init(struct bgp_connection *connection,
			const struct bgp_connection_options *options);
/* Closes without a word. Not from inside a callback. */
void bgp_connection_destroy(struct bgp_connection *connection);

/* Idle: begins to connect. */
void bgp_connection_start(struct bgp_connection *connection);
/* Idle: takes over an accepted socket, which it closes later. */
void bgp_connection_accept(struct bgp_connection *connection, int fd);
/* Ends it with this NOTIFICATION, if the peer has had our OPEN. */
void bgp_connection_stop(struct bgp_connection *connection,
			 const struct bgp_notification *notification);
/* It is broken, says somebody who knows: closes without a word. */
void bgp_connection_lose(struct bgp_connection *connection, const char *why);
/* Closes without a word, and leaves nothing of it behind. */
void bgp_connection_forget(struct bgp_connection *connection);
/* It lost against the neighbor's other connection (RFC 4271 6.8). */
void bgp_connection_lose_collision(struct bgp_connection *connection);
/* Leaves what comes in to the kernel for a while. Connected only. */
void bgp_connection_pause(struct bgp_connection *connection);
void bgp_connection_resume(struct bgp_connection *connection);
/* Tells a second connection that there is a session already; closes `fd`. */
void bgp_connection_turn_away(int fd);

/* True if the owner may send more UPDATEs now. */
bool bgp_connection_can_send(const struct bgp_connection *connection);
/*
 * Queues routes, in as many messages as it takes: announced, or withdrawn if
 * they have no attributes or cannot be announced. Each message is encoded once.
 * Returns how many there are. Established only, and so are the others below.
 */
size_t bgp_connection_send(const struct bgp_recipients *recipients,
			   const struct bgp_announcement *announcement);
/* Sends what was queued since the last time. */
void bgp_connection_flush(struct bgp_connection *connection);
void bgp_connection_send_end_of_rib(struct bgp_connection *connection,
				    enum bgp_family family);
/* Nothing is sent if the session has not agreed on it. */
void bgp_connection_send_refresh(struct bgp_connection *connection,
				 const struct bgp_route_refresh *refresh);

/* The peer has connected and not said yet who it is. */
bool bgp_connection_is_half_open(const struct bgp_connection *connection);
/* Our address on it. False if it is not connected. */
bool bgp_connection_local_address(const struct bgp_connection *connection,
				  struct address *address);

#endif
