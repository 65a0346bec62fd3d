// SPDX-License-Identifier: BSD-2-Clause
/* The kernel, its BPF file system, and what this process may do. See check.h. */

#include "host/check.h"

#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "host/capability_needs.h"

enum {
	OLDEST_MAJOR = 5,
	OLDEST_MINOR = 10,
	EXPLAINS_MINOR = 15,
	RELEASE_SIZE = 64,
	STATUS_LINE_SIZE = 128,
	HEXADECIMAL = 16,
};

void check_kernel(const struct check_scene *scene)
{
	char release[RELEASE_SIZE];
	int major, minor;

	if (!check_read_line(scene->question, "/proc/sys/kernel/osrelease",
			     release, sizeof(release)) ||
	    sscanf(release, "%d.%d", &major, &minor) != 2)
		return;
	check_found(scene, "Linux %s", release);
	if (major > OLDEST_MAJOR ||
	    (major == OLDEST_MAJOR && minor >= EXPLAINS_MINOR))
		return;
	if (major == OLDEST_MAJOR && minor >= OLDEST_MINOR)
		check_complain(scene, CHECK_WARNING,
			       "before Linux 5.15, `explain flow` cannot run "
			       "the program for an interface");
	else
		check_complain(scene, CHECK_FAILURE,
			       "the program needs Linux 5.10");
}

void check_jit(const struct check_scene *scene)
{
	long value = check_read_number(scene->question,
				       "/proc/sys/net/core/bpf_jit_enable");

	if (value < 0)
		return;
	check_found(scene, "net.core.bpf_jit_enable is %ld", value);
	if (value)
		return;
	check_complain(
		scene, CHECK_WARNING,
		"the kernel interprets the program, several times slower");
	check_mend(scene, "sysctl -w net.core.bpf_jit_enable=1");
}

void check_btf(const struct check_scene *scene)
{
	char path[PATH_MAX];
	struct stat file;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux",
		 scene->question->root);
	if (!stat(path, &file)) {
		check_found(scene, "the kernel has BTF");
		return;
	}
	check_found(scene, "the kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	check_complain(scene, CHECK_WARNING,
		       "xdpdump and bpftrace cannot look into the program");
}

/* ------------------------------------------------------------- this process */

static bool read_effective(const struct check_question *question,
			   uint64_t *effective)
{
	char line[STATUS_LINE_SIZE], path[PATH_MAX];
	bool found = false;
	FILE *in;

	snprintf(path, sizeof(path), "%s/proc/self/status", question->root);
	in = fopen(path, "re");
	if (!in)
		return false;
	while (!found && fgets(line, sizeof(line), in))
		if (!strncmp(line, "CapEff:", strlen("CapEff:"))) {
			*effective = strtoull(line + strlen("CapEff:"), NULL,
					      HEXADECIMAL);
			found = true;
		}
	fclose(in);
	return found;
}

void check_own_capabilities(const struct check_scene *scene)
{
	char missing[CHECK_FOUND_SIZE / 2] = "";
	uint64_t effective;

	if (!read_effective(scene->question, &effective))
		return;
	for (size_t i = 0; i < capability_need_count; i++) {
		size_t used = strlen(missing);

		if (!(effective >> capability_needs[i].capability & 1))
			snprintf(missing + used, sizeof(missing) - used, " %s",
				 capability_needs[i].name);
	}
	if (!missing[0]) {
		check_found(scene, "all that the agent needs are there");
		return;
	}
	check_found(scene, "missing:%s", missing);
	check_complain(scene, CHECK_FAILURE,
		       "an agent that is started like this ends with code 5; "
		       "start it as root or with these capabilities, in a "
		       "container also outside of it");
}

/* Cut the path down to what exists of it. */
static void cut_to_existing(char path[PATH_MAX])
{
	while (access(path, F_OK) && strchr(path + 1, '/'))
		*strrchr(path, '/') = '\0';
}

void check_bpffs(const struct check_scene *scene)
{
	char path[PATH_MAX];
	struct statfs system;

	snprintf(path, sizeof(path), "%s", scene->question->bpffs);
	cut_to_existing(path);
	if (!statfs(path, &system) && system.f_type == BPF_FS_MAGIC) {
		check_found(scene, "%.100s is a BPF file system", path);
		return;
	}
	check_found(scene, "%.100s is not a BPF file system", path);
	check_complain(scene, CHECK_FAILURE,
		       "the agent cannot pin its tables there, and does not "
		       "start");
	check_mend(scene, "mount -t bpf bpf %.200s", path);
}
