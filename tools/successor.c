// SPDX-License-Identifier: BSD-2-Clause
/*
 * Starts an agent with --takeover. See successor.h.
 *
 * Under a service manager this runs as a process of the service, and what it
 * starts stays in the service. The manager becomes the parent of the successor
 * before that takes over, so it hears of its end.
 */

#include "successor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

enum {
	LOOK_INTERVAL_MS = 50,
	ANSWER_S = 10,
	NOT_STARTED = 127, /* exit code, as of a shell */
};

/* Never returns. */
static void run_command(char **command)
{
	setsid();
	execvp(command[0], command);
	fprintf(stderr, "headgatectl: %s: not started: %s\n", command[0],
		strerror(errno));
	_exit(NOT_STARTED);
}

/* Start the process, which must not be a child of this one, and write its number. */
static void start_and_leave(int out, char **command)
{
	pid_t pid = fork();

	if (!pid)
		run_command(command);
	_exit(write(out, &pid, sizeof(pid)) != sizeof(pid));
}

/* Return the number of the process, or -errno. */
static pid_t start_in_background(char **command)
{
	int ends[2];
	pid_t child, pid = -EIO;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		start_and_leave(ends[1], command);
	if (child < 0)
		pid = -errno;
	close(ends[1]);
	if (child > 0 && read(ends[0], &pid, sizeof(pid)) != sizeof(pid))
		pid = -EIO;
	close(ends[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return pid;
}

/* Return the number of the process that listens there, or -errno. */
static pid_t find_listener(const char *socket)
{
	struct client client;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int error = client_open(&client, socket, ANSWER_S);

	if (!error &&
	    getsockopt(client.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		error = -errno;
	client_close(&client);
	return error ? error : peer.pid;
}

/* Wait for a moment. True: the process has ended. */
static bool has_ended(int process)
{
	struct pollfd end = { .fd = process, .events = POLLIN };

	return poll(&end, 1, LOOK_INTERVAL_MS) > 0;
}

enum exit_code successor_start(const char *socket, char **command)
{
	pid_t pid = start_in_background(command);
	int process = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (pid < 0) {
		fprintf(stderr, "headgatectl: %s: not started: %s\n",
			command[0], strerror(-pid));
		return EXIT_FAILED;
	}
	while (process >= 0 && !has_ended(process)) {
		if (find_listener(socket) != pid)
			continue;
		close(process);
		printf("process %jd has taken over\n", (intmax_t)pid);
		return ask_flush();
	}
	if (process >= 0)
		close(process);
	fprintf(stderr,
		"headgatectl: %s: ended before it took over; its log says why\n",
		command[0]);
	return EXIT_FAILED;
}
