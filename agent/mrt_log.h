/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MRT_LOG_H
#define MRT_LOG_H

/*
 * The file of --mrt: each message that a neighbor sends but KEEPALIVEs, and each
 * change of a connection's state, as bgp/codec/mrt_message.h writes them. A file
 * that is opened while sessions are up begins with the OPEN of each, so that it can
 * be read without the one before. The disk never holds the agent:
 * core/record_file.h.
 */

#include "bgp/session/connection.h"

struct bgp_speaker;
struct event_base;
struct mrt_log;
struct record_file;

/* Returns 0, or -errno with `error`. The caller frees with mrt_log_free(). */
int mrt_log_new(struct event_base *base, const char *path, struct mrt_log **log,
		char *error, size_t error_size);
/* All of these take a log of NULL, and do nothing. */
void mrt_log_free(struct mrt_log *log);
/* Return what is written, and what is lost, or NULL. */
struct record_file *mrt_log_file(const struct mrt_log *log);
void mrt_log_message(struct mrt_log *log,
		     const struct bgp_connection *connection,
		     const struct bgp_message *message);
void mrt_log_state(struct mrt_log *log, const struct bgp_connection *connection,
		   enum bgp_state before);
/* Add the OPENs of all sessions that are up. */
void mrt_log_sessions(struct mrt_log *log, const struct bgp_speaker *speaker);
/* Open the file again. An error is logged, and the old one stays in use. */
void mrt_log_reopen(struct mrt_log *log, const struct bgp_speaker *speaker);

#endif
