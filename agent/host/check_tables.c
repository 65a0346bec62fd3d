// SPDX-License-Identifier: BSD-2-Clause
/* Agents and programs beside this one, and what they leave. See check.h. */

#include "host/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include "host/bpf_query.h"

enum {
	LOCK_LINE_SIZE = 128,
	NO_PROCESS = 0,
};

static const char our_program[] = "headgate";

/* ------------------------------------------------------------- the pins */

/* An agent holds a lock on its pin directory while it runs. */
static bool is_locked(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool locked;

	if (fd < 0)
		return false;
	locked = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return locked;
}

/* Return the process that locks a file by flock(2): proc_locks(5). */
static int locking_process(const struct check_question *question)
{
	char line[LOCK_LINE_SIZE], path[PATH_MAX];
	int process = NO_PROCESS;
	struct stat file;
	FILE *in;

	snprintf(path, sizeof(path), "%s/proc/locks", question->root);
	if (stat(question->bpffs, &file))
		return NO_PROCESS;
	in = fopen(path, "re");
	while (in && process == NO_PROCESS && fgets(line, sizeof(line), in)) {
		unsigned long inode;
		int found;

		if (sscanf(line, "%*s FLOCK %*s %*s %d %*x:%*x:%lu", &found,
			   &inode) == 2 &&
		    inode == file.st_ino)
			process = found;
	}
	if (in)
		fclose(in);
	return process;
}

void check_second_agent(const struct check_scene *scene)
{
	const char *bpffs = scene->question->bpffs;
	int process;

	if (!is_locked(bpffs)) {
		check_found(scene, "no agent uses %.100s", bpffs);
		return;
	}
	process = locking_process(scene->question);
	check_found(scene, "process %d uses %.100s", process, bpffs);
	check_complain(scene, CHECK_FAILURE,
		       "another agent with this --bpffs does not start; ask "
		       "that one by --socket, or end it");
	if (process != NO_PROCESS)
		check_mend(scene, "kill %d", process);
}

static size_t count_entries(const char *directory)
{
	DIR *open = opendir(directory);
	struct dirent *entry;
	size_t count = 0;

	while (open && (entry = readdir(open)))
		count += entry->d_name[0] != '.';
	if (open)
		closedir(open);
	return count;
}

/*
 * Pins that no agent owns. They keep the program forwarding, and the next agent
 * takes them over; but no dead next hop leaves the tables meanwhile.
 */
void check_left_pins(const struct check_scene *scene)
{
	const char *bpffs = scene->question->bpffs;
	size_t count = is_locked(bpffs) ? 0 : count_entries(bpffs);

	if (!count) {
		check_found(scene, "no agent has left any");
		return;
	}
	check_found(scene, "an agent that has ended left %zu pins in %.100s",
		    count, bpffs);
	check_complain(scene, CHECK_WARNING,
		       "its program still forwards, to servers that may be "
		       "dead; start the agent again, or remove them");
	check_mend(scene, "rm -r %.200s", bpffs);
}

/* ------------------------------------------------------------- the program */

void check_foreign_xdp(const struct check_scene *scene)
{
	const struct device *device = scene->device;
	char name[BPF_QUERY_NAME_SIZE] = "";
	unsigned int links;
	uint32_t link;

	if (!device->ifindex)
		return;
	if (!device->program_id) {
		check_found(scene, "no XDP program");
		return;
	}
	bpf_query_name(device->program_id, name);
	check_found(scene, "has the XDP program %s (id %" PRIu32 ")", name,
		    device->program_id);
	if (!strcmp(name, our_program))
		return;
	check_complain(scene, CHECK_FAILURE,
		       "the agent cannot attach its own, and does not start");
	links = bpf_query_xdp_links(device->program_id, device->ifindex, &link);
	if (links == 1)
		check_mend(scene, "bpftool link detach id %" PRIu32, link);
	else if (!links)
		check_mend(scene, "ip link set dev %s %s off",
			   scene->port->name,
			   device->xdp == DEVICE_XDP_GENERIC ? "xdpgeneric" :
							       "xdp");
}
