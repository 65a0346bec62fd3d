/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_BACKGROUND_H
#define CORE_BACKGROUND_H

/*
 * Questions to the kernel that may take long, asked by a thread. The kernel answers
 * many questions about interfaces under one lock, which other processes and drivers
 * hold for up to seconds; meanwhile the event loop goes on.
 *
 * The thread and the event loop share what the hooks work on, and take turns: the
 * thread from background_start() to done(), the loop else.
 */

#include <stdbool.h>

struct background;
struct event_base;

struct background_hooks {
	void (*work)(void *context); /* in the thread; it does not log */
	void (*done)(void *context); /* then, in the event loop */
	void *context;
};

/*
 * Make the thread, before system calls are filtered. `hooks` is copied. NULL: out of
 * memory or of descriptors. The caller frees with background_free().
 */
struct background *background_new(struct event_base *base,
				  const struct background_hooks *hooks);
/* Have work() called once. False: it is under way. */
bool background_start(struct background *background);
bool background_is_busy(const struct background *background);
/* Wait for work() to end; done() is not called any more. NULL is legal. */
void background_free(struct background *background);

#endif
