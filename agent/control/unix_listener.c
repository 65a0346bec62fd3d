// SPDX-License-Identifier: BSD-2-Clause
/* Listening Unix sockets. See unix_listener.h. */

#include "control/unix_listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	LISTENER_MODE = 0660,
	ALL_MODES = 0777,
	BACKLOG = 16,
};

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static bool stands_at(int fd, const struct sockaddr_un *path)
{
	struct sockaddr_un own = { 0 };
	socklen_t size = sizeof(own);

	return !getsockname(fd, (struct sockaddr *)&own, &size) &&
	       own.sun_family == AF_UNIX &&
	       !strncmp(own.sun_path, path->sun_path, sizeof(own.sun_path));
}

/* Remove a socket that nothing listens on. Returns 0 or -errno. */
static int remove_dead_listener(const struct sockaddr_un *path)
{
	struct stat about;
	int probe, code;

	if (lstat(path->sun_path, &about))
		return 0;
	if (!S_ISSOCK(about.st_mode))
		return -EEXIST;
	probe = new_socket();
	code = connect(probe, (const struct sockaddr *)path, sizeof(*path)) ?
		       -errno :
		       0;
	close(probe);
	if (code != -ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(path->sun_path) ? -errno : 0;
}

/* bind(2) makes the file with its mode, so that no chmod() follows a link. */
static int bind_and_listen(int fd, const struct sockaddr_un *path)
{
	mode_t before = umask(~LISTENER_MODE & ALL_MODES);
	int code = bind(fd, (const struct sockaddr *)path, sizeof(*path));

	umask(before);
	return code || listen(fd, BACKLOG) ? -errno : 0;
}

int unix_listener_take_or_open(int *given, size_t count, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd, code;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	for (size_t i = 0; given && i < count; i++) {
		fd = given[i];
		if (fd < 0 || !stands_at(fd, &at))
			continue;
		given[i] = -1;
		return fd;
	}
	code = remove_dead_listener(&at);
	fd = code ? code : new_socket();
	if (fd < 0)
		return code ? code : -errno;
	code = bind_and_listen(fd, &at);
	if (!code)
		return fd;
	close(fd);
	return code;
}
