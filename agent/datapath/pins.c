// SPDX-License-Identifier: BSD-2-Clause
/* The pin directory. See pins.h. */

#include "datapath/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum {
	DIRECTORY_MODE = 0750, /* for the group that may read the counters */
	FD_PATH_SIZE = 64,
	LOCK_TRIES = 100,
	LOCK_PAUSE_NS = 10000000,
};

static const char *const folders[PIN_KIND_COUNT] = {
	[PIN_MAP] = "",
	[PIN_LINK] = "links/",
	[PIN_MARK] = "marks/",
};

static void folder_path(const struct pins *pins, enum pin_kind kind,
			char path[PATH_MAX])
{
	/* pins_open() has checked that any name fits. */
	if (snprintf(path, PATH_MAX, "%s/%s", pins->directory, folders[kind]) >=
	    PATH_MAX)
		path[0] = '\0';
}

/*
 * Write the path of a pin. bpffs reserves names with a dot, but interfaces may
 * have one: underscores replace dots.
 */
static void pin_path(const struct pins *pins, enum pin_kind kind,
		     const char *name, char path[PATH_MAX])
{
	char *at;

	folder_path(pins, kind, path);
	at = path + strlen(path);
	snprintf(at, PATH_MAX - (at - path), "%s", name);
	while ((at = strchr(at, '.')))
		*at = '_';
}

bool pins_match(const char *pin, const char *name)
{
	while (*pin && (*pin == *name || (*pin == '_' && *name == '.'))) {
		pin++;
		name++;
	}
	return *pin == *name;
}

/* True if `path` is, or would be created, on a BPF file system. */
static bool on_bpffs(const char *path)
{
	struct statfs status = {};
	char parents[PATH_MAX];
	char *at = parents;

	snprintf(parents, sizeof(parents), "%s", path);
	while (statfs(at, &status) && strlen(at) > 1)
		at = dirname(at);
	return status.f_type == BPF_FS_MAGIC;
}

static const char *kind_of_mode(mode_t mode)
{
	if (S_ISLNK(mode))
		return "a symbolic link";
	if (S_ISDIR(mode))
		return "a directory";
	return "a file";
}

/* In a directory with the sticky bit, others cannot remove our pins. */
static bool may_others_change(const struct stat *about)
{
	if (about->st_uid && about->st_uid != geteuid())
		return true;
	return about->st_mode & S_IWOTH && !(about->st_mode & S_ISVTX);
}

/* A link could lead to a place where others remove or replace our pins. */
static int check_directory(const char *path, struct datapath_error *error)
{
	struct stat about;

	if (lstat(path, &about))
		return failure(error, -errno, "pin directory %s: %s", path,
			       strerror(errno));
	if (!S_ISDIR(about.st_mode))
		return failure(
			error, -ENOTDIR,
			"pin directory %s: %s; remove it, or name a directory with --bpffs",
			path, kind_of_mode(about.st_mode));
	if (may_others_change(&about))
		return failure(
			error, -EINVAL,
			"pin directory %s: other users may change it; run chown root and chmod o-w on it",
			path);
	return 0;
}

static int make_directory(const char *name, struct datapath_error *error)
{
	char path[PATH_MAX];
	size_t length;

	snprintf(path, sizeof(path), "%s", name);
	/* With a slash at its end, a link would be followed. */
	for (length = strlen(path); length > 1 && path[length - 1] == '/';)
		path[--length] = '\0';
	if (!mkdir(path, DIRECTORY_MODE))
		return 0;
	if (errno == EEXIST)
		return check_directory(path, error);
	return failure(error, -errno, "pin directory %s: cannot be created: %s",
		       path, strerror(errno));
}

static int make_directories(const struct pins *pins,
			    struct datapath_error *error)
{
	char path[PATH_MAX];
	int err = 0;

	if (!on_bpffs(pins->directory))
		return failure(
			error, -EINVAL,
			"pin directory %s: not on a BPF file system; mount one with `mount -t bpf bpf /sys/fs/bpf`, or name a directory on one with --bpffs",
			pins->directory);
	for (enum pin_kind kind = 0; !err && kind < PIN_KIND_COUNT; kind++) {
		folder_path(pins, kind, path);
		err = make_directory(path, error);
	}
	return err;
}

static bool is_same_file(int a, int b)
{
	struct stat left, right;

	return !fstat(a, &left) && !fstat(b, &right) &&
	       left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* Take the lock of another agent, which counts for all who have its descriptor. */
static int take_lock(struct pins *pins, int lock, struct datapath_error *error)
{
	bool same = is_same_file(pins->lock, lock);

	close(pins->lock);
	if (!same)
		return failure(
			error, -EBUSY,
			"pin directory %s: not that of the running agent; --takeover needs the same --bpffs",
			pins->directory);
	pins->lock = fcntl(lock, F_DUPFD_CLOEXEC, 0);
	return pins->lock < 0 ? -errno : 0;
}

/*
 * Lock a directory. An agent that is killed closes its sockets, by which its
 * successor learns of the end, before its lock. Returns 0, or -1 with errno.
 */
static int wait_for_lock(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK)
			return -1;
		nanosleep(&pause, NULL);
	}
	errno = EWOULDBLOCK;
	return -1;
}

static int lock_directory(struct pins *pins, int lock,
			  struct datapath_error *error)
{
	int code;

