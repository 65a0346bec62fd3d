// SPDX-License-Identifier: BSD-2-Clause
/* Windows of messages. See log_limit.h. */

#include "core/log_limit.h"

#include <stdio.h>
#include <string.h>

enum {
	MS_PER_S = 1000,
};

void log_limit_init(struct log_limit *limit,
		    const struct keyed_hash_secret *secret)
{
	limit->secret = *secret;
	limit->open_count = 0;
	limit->never_used = 0;
	TAILQ_INIT(&limit->open);
	TAILQ_INIT(&limit->free);
	for (size_t i = 0; i < LOG_LIMIT_WINDOWS; i++)
		LIST_INIT(&limit->chains[i]);
}

static uint64_t key_of_object(const struct log_limit *limit,
			      const struct log_limit_message *message)
{
	const char *end = strstr(message->text, ": ");
	struct {
		uint64_t kind, object;
	} key = { .kind = (uintptr_t)message->kind };
	size_t size = end ? (size_t)(end - message->text) : 0;

	if (message->is_step)
		size = strlen(message->text);
	if (message->about)
		key.object = keyed_hash(&limit->secret, message->about,
					sizeof(*message->about));
	else
		key.object = keyed_hash(&limit->secret, message->text, size);
	return keyed_hash(&limit->secret, &key, sizeof(key));
}

static uint64_t key_of_kind(const struct log_limit *limit,
			    const struct log_limit_message *message)
{
	return keyed_hash(&limit->secret, &message->kind,
			  sizeof(message->kind));
}

static struct log_limit_chain *chain_of_key(struct log_limit *limit,
					    uint64_t key)
{
	return &limit->chains[key % LOG_LIMIT_WINDOWS];
}

static struct log_limit_window *find_window(struct log_limit *limit,
					    uint64_t key)
{
	struct log_limit_window *window;

	LIST_FOREACH(window, chain_of_key(limit, key), chain)
		if (window->key == key)
			return window;
	return NULL;
}

static struct log_limit_window *take_window(struct log_limit *limit)
{
	struct log_limit_window *window = TAILQ_FIRST(&limit->free);

	if (window)
		TAILQ_REMOVE(&limit->free, window, by_start);
	else if (limit->never_used < LOG_LIMIT_WINDOWS)
		window = &limit->windows[limit->never_used++];
	return window;
}

/* Return NULL if all windows are open. */
static struct log_limit_window *open_window(struct log_limit *limit,
					    uint64_t key, uint32_t allowed,
					    uint64_t now_ms)
{
	bool is_kind = allowed == LOG_LIMIT_KIND_BURST;
	size_t reserved = is_kind ? 0 : LOG_LIMIT_KINDS;
	struct log_limit_window *window = NULL;

	if (limit->open_count < LOG_LIMIT_WINDOWS - reserved)
		window = take_window(limit);
	if (!window)
		return NULL;
	window->key = key;
	window->start_ms = now_ms;
	window->allowed = allowed;
	window->held = 0;
	window->is_kind = is_kind;
	window->is_step = false;
	LIST_INSERT_HEAD(chain_of_key(limit, key), window, chain);
	TAILQ_INSERT_TAIL(&limit->open, window, by_start);
	limit->open_count++;
	return window;
}

static void renew_window(struct log_limit *limit,
			 struct log_limit_window *window, uint32_t allowed,
			 uint64_t now_ms)
{
	TAILQ_REMOVE(&limit->open, window, by_start);
	window->start_ms = now_ms;
	window->allowed = allowed;
	window->held = 0;
	TAILQ_INSERT_TAIL(&limit->open, window, by_start);
}

static void hold_message(struct log_limit_window *window,
			 const struct log_limit_message *message)
{
	window->held++;
	window->level = message->level;
	window->subsystem = message->subsystem;
	window->event = message->event;
	if (message->about)
		window->about = *message->about;
	else
		event_about_set(&window->about, NULL);
	snprintf(window->text, sizeof(window->text), "%s", message->text);
}

/* True, and one is used, if the window allows another message. */
static bool window_allows(struct log_limit_window *window,
			  const struct log_limit_message *message)
{
	if (!window)
		return true;
	if (!window->allowed) {
		hold_message(window, message);
		return false;
	}
	window->allowed--;
	return true;
}

