/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LOG_LIMIT_H
#define CORE_LOG_LIMIT_H

/*
 * How often one event is logged. Pure.
 *
 * A message has a kind, its format, and an object: those of its event or, without
 * any, the text before its first ": ". Each kind of each object
 * may write LOG_LIMIT_BURST messages in a window of 10 s. Later ones are
 * counted, and the last of them is written at the end of the window, with their
 * number. As long as it goes on, that is one line in 10 s. So an object that
 * floods the log takes nothing away from another one, and the last state of
 * each is always told.
 *
 * Debug lines show steps, and their reader wants all of them. So lines of one
 * kind are the same only if their text is, and LOG_LIMIT_STEP_BURST of them may
 * be written in a window.
 *
 * An attacker may have any number of addresses. So all objects of a kind
 * together have a limit, too. It is higher than the number of next hops, which
 * may all die at once; used up, it grows again by LOG_LIMIT_KIND_STEADY in each
 * window, so floods with pauses write no more than one that never ends.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/event.h"
#include "core/keyed_hash.h"

enum log_limit_sizes {
	LOG_LIMIT_WINDOW_MS = 10000,
	LOG_LIMIT_BURST = 10,
	LOG_LIMIT_STEP_BURST = 1000,
	LOG_LIMIT_KIND_BURST = 5000,
	LOG_LIMIT_KIND_STEADY = 100, /* more for a kind in each window */
	LOG_LIMIT_KINDS = 256,	     /* windows that objects leave to kinds */
	LOG_LIMIT_WINDOWS = 4096,    /* with those of kinds, a power of two */
	LOG_LIMIT_TEXT_SIZE = 192,
};

static const uint64_t LOG_LIMIT_NEVER = UINT64_MAX;

struct log_limit_message {
	const char *kind; /* the format, compared by its address */
	const char *subsystem;
	int level;
	const char *text;
	enum event_kind event;
	const struct event_about *about; /* NULL: none */
	bool is_step; /* the whole text is the object, and comes often */
};

/* A window, of one object or of a kind; log_limit.c alone changes it. */
struct log_limit_window {
	uint64_t key;
	uint64_t start_ms;
	uint32_t allowed; /* messages left to write */
	uint32_t held;	  /* messages not written */
	bool is_kind;
	bool is_step;			/* a kind of debug lines */
	int level;			/* of the last message that was held */
	const char *subsystem;		/* likewise */
	enum event_kind event;		/* likewise */
	struct event_about about;	/* likewise */
	char text[LOG_LIMIT_TEXT_SIZE]; /* likewise, cut */
	TAILQ_ENTRY(log_limit_window) by_start;
	LIST_ENTRY(log_limit_window) chain;
};

TAILQ_HEAD(log_limit_queue, log_limit_window);
LIST_HEAD(log_limit_chain, log_limit_window);

struct log_limit {
	struct keyed_hash_secret secret;
	struct log_limit_queue open; /* the oldest first */
	struct log_limit_queue free;
	size_t open_count;
	size_t never_used; /* index of the first window not used so far */
	struct log_limit_chain chains[LOG_LIMIT_WINDOWS];
	struct log_limit_window windows[LOG_LIMIT_WINDOWS];
};

/* The end of a window in which messages were held. */
struct log_limit_summary {
	int level;
	const char *subsystem;
	enum event_kind event;
	struct event_about about;
	char text[LOG_LIMIT_TEXT_SIZE + 64];
};

/* `secret` keeps objects, which peers choose, from sharing a window. */
void log_limit_init(struct log_limit *limit,
		    const struct keyed_hash_secret *secret);
/*
 * True if the message is to be written now. Call log_limit_next_summary()
 * before, until it returns false.
 */
bool log_limit_admit(struct log_limit *limit,
		     const struct log_limit_message *message, uint64_t now_ms);
/*
 * Close the windows that have ended. True if messages were held in one: write
 * the summary and call again.
 */
bool log_limit_next_summary(struct log_limit *limit, uint64_t now_ms,
			    struct log_limit_summary *summary);
/* The same for a window that has not ended, at the end of the process. */
bool log_limit_last_summary(struct log_limit *limit, uint64_t now_ms,
			    struct log_limit_summary *summary);
/* Return the time at which a window ends, or LOG_LIMIT_NEVER. */
uint64_t log_limit_due_ms(const struct log_limit *limit);

#endif
