// SPDX-License-Identifier: BSD-2-Clause
/* The list of system calls, and those that were refused. See syscall_filter.h. */

#include "syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/array.h"
#include "core/log.h"
#include "core/record_file.h"

/* ------------------------------------------------------------- the list */

enum syscall_filter_masks {
	ALL_BITS = -1,
	CHANGES_FILE = O_ACCMODE | O_CREAT | O_TRUNC,
	LARGE_FILE = 0100000, /* O_LARGEFILE, which a libc may add */
	APPENDS_FILE_MASK = ~LARGE_FILE,
};

/*
 * A call, with any arguments or with one that has this value under this mask.
 * Several rows of one call: any of them.
 */
struct allowed_call {
	const char *name;
	unsigned int argument;
	uint32_t mask; /* 0: any arguments */
	uint32_t value;
};

/*
 * All calls that the tests of the lab make after the start, and the other forms in
 * which a libc makes the same ones.
 */
static const struct allowed_call allowed_calls[] = {
	/* The event loop: sockets, timers, signals, stop and go on. */
	{ "epoll_create1" },
	{ "epoll_ctl" },
	{ "epoll_wait" },
	{ "epoll_pwait" },
	{ "epoll_pwait2" },
	{ "poll" },
	{ "ppoll" },
	{ "timerfd_create" },
	{ "timerfd_settime" },
	{ "rt_sigaction" },
	{ "rt_sigprocmask" },
	{ "rt_sigreturn" },
	{ "restart_syscall" },

	/* Time and chance. */
	{ "clock_gettime" },
	{ "gettimeofday" },
	{ "time" },
	{ "getrandom" },

	/* Descriptors: sessions, the log, clients, probes. */
	{ "read" },
	{ "readv" },
	{ "pread64" },
	{ "write" },
	{ "writev" },
	{ "lseek" },
	{ "close" },
	{ "fcntl" },
	{ "ioctl", 1, ALL_BITS, FIONREAD },

	/* Sockets: BGP, BFD, probes, netlink, control, questions to drivers. */
	{ "socket", 0, ALL_BITS, AF_INET },
	{ "socket", 0, ALL_BITS, AF_INET6 },
	{ "socket", 0, ALL_BITS, AF_NETLINK },
	{ "socket", 0, ALL_BITS, AF_PACKET },
	{ "socket", 0, ALL_BITS, AF_UNIX },
	{ "bind" },
	{ "connect" },
	{ "listen" }, /* new listeners of a reload */
	{ "accept" },
	{ "accept4" },
	{ "shutdown" },
	{ "getsockname" },
	{ "getpeername" },
	{ "getsockopt" },
	{ "setsockopt" },
	{ "sendto" },
	{ "sendmsg" },
	{ "sendmmsg" },
	{ "recvfrom" },
	{ "recvmsg" },
	{ "recvmmsg" },
	{ "ioctl", 1, ALL_BITS, SIOCGIFNAME },
	{ "ioctl", 1, ALL_BITS, SIOCGIFINDEX },
	{ "ioctl", 1, ALL_BITS, SIOCETHTOOL },

	/*
	 * The program's tables: what is in them, and the links and pins of
	 * interfaces that come and go. No new table, and no other program.
	 */
	{ "bpf", 0, ALL_BITS, BPF_MAP_LOOKUP_ELEM },
	{ "bpf", 0, ALL_BITS, BPF_MAP_UPDATE_ELEM },
	{ "bpf", 0, ALL_BITS, BPF_MAP_DELETE_ELEM },
	{ "bpf", 0, ALL_BITS, BPF_MAP_GET_NEXT_KEY },
	{ "bpf", 0, ALL_BITS, BPF_MAP_LOOKUP_BATCH },
	{ "bpf", 0, ALL_BITS, BPF_MAP_UPDATE_BATCH },
	{ "bpf", 0, ALL_BITS, BPF_MAP_DELETE_BATCH },
	{ "bpf", 0, ALL_BITS, BPF_OBJ_PIN },
	{ "bpf", 0, ALL_BITS, BPF_OBJ_GET },
	{ "bpf", 0, ALL_BITS, BPF_OBJ_GET_INFO_BY_FD },
	{ "bpf", 0, ALL_BITS, BPF_PROG_TEST_RUN },
	{ "bpf", 0, ALL_BITS, BPF_LINK_CREATE },
	{ "bpf", 0, ALL_BITS, BPF_LINK_UPDATE },
	{ "bpf", 0, ALL_BITS, BPF_LINK_DETACH },

	/* The rings of a capture. */
	{ "perf_event_open" },
	{ "ioctl", 1, ALL_BITS, PERF_EVENT_IOC_ENABLE },
	{ "ioctl", 1, ALL_BITS, PERF_EVENT_IOC_DISABLE },

	/* Files of /proc and /sys, for reading. */
	{ "openat", 2, CHANGES_FILE, O_RDONLY },
	{ "open", 1, CHANGES_FILE, O_RDONLY },
	{ "fstat" },
	{ "stat" },
	{ "lstat" },
	{ "newfstatat" },
	{ "statx" },
	{ "readlink" },
	{ "readlinkat" },
	{ "getdents64" },
	{ "uname" },
	{ "sysinfo" },
	{ "sched_getaffinity" },

	/* A record that a full disk has cut. */
	{ "ftruncate" },

	/* The end: pins and the control socket are removed. */
	{ "unlink" },
	{ "umask" }, /* --metrics unix:PATH of a reload */
	{ "unlinkat" },
	{ "rmdir" },
	{ "exit" },
	{ "exit_group" },

	/* Memory, but none that could be executed. */
	{ "brk" },
	{ "mmap", 2, PROT_EXEC, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	{ "mremap" },
	{ "munmap" },
	{ "madvise" },
	{ "mlock" }, /* keys, which a reload reads again */
	{ "futex" },

	/* Our numbers. */
	{ "getpid" },
	{ "gettid" },
	{ "getuid" },
	{ "geteuid" },
#ifdef __SANITIZE_ADDRESS__

	/* The search for leaks at the end: a process that stops this one. */
	{ "clone" },
	{ "ptrace" },
	{ "wait4" },
	{ "prctl" },
	{ "sigaltstack" },
	{ "sched_yield" },
	{ "getdents" },
	{ "getppid" },
	{ "prlimit64" },
	{ "arch_prctl" },
#endif
};

/* The file of --mrt, opened again by a reload. */
static const struct allowed_call append_calls[] = {
	{ "openat", 2, APPENDS_FILE_MASK, RECORD_FILE_FLAGS },
	{ "open", 1, APPENDS_FILE_MASK, RECORD_FILE_FLAGS },
};

/* ------------------------------------------------------------- refusals */

enum syscall_filter_numbers {
	WORD_BITS = 32,
	CALL_NUMBERS = 1024, /* above those of any architecture */
	OTHER_CALLS = CALL_NUMBERS - 1,
};

/*
 * Written by the signal handler, which has no other way out: it runs inside of
 * the call that was refused, and may not log.
 */
static volatile sig_atomic_t is_refused;
static volatile uint32_t refused_calls[CALL_NUMBERS / WORD_BITS];

/* Make the call return -EPERM to its caller. */
static void refuse_in(ucontext_t *context)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	context->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#elif defined(__riscv)
	context->uc_mcontext.__gregs[REG_A0] = (unsigned long)-EPERM;
#else
#error "name the register with the result of a system call"
#endif
}

