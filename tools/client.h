/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

/* A connection to the agent; headgate/ctl.h has the protocol. */

#include <stddef.h>

/* Zeroed but for `fd`, which is -1, it is closed. */
struct client {
	int fd;
	char *text; /* what has come; a line that was returned is in it */
	size_t size;
	size_t used;
	size_t line_size; /* of the line last returned */
};

/*
 * Connects to the socket at `path`; each later step of the agent is waited for
 * at most `timeout_s` seconds, or for ever if that is 0. Returns 0 or -errno:
 * -ENOENT or -ECONNREFUSED if nobody listens, -EACCES if the socket is not for
 * us. The caller closes, also after a failure.
 */
int client_open(struct client *client, const char *path,
		unsigned int timeout_s);
void client_close(struct client *client);
/* Sends one line with its newline. Returns 0 or -errno. */
int client_send(struct client *client, const char *line);
/*
 * The next line without its newline, valid until the next call. Returns 0,
 * -ETIMEDOUT if the agent is silent, -ECONNRESET if it hung up before the line
 * was complete, -EINTR if a signal came first.
 */
int client_receive(struct client *client, char **line);

/*
 * Sends `request` and stores the line that comes back in *reply, which the
 * caller frees. Errors as above.
 */
int client_request(const char *path, unsigned int timeout_s,
		   const char *request, char **reply);

#endif
