/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NOTIFY_H
#define NOTIFY_H

/*
 * The service manager learns about the agent's life by datagrams of text to the
 * socket that NOTIFY_SOCKET names, as sd_notify(3) describes: ready, reloading,
 * stopping, a line of status, and signs of life of the event loop at half of
 * WATCHDOG_USEC. Without NOTIFY_SOCKET nothing is sent.
 *
 * A manager that does not read cannot block the loop. A message that the socket
 * does not take is sent again a second later, or replaced by a newer one.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

struct event;
struct event_base;

enum notify_sizes {
	NOTIFY_STATE_SIZE = 64,
	NOTIFY_STATUS_SIZE = 96,
};

/* Write the line of status, without a newline. */
typedef void notify_status_fn(char line[NOTIFY_STATUS_SIZE], void *context);

struct notify {
	struct event_base *base;
	bool connected; /* there is a manager */
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	uint64_t sign_us; /* between two signs of life; 0: none are wanted */
	notify_status_fn *status;
	void *context;
	char state[NOTIFY_STATE_SIZE]; /* not sent so far; "": none */
	char line[NOTIFY_STATUS_SIZE]; /* sent last */
	struct event *turn;	       /* looks at the status each second */
	struct event *watchdog;	       /* NULL: the manager wants no signs */
};

/*
 * Connect to the manager, if there is one. Return 0 or -ENOMEM; notify_close()
 * is legal in both cases. The log says what is wrong with a socket that cannot
 * be used.
 */
int notify_open(struct notify *notify, struct event_base *base,
		notify_status_fn *status, void *context);
void notify_close(struct notify *notify);

/*
 * Go on with the manager of the agent before, unless the environment names one:
 * a successor does not come from the manager. Returns 0 or -ENOMEM.
 */
int notify_adopt(struct notify *notify, const char *path, uint64_t sign_us);
/*
 * The service is that process from now on, and this one leaves. False: the
 * manager does not read, and would end the service with this process.
 */
bool notify_successor(struct notify *notify, pid_t pid);

/* The start or a reload is over. */
void notify_ready(struct notify *notify);
void notify_reloading(struct notify *notify);
void notify_stopping(struct notify *notify);

#endif
