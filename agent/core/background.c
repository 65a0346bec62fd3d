// SPDX-License-Identifier: BSD-2-Clause
/* A thread for what may take long. See background.h. */

#include "core/background.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct background {
	struct background_hooks hooks;
	pthread_t thread;
	bool has_thread;
	bool busy;	      /* of the event loop alone */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;  /* the thread: there is something to do */
	pthread_cond_t heard; /* the caller: the thread runs */
	bool runs, wanted, ending;
	int fd; /* eventfd: work() has returned */
	struct event *event;
};

/* Wait for the next call. False: there will be none. */
static bool wait_for_call(struct background *background)
{
	bool ending;

	pthread_mutex_lock(&background->lock);
	while (!background->wanted && !background->ending)
		pthread_cond_wait(&background->wake, &background->lock);
	background->wanted = false;
	ending = background->ending;
	pthread_mutex_unlock(&background->lock);
	return !ending;
}

static void *run_background(void *context)
{
	struct background *background = context;
	const uint64_t one = 1;

	pthread_mutex_lock(&background->lock);
	background->runs = true;
	pthread_cond_signal(&background->heard);
	pthread_mutex_unlock(&background->lock);
	while (wait_for_call(background)) {
		background->hooks.work(background->hooks.context);
		/* The counter of an eventfd has room for it. */
		(void)!write(background->fd, &one, sizeof(one));
	}
	return NULL;
}

static void on_work_done(evutil_socket_t fd, short what, void *context)
{
	struct background *background = context;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		return;
	background->busy = false;
	background->hooks.done(background->hooks.context);
}

/*
 * Start the thread and return when it runs: by then it has made the system calls of
 * a thread's start, which a filter need not allow. It takes no signals but that of a
 * refused system call.
 */
static bool start_thread(struct background *background)
{
	sigset_t all, before;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	background->has_thread = !pthread_create(&background->thread, NULL,
						 run_background, background);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_mutex_lock(&background->lock);
	while (background->has_thread && !background->runs)
		pthread_cond_wait(&background->heard, &background->lock);
	pthread_mutex_unlock(&background->lock);
	return background->has_thread;
}

struct background *background_new(struct event_base *base,
				  const struct background_hooks *hooks)
{
	struct background *background = calloc(1, sizeof(*background));

	if (!background)
		return NULL;
	background->hooks = *hooks;
	pthread_mutex_init(&background->lock, NULL);
	pthread_cond_init(&background->wake, NULL);
	pthread_cond_init(&background->heard, NULL);
	background->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	background->event = event_new(base, background->fd,
				      EV_READ | EV_PERSIST, on_work_done,
				      background);
	if (background->fd < 0 || !background->event ||
	    event_add(background->event, NULL) || !start_thread(background)) {
		background_free(background);
		return NULL;
	}
	return background;
}

static void tell_thread(struct background *background, bool *what)
{
	pthread_mutex_lock(&background->lock);
	*what = true;
	pthread_cond_signal(&background->wake);
	pthread_mutex_unlock(&background->lock);
}

bool background_start(struct background *background)
{
	if (background->busy)
		return false;
	background->busy = true;
	tell_thread(background, &background->wanted);
	return true;
}

bool background_is_busy(const struct background *background)
{
	return background->busy;
}

void background_free(struct background *background)
{
	if (!background)
		return;
	if (background->has_thread) {
		tell_thread(background, &background->ending);
		pthread_join(background->thread, NULL);
	}
	if (background->event)
		event_free(background->event);
	if (background->fd >= 0)
		close(background->fd);
	pthread_cond_destroy(&background->wake);
	pthread_cond_destroy(&background->heard);
	pthread_mutex_destroy(&background->lock);
	free(background);
}
