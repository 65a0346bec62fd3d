// SPDX-License-Identifier: BSD-2-Clause
/*
 * The life of a handover at the agent that leaves: freeze, write what
 * handover_story.c tells, then leave or go on. See handover_give.h.
 */

#include "handover_give.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/session/handover.h"
#include "bmp.h"
#include "core/clock.h"
#include "core/log.h"
#include "handover_story.h"
#include "mrt_log.h"
#include "nexthop/tracker_handover.h"
#include "wiring.h"

enum {
	/* Sessions are sealed meanwhile: not for long. */
	NAMING_TRIES = 10,
	NAMING_INTERVAL_MS = 100,
};

static const char other_has_gone[] = "the other agent has gone";

struct handover_give {
	int fd;
	struct event *readable, *writable, *deadline, *naming;
	struct handover_story story;
	size_t sent;	    /* bytes of the story's piece */
	unsigned int tries; /* to name the successor to the service manager */
};

bool handover_is_giving(const struct agent *agent)
{
	return agent->give;
}

/* ------------------------------------------------------------- the end */

static void free_give_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void give_free(struct handover_give *give)
{
	free_give_event(give->readable);
	free_give_event(give->writable);
	free_give_event(give->deadline);
	free_give_event(give->naming);
	if (give->fd >= 0)
		close(give->fd);
	handover_story_release(&give->story);
	free(give);
}

/* The other end waits for nothing else, so there is room for the answer. */
static void answer_other(int fd, enum handover_type type)
{
	uint8_t bytes[HANDOVER_HEADER_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	ssize_t sent;

	handover_record_end(&w, handover_record_begin(&w, type));
	sent = send(fd, bytes, w.used, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)sent;
}

void handover_give_up(struct agent *agent, const char *reason)
{
	struct handover_give *give = agent->give;

	if (!give)
		return;
	agent->give = NULL;
	/* In the middle of a record the end of the connection says it all. */
	if (give->story.ended)
		answer_other(give->fd, HANDOVER_STAYS);
	give_free(give);
	log_event(EVENT_HANDOVER_FAILED, NULL,
		  "not done: %s; this agent goes on", reason);
	tracker_bfd_go_on(agent->tracker);
	bgp_handover_thaw(agent->speaker);
	agent->exports_waiting = true;
	wiring_wake(agent);
}

/* Name the other agent to the service manager before this one ends. */
static bool name_successor(struct agent *agent)
{
	struct ucred other;
	socklen_t size = sizeof(other);

	return !getsockopt(agent->give->fd, SOL_SOCKET, SO_PEERCRED, &other,
			   &size) &&
	       notify_successor(&agent->notify, other.pid);
}

static void name_again(struct agent *agent)
{
	const struct timeval time = clock_timeval_of_ms(NAMING_INTERVAL_MS);

	if (++agent->give->tries == NAMING_TRIES)
		handover_give_up(agent, "the service manager does not read");
	else
		evtimer_add(agent->give->naming, &time);
}

/* The sockets are the other agent's now: leave them as they are. */
static void leave_to_other(struct agent *agent)
{
	if (!name_successor(agent)) {
		name_again(agent);
		return;
	}
	bgp_handover_leave(agent->speaker);
	log_event(EVENT_HANDOVER_DONE, NULL,
		  "done: the other agent has taken over");
	answer_other(agent->give->fd, HANDOVER_LEFT);
	agent->left = true;
	mrt_log_free(agent->mrt);
	agent->mrt = NULL;
	bmp_free(agent->bmp, true);
	agent->bmp = NULL;
	event_base_loopbreak(agent->base);
}

/* ------------------------------------------------------------- events */

static void on_give_readable(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;
	struct handover_give *give = agent->give;
	uint8_t bytes[HANDOVER_HEADER_SIZE];
	struct handover_record record;
	ssize_t count = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)what;
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count != sizeof(bytes) ||
	    handover_record_next(bytes, sizeof(bytes), &record) <= 0)
		record.type = 0;
	if (give->story.paused && record.type == HANDOVER_GO_ON) {
		give->story.paused = false;
		event_add(give->writable, NULL);
	} else if (give->story.ended && record.type == HANDOVER_READY)
		leave_to_other(agent);
	else
		handover_give_up(agent, count > 0 ? "the other agent sent what "
						    "has no meaning" :
						    other_has_gone);
}

