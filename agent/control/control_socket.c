// SPDX-License-Identifier: BSD-2-Clause
/* The socket's file and its lock. See control_socket.h. */

#include "control/control_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LISTEN_BACKLOG = 128, /* connections */
	LOCK_MODE = 0600,
	SOCKET_MODE = 0660, /* the group may connect */
	FOLDER_MODE = 0755,
	ALL_ACCESS = 0777,
};

/* Make the folder of `path`, but not the folders above it. */
static void make_socket_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		mkdir(folder, FOLDER_MODE);
	}
}

/* Open the lock; a symbolic link or another kind of file is not followed. */
static int open_lock(const char *path)
{
	int fd = open(path,
		      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		      LOCK_MODE);
	struct stat about;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &about) && S_ISREG(about.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

static int refuse_lock(const struct control_socket *file, int code,
		       char error[CONTROL_ERROR_SIZE])
{
	if (code == -EBUSY)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "%s: another headgate listens on this control socket; "
			 "stop it or choose another --control-socket",
			 file->path.sun_path);
	else if (code == -ELOOP || code == -EINVAL)
		snprintf(error, CONTROL_ERROR_SIZE,
			 "%s: not a regular file; remove it or choose another "
			 "--control-socket",
			 file->lock_path);
	else
		snprintf(error, CONTROL_ERROR_SIZE, "%s: %s", file->lock_path,
			 strerror(-code));
	return code;
}

static void set_paths(struct control_socket *file, const char *path)
{
	*file = (struct control_socket){
		.path = { .sun_family = AF_UNIX },
		.staged = { .sun_family = AF_UNIX },
	};
	snprintf(file->path.sun_path, sizeof(file->path.sun_path), "%s", path);
	snprintf(file->lock_path, sizeof(file->lock_path), "%s.lock", path);
}

int control_socket_lock(struct control_socket *file, const char *path,
			char error[CONTROL_ERROR_SIZE])
{
	set_paths(file, path);
	make_socket_folder(path);
	file->lock = open_lock(file->lock_path);
	if (file->lock < 0)
		return refuse_lock(file, file->lock, error);
	if (!flock(file->lock, LOCK_EX | LOCK_NB))
		return 0;
	return refuse_lock(file, errno == EWOULDBLOCK ? -EBUSY : -errno, error);
}

static const char *kind_of_file(mode_t mode)
{
	if (S_ISLNK(mode))
		return "a symbolic link";
	if (S_ISDIR(mode))
		return "a directory";
	if (S_ISREG(mode))
		return "a regular file";
	return "not a socket";
}

/* Remove a socket that nothing listens on. Anything else stays. */
static int remove_dead_socket(const struct control_socket *file,
			      char error[CONTROL_ERROR_SIZE])
{
	const char *path = file->path.sun_path;
	struct stat about;
	int probe, code;

	if (lstat(path, &about))
		return 0;
	if (!S_ISSOCK(about.st_mode)) {
		snprintf(error, CONTROL_ERROR_SIZE,
			 "--control-socket %s: %s, and is not removed; remove "
			 "it or choose another path",
			 path, kind_of_file(about.st_mode));
		return -EEXIST;
	}
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	code = connect(probe, (const struct sockaddr *)&file->path,
		       sizeof(file->path)) ?
		       -errno :
		       0;
	close(probe);
	if (!code || code == -EAGAIN) {
		snprintf(error, CONTROL_ERROR_SIZE,
			 "--control-socket %s: another process listens on it; "
			 "stop it or choose another path",
			 path);
		return -EBUSY;
	}
	unlink(path);
	return 0;
}

/* bind(2) makes the file with its mode, so that no chmod() follows a link. */
static int bind_socket(const struct sockaddr_un *path, int fd, bool *is_ours)
{
	mode_t before = umask(~SOCKET_MODE & ALL_ACCESS);
	int code = bind(fd, (const struct sockaddr *)path, sizeof(*path));

	umask(before);
	*is_ours = !code;
	return code;
}

static int listen_at(const struct sockaddr_un *path, bool *is_ours,
		     char error[CONTROL_ERROR_SIZE])
{
	int fd, code;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !bind_socket(path, fd, is_ours) &&
	    !listen(fd, LISTEN_BACKLOG))
		return fd;
	code = -errno;
	snprintf(error, CONTROL_ERROR_SIZE, "--control-socket %s: %s",
		 path->sun_path, strerror(-code));
	if (fd >= 0)
		close(fd);
	return code;
}

int control_socket_listen(struct control_socket *file,
			  char error[CONTROL_ERROR_SIZE])
{
	int code = remove_dead_socket(file, error);

	return code ? code : listen_at(&file->path, &file->is_listening, error);
}

/* The lock says that a socket in the way is left from a successor that died. */
int control_socket_stage(struct control_socket *file, const char *path,
			 int lock, char error[CONTROL_ERROR_SIZE])
{
	struct stat about;
	int length;

	set_paths(file, path);
	length = snprintf(file->staged.sun_path, sizeof(file->staged.sun_path),
			  "%s.new", path);
	if (length >= (int)sizeof(file->staged.sun_path)) {
		snprintf(
			error, CONTROL_ERROR_SIZE,
			"--control-socket: too long for --takeover by %d bytes",
			length + 1 - (int)sizeof(file->staged.sun_path));
		return -ENAMETOOLONG;
	}
	file->lock = fcntl(lock, F_DUPFD_CLOEXEC, 0);
	if (!lstat(file->staged.sun_path, &about) && S_ISSOCK(about.st_mode))
		unlink(file->staged.sun_path);
	return listen_at(&file->staged, &file->is_staged, error);
}

int control_socket_publish(struct control_socket *file)
{
	if (!file->is_staged)
		return 0;
	if (rename(file->staged.sun_path, file->path.sun_path))
		return -errno;
	file->is_staged = false;
	file->is_listening = true;
	return 0;
}

void control_socket_close(struct control_socket *file)
{
	if (file->is_staged)
		unlink(file->staged.sun_path);
	if (file->is_listening)
		unlink(file->path.sun_path);
	if (file->lock > 0)
		close(file->lock);
}
