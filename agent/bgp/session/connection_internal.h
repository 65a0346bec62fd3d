/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_CONNECTION_INTERNAL_H
#define BGP_CONNECTION_INTERNAL_H

/* What the files of a connection share. See connection.h. */

#include "bgp/session/connection.h"

/* Takes the event to the state machine and carries out what it answers. */
void bgp_connection_handle(struct bgp_connection *connection,
			   enum bgp_event event);
void bgp_connection_report(struct bgp_connection *connection,
			   enum bgp_direction direction,
			   const struct bgp_notification *notification,
			   const char *text);
/* Starts the send hold timer, anew if it is running. */
void bgp_connection_start_send_hold(struct bgp_connection *connection);

/* connection_input.c */
extern const struct bgp_stream_callbacks bgp_connection_input;
/* Processes connection->message. */
void bgp_connection_process_update(struct bgp_connection *connection);
void bgp_connection_process_refresh(struct bgp_connection *connection);

/* connection_output.c */
void bgp_connection_send_open(struct bgp_connection *connection);
void bgp_connection_send_keepalive(struct bgp_connection *connection);
/* The error that the transition names, or else the one that was given. */
void bgp_connection_send_notification(struct bgp_connection *connection,
				      const struct bgp_transition *transition);

#endif
