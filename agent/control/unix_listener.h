/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_UNIX_LISTENER_H
#define CONTROL_UNIX_LISTENER_H

/*
 * A listening Unix socket at a path, of mode 0660. Its file stays when the process
 * ends: another agent may have taken the socket over. One that nothing listens on is
 * replaced; anything else that stands there stays.
 */

#include <stddef.h>

/*
 * Take the socket out of the `count` descriptors that another agent has given, or -1,
 * and put -1 in its place; or listen. `given` may be NULL. Returns a descriptor, or
 * -errno: -EEXIST for a file that is no socket, -EADDRINUSE if it is in use.
 */
int unix_listener_take_or_open(int *given, size_t count, const char *path);

#endif
