/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

/* One request to the agent and its reply; headgate/ctl.h has the protocol. */

/*
 * Sends `request`, one line with its newline, to the socket at `path` and
 * stores the line that comes back, without its newline, in *reply, which the
 * caller frees. Waits at most `timeout_s` seconds for each step of the agent.
 * Returns 0 or -errno: -ENOENT or -ECONNREFUSED if nobody listens, -EACCES if
 * the socket is not for us, -ETIMEDOUT if the agent is silent, -ECONNRESET if
 * it hung up before its reply was complete.
 */
int client_request(const char *path, unsigned int timeout_s,
		   const char *request, char **reply);

#endif
