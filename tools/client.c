// SPDX-License-Identifier: BSD-2-Clause
/* Lines to the agent and back. See client.h. */

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

static int set_socket_timeout(int fd, unsigned int timeout_s)
{
	struct timeval timeout = { .tv_sec = timeout_s };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		return -errno;
	return 0;
}

/* Return -errno; a timeout shows as EAGAIN, that of connect() as EINPROGRESS. */
static int socket_error(void)
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
		return socket_error();
	return 0;
}

static int send_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent < 0) {
			if (errno == EINTR)
				continue;
			return socket_error();
		}
		data += sent;
		size -= (size_t)sent;
	}
	return 0;
}

/* Make room for at least one more byte and the terminating NUL. */
static int grow_text(struct client *client)
{
	size_t size = client->size ? 2 * client->size : FIRST_REPLY_SIZE;
	char *text;

	if (client->used + 1 < client->size)
		return 0;
	text = realloc(client->text, size);
	if (!text)
		return -ENOMEM;
	client->text = text;
	client->size = size;
	return 0;
}

/* Append at least one received byte to the text. Return 0 or -errno. */
static int receive_some(struct client *client)
{
	int error = grow_text(client);
	ssize_t received;

	if (error)
		return error;
	received = recv(client->fd, client->text + client->used,
			client->size - client->used - 1, 0);
	if (received < 0)
		return errno == EINTR ? -EINTR : socket_error();
	if (!received)
		return -ECONNRESET;
	client->used += (size_t)received;
	return 0;
}

/* Drop the line that was returned last from the text. */
static void drop_line(struct client *client)
{
	client->used -= client->line_size;
	memmove(client->text, client->text + client->line_size, client->used);
	client->line_size = 0;
}

int client_receive(struct client *client, char **line)
{
	size_t searched = 0;
	int error = 0;

	if (client->line_size)
		drop_line(client);
	while (!error) {
		char *from = client->text + searched;
		char *end =
			client->used > searched ?
				memchr(from, '\n', client->used - searched) :
				NULL;

		if (end) {
			*end = '\0';
			client->line_size = (size_t)(end + 1 - client->text);
			*line = client->text;
			return 0;
		}
		searched = client->used;
		error = receive_some(client);
	}
	return error;
}

int client_open(struct client *client, const char *path, unsigned int timeout_s)
{
	int error;

	*client = (struct client){
		.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	};
	if (client->fd < 0)
		return -errno;
	error = set_socket_timeout(client->fd, timeout_s);
	return error ? error : connect_to(client->fd, path);
}

void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	free(client->text);
	*client = (struct client){ .fd = -1 };
}

int client_send(struct client *client, const char *line)
{
	return send_all(client->fd, line, strlen(line));
}

int client_request(const char *path, unsigned int timeout_s,
		   const char *request, char **reply)
{
	struct client client;
	int error = client_open(&client, path, timeout_s);
	char *line;

	if (!error)
		error = client_send(&client, request);
	while (!error && (error = client_receive(&client, &line)) == -EINTR)
		error = 0;
	if (!error) {
		*reply = strdup(line);
		error = *reply ? 0 : -ENOMEM;
	}
	client_close(&client);
	return error;
}
