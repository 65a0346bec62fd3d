/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDOVER_RECORD_H
#define HANDOVER_RECORD_H

/*
 * The language of a handover: records of a length, a type and a body. The two
 * may be of different versions: a reader skips types that it does not know, and
 * bytes behind those that it knows. Another HANDOVER_VERSION is no handover.
 *
 * Neighbors are numbered in the order of their records. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/sizes.h"
#include "core/wire.h"

enum handover_constants {
	HANDOVER_VERSION = 1,
	HANDOVER_HEADER_SIZE = 8,
	HANDOVER_BODY_MAX = 1 << 17,
	HANDOVER_PIECE_MAX = 1 << 16, /* of a session's bytes */
	HANDOVER_KEYS_MAX = 256,      /* announcements in one record */
	HANDOVER_KEY_SIZE = 21,
	HANDOVER_TEXT_MAX = 255,
};

/* Numbers are part of the format. */
enum handover_type {
	/* From the agent that leaves. With these come descriptors: */
	HANDOVER_CONTROL_LOCK = 1,
	HANDOVER_PINS_LOCK = 2,
	HANDOVER_LISTENER = 3,
	HANDOVER_NEIGHBOR = 4, /* if it has a session */
	HANDOVER_BFD_PORT = 5,
	HANDOVER_BFD = 6,
	HANDOVER_LAST_WITH_DESCRIPTOR = 15, /* of those to come, too */
	/* Without: */
	HANDOVER_HELLO = 16, /* the first one */
	HANDOVER_UPDATE = 17,
	HANDOVER_ANNOUNCED = 18,
	HANDOVER_NEXTHOP = 19,
	HANDOVER_DRAIN = 20,
	HANDOVER_INPUT = 21,
	HANDOVER_OUTPUT = 22,
	HANDOVER_END = 23,
	/* The answer to HANDOVER_READY, both without a body. */
	HANDOVER_LEFT = 24,
	HANDOVER_STAYS = 25, /* or at any time: it goes on itself */
	/* All but bytes of sessions is said; they follow after GO_ON. */
	HANDOVER_PAUSE = 26,
	HANDOVER_MANAGER = 27, /* of the service, if there is one */
	HANDOVER_FLOWSPEC = 28,
	/* From the one that comes. */
	HANDOVER_READY = 64,
	HANDOVER_GO_ON = 65, /* it has made its rooms and read all so far */
};

struct handover_record {
	uint16_t type; /* enum handover_type, or an unknown one */
	struct reader body;
};

/*
 * Take the first record off the bytes. Returns its size with header; 0: it is
 * not complete; -1: it is too long, and what follows has no meaning.
 */
int32_t handover_record_next(const uint8_t *data, size_t size,
			     struct handover_record *record);
/* Begin a record; returns where, for handover_record_end(). */
size_t handover_record_begin(struct writer *w, enum handover_type type);
void handover_record_end(struct writer *w, size_t begin);

struct handover_hello {
	uint16_t version;
	char software[HANDOVER_TEXT_MAX + 1];
};

void handover_hello_encode(struct writer *w, const char *software);
bool handover_hello_decode(struct reader *r, struct handover_hello *hello);

/* One announcement that a neighbor has. */
struct handover_key {
	struct prefix prefix;
	uint32_t path_id;
};

void handover_key_encode(struct writer *w, const struct handover_key *key);
/* False at the end of the list, or at a key that is none: r->failed then. */
bool handover_key_decode(struct reader *r, struct handover_key *key);

/* A gateway, or next hop on a link, that answers. */
struct handover_nexthop {
	struct address via;
	uint32_t ifindex;
	uint8_t mac[MAC_SIZE];
};

void handover_nexthop_encode(struct writer *w,
			     const struct handover_nexthop *nexthop);
bool handover_nexthop_decode(struct reader *r,
			     struct handover_nexthop *nexthop);

/* An order to drain. */
struct handover_drain {
	struct address address;
	uint64_t since_ms;
	uint64_t until_ms; /* 0: no end */
	char reason[HANDOVER_TEXT_MAX + 1];
};

void handover_drain_encode(struct writer *w,
			   const struct handover_drain *drain);
bool handover_drain_decode(struct reader *r, struct handover_drain *drain);

/* Where the service manager listens. */
struct handover_manager {
	uint64_t sign_us; /* between two signs of life; 0: none */
	char path[HANDOVER_TEXT_MAX + 1];
};

void handover_manager_encode(struct writer *w,
			     const struct handover_manager *manager);
bool handover_manager_decode(struct reader *r,
			     struct handover_manager *manager);

#endif
