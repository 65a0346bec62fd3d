/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_PAIR_H
#define TESTS_XDP_PAIR_H

/*
 * Two namespaces joined by a veth pair:
 *
 *	our namespace                     the server's namespace
 *	hg0 10.0.0.1 02:00:00:00:00:01 == hg1 10.0.0.2 02:00:00:00:00:02
 *
 * The namespaces have no names. They live as long as this process and its
 * child, so that a test leaves nothing behind however it ends, and any number
 * of tests can run at the same time. A failure in this file ends the test.
 */

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

enum pair_times {
	PAIR_POLL_US = 5000,
	PAIR_POLLS = 400,
};

/* Run a shell command in our namespace. */
#define pair_run(...)                                                   \
	do {                                                            \
		if (sandbox_run(__VA_ARGS__))                           \
			sandbox_die("a command failed: " #__VA_ARGS__); \
	} while (0)

/* Run an ip(8) command in the server's namespace. */
static inline void pair_run_at(pid_t server, const char *command)
{
	pair_run("nsenter -t %d -n ip %s", (int)server, command);
}

/* Start a process that holds a namespace until this process ends. */
static inline pid_t pair_start_server(void)
{
	int ready[2];
	pid_t server;
	char byte = 0;

	if (pipe(ready))
		sandbox_die("pipe");
	server = fork();
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], &byte, 1) != 1)
			_exit(SANDBOX_FAILED);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (server < 0 || read(ready[0], &byte, 1) != 1)
		sandbox_die("a namespace for the server");
	close(ready[0]);
	return server;
}

/* Wait until hg0 has its carrier, a second after it came up at the latest. */
static inline void pair_await_link(void)
{
	struct ifreq request = { .ifr_name = "hg0" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (int i = 0; i < PAIR_POLLS; i++) {
		if (ioctl(fd, SIOCGIFFLAGS, &request))
			sandbox_die("hg0");
		if (request.ifr_flags & IFF_RUNNING)
			break;
		usleep(PAIR_POLL_US);
	}
	close(fd);
}

/* Build the pair. Returns the process that holds the server's namespace. */
static inline pid_t pair_build(void)
{
	pid_t server;

	if (unshare(CLONE_NEWNET))
		sandbox_die("unshare");
	server = pair_start_server();
	/*
	 * With equal ifindexes at both ends the kernel would not recognise a
	 * pair, and could report a lost carrier up to a second late.
	 */
	pair_run("ip link add hg0 index 100 address 02:00:00:00:00:01 "
		 "type veth peer name hg1 address 02:00:00:00:00:02 netns %d",
		 (int)server);
	pair_run("ip address add 10.0.0.1/24 dev hg0");
	pair_run("ip link set hg0 up");
	pair_run_at(server, "address add 10.0.0.2/24 dev hg1");
	pair_run_at(server, "link set hg1 up");
	pair_await_link();
	return server;
}

static inline void pair_end(pid_t server)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

/* Open a packet socket on hg1, in the server's namespace, where it stays. */
static inline int pair_server_socket(pid_t server, unsigned int *ifindex)
{
	char path[64];
	int ours, theirs, fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)server);
	ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (setns(theirs, CLONE_NEWNET))
		sandbox_die("setns");
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	*ifindex = if_nametoindex("hg1");
	if (setns(ours, CLONE_NEWNET) || fd < 0)
		sandbox_die("a socket at the server");
	close(ours);
	close(theirs);
	return fd;
}

#endif