static void on_refused_call(int signal, siginfo_t *info, void *context)
{
	unsigned int call = (unsigned int)info->si_syscall;

	(void)signal;
	if (call > OTHER_CALLS)
		call = OTHER_CALLS;
	refused_calls[call / WORD_BITS] |= 1U << call % WORD_BITS;
	is_refused = 1;
	refuse_in(context);
}

static void report_call(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

	log_event(EVENT_SYSTEM_CALL_REFUSED, NULL,
		  "system call %s: refused, as the agent does not need it: a "
		  "fault of Headgate or of a library, or an attack; "
		  "--seccomp log lets it pass",
		  name ? name : "of another architecture");
	free(name);
}

void syscall_filter_report(void)
{
	if (!is_refused)
		return;
	is_refused = 0;
	for (unsigned int i = 0; i < CALL_NUMBERS; i++) {
		uint32_t bit = 1U << i % WORD_BITS;

		if (!(refused_calls[i / WORD_BITS] & bit))
			continue;
		refused_calls[i / WORD_BITS] &= ~bit;
		report_call((int)i);
	}
}

static int catch_refusals(void)
{
	struct sigaction action = {
		.sa_sigaction = on_refused_call,
		.sa_flags = SA_SIGINFO,
	};

	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) ? -errno : 0;
}

