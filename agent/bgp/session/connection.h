/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_CONNECTION_H
#define BGP_CONNECTION_H

/*
 * One TCP connection of a neighbor. It turns messages (stream.h) and timers
 * into events of the state machine (fsm.h) and carries out the actions of the
 * transition. Writing never blocks: bytes that the socket does not take wait in
 * a buffer, and the owner adds UPDATEs only while the buffer is short.
 *
 *	connection.c		life, timers, actions
 *	connection_input.c	received messages
 *	connection_output.c	messages to send
 *
 * A connection is part of its neighbor and is used again after it was closed;
 * it is never freed inside one of its own callbacks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/fsm.h"
#include "bgp/codec/message.h"
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
struct work_queue;

/* The side that ended a connection by a NOTIFICATION. */
enum bgp_direction {
	BGP_DIRECTION_NONE, /* no NOTIFICATION: the connection broke */
	BGP_DIRECTION_SENT,
	BGP_DIRECTION_RECEIVED,
	BGP_DIRECTION_COUNT,
};

/* The error that ended a connection; valid during the callback. */
struct bgp_connection_error {
	enum bgp_direction direction;
	uint8_t code; /* of the NOTIFICATION; 0: none */
	uint8_t subcode;
	const char *text;
};

/* Counters of a neighbor, over all its connections. */
struct bgp_counters {
	uint64_t received[BGP_MESSAGE_TYPE_COUNT];
	uint64_t sent[BGP_MESSAGE_TYPE_COUNT];
	uint64_t verdicts[BGP_VERDICT_COUNT]; /* on UPDATEs */
	uint64_t foreign; /* UPDATEs with routes of another family */
};

/* Events of a connection, for the neighbor that owns it. */
struct bgp_connection_handler {
	/*
	 * Decide whether to accept the peer's OPEN. On false `error` is the
	 * NOTIFICATION to send.
	 */
	bool (*check_open)(struct bgp_connection *connection,
			   struct bgp_notification *error);
	/*
	 * Decide whether the connection loses against the neighbor's other one.
	 * The peer's OPEN is accepted, but not answered yet.
	 */
	bool (*loses_collision)(struct bgp_connection *connection);
	/* A whole message has come in, and is processed next. */
	void (*message)(struct bgp_connection *connection,
			const struct bgp_message *message);
	void (*state_changed)(struct bgp_connection *connection,
			      enum bgp_state before);
	/* An UPDATE is on its way to the peer. */
	void (*update_sent)(struct bgp_connection *connection,
			    const struct writer *message);
	void (*session_up)(struct bgp_connection *connection);
	void (*session_down)(struct bgp_connection *connection);
	/*
	 * An UPDATE has an error, or routes of a family that the session has
	 * not; `update` or `error` follows by its verdict.
	 */
	void (*update_error)(struct bgp_connection *connection,
			     const struct bgp_update *update);
	/*
	 * Process an UPDATE; `update->error.verdict` is below
	 * BGP_VERDICT_RESET. Return 0 or -ENOMEM, which ends the session.
	 */
	int (*update)(struct bgp_connection *connection,
		      const struct bgp_update *update);
	void (*route_refresh)(struct bgp_connection *connection,
			      const struct bgp_route_refresh *refresh);
	/* The buffer has room for more UPDATEs. Established only. */
	void (*send_ready)(struct bgp_connection *connection);
	/* An error ends the connection; `closed` follows. */
	void (*error)(struct bgp_connection *connection,
		      const struct bgp_connection_error *error);
	/* The connection is closed: in Idle, or in Active to try again. */
	void (*closed)(struct bgp_connection *connection);
};

/* Parameters that stay the same when a connection is used again. */
struct bgp_connection_options {
	struct event_base *base;
	struct work_queue *work; /* input waits in it */
	const struct bgp_connection_handler *handler;
	void *owner;
	bool incoming;
	const struct bgp_neighbor_options *neighbor; /* must outlive it */
	struct bgp_counters *counters;		     /* must outlive it */
	struct bgp_scratch *scratch; /* shared by all connections */
	struct bgp_endpoint remote;
	struct bgp_distance distance;
	uint16_t open_deadline;	    /* seconds to wait for the peer's OPEN */
	struct bgp_open local_open; /* the OPEN that we send */
	bool confederation;	    /* copied to the negotiated parameters */
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
	uint8_t *remote_open_body;	  /* as it came, for a handover */
	size_t remote_open_size;	  /* 0: none, or no memory for it */
	struct bgp_negotiated negotiated; /* from OpenConfirm on */
	/* Families that an error took off the session: enum bgp_family_bits. */
	uint32_t disabled_families;
	const char *disabled_reason; /* the last error; static text */
	struct bgp_notification
		notification;	 /* sent with the next event that needs one */
	struct reader message;	 /* body of the current message */
	uint8_t message_type;	 /* enum bgp_message_type of it */
	bool last_try;		 /* do not dial again after a failure */
	bool flush_due;		 /* bgp_connection_flush() is due */
	uint64_t steps_since_ms; /* begin of the time for which these count */
	uint32_t steps;		 /* logged; 0 again in Established */
};

