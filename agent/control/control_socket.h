/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_CONTROL_SOCKET_H
#define CONTROL_CONTROL_SOCKET_H

/*
 * The file of the control socket, and the lock beside it. What is not ours is
 * never removed: a path that is a file, a folder or a symbolic link is refused.
 */

#include <stdbool.h>
#include <sys/un.h>

#include "control/control.h"

struct control_socket {
	struct sockaddr_un path;
	char lock_path[sizeof(((struct sockaddr_un *)0)->sun_path) + 8];
	struct sockaddr_un staged; /* beside `path`, until it is published */
	int lock;
	bool is_listening; /* the file at `path` is ours */
	bool is_staged;	   /* that at `staged` is */
};

/*
 * Lock a file beside the socket. -EBUSY: another agent has it. The caller
 * closes in each case.
 */
int control_socket_lock(struct control_socket *lock, const char *path,
			char error[CONTROL_ERROR_SIZE]);
/*
 * Listen. The lock is held, so a socket in the way is left from an agent that
 * died. Return the listening socket, or -errno and a message in `error`.
 */
int control_socket_listen(struct control_socket *file,
			  char error[CONTROL_ERROR_SIZE]);
/*
 * Take the lock of an agent that hands over, and listen beside its socket. Until
 * control_socket_publish() puts ours in its place, clients reach that agent.
 */
int control_socket_stage(struct control_socket *file, const char *path,
			 int lock, char error[CONTROL_ERROR_SIZE]);
int control_socket_publish(struct control_socket *file);
/* Remove the socket and unlock. */
void control_socket_close(struct control_socket *file);

#endif
