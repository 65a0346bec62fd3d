/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LOG_JOURNAL_H
#define CORE_LOG_JOURNAL_H

/*
 * Lines on their way to systemd's journal, with the objects of an event as fields:
 * one datagram of NAME=VALUE lines, as systemd's page "Native Journal Protocol"
 * has it. The agent may not wait for the journal, as sd_journal_sendv(3) does when
 * its queue is full, so these few lines are written here.
 */

#include <stdbool.h>

#include "core/event.h"

#define LOG_JOURNAL_SOCKET "/run/systemd/journal/socket"

struct log_journal {
	int fd; /* -1: none */
};

/* A line. Texts hold no line ends. */
struct log_journal_entry {
	enum log_level level;
	const char *subsystem;
	const char *message;
	const char *event; /* NULL: none */
	const struct event_about *about;
	const char *name; /* of the server; NULL: none */
};

/* Return the priority of syslog(3) for a level. */
int log_priority(enum log_level level);
/*
 * True if stderr is the journal's stream: the service manager names its device and
 * inode in JOURNAL_STREAM.
 */
bool log_journal_is_stderr(void);
/* Open a socket to the journal. Returns 0 or -errno. */
int log_journal_open(struct log_journal *journal);
/*
 * Send one entry to the socket at `path`. False if the journal does not take it
 * now, or is not there.
 */
bool log_journal_send(const struct log_journal *journal, const char *path,
		      const struct log_journal_entry *entry);

#endif
