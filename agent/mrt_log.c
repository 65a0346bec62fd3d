// SPDX-License-Identifier: BSD-2-Clause
/* Messages of neighbors in a file. See mrt_log.h. */

#include "mrt_log.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/mrt_message.h"
#include "bgp/session/speaker.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/record_file.h"

enum {
	LOOK_INTERVAL_S = 1,
};

struct mrt_log {
	struct record_file *file;
	struct event *timer;
	struct record_file_report logged; /* as of the last line of the log */
	uint8_t record[MRT_MESSAGE_SIZE + BGP_MAX_EXTENDED_MESSAGE];
};

/* ------------------------------------------------------------- losses */

static const char *why_lost(const struct record_file_report *report)
{
	return report->why_lost == -ENOBUFS ? "the disk is too slow" :
					      strerror(-report->why_lost);
}

/* Tell of records that were lost since the last time, or that it is over. */
static void on_look_at_losses(evutil_socket_t fd, short what, void *context)
{
	struct mrt_log *log = context;
	struct record_file_report now = record_file_report(log->file);
	uint64_t lost = now.lost - log->logged.lost;

	(void)fd, (void)what;
	if (lost)
		log_event(EVENT_RECORDS_LOST, NULL,
			  "%s: %" PRIu64 " records lost: %s",
			  record_file_path(log->file), lost, why_lost(&now));
	else if (log->logged.failing && !now.failing)
		log_event(EVENT_RECORDS_WRITTEN, NULL,
			  "%s: records are written again",
			  record_file_path(log->file));
	log->logged = now;
}

/* ------------------------------------------------------------- records */

static uint64_t wall_clock_us(void)
{
	return clock_read_ns(CLOCK_REALTIME) / CLOCK_NS_PER_US;
}

static struct mrt_session session_of(const struct bgp_connection *connection)
{
	const struct bgp_connection_options *options = &connection->options;
	const struct bgp_as_range *as = &options->neighbor->as;
	struct mrt_session session = {
		.peer_as = connection->negotiated.peer_as,
		.local_as = options->local_open.as,
		.ifindex = options->remote.ifindex,
		.peer = options->remote.address,
	};

	if (!session.peer_as && as->first == as->last)
		session.peer_as = as->first;
	bgp_connection_local_address(connection, &session.local);
	return session;
}

static void add_record(struct mrt_log *log, const struct writer *w)
{
	if (!w->failed)
		record_file_add(log->file, w->data, w->used);
}

static void add_message(struct mrt_log *log,
			const struct bgp_connection *connection,
			const struct mrt_message *message)
{
	const struct mrt_session session = session_of(connection);
	struct writer w = writer_of(log->record, sizeof(log->record));

	mrt_write_message(&w, wall_clock_us(), &session, message);
	add_record(log, &w);
}

void mrt_log_message(struct mrt_log *log,
		     const struct bgp_connection *connection,
		     const struct bgp_message *message)
{
	struct mrt_message record = {
		.type = message->type,
		.as4 = true,
		.body = message->body,
	};

	if (!log || message->type == BGP_KEEPALIVE)
		return;
	if (message->type == BGP_UPDATE) {
		record.as4 = connection->negotiated.as4;
		record.path_ids = mrt_update_has_path_ids(
			&connection->negotiated, message->body);
	}
	add_message(log, connection, &record);
}

static void add_state(struct mrt_log *log,
		      const struct bgp_connection *connection,
		      enum bgp_state before)
{
	const struct mrt_session session = session_of(connection);
	struct writer w = writer_of(log->record, sizeof(log->record));

	mrt_write_state(&w, wall_clock_us(), &session, before,
			connection->state);
	add_record(log, &w);
}

void mrt_log_state(struct mrt_log *log, const struct bgp_connection *connection,
		   enum bgp_state before)
{
	if (log)
		add_state(log, connection, before);
}

void mrt_log_sessions(struct mrt_log *log, const struct bgp_speaker *speaker)
{
	const struct bgp_neighbor *neighbor;

	if (!log)
		return;
	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		const struct bgp_connection *session = neighbor->session;
		struct mrt_message open = { .type = BGP_OPEN, .as4 = true };

		if (!session || !session->remote_open_size)
			continue;
		open.body = reader_of(session->remote_open_body,
				      session->remote_open_size);
		add_message(log, session, &open);
		add_state(log, session, BGP_STATE_OPEN_CONFIRM);
	}
}

/* ------------------------------------------------------------- the file */

int mrt_log_new(struct event_base *base, const char *path, struct mrt_log **out,
		char *error, size_t error_size)
{
	const struct timeval interval = { .tv_sec = LOOK_INTERVAL_S };
	char why[RECORD_FILE_ERROR_SIZE] = "out of memory";
	struct mrt_log *log = calloc(1, sizeof(*log));
	int code = -ENOMEM;

	if (log)
		log->timer =
			event_new(base, -1, EV_PERSIST, on_look_at_losses, log);
	if (log && log->timer)
		code = record_file_new(path, &log->file, why);
	if (code) {
		snprintf(error, error_size, "--mrt: %s", why);
		mrt_log_free(log);
		return code;
	}
	event_add(log->timer, &interval);
	*out = log;
	return 0;
}

void mrt_log_free(struct mrt_log *log)
{
	if (!log)
		return;
	if (log->timer)
		event_free(log->timer);
	record_file_free(log->file);
	free(log);
}

struct record_file *mrt_log_file(const struct mrt_log *log)
{
	return log ? log->file : NULL;
}

void mrt_log_reopen(struct mrt_log *log, const struct bgp_speaker *speaker)
{
	char why[RECORD_FILE_ERROR_SIZE];

	if (!log)
		return;
	if (record_file_reopen(log->file, why))
		log_event(EVENT_RECORDS_NOT_REOPENED, NULL,
			  "not opened again: %s; the old file is in use", why);
	else
		mrt_log_sessions(log, speaker);
}
