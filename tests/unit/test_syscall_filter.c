// SPDX-License-Identifier: BSD-2-Clause
/* Calls that the filter of system calls refuses, and those that pass. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/array.h"
#include "core/record_file.h"
#include "syscall_filter.h"

enum {
	TEXT_SIZE = 4096,
	PAGE = 4096,
};

/* One call, with the value that it returned, or -errno. */
struct trial {
	const char *name;
	unsigned int call;
	uintptr_t arguments[4];
};

static long make_call(const struct trial *trial)
{
	const uintptr_t *given = trial->arguments;
	long result = syscall(trial->call, given[0], given[1], given[2],
			      given[3], 0UL, 0UL);

	return result < 0 ? -errno : result;
}

/* Answer of the process that has the filter. */
struct answer {
	long result;
	int status; /* of wait(2) */
	char log[TEXT_SIZE];
};

/* Run in the new process: stderr goes to the test. */
static void try_filtered(enum agent_seccomp mode, const struct trial *trial,
			 long *result)
{
	char error[SYSCALL_FILTER_ERROR_SIZE];

	if (syscall_filter_install(mode, false, error)) {
		fprintf(stderr, "%s\n", error);
		_exit(1);
	}
	*result = make_call(trial);
	syscall_filter_report();
	_exit(0);
}

static struct answer try(enum agent_seccomp mode, const struct trial *trial)
{
	struct answer answer = { 0 };
	long *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t used = 0;
	ssize_t size;
	pid_t child;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		try_filtered(mode, trial, shared);
	}
	close(ends[1]);
	while ((size = read(ends[0], answer.log + used, TEXT_SIZE - 1 - used)) >
	       0)
		used += (size_t)size;
	close(ends[0]);
	assert_int_equal(waitpid(child, &answer.status, 0), child);
	answer.result = *shared;
	munmap(shared, PAGE);
	return answer;
}

#define PATH(text) (uintptr_t)(text)

static const struct trial forbidden[] = {
	{ "execve", SYS_execve, { PATH("/bin/true") } },
	{ "execveat", SYS_execveat, { (uintptr_t)AT_FDCWD, PATH("/bin/true") } },
#ifndef __SANITIZE_ADDRESS__ /* which looks for leaks in this way */
	{ "clone", SYS_clone, { SIGCHLD } },
	{ "ptrace", SYS_ptrace, { PTRACE_TRACEME } },
#endif
	{ "process_vm_readv", SYS_process_vm_readv, { 1 } },
	{ "kill", SYS_kill, { 1, 0 } },
	{ "tgkill", SYS_tgkill, { 1, 1, SIGABRT } },
	{ "openat",
	  SYS_openat,
	  { (uintptr_t)AT_FDCWD, PATH("/dev/null"), O_WRONLY } },
	{ "openat",
	  SYS_openat,
	  { (uintptr_t)AT_FDCWD, PATH("/dev/null"), O_RDWR } },
	{ "openat",
	  SYS_openat,
	  { (uintptr_t)AT_FDCWD, PATH("/tmp/x"), O_RDONLY | O_CREAT, 0600 } },
	{ "openat",
	  SYS_openat,
	  { (uintptr_t)AT_FDCWD, PATH("/dev/null"), O_RDONLY | O_TRUNC } },
	{ "mkdirat", SYS_mkdirat, { (uintptr_t)AT_FDCWD, PATH("/tmp"), 0700 } },
	{ "renameat2", SYS_renameat2, { 0 } },
	{ "fchmodat",
	  SYS_fchmodat,
	  { (uintptr_t)AT_FDCWD, PATH("/nowhere"), 0700 } },
	{ "mount", SYS_mount, { 0 } },
	{ "setns", SYS_setns, { 0 } },
	{ "unshare", SYS_unshare, { 0 } },
	{ "setresuid", SYS_setresuid, { 0 } },
	{ "capset", SYS_capset, { 0 } },
	{ "init_module", SYS_init_module, { 0 } },
	{ "keyctl", SYS_keyctl, { 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1 } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "socket", SYS_socket, { AF_ALG, SOCK_SEQPACKET, 0 } },
	{ "socket", SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 } },
	{ "ioctl", SYS_ioctl, { 0, TIOCSTI } },
	{ "bpf", SYS_bpf, { BPF_PROG_LOAD } },
	{ "bpf", SYS_bpf, { BPF_MAP_CREATE } },
	{ "bpf", SYS_bpf, { BPF_PROG_ATTACH } },
	{ "mmap",
	  SYS_mmap,
	  { 0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS } },
	{ "mprotect", SYS_mprotect, { 0, 0, PROT_EXEC } },
};

