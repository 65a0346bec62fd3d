/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPLAY_PEER_H
#define REPLAY_PEER_H

/*
 * A peer of a file that is replayed: its session with the agent, from the peer's
 * own address. Calls wait, so there is one of them at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/wire.h"

enum replay_peer_sizes {
	REPLAY_MESSAGE_MAX = 65535,
	REPLAY_ERROR_SIZE = 256,
};

/* Types of messages: RFC 4271 4.1. */
enum replay_message {
	REPLAY_OPEN = 1,
	REPLAY_UPDATE = 2,
	REPLAY_NOTIFICATION = 3,
	REPLAY_KEEPALIVE = 4,
};

/* The agent, and the link of link-local peers. */
struct replay_target {
	struct address address; /* zero: the file's */
	uint16_t port;
	uint32_t ifindex; /* 0: none */
};

struct replay_peer {
	struct address address;
	int fd;		       /* -1: no session */
	bool up;	       /* the agent has sent its OPEN and a KEEPALIVE */
	uint64_t keepalive_ms; /* between ours; 0: none */
	uint64_t due_ms;
	uint8_t input[REPLAY_MESSAGE_MAX];
	size_t used;
	char why_down[REPLAY_ERROR_SIZE];
};

/*
 * Establish a session with this OPEN. False: `why_down` says what failed and what
 * to do.
 */
bool replay_peer_connect(struct replay_peer *peer,
			 const struct replay_target *target,
			 struct reader open);
/* Send a message. False: the session is down, for `why_down`. */
bool replay_peer_send(struct replay_peer *peer, struct reader message);
/*
 * Read what has come and send a KEEPALIVE if it is due. False: the session has
 * ended just now, for `why_down`.
 */
bool replay_peer_tend(struct replay_peer *peer, uint64_t now_ms);
void replay_peer_close(struct replay_peer *peer);

#endif
