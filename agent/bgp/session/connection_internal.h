/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_CONNECTION_INTERNAL_H
#define BGP_CONNECTION_INTERNAL_H

/* Functions shared by the files of a connection. See connection.h. */

#include "bgp/session/connection.h"

/* Let the state machine handle an event, and carry out its actions. */
void bgp_connection_handle(struct bgp_connection *connection,
			   enum bgp_event event);
void bgp_connection_report(struct bgp_connection *connection,
			   enum bgp_direction direction,
			   const struct bgp_notification *notification,
			   const char *text);
/* Derive the parameters of the session from both OPENs. */
void bgp_connection_negotiate(struct bgp_connection *connection);
/* Start the hold timer and the keepalive timer, if the session has a hold time. */
void bgp_connection_start_timers(struct bgp_connection *connection);
/* Start the send hold timer, or restart it. */
void bgp_connection_start_send_hold(struct bgp_connection *connection);

/* connection_input.c */
extern const struct bgp_stream_callbacks bgp_connection_input;
/* Process connection->message. */
void bgp_connection_process_update(struct bgp_connection *connection);
void bgp_connection_process_refresh(struct bgp_connection *connection);

/* connection_output.c */
void bgp_connection_send_open(struct bgp_connection *connection);
void bgp_connection_send_keepalive(struct bgp_connection *connection);
/*
 * Send the error of the transition, or else the one that came with the event.
 */
void bgp_connection_send_notification(struct bgp_connection *connection,
				      const struct bgp_transition *transition);

#endif
