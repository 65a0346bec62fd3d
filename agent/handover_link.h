/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDOVER_LINK_H
#define HANDOVER_LINK_H

/*
 * The connection of a handover, at the end of the agent that takes over: it waits
 * for records, as nothing else is its work yet, until a deadline.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handover_record.h"

enum handover_link_sizes {
	HANDOVER_LINK_ERROR_SIZE = 192,
	HANDOVER_LINK_FDS = 64, /* that came and were not taken */
};

struct handover_link {
	int fd;
	uint64_t deadline_ms;
	uint8_t *data;
	size_t start, end;
	int fds[HANDOVER_LINK_FDS];
	size_t fd_count;
};

/*
 * Connect and ask for a handover. Returns 0; -ENOENT: no agent is there; or
 * -errno with `error`. The caller closes in each case.
 */
int handover_link_open(struct handover_link *link, const char *path,
		       uint64_t deadline_ms,
		       char error[HANDOVER_LINK_ERROR_SIZE]);
/* Wait a moment for the end of the agent at the socket; true: no agent is there. */
bool handover_link_is_deserted(const char *path);
/* Close the connection and all descriptors that nothing has taken. */
void handover_link_close(struct handover_link *link);
/*
 * Wait for the next record, valid until the next call. Returns 0, -ETIMEDOUT,
 * -EPIPE at the end, -EBADMSG, or another -errno.
 */
int handover_link_next(struct handover_link *link,
		       struct handover_record *record);
/* Take the descriptor that came first, or return -1. The caller closes it. */
int handover_link_take_fd(struct handover_link *link);
int handover_link_send(struct handover_link *link, enum handover_type type);

#endif
