// SPDX-License-Identifier: BSD-2-Clause
/* Accepting, with pauses. See acceptor.h. */

#include "core/acceptor.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/work_queue.h"

struct acceptor {
	struct work_queue *queue;
	struct work work; /* to accept what waits */
	struct event *readable;
	struct event *pause;
	const char *name;
	acceptor_take_fn *take;
	void *context;
	bool is_short; /* of descriptors or memory, and this is logged */
};

static bool is_shortage(int code)
{
	return code == -EMFILE || code == -ENFILE || code == -ENOBUFS ||
	       code == -ENOMEM;
}

static void pause_accepting(struct acceptor *acceptor, int code)
{
	const struct timeval pause = clock_timeval_of_ms(ACCEPTOR_PAUSE_MS);

	if (!acceptor->is_short)
		log_event(EVENT_ACCEPT_PAUSED, NULL,
			  "%s: new connections wait: %s; close connections, "
			  "or raise the limit of open files",
			  acceptor->name, strerror(-code));
	acceptor->is_short = true;
	event_del(acceptor->readable);
	event_add(acceptor->pause, &pause);
}

static void accept_waiting(void *context)
{
	struct acceptor *acceptor = context;
	int listener = event_get_fd(acceptor->readable), code;

	for (int i = 0; i < ACCEPTOR_PER_TURN; i++) {
		code = acceptor->take(listener, acceptor->context);
		if (is_shortage(code)) {
			pause_accepting(acceptor, code);
			return;
		}
		if (code == -EAGAIN)
			return;
		/* Another error is of a connection that has gone. */
		if (!code && acceptor->is_short)
			log_event(EVENT_ACCEPT_RESUMED, NULL,
				  "%s: connections are accepted again",
				  acceptor->name);
		if (!code)
			acceptor->is_short = false;
	}
}

static void on_acceptor_readable(evutil_socket_t fd, short what, void *context)
{
	struct acceptor *acceptor = context;

	(void)fd, (void)what;
	if (acceptor->queue)
		work_queue_add(acceptor->queue, &acceptor->work);
	else
		accept_waiting(acceptor);
}

static void on_pause_end(evutil_socket_t fd, short what, void *context)
{
	struct acceptor *acceptor = context;

	(void)fd, (void)what;
	event_add(acceptor->readable, NULL);
}

struct acceptor *acceptor_new(struct event_base *base, struct work_queue *queue,
			      int listener, const char *name,
			      acceptor_take_fn *take, void *context)
{
	struct acceptor *acceptor = calloc(1, sizeof(*acceptor));

	if (!acceptor)
		return NULL;
	acceptor->queue = queue;
	acceptor->work = (struct work){ .run = accept_waiting,
					.context = acceptor,
					.name = "new connections" };
	acceptor->name = name;
	acceptor->take = take;
	acceptor->context = context;
	acceptor->readable = event_new(base, listener, EV_READ | EV_PERSIST,
				       on_acceptor_readable, acceptor);
	acceptor->pause = evtimer_new(base, on_pause_end, acceptor);
	if (acceptor->readable && acceptor->pause &&
	    !event_add(acceptor->readable, NULL))
		return acceptor;
	if (acceptor->readable)
		event_free(acceptor->readable);
	if (acceptor->pause)
		event_free(acceptor->pause);
	free(acceptor);
	return NULL;
}

int acceptor_fd(const struct acceptor *acceptor)
{
	return event_get_fd(acceptor->readable);
}

void acceptor_hold(struct acceptor *acceptor, bool hold)
{
	event_del(acceptor->pause);
	if (hold && acceptor->queue)
		work_queue_remove(acceptor->queue, &acceptor->work);
	if (hold)
		event_del(acceptor->readable);
	else
		event_add(acceptor->readable, NULL);
}

void acceptor_free(struct acceptor *acceptor)
{
	if (!acceptor)
		return;
	if (acceptor->queue)
		work_queue_remove(acceptor->queue, &acceptor->work);
	close(event_get_fd(acceptor->readable));
	event_free(acceptor->readable);
	event_free(acceptor->pause);
	free(acceptor);
}
