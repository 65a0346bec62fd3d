/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

/* A connection to the agent, line by line. The protocol: headgate/ctl.h. */

#include <stddef.h>

/* All zeroes but `fd` == -1: closed. */
struct client {
	int fd;
	char *text; /* received; holds the line that was returned last */
	size_t size;
	size_t used;
	size_t line_size; /* of that line, with its newline; 0: none */
};

/*
 * Connect to the socket at `path`. A send or receive waits at most `timeout_s`
 * seconds; 0: without limit. Return 0 or -errno: -ENOENT or -ECONNREFUSED if no
 * agent listens, -EACCES without permission. The caller closes, also after a
 * failure.
 */
int client_open(struct client *client, const char *path,
		unsigned int timeout_s);
void client_close(struct client *client);
/* Send a line, which ends with a newline. Return 0 or -errno. */
int client_send(struct client *client, const char *line);
/*
 * Receive the next line, without its newline; it is valid until the next call.
 * Return 0, -ETIMEDOUT if the agent is silent, -ECONNRESET if it hung up before
 * the end of the line, -EINTR if a signal interrupted.
 */
int client_receive(struct client *client, char **line);

/*
 * Send `request` and store the line that comes back in *reply, which the caller
 * frees. Errors as above.
 */
int client_request(const char *path, unsigned int timeout_s,
		   const char *request, char **reply);

#endif
