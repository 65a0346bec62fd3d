/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_SANDBOX_H
#define TESTS_XDP_SANDBOX_H

/*
 * The test's own network and mount namespaces, with their own BPF file system.
 * The kernel removes all of it with the process, however that ends, and two
 * tests at the same time never meet.
 */

#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define SANDBOX_BPFFS "/sys/fs/bpf"
#define SANDBOX_PINS  SANDBOX_BPFFS "/headgate"

enum {
	SANDBOX_COMMAND_SIZE = 512,
	SANDBOX_FAILED = 1
};

static inline void sandbox_die(const char *what)
{
	perror(what);
	fprintf(stderr, "these tests need root and a kernel with bpffs\n");
	exit(SANDBOX_FAILED);
}

/* Return the factor for time limits on a slow machine. */
static inline unsigned int sandbox_time_scale(void)
{
	const char *text = getenv("TIME_SCALE");
	int scale = text ? atoi(text) : 1;

	return scale > 1 ? (unsigned int)scale : 1;
}

/* Run a shell command and return its exit status, 0 on success. */
__attribute__((format(printf, 1, 2))) static inline int
sandbox_run(const char *format, ...)
{
	char command[SANDBOX_COMMAND_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

static inline void sandbox_enter(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET))
		sandbox_die("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpf", SANDBOX_BPFFS, "bpf", 0, "mode=0700"))
		sandbox_die("mount " SANDBOX_BPFFS);
}

/*
 * Create a veth pair, `name` and `name`-peer. Both ends stay down: then the
 * test's frames are the only ones, and the kernel sends none of its own.
 */
static inline uint32_t sandbox_add_veth(const char *name)
{
	if (sandbox_run("ip link add %s type veth peer name %s-peer", name,
			name))
		sandbox_die("ip link add");
	return if_nametoindex(name);
}

#endif
