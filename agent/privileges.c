// SPDX-License-Identifier: BSD-2-Clause
/* Capabilities, and another user than root. See privileges.h. */

#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/capability_needs.h"

enum privileges_numbers {
	WORD_BITS = 32,
	WORDS = _LINUX_CAPABILITY_U32S_3,
	FOLDER_MODE = 0755,
	OPEN_FOLDERS = 8,		/* of nftw() at one time */
	FIRST_UNPRIVILEGED_PORT = 1024, /* unless the host says otherwise */
};

/* ------------------------------------------------------------- sets */

struct capability_sets {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct words[WORDS];
};

static int read_sets(struct capability_sets *sets)
{
	*sets = (struct capability_sets){
		.header = { .version = _LINUX_CAPABILITY_VERSION_3 },
	};
	return syscall(SYS_capget, &sets->header, sets->words) ? -errno : 0;
}

static bool is_effective(const struct capability_sets *sets,
			 unsigned int capability)
{
	return sets->words[capability / WORD_BITS].effective >>
		       capability % WORD_BITS &
	       1;
}

/* Leave the needed capabilities effective and permitted, and no other. */
static int reduce_sets(void)
{
	struct capability_sets sets = {
		.header = { .version = _LINUX_CAPABILITY_VERSION_3 },
	};

	for (size_t i = 0; i < capability_need_count; i++) {
		unsigned int bit = capability_needs[i].capability;

		sets.words[bit / WORD_BITS].effective |= 1U << bit % WORD_BITS;
		sets.words[bit / WORD_BITS].permitted |= 1U << bit % WORD_BITS;
	}
	return syscall(SYS_capset, &sets.header, sets.words) ? -errno : 0;
}