static void a_call_outside_the_list_fails_and_is_named(void **state)
{
	char expected[TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forbidden); i++) {
		const struct trial *trial = &forbidden[i];
		struct answer answer = try(AGENT_SECCOMP_ON, trial);

		print_message("%s (row %zu)\n", trial->name, i);
		assert_int_equal(answer.status, 0);
		assert_int_equal(answer.result, -EPERM);
		snprintf(expected, sizeof(expected),
			 "error agent: system call %s: refused, ", trial->name);
		assert_memory_equal(answer.log, expected, strlen(expected));
	}
}

static const struct trial permitted[] = {
	{ "openat",
	  SYS_openat,
	  { (uintptr_t)AT_FDCWD, PATH("/proc/self/stat"),
	    O_RDONLY | O_CLOEXEC } },
	{ "socket", SYS_socket, { AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0 } },
	{ "socket", SYS_socket, { AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0 } },
	{ "listen", SYS_listen, { 0, 1 } }, /* new listeners of a reload */
	{ "mprotect", SYS_mprotect, { 0, 0, PROT_READ } },
	{ "unlink", SYS_unlinkat, { (uintptr_t)AT_FDCWD, PATH("/nowhere") } },
	/* Records of flows are read, and those that mark a place written. */
	{ "bpf", SYS_bpf, { BPF_MAP_LOOKUP_BATCH } },
	{ "bpf", SYS_bpf, { BPF_MAP_UPDATE_BATCH } },
	{ "bpf", SYS_bpf, { BPF_MAP_DELETE_BATCH } },
};

static void a_call_of_the_list_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(permitted); i++) {
		struct answer answer = try(AGENT_SECCOMP_ON, &permitted[i]);

		print_message("%s (row %zu)\n", permitted[i].name, i);
		assert_int_equal(answer.status, 0);
		assert_int_not_equal(answer.result, -EPERM);
		assert_string_equal(answer.log, "");
	}
}

/* ------------------------------------------------------------- appending */

static const struct trial append_call = {
	"openat",
	SYS_openat,
	{ (uintptr_t)AT_FDCWD, PATH("/nowhere/x"), RECORD_FILE_FLAGS, 0600 }
};
static const struct trial overwrite_call = {
	"openat",
	SYS_openat,
	{ (uintptr_t)AT_FDCWD, PATH("/nowhere/x"),
	  RECORD_FILE_FLAGS & ~O_APPEND, 0600 }
};

struct other_thread {
	pthread_barrier_t step;
	const struct trial *trial;
	long result;
};

static void *call_later(void *argument)
{
	struct other_thread *other = argument;

	pthread_barrier_wait(&other->step); /* it runs */
	pthread_barrier_wait(&other->step); /* there is a filter */
	other->result = make_call(other->trial);
	return NULL;
}

