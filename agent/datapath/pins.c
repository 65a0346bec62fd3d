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
#include <unistd.h>

enum {
	DIRECTORY_MODE = 0750, /* for the group that may read the counters */
};

static const char *const folders[PIN_KIND_COUNT] = {
	[PIN_MAP] = "",
	[PIN_LINK] = "links/",
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

static int make_directory(const char *path, struct datapath_error *error)
{
	if (!mkdir(path, DIRECTORY_MODE) || errno == EEXIST)
		return 0;
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

static int lock_directory(struct pins *pins, struct datapath_error *error)
{
	int code;

	pins->lock = open(pins->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pins->lock < 0)
		return failure(error, -errno,
			       "pin directory %s: cannot be opened: %s",
			       pins->directory, strerror(errno));
	if (!flock(pins->lock, LOCK_EX | LOCK_NB))
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

int pins_open(struct pins *pins, const char *directory,
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
	return err ? err : lock_directory(pins, error);
}

void pins_close(struct pins *pins)
{
	char path[PATH_MAX];

	folder_path(pins, PIN_LINK, path);
	rmdir(path);
	close(pins->lock);
}

int pins_add(const struct pins *pins, enum pin_kind kind, const char *name,
	     int object, struct datapath_error *error)
{
	char path[PATH_MAX];
	int err;

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

void pins_remove(const struct pins *pins, enum pin_kind kind, const char *name)
{
	char path[PATH_MAX];

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