/* Nothing that this process executes could get a capability back. */
static int empty_bounding_set(void)
{
	for (unsigned int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return -errno;
	return 0;
}

/* ------------------------------------------------------------- the check */

static unsigned int first_unprivileged_port(void)
{
	FILE *in = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	unsigned int port = FIRST_UNPRIVILEGED_PORT;

	if (!in)
		return port;
	if (fscanf(in, "%u", &port) != 1)
		port = FIRST_UNPRIVILEGED_PORT;
	fclose(in);
	return port;
}

static bool is_needed(const struct config *config, unsigned int capability)
{
	uint16_t port = config->bgp.listen.port;

	return capability != CAP_NET_BIND_SERVICE ||
	       (port && port < first_unprivileged_port());
}

/* CAP_SYS_ADMIN includes these two: capabilities(7). */
static bool is_there(const struct capability_sets *sets,
		     unsigned int capability)
{
	return is_effective(sets, capability) ||
	       ((capability == CAP_BPF || capability == CAP_PERFMON) &&
		is_effective(sets, CAP_SYS_ADMIN));
}

int privileges_check(const struct config *config,
		     char error[PRIVILEGES_ERROR_SIZE])
{
	struct capability_sets sets;
	size_t used = 0;

	/* Without an answer, the kernel's own errors have to do. */
	if (read_sets(&sets))
		return 0;
	for (size_t i = 0; i < capability_need_count; i++) {
		const struct capability_need *need = &capability_needs[i];

		if (!is_needed(config, need->capability) ||
		    is_there(&sets, need->capability))
			continue;
		used += (size_t)snprintf(error + used,
					 PRIVILEGES_ERROR_SIZE - used,
					 "%s%s (%s)", used ? ", " : "",
					 need->name, need->what);
	}
	if (!used)
		return 0;
	snprintf(error + used, PRIVILEGES_ERROR_SIZE - used,
		 ": missing; run as root, or with these capabilities");
	return -EPERM;
}

/* ------------------------------------------------------------- files */

static int complain_file(const char *path, const char *what, int code,
			 char error[PRIVILEGES_ERROR_SIZE])
{
	snprintf(error, PRIVILEGES_ERROR_SIZE, "%s: %s: %s", path, what,
		 strerror(-code));
	return code;
}

/* For nftw(), which takes no argument of ours. */
static uid_t new_owner;
static gid_t new_group;

static int give_entry(const char *path, const struct stat *about, int type,
		      struct FTW *place)
{
	(void)about, (void)type, (void)place;
	return lchown(path, new_owner, new_group) ? -errno : 0;
}

/*
 * Make the pin directory and give it to the user with what an earlier agent left
 * in it: it unlinks and pins there.
 */
static int give_pins(const char *path, char error[PRIVILEGES_ERROR_SIZE])
{
	char copy[FILE_PATH_SIZE];
	struct stat own, parent;
	int code;

	if (mkdir(path, S_IRWXU) && errno != EEXIST)
		return complain_file(path, "pin directory not created", -errno,
				     error);
	snprintf(copy, sizeof(copy), "%s", path);
	if (stat(path, &own) || stat(dirname(copy), &parent))
		return complain_file(path, "pin directory", -errno, error);
	if (own.st_dev != parent.st_dev) {
		snprintf(error, PRIVILEGES_ERROR_SIZE,
			 "%s: pin directory is a whole file system, which is "
			 "not given to --user; name a directory below it with "
			 "--bpffs",
			 path);
		return -EINVAL;
	}
	code = nftw(path, give_entry, OPEN_FOLDERS, FTW_PHYS | FTW_MOUNT);
	return code ? complain_file(path, "not given to --user", code, error) :
		      0;
}

/* Make the folder of the control socket, and give the user an old lock. */
static int give_control_socket(const char *path,
			       char error[PRIVILEGES_ERROR_SIZE])
{
	char copy[FILE_PATH_SIZE], lock[FILE_PATH_SIZE + sizeof(".lock")];
	const char *folder;

	snprintf(copy, sizeof(copy), "%s", path);
	folder = dirname(copy);
	if (!mkdir(folder, FOLDER_MODE)) {
		if (lchown(folder, new_owner, new_group))
			return complain_file(folder, "not given to --user",
					     -errno, error);
	} else if (errno != EEXIST) {
		return complain_file(folder, "not created", -errno, error);
	}
	snprintf(lock, sizeof(lock), "%s.lock", path);
	if (lchown(lock, new_owner, new_group) && errno != ENOENT)
		return complain_file(lock, "not given to --user", -errno,
				     error);
	return 0;
}

/* Check that the new user can create and remove files in the folder. */
static int check_folder(const char *folder, const char *user,
			char error[PRIVILEGES_ERROR_SIZE])
{
	if (!faccessat(AT_FDCWD, folder, W_OK | X_OK, 0))
		return 0;
	snprintf(error, PRIVILEGES_ERROR_SIZE,
		 "%s: user %s cannot write there (%s); change its owner, or "
		 "the mode of the folders above it",
		 folder, user, strerror(errno));
	return -EACCES;
}

static int check_folders(const struct config *config,
			 char error[PRIVILEGES_ERROR_SIZE])
{
	const char *user = config->agent.user;
	char socket[FILE_PATH_SIZE];
	int code;

	snprintf(socket, sizeof(socket), "%s", config->control.socket);
	code = check_folder(dirname(socket), user, error);
	return code ? code : check_folder(config->datapath.bpffs, user, error);
}

/* ------------------------------------------------------------- the user */

/* Memory of maps counts against this before Linux 5.11. */
static void raise_memory_limit(void)
{
	const struct rlimit any = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &any);
}

static int become_user(const char *name, const struct passwd *user,
		       char error[PRIVILEGES_ERROR_SIZE])
{
	int code = empty_bounding_set();

	if (!code && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		code = -errno;
	if (!code && (initgroups(name, user->pw_gid) ||
		      setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
		      setresuid(user->pw_uid, user->pw_uid, user->pw_uid)))
		code = -errno;
	if (!code)
		code = reduce_sets();
	if (!code && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		code = -errno;
	/* A core dump would have the keys of sessions. */
	if (!code && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		code = -errno;
	if (code)
		snprintf(error, PRIVILEGES_ERROR_SIZE,
			 "--user %s: not possible: %s; start as root", name,
			 strerror(-code));
	return code;
}

int privileges_drop(const struct config *config,
		    char error[PRIVILEGES_ERROR_SIZE])
{
	const char *name = config->agent.user;
	const struct passwd *user;
	int code;

	if (!name[0])
		return 0;
	user = getpwnam(name);
	if (!user) {
		snprintf(error, PRIVILEGES_ERROR_SIZE,
			 "--user %s: this host has no such user; `getent "
			 "passwd` lists them",
			 name);
		return -EINVAL;
	}
	new_owner = user->pw_uid;
	new_group = user->pw_gid;
	raise_memory_limit();
	code = give_pins(config->datapath.bpffs, error);
	if (!code)
		code = give_control_socket(config->control.socket, error);
	if (!code)
		code = become_user(name, user, error);
	return code ? code : check_folders(config, error);
}