/* Connections that are sent the same UPDATEs. */
struct bgp_recipients {
	/* Equal for all: the result of bgp_negotiated_for_updates(). */
	const struct bgp_negotiated *negotiated;
	struct bgp_connection *const *connections;
	size_t count;
	uint8_t *message; /* room for BGP_MAX_EXTENDED_MESSAGE bytes */
};

/* Routes that share one announcement or withdrawal. */
struct bgp_announcement {
	const struct bgp_attributes *attributes; /* NULL: withdraw */
	const struct bgp_path_key *routes;
	size_t count;
};

/* Return 0 or -ENOMEM. bgp_connection_destroy() is legal in both cases. */
int bgp_connection_init(struct bgp_connection *connection,
			const struct bgp_connection_options *options);
/* Close without a NOTIFICATION. Not from inside a callback. */
void bgp_connection_destroy(struct bgp_connection *connection);

/* Begin to connect. Idle only. */
void bgp_connection_start(struct bgp_connection *connection);
/* Take over an accepted socket. Idle only. */
void bgp_connection_accept(struct bgp_connection *connection, int fd);
/* End the connection, with this NOTIFICATION if we have sent our OPEN. */
void bgp_connection_stop(struct bgp_connection *connection,
			 const struct bgp_notification *notification);
/* Close a broken connection without a NOTIFICATION; `reason` is reported. */
void bgp_connection_fail(struct bgp_connection *connection, const char *reason);
/* Close without a NOTIFICATION and reset the TCP connection. */
void bgp_connection_abort(struct bgp_connection *connection);
/* End a connection that lost a collision (RFC 4271 6.8). */
void bgp_connection_lose_collision(struct bgp_connection *connection);
/*
 * With a hold time, let the kernel keep the connection of a peer that does not
 * read for as long as the send hold timer does (RFC 9687). Established only.
 */
void bgp_connection_set_timeout(struct bgp_connection *connection);
/*
 * Ask whether the peer is there still: a KEEPALIVE, which its host has to
 * acknowledge. bgp_connection_is_answered() then tells for this time.
 */
void bgp_connection_ask(struct bgp_connection *connection);
bool bgp_connection_is_answered(const struct bgp_connection *connection,
				uint32_t milliseconds);
/* Stop and resume reading; input waits in the kernel. Connected only. */
void bgp_connection_pause(struct bgp_connection *connection);
void bgp_connection_resume(struct bgp_connection *connection);
/* Send a NOTIFICATION Cease on a socket and close it. */
void bgp_connection_dismiss(int fd, enum bgp_cease_subcode subcode);
/* Refuse a second connection while a session is up; closes `fd`. */
void bgp_connection_refuse(int fd);

/* True if the owner may send more UPDATEs now. */
bool bgp_connection_can_send(const struct bgp_connection *connection);
/*
 * Queue an announcement for all recipients, in as many messages as needed.
 * Routes without attributes, and routes that cannot be announced, are
 * withdrawn. Each message is encoded once. Return the number of messages. This
 * function and those below are for Established only.
 */
size_t bgp_connection_send(const struct bgp_recipients *recipients,
			   const struct bgp_announcement *announcement);
/* Send the queued messages. */
void bgp_connection_flush(struct bgp_connection *connection);
void bgp_connection_send_end_of_rib(struct bgp_connection *connection,
				    enum bgp_family family);
/* Send a ROUTE-REFRESH, unless the session did not negotiate it. */
void bgp_connection_send_refresh(struct bgp_connection *connection,
				 const struct bgp_route_refresh *refresh);
/* Ask for all Flow Specifications again, if the session can be asked. */
void bgp_connection_ask_flowspecs(struct bgp_connection *connection);

/* True if the peer has connected but not sent a good OPEN yet. */
bool bgp_connection_is_half_open(const struct bgp_connection *connection);
/* Get our address on the connection. False if it is not connected. */
bool bgp_connection_local_address(const struct bgp_connection *connection,
				  struct address *address);

#endif
