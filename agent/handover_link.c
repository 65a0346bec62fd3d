// SPDX-License-Identifier: BSD-2-Clause
/* Reading records of a handover, with descriptors. See handover_link.h. */

#include "handover_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/clock.h"

enum {
	/* The longest record, and as much again to read at once. */
	DATA_SIZE = 2 * (HANDOVER_HEADER_SIZE + HANDOVER_BODY_MAX),
	FDS_AT_ONCE = 16,
	/* A process that ends closes one descriptor after the other. */
	DESERTED_TRIES = 20,
	DESERTED_INTERVAL_MS = 50,
};

static const char request[] = "{\"request\": \"handover\"}\n";

/* ------------------------------------------------------------- waiting */

static int wait_for(struct handover_link *link, short events)
{
	struct pollfd poll_fd = { .fd = link->fd, .events = events };
	uint64_t now = clock_now_ms();
	int count;

	if (now >= link->deadline_ms)
		return -ETIMEDOUT;
	count = poll(&poll_fd, 1, (int)(link->deadline_ms - now));
	if (count < 0 && errno != EINTR)
		return -errno;
	return count ? 0 : -ETIMEDOUT;
}

/* ------------------------------------------------------------- reading */

static int keep_fds(struct handover_link *link, struct msghdr *message)
{
	struct cmsghdr *part;
	int error = message->msg_flags & MSG_CTRUNC ? -EBADMSG : 0;

	for (part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (part->cmsg_level != SOL_SOCKET ||
		    part->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd),
			       sizeof(fd));
			if (link->fd_count < HANDOVER_LINK_FDS) {
				link->fds[link->fd_count++] = fd;
				continue;
			}
			close(fd);
			error = -EBADMSG;
		}
	}
	return error;
}

/* Read what is there, behind what was not used yet. */
static int read_more(struct handover_link *link)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * FDS_AT_ONCE)];
		struct cmsghdr align;
	} control;
	struct iovec room;
	struct msghdr message = { .msg_iov = &room,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t count;
	int error = wait_for(link, POLLIN);

	if (error)
		return error;
	memmove(link->data, link->data + link->start, link->end - link->start);
	link->end -= link->start;
	link->start = 0;
	room.iov_base = link->data + link->end;
	room.iov_len = DATA_SIZE - link->end;
	count = recvmsg(link->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	error = keep_fds(link, &message);
	link->end += (size_t)count;
	return error ? error : count ? 0 : -EPIPE;
}

int handover_link_next(struct handover_link *link,
		       struct handover_record *record)
{
	int32_t size;
	int error;

	for (;;) {
		size = handover_record_next(link->data + link->start,
					    link->end - link->start, record);
		if (size < 0)
			return -EBADMSG;
		link->start += (size_t)size;
		if (size)
			return 0;
		error = read_more(link);
		if (error)
			return error;
	}
}

int handover_link_take_fd(struct handover_link *link)
{
	int fd = link->fd_count ? link->fds[0] : -1;

	if (!link->fd_count)
		return -1;
	link->fd_count--;
	memmove(link->fds, link->fds + 1, link->fd_count * sizeof(fd));
	return fd;
}

/* ------------------------------------------------------------- asking */

static int send_all(struct handover_link *link, const void *data, size_t size)
{
	const char *bytes = data;
	ssize_t sent;
	int error = 0;

	while (size && !error) {
		sent = send(link->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (sent < 0) {
			error = wait_for(link, POLLOUT);
			continue;
		}
		bytes += sent;
		size -= (size_t)sent;
	}
	return error;
}

int handover_link_send(struct handover_link *link, enum handover_type type)
{
	uint8_t bytes[HANDOVER_HEADER_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	handover_record_end(&w, handover_record_begin(&w, type));
	return send_all(link, bytes, w.used);
}

static int connect_to_agent(struct handover_link *link, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return -errno;
	if (!connect(link->fd, (const struct sockaddr *)&at, sizeof(at)))
		return 0;
	return errno == ECONNREFUSED || errno == ENOENT ? -ENOENT : -errno;
}

bool handover_link_is_deserted(const char *path)
{
	int code = 0;

	for (int i = 0; i < DESERTED_TRIES && code != -ENOENT; i++) {
		struct handover_link probe = { .fd = -1 };

		if (i)
			poll(NULL, 0, DESERTED_INTERVAL_MS);
		code = connect_to_agent(&probe, path);
		if (probe.fd >= 0)
			close(probe.fd);
	}
	return code == -ENOENT;
}

/* True if the answer is a line of text, {"error":"..."}: a refusal. */
static bool is_refused(const struct handover_link *link,
		       char error[HANDOVER_LINK_ERROR_SIZE])
{
	const char *text = (const char *)link->data + link->start;
	const char *colon = strchr(text, ':');

	if (text[0] != '{')
		return false;
	if (colon)
		text = colon + strspn(colon, ":\" ");
	snprintf(error, HANDOVER_LINK_ERROR_SIZE, "refused: %.*s",
		 (int)strcspn(text, "\"\n"), text);
	return true;
}

int handover_link_open(struct handover_link *link, const char *path,
		       uint64_t deadline_ms,
		       char error[HANDOVER_LINK_ERROR_SIZE])
{
	int code;

	*link = (struct handover_link){ .fd = -1, .deadline_ms = deadline_ms };
	link->data = calloc(1, DATA_SIZE + 1);
	code = link->data ? connect_to_agent(link, path) : -ENOMEM;
	if (code == -ENOENT)
		return code;
	if (!code)
		code = send_all(link, request, sizeof(request) - 1);
	if (!code)
		code = read_more(link);
	if (code) {
		snprintf(error, HANDOVER_LINK_ERROR_SIZE, "%s",
			 strerror(-code));
		return code == -ENOENT ? -EPIPE : code;
	}
	return is_refused(link, error) ? -EBUSY : 0;
}

void handover_link_close(struct handover_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	for (size_t i = 0; i < link->fd_count; i++)
		close(link->fds[i]);
	free(link->data);
	*link = (struct handover_link){ .fd = -1 };
}