/*
 * The object comes first: what it floods does not count against its kind. An
 * object without room for a window has the limit of its kind only.
 */
bool log_limit_admit(struct log_limit *limit,
		     const struct log_limit_message *message, uint64_t now_ms)
{
	uint64_t object_key = key_of_object(limit, message);
	uint64_t kind_key = key_of_kind(limit, message);
	struct log_limit_window *object = find_window(limit, object_key);
	struct log_limit_window *kind = find_window(limit, kind_key);

	if (object && !object->allowed)
		return window_allows(object, message);
	if (!kind)
		kind = open_window(limit, kind_key, LOG_LIMIT_KIND_BURST,
				   now_ms);
	if (kind)
		kind->is_step = message->is_step;
	if (!window_allows(kind, message))
		return false;
	if (!object)
		object = open_window(limit, object_key,
				     message->is_step ? LOG_LIMIT_STEP_BURST :
							LOG_LIMIT_BURST,
				     now_ms);
	return window_allows(object, message);
}

static void close_window(struct log_limit *limit,
			 struct log_limit_window *window)
{
	TAILQ_REMOVE(&limit->open, window, by_start);
	LIST_REMOVE(window, chain);
	TAILQ_INSERT_HEAD(&limit->free, window, by_start);
	limit->open_count--;
}

static void summarize_window(const struct log_limit_window *window,
			     uint64_t now_ms, struct log_limit_summary *summary)
{
	uint64_t seconds =
		(now_ms - window->start_ms + MS_PER_S - 1) / MS_PER_S;

	summary->level = window->level;
	summary->subsystem = window->subsystem;
	summary->event = window->event;
	summary->about = window->about;
	if (window->held == 1)
		snprintf(summary->text, sizeof(summary->text), "%s",
			 window->text);
	else
		snprintf(summary->text, sizeof(summary->text),
			 "%s (and %u more%s in %u s)", window->text,
			 window->held - 1, window->is_kind ? " like it" : "",
			 (unsigned int)seconds);
}

/* Return how many messages the window may write when its time is over. */
static uint32_t next_allowance(const struct log_limit_window *window)
{
	if (!window->is_kind)
		return 0;
	if (window->is_step)
		return LOG_LIMIT_KIND_STEADY;
	return window->allowed < LOG_LIMIT_KIND_BURST - LOG_LIMIT_KIND_STEADY ?
		       window->allowed + LOG_LIMIT_KIND_STEADY :
		       LOG_LIMIT_KIND_BURST;
}

/* A kind remembers what it wrote until it has all of its messages again. */
static bool has_ended(const struct log_limit_window *window)
{
	if (window->held)
		return false;
	return !window->is_kind || window->is_step ||
	       next_allowance(window) == LOG_LIMIT_KIND_BURST;
}

bool log_limit_next_summary(struct log_limit *limit, uint64_t now_ms,
			    struct log_limit_summary *summary)
{
	struct log_limit_window *window;

	while ((window = TAILQ_FIRST(&limit->open)) &&
	       now_ms - window->start_ms >= LOG_LIMIT_WINDOW_MS) {
		bool held = window->held;

		if (has_ended(window)) {
			close_window(limit, window);
			continue;
		}
		if (held)
			summarize_window(window, now_ms, summary);
		renew_window(limit, window, next_allowance(window), now_ms);
		if (held)
			return true;
	}
	return false;
}

bool log_limit_last_summary(struct log_limit *limit, uint64_t now_ms,
			    struct log_limit_summary *summary)
{
	struct log_limit_window *window;

	while ((window = TAILQ_FIRST(&limit->open))) {
		bool held = window->held;

		if (held)
			summarize_window(window, now_ms, summary);
		close_window(limit, window);
		if (held)
			return true;
	}
	return false;
}

uint64_t log_limit_due_ms(const struct log_limit *limit)
{
	const struct log_limit_window *window = TAILQ_FIRST(&limit->open);

	return window ? window->start_ms + LOG_LIMIT_WINDOW_MS :
			LOG_LIMIT_NEVER;
}
