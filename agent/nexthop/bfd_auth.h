/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_AUTH_H
#define NEXTHOP_BFD_AUTH_H

/*
 * Authentication of BFD by a key and SHA-1: RFC 5880 4.4 and 6.7.4. Pure: the
 * time and the first sequence number come in as arguments.
 *
 * A signed packet is the plain one and a section with a sequence number and a
 * digest over both and the key. The number rises with each packet sent. A
 * received one must be a little higher than the last (meticulous), or at least
 * not lower (keyed), so that packets cannot be replayed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/secret.h"
#include "core/sha1.h"
#include "nexthop/bfd_packet.h"

/* RFC 5880 4.1: numbered as on the wire. */
enum bfd_auth_type {
	BFD_AUTH_NONE = 0,
	BFD_AUTH_KEYED_SHA1 = 4,
	BFD_AUTH_METICULOUS_SHA1 = 5,
	BFD_AUTH_TYPE_COUNT,
};

/* Names of bfd-auth, indexed by type; those that are not supported are NULL. */
extern const char *const bfd_auth_names[BFD_AUTH_TYPE_COUNT];

enum bfd_auth_sizes {
	BFD_KEY_MAX = SHA1_SIZE,
	BFD_SIGNED_SIZE = 52, /* of a packet with its section */
	BFD_KEY_ID = 1,	      /* unless the configuration gives another */
};

struct bfd_key {
	enum bfd_auth_type type;
	uint8_t id;
	struct secret secret; /* BFD_KEY_MAX bytes at most; not copied */
};

/* The key of a session, and the numbers of its packets. */
struct bfd_auth {
	struct bfd_key key;
	uint32_t sent_sequence;
	bool has_heard;
	uint32_t heard_sequence;
	uint64_t heard_us;
};

enum bfd_auth_verdict {
	BFD_AUTH_OK,
	BFD_AUTH_MISSING,   /* not signed */
	BFD_AUTH_MALFORMED, /* the lengths do not fit */
	BFD_AUTH_OTHER_TYPE,
	BFD_AUTH_OTHER_KEY,
	BFD_AUTH_OLD, /* a replay, or a long pause */
	BFD_AUTH_FORGED,
	BFD_AUTH_VERDICT_COUNT,
};

/* Return true if both are the same key, or no key. */
bool bfd_key_equal(const struct bfd_key *a, const struct bfd_key *b);

/* Begin with a random sequence number. The key may be of type NONE. */
void bfd_auth_init(struct bfd_auth *auth, const struct bfd_key *key,
		   uint32_t random);
/* Write the packet and its section, if there is a key. Return the size. */
size_t bfd_auth_sign(struct bfd_auth *auth, const struct bfd_frame *frame,
		     uint8_t out[BFD_SIGNED_SIZE]);
/*
 * Check a received packet and write it without its section. `detection_us`:
 * after twice this time without a packet, any sequence number is accepted (RFC
 * 5880 6.8.1, bfd.AuthSeqKnown). `plain` is set only if BFD_AUTH_OK.
 */
enum bfd_auth_verdict bfd_auth_open(struct bfd_auth *auth, const void *data,
				    size_t size, uint64_t now_us,
				    uint64_t detection_us,
				    struct bfd_frame *plain);
/* Return "not signed", ... */
const char *bfd_auth_verdict_text(enum bfd_auth_verdict verdict);

#endif