	pins->lock = open(pins->directory,
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (pins->lock < 0)
		return failure(error, -errno,
			       "pin directory %s: cannot be opened: %s",
			       pins->directory, strerror(errno));
	if (lock >= 0)
		return take_lock(pins, lock, error);
	if (!wait_for_lock(pins->lock))
		return 0;
	code = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(pins->lock);
	if (code == -EBUSY)
		return failure(error, code,
			       "pin directory %s: another headgate uses it",
			       pins->directory);
	return failure(error, code, "pin directory %s: cannot be locked: %s",
		       pins->directory, strerror(-code));
}

int pins_open(struct pins *pins, const char *directory, int lock,
	      struct datapath_error *error)
{
	size_t longest = PATH_MAX - sizeof("/links/") - NAME_MAX;
	int err;

	if (strlen(directory) > longest)
		return failure(error, -ENAMETOOLONG,
			       "pin directory: name longer than %zu bytes",
			       longest);
	snprintf(pins->directory, sizeof(pins->directory), "%s", directory);
	err = make_directories(pins, error);
	return err ? err : lock_directory(pins, lock, error);
}

void pins_close(struct pins *pins)
{
	char path[PATH_MAX];

	folder_path(pins, PIN_LINK, path);
	rmdir(path);
	folder_path(pins, PIN_MARK, path);
	rmdir(path);
	close(pins->lock);
}

/*
 * True if the descriptor is of a map, or of a link. The kernel has two names for
 * a link: of a new one, and of one that was pinned.
 */
static bool is_of_kind(enum pin_kind kind, int object)
{
	char path[FD_PATH_SIZE], target[FD_PATH_SIZE] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", object);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return false;
	if (kind == PIN_MAP)
		return !strcmp(target, "anon_inode:bpf-map");
	return !strcmp(target, "anon_inode:bpf_link") ||
	       !strcmp(target, "anon_inode:bpf-link");
}

static bool is_same_map(int a, int b)
{
	struct bpf_map_info left = {}, right = {};
	uint32_t left_size = sizeof(left), right_size = sizeof(right);

	return !bpf_obj_get_info_by_fd(a, &left, &left_size) &&
	       !bpf_obj_get_info_by_fd(b, &right, &right_size) &&
	       left.type == right.type && !strcmp(left.name, right.name);
}

static bool is_same_link(int a, int b)
{
	struct bpf_link_info left = {}, right = {};
	uint32_t left_size = sizeof(left), right_size = sizeof(right);

	return !bpf_obj_get_info_by_fd(a, &left, &left_size) &&
	       !bpf_obj_get_info_by_fd(b, &right, &right_size) &&
	       left.type == right.type;
}

/* Sizes may differ: those of tables are options. */
static bool is_own_object(enum pin_kind kind, int pinned, int object)
{
	if (!is_of_kind(kind, pinned))
		return false;
	return kind == PIN_MAP ? is_same_map(pinned, object) :
				 is_same_link(pinned, object);
}

int pins_check(const struct pins *pins, enum pin_kind kind, const char *name,
	       int object, struct datapath_error *error)
{
	const char *why = "not an object of headgate";
	char path[PATH_MAX];
	struct stat about;
	int pinned;

	pin_path(pins, kind, name, path);
	if (lstat(path, &about))
		return 0;
	if (S_ISREG(about.st_mode)) {
		pinned = bpf_obj_get(path);
		if (pinned >= 0 && is_own_object(kind, pinned, object)) {
			close(pinned);
			return 0;
		}
		if (pinned >= 0)
			close(pinned);
	} else {
		why = kind_of_mode(about.st_mode);
	}
	return failure(
		error, -EEXIST,
		"pin %s: %s, and is not removed; remove it, or name another directory with --bpffs",
		path, why);
}

/* Return the kernel's id of a map or a link, or 0. */
static uint32_t object_id(enum pin_kind kind, int object)
{
	struct bpf_map_info map = {};
	struct bpf_link_info link = {};
	uint32_t size = kind == PIN_MAP ? sizeof(map) : sizeof(link);
	void *info = kind == PIN_MAP ? (void *)&map : (void *)&link;

	if (!is_of_kind(kind, object) ||
	    bpf_obj_get_info_by_fd(object, info, &size))
		return 0;
	return kind == PIN_MAP ? map.id : link.id;
}

bool pins_holds(const struct pins *pins, enum pin_kind kind, const char *name,
		int object)
{
	int pinned = pins_get(pins, kind, name);
	uint32_t id;

	if (pinned < 0)
		return false;
	id = object_id(kind, pinned);
	close(pinned);
	return id && id == object_id(kind, object);
}

int pins_add(const struct pins *pins, enum pin_kind kind, const char *name,
	     int object, struct datapath_error *error)
{
	char path[PATH_MAX];
	int err;

	err = pins_check(pins, kind, name, object, error);
	if (err || pins_holds(pins, kind, name, object))
		return err;
	pin_path(pins, kind, name, path);
	unlink(path);
	err = bpf_obj_pin(object, path);
	if (!err)
		return 0;
	return failure(error, err, "pin %s: cannot be created: %s", path,
		       strerror(-err));
}

int pins_get(const struct pins *pins, enum pin_kind kind, const char *name)
{
	char path[PATH_MAX];

	pin_path(pins, kind, name, path);
	return bpf_obj_get(path);
}

void pins_remove(const struct pins *pins, enum pin_kind kind, const char *name,
		 int object)
{
	struct datapath_error ignored;
	char path[PATH_MAX];

	if (pins_check(pins, kind, name, object, &ignored))
		return;
	pin_path(pins, kind, name, path);
	unlink(path);
}

void pins_visit(const struct pins *pins, enum pin_kind kind,
		void (*visit)(const char *name, void *context), void *context)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *folder;

	folder_path(pins, kind, path);
	folder = opendir(path);
	if (!folder)
		return;
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.' && entry->d_type != DT_DIR)
			visit(entry->d_name, context);
	closedir(folder);
}
