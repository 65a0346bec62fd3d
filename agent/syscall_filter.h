/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SYSCALL_FILTER_H
#define SYSCALL_FILTER_H

/*
 * A filter of system calls (seccomp), for what an attacker could do who runs code
 * in the agent. What the agent calls once it runs is a list. Each other call
 * fails with EPERM and is logged: a library that needs one more is found by its
 * name, and the agent goes on as far as it can.
 *
 * The kernel sees numbers and not paths: files are opened for reading only,
 * whatever they are, or with --mrt for appending to them.
 */

#include <stdbool.h>

#include "config/config.h"

enum syscall_filter_sizes {
	SYSCALL_FILTER_ERROR_SIZE = 256,
};

/*
 * Install the filter for the rest of the process's life, with
 * AGENT_SECCOMP_LOG one that lets all calls pass and has the kernel's log
 * name those outside the list. `appends`: files may be opened as those of
 * core/record_file.h are, by each thread of the process. Returns 0, or -errno and what to do in `error`.
 */
int syscall_filter_install(enum agent_seccomp mode, bool appends,
			   char error[SYSCALL_FILTER_ERROR_SIZE]);
/* Log the calls that were refused since the last time. */
void syscall_filter_report(void);

/*
 * Write the filter of an architecture (SCMP_ARCH_X of seccomp.h) to a file, as the
 * kernel would get it there. Returns 0 or -errno.
 */
int syscall_filter_write(uint32_t architecture, int fd);

#endif