/* Send the rest of the piece, and its descriptor with the first byte. */
static ssize_t send_piece(struct handover_give *give)
{
	const struct handover_story *story = &give->story;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec rest = { .iov_base = story->piece.data + give->sent,
			      .iov_len = story->piece.used - give->sent };
	struct msghdr message = { .msg_iov = &rest, .msg_iovlen = 1 };
	struct cmsghdr *part = &control.align;

	if (story->fd >= 0 && !give->sent) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(part), &story->fd, sizeof(int));
	}
	return sendmsg(give->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Tell more. False: nothing is left. */
static bool next_piece(struct agent *agent)
{
	struct handover_give *give = agent->give;
	const char *failure;

	if (give->sent < give->story.piece.used)
		return true;
	give->sent = 0;
	give->story.piece.used = 0;
	if (give->story.ended || give->story.paused)
		return false;
	failure = handover_story_next(&give->story);
	if (failure)
		handover_give_up(agent, failure);
	return !failure;
}

static void on_give_writable(evutil_socket_t fd, short what, void *context)
{
	uint64_t until_us = clock_now_us() + WORK_PIECE_US;
	struct agent *agent = context;
	struct handover_give *give = agent->give;
	ssize_t count;

	(void)fd, (void)what;
	while (next_piece(agent)) {
		count = send_piece(give);
		if (count < 0 && errno != EAGAIN && errno != EINTR) {
			handover_give_up(agent, other_has_gone);
			return;
		}
		if (count > 0)
			give->sent += (size_t)count;
		if (count <= 0 || clock_now_us() >= until_us)
			return;
	}
	if (agent->give)
		event_del(give->writable);
}

static void on_naming_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	leave_to_other(context);
}

static void on_give_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd, (void)what;
	handover_give_up(context, "the other agent was not ready in time");
}

/* ------------------------------------------------------------- the begin */

static const char *refusal(const struct agent *agent)
{
	if (agent->give)
		return "another agent takes over already";
	if (agent->shutdown)
		return "the agent ends";
	if (agent->undo)
		return "a reload waits for its confirmation";
	if (takeover_is_pending(&agent->takeover) ||
	    !interfaces_are_attached(agent->interfaces))
		return "the tables of a previous run are still in use; try "
		       "again later";
	return NULL;
}

static struct handover_give *give_new(struct agent *agent, int fd)
{
	const struct timeval time = {
		.tv_sec = agent->config->agent.takeover_max_s,
	};
	struct handover_give *give = calloc(1, sizeof(*give));

	if (!give)
		return NULL;
	give->fd = fd;
	give->readable = event_new(agent->base, fd, EV_READ | EV_PERSIST,
				   on_give_readable, agent);
	give->writable = event_new(agent->base, fd, EV_WRITE | EV_PERSIST,
				   on_give_writable, agent);
	give->deadline = evtimer_new(agent->base, on_give_deadline, agent);
	give->naming = evtimer_new(agent->base, on_naming_due, agent);
	if (give->readable && give->writable && give->deadline &&
	    give->naming && !handover_story_begin(&give->story, agent) &&
	    !event_add(give->readable, NULL) &&
	    !event_add(give->writable, NULL) &&
	    !evtimer_add(give->deadline, &time))
		return give;
	give->fd = -1; /* the caller's */
	give_free(give);
	return NULL;
}

int handover_give(int fd, void *context, char error[CONTROL_ERROR_SIZE])
{
	struct agent *agent = context;
	const char *why = refusal(agent);
	struct handover_give *give = why ? NULL : give_new(agent, fd);

	if (!give) {
		snprintf(error, CONTROL_ERROR_SIZE, "handover: %s",
			 why ? why : "out of memory");
		close(fd);
		return why ? -EBUSY : -ENOMEM;
	}
	agent->give = give;
	log_event(EVENT_HANDOVER_BEGUN, NULL,
		  "another agent takes over: changes wait");
	bgp_handover_freeze(agent->speaker);
	return 0;
}