/* Make the call in a thread that is older than the filter. */
static long try_in_thread(bool appends, const struct trial *trial)
{
	long *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char error[SYSCALL_FILTER_ERROR_SIZE];
	pid_t child = fork();
	int status;
	long result;

	if (!child) {
		struct other_thread other = { .trial = trial };
		pthread_t thread;

		pthread_barrier_init(&other.step, NULL, 2);
		pthread_create(&thread, NULL, call_later, &other);
		pthread_barrier_wait(&other.step);
		if (syscall_filter_install(AGENT_SECCOMP_ON, appends, error))
			_exit(1);
		pthread_barrier_wait(&other.step);
		pthread_join(thread, NULL);
		*shared = other.result;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	result = *shared;
	munmap(shared, PAGE);
	return result;
}

static void a_file_may_be_appended_to_only_with_mrt(void **state)
{
	(void)state;
	assert_int_equal(try(AGENT_SECCOMP_ON, &append_call).result, -EPERM);
	assert_int_equal(try_in_thread(true, &append_call), -ENOENT);
	assert_int_equal(try_in_thread(true, &overwrite_call), -EPERM);
	assert_int_equal(try_in_thread(true, &forbidden[0]), -EPERM);
}

static const struct trial harmless = { "getpgrp", SYS_getpgrp, { 0 } };

static void the_mode_decides(void **state)
{
	const pid_t test = getpgrp();

	(void)state;
	assert_int_equal(try(AGENT_SECCOMP_ON, &harmless).result, -EPERM);
	assert_int_equal(try(AGENT_SECCOMP_LOG, &harmless).result, test);
	assert_int_equal(try(AGENT_SECCOMP_OFF, &harmless).result, test);
}

static void a_failed_assertion_still_ends_the_process(void **state)
{
	char error[SYSCALL_FILTER_ERROR_SIZE];
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		signal(SIGABRT, SIG_DFL);
		if (syscall_filter_install(AGENT_SECCOMP_ON, false, error))
			_exit(1);
		abort();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void no_privilege_can_be_gained(void **state)
{
	/* The process asks for its own flags before the filter is there. */
	char error[SYSCALL_FILTER_ERROR_SIZE], text[TEXT_SIZE] = "";
	pid_t child = fork();
	int status;

	(void)state;
	if (!child) {
		if (syscall_filter_install(AGENT_SECCOMP_ON, false, error))
			_exit(1);
		int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

		if (read(fd, text, sizeof(text) - 1) < 0 ||
		    !strstr(text, "NoNewPrivs:\t1\n") ||
		    !strstr(text, "Seccomp:\t2\n"))
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* ------------------------------------------------------------- elsewhere */

enum {
	MAX_PROGRAM = 4096,
};

/* A filter, and the call that it is asked about. */
struct machine {
	struct sock_filter program[MAX_PROGRAM];
	size_t length;
	uint32_t architecture;
};

/* Write the filter of an architecture and read it back. */
static void load_filter(struct machine *machine, uint32_t architecture)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(syscall_filter_write(architecture, fileno(file)), 0);
	rewind(file);
	machine->length = fread(machine->program, sizeof(*machine->program),
				MAX_PROGRAM, file);
	machine->architecture = architecture;
	fclose(file);
	assert_in_range(machine->length, 1, MAX_PROGRAM - 1);
}

static uint32_t load_word(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_in_range(offset, 0, sizeof(*data) - sizeof(word));
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static bool is_true(const struct sock_filter *step, uint32_t value)
{
	switch (BPF_OP(step->code)) {
	case BPF_JEQ:
		return value == step->k;
	case BPF_JGT:
		return value > step->k;
	case BPF_JGE:
		return value >= step->k;
	default:
		fail_msg("jump %#x", step->code);
		return false;
	}
}

/* Run the filter on a call as that kernel would; only what libseccomp writes. */
static uint32_t judge(const struct machine *machine,
		      const struct seccomp_data *data)
{
	uint32_t value = 0;

	for (size_t at = 0; at < machine->length; at++) {
		const struct sock_filter *step = &machine->program[at];

		switch (BPF_CLASS(step->code)) {
		case BPF_LD:
			value = load_word(data, step->k);
			break;
		case BPF_ALU:
			assert_int_equal(BPF_OP(step->code), BPF_AND);
			value &= step->k;
			break;
		case BPF_JMP:
			if (BPF_OP(step->code) == BPF_JA)
				at += step->k;
			else
				at += is_true(step, value) ? step->jt :
							     step->jf;
			break;
		case BPF_RET:
			return step->k;
		default:
			fail_msg("instruction %#x", step->code);
		}
	}
	fail_msg("no end");
	return 0;
}

static uint32_t judge_name(const struct machine *machine, const char *name,
			   uint64_t first)
{
	int number =
		seccomp_syscall_resolve_name_arch(machine->architecture, name);
	const struct seccomp_data data = {
		.nr = number,
		.arch = machine->architecture,
		.args = { first },
	};

	if (number < 0)
		fail_msg("%s is no call there", name);
	return judge(machine, &data);
}

/*
 * Calls that glibc makes on all of these: newer architectures have no open, poll,
 * epoll_wait or unlink.
 */
static void other_architectures_have_the_calls_that_they_need(void **state)
{
	static const char *const needed[] = {
		"epoll_pwait", "ppoll",	    "openat",	     "unlinkat",
		"newfstatat",  "statx",	    "readlinkat",    "read",
		"write",       "sendmsg",   "recvmsg",	     "accept4",
		"mmap",	       "munmap",    "brk",	     "futex",
		"exit_group",  "getrandom", "clock_gettime", "rt_sigreturn",
	};
	static const char *const refused[] = {
#ifndef __SANITIZE_ADDRESS__
		"ptrace",
#endif
		"execve", "mount", "kill", "setuid", "init_module"
	};
	static const uint32_t architectures[] = { SCMP_ARCH_X86_64,
						  SCMP_ARCH_AARCH64,
						  SCMP_ARCH_RISCV64 };
	static struct machine machine;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(architectures); i++) {
		load_filter(&machine, architectures[i]);
		for (size_t k = 0; k < COUNT_OF(needed); k++)
			assert_int_equal(judge_name(&machine, needed[k], 0),
					 SCMP_ACT_ALLOW);
		for (size_t k = 0; k < COUNT_OF(refused); k++)
			assert_int_equal(judge_name(&machine, refused[k], 0),
					 SCMP_ACT_TRAP);
		assert_int_equal(judge_name(&machine, "socket", AF_NETLINK),
				 SCMP_ACT_ALLOW);
		assert_int_equal(judge_name(&machine, "socket", AF_VSOCK),
				 SCMP_ACT_TRAP);
		assert_int_equal(judge_name(&machine, "bpf", BPF_PROG_LOAD),
				 SCMP_ACT_TRAP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_outside_the_list_fails_and_is_named),
		cmocka_unit_test(a_call_of_the_list_passes),
		cmocka_unit_test(a_file_may_be_appended_to_only_with_mrt),
		cmocka_unit_test(the_mode_decides),
		cmocka_unit_test(a_failed_assertion_still_ends_the_process),
		cmocka_unit_test(no_privilege_can_be_gained),
		cmocka_unit_test(
			other_architectures_have_the_calls_that_they_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