/* ------------------------------------------------------------- the filter */

static int allow_call(scmp_filter_ctx filter, const struct allowed_call *call)
{
	int number = seccomp_syscall_resolve_name(call->name);
	const struct scmp_arg_cmp argument = {
		.arg = call->argument,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = call->mask,
		.datum_b = call->value,
	};

	if (number == __NR_SCMP_ERROR)
		return 0; /* a libseccomp that is older than the call */
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number,
				      call->mask != 0, &argument);
}

/* abort(3) ends us by a signal. No other process gets one. */
static int allow_abort(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp arguments[] = {
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()),
		SCMP_A2(SCMP_CMP_EQ, SIGABRT),
	};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
				      COUNT_OF(arguments), arguments);
}

static int allow_appending(scmp_filter_ctx filter)
{
	int code = 0;

	for (size_t i = 0; i < COUNT_OF(append_calls) && !code; i++)
		code = allow_call(filter, &append_calls[i]);
	return code;
}

static int fill_filter(scmp_filter_ctx filter, uint32_t otherwise)
{
	int code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, otherwise);

	/*
	 * Filters are for code that is not trusted, so the kernel would slow
	 * the process down against speculation. Ours is trusted.
	 */
	if (!code)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	/* A tree instead of a chain of comparisons. */
	if (!code)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < COUNT_OF(allowed_calls) && !code; i++)
		code = allow_call(filter, &allowed_calls[i]);
	return code ? code : allow_abort(filter);
}

int syscall_filter_write(uint32_t architecture, int fd)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int code = filter ? 0 : -ENOMEM;

	if (!code && architecture != seccomp_arch_native()) {
		code = seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
		if (!code)
			code = seccomp_arch_add(filter, architecture);
	}
	if (!code)
		code = fill_filter(filter, SCMP_ACT_TRAP);
	if (!code)
		code = seccomp_export_bpf(filter, fd);
	seccomp_release(filter);
	return code;
}

int syscall_filter_install(enum agent_seccomp mode, bool appends,
			   char error[SYSCALL_FILTER_ERROR_SIZE])
{
	uint32_t otherwise = mode == AGENT_SECCOMP_LOG ? SCMP_ACT_LOG :
							 SCMP_ACT_TRAP;
	scmp_filter_ctx filter;
	int code;

	if (mode == AGENT_SECCOMP_OFF)
		return 0;
	filter = seccomp_init(otherwise);
	code = filter ? fill_filter(filter, otherwise) : -ENOMEM;
	if (!code && appends)
		code = allow_appending(filter);
	/* For the threads (core/background.h, core/record_file.h), too. */
	if (!code)
		code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!code)
		code = catch_refusals();
	if (!code)
		code = seccomp_load(filter);
	seccomp_release(filter);
	if (code)
		snprintf(error, SYSCALL_FILTER_ERROR_SIZE,
			 "system calls not filtered: %s; the kernel needs "
			 "CONFIG_SECCOMP_FILTER, or run with --seccomp off",
			 strerror(-code));
	return code;
}
