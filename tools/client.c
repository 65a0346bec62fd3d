// SPDX-License-Identifier: BSD-2-Clause
/* One request to the agent and its reply. See client.h. */

#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	FIRST_REPLY_SIZE = 64 * 1024,
};

/* The line read so far. */
struct reply {
	char *text;
	size_t size;
	size_t used;
};

static int set_timeout(int fd, unsigned int timeout_s)
{
	struct timeval timeout = { .tv_sec = timeout_s };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		return -errno;
	return 0;
}

/* What a blocking call that gave up waiting reports is not what it means. */
static int last_error(void)
{
	return errno == EAGAIN || errno == EINPROGRESS ? -ETIMEDOUT : -errno;
}

static int connect_to(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return last_error();
	return 0;
}

static int send_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent < 0) {
			if (errno == EINTR)
				continue;
			return last_error();
		}
		data += sent;
		size -= (size_t)sent;
	}
	return 0;
}

/* Makes room for at least one byte and the end of the text. */
static int make_room(struct reply *reply)
{
	size_t size = reply->size ? 2 * reply->size : FIRST_REPLY_SIZE;
	char *text;

	if (reply->used + 1 < reply->size)
		return 0;
	text = realloc(reply->text, size);
	if (!text)
		return -ENOMEM;
	reply->text = text;
	reply->size = size;
	return 0;
}

/* 1 when the line is complete, 0 when more is to come, or -errno. */
static int receive_some(int fd, struct reply *reply)
{
	int error = make_room(reply);
	char *start, *newline;
	ssize_t received;

	if (error)
		return error;
	start = reply->text + reply->used;
	received = recv(fd, start, reply->size - reply->used - 1, 0);
	if (received < 0)
		return errno == EINTR ? 0 : last_error();
	if (!received)
		return -ECONNRESET;
	reply->used += (size_t)received;
	start[received] = '\0';
	newline = memchr(start, '\n', (size_t)received);
	if (newline)
		*newline = '\0';
	return newline != NULL;
}

static int receive_line(int fd, char **line)
{
	struct reply reply = { .text = NULL };
	int done;

	do
		done = receive_some(fd, &reply);
	while (!done);
	if (done < 0) {
		free(reply.text);
		return done;
	}
	*line = reply.text;
	return 0;
}

int client_request(const char *path, unsigned int timeout_s,
		   const char *request, char **reply)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = set_timeout(fd, timeout_s);
	if (!error)
		error = connect_to(fd, path);
	if (!error)
		error = send_all(fd, request, strlen(request));
	if (!error)
		error = receive_line(fd, reply);
	close(fd);
	return error;
}
