// SPDX-License-Identifier: BSD-2-Clause
/* Authentication of BFD packets. See bfd_auth.h. */

#include "nexthop/bfd_auth.h"

#include <endian.h>
#include <string.h>

enum bfd_auth_numbers {
	FLAG_AUTHENTICATED = 0x04, /* RFC 5880 4.1 */
	SEQUENCE_WINDOW = 3,	   /* times Detect Mult: RFC 5880 6.7.4 */
	FORGET_TIMES = 2,	   /* times the detection time: 6.8.1 */
};

/* A packet with the section of keyed SHA1: RFC 5880 4.1, 4.4. */
struct signed_frame {
	struct bfd_frame frame;
	uint8_t type;
	uint8_t length;
	uint8_t key_id;
	uint8_t reserved;
	uint32_t sequence;
	uint8_t digest[SHA1_SIZE];
} __attribute__((packed));

enum section_sizes {
	SECTION_SIZE = sizeof(struct signed_frame) - sizeof(struct bfd_frame),
};

_Static_assert(sizeof(struct signed_frame) == BFD_SIGNED_SIZE, "RFC 5880 4.4");
_Static_assert(SECTION_SIZE == 28, "RFC 5880 4.4");

const char *const bfd_auth_names[BFD_AUTH_TYPE_COUNT] = {
	[BFD_AUTH_KEYED_SHA1] = "keyed-sha1",
	[BFD_AUTH_METICULOUS_SHA1] = "meticulous-sha1",
};

static const char *const verdict_texts[BFD_AUTH_VERDICT_COUNT] = {
	[BFD_AUTH_OK] = "signed by the key",
	[BFD_AUTH_MISSING] = "not signed",
	[BFD_AUTH_MALFORMED] = "not signed by SHA1",
	[BFD_AUTH_OTHER_TYPE] = "signed in another way",
	[BFD_AUTH_OTHER_KEY] = "signed by the key of another number",
	[BFD_AUTH_OLD] = "replayed, or out of order",
	[BFD_AUTH_FORGED] = "signed by another key",
};

const char *bfd_auth_verdict_text(enum bfd_auth_verdict verdict)
{
	return verdict_texts[verdict];
}

bool bfd_key_equal(const struct bfd_key *a, const struct bfd_key *b)
{
	return a->type == b->type && a->id == b->id &&
	       secret_equal(&a->secret, &b->secret);
}

void bfd_auth_init(struct bfd_auth *auth, const struct bfd_key *key,
		   uint32_t random)
{
	*auth = (struct bfd_auth){ .key = *key, .sent_sequence = random };
}

/* Compute the digest of the packet with the key in the digest's place. */
static void compute_digest(const struct bfd_key *key,
			   const struct signed_frame *packet,
			   uint8_t digest[SHA1_SIZE])
{
	struct signed_frame keyed = *packet;

	/* RFC 5880 6.7.4: a shorter key ends in zeros. */
	memset(keyed.digest, 0, sizeof(keyed.digest));
	memcpy(keyed.digest, key->secret.bytes, key->secret.size);
	sha1(&keyed, sizeof(keyed), digest);
	explicit_bzero(&keyed, sizeof(keyed));
}

size_t bfd_auth_sign(struct bfd_auth *auth, const struct bfd_frame *frame,
		     uint8_t out[BFD_SIGNED_SIZE])
{
	struct signed_frame packet = {
		.frame = *frame,
		.type = (uint8_t)auth->key.type,
		.length = SECTION_SIZE,
		.key_id = auth->key.id,
	};

	if (auth->key.type == BFD_AUTH_NONE) {
		memcpy(out, frame, sizeof(*frame));
		return sizeof(*frame);
	}
	packet.frame.state_flags |= FLAG_AUTHENTICATED;
	packet.frame.length = sizeof(packet);
	/* RFC 5880 6.7.4 allows it for each packet of the keyed form, too. */
	packet.sequence = htobe32(++auth->sent_sequence);
	compute_digest(&auth->key, &packet, packet.digest);
	memcpy(out, &packet, sizeof(packet));
	return sizeof(packet);
}

/* See bfd.RcvAuthSeq in RFC 5880 6.7.4; numbers wrap. */
static bool is_sequence_new(const struct bfd_auth *auth, uint32_t sequence,
			    uint8_t detect_multiplier)
{
	uint32_t ahead = sequence - auth->heard_sequence;

	return ahead <= SEQUENCE_WINDOW * (uint32_t)detect_multiplier &&
	       (ahead || auth->key.type != BFD_AUTH_METICULOUS_SHA1);
}

/* Compare in a time that does not depend on the bytes. */
static bool is_digest_right(const struct bfd_key *key,
			    const struct signed_frame *packet)
{
	uint8_t digest[SHA1_SIZE], difference = 0;

	compute_digest(key, packet, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		difference |= digest[i] ^ packet->digest[i];
	return !difference;
}

static enum bfd_auth_verdict check_section(const struct bfd_auth *auth,
					   const struct signed_frame *packet,
					   bool has_heard)
{
	const struct bfd_key *key = &auth->key;
	uint32_t sequence = be32toh(packet->sequence);

	if (packet->frame.length != sizeof(*packet) ||
	    packet->length != SECTION_SIZE)
		return BFD_AUTH_MALFORMED;
	if (packet->type != key->type)
		return BFD_AUTH_OTHER_TYPE;
	if (packet->key_id != key->id)
		return BFD_AUTH_OTHER_KEY;
	if (has_heard &&
	    !is_sequence_new(auth, sequence, packet->frame.detect_multiplier))
		return BFD_AUTH_OLD;
	return is_digest_right(key, packet) ? BFD_AUTH_OK : BFD_AUTH_FORGED;
}

enum bfd_auth_verdict bfd_auth_open(struct bfd_auth *auth, const void *data,
				    size_t size, uint64_t now_us,
				    uint64_t detection_us,
				    struct bfd_frame *plain)
{
	bool has_heard = auth->has_heard &&
			 now_us - auth->heard_us < FORGET_TIMES * detection_us;
	enum bfd_auth_verdict verdict;
	struct signed_frame packet;

	if (size < sizeof(packet.frame))
		return BFD_AUTH_MALFORMED;
	memcpy(&packet.frame, data, sizeof(packet.frame));
	if (!(packet.frame.state_flags & FLAG_AUTHENTICATED))
		return BFD_AUTH_MISSING;
	if (size < sizeof(packet))
		return BFD_AUTH_MALFORMED;
	memcpy(&packet, data, sizeof(packet));
	verdict = check_section(auth, &packet, has_heard);
	if (verdict != BFD_AUTH_OK)
		return verdict;
	auth->has_heard = true;
	auth->heard_sequence = be32toh(packet.sequence);
	auth->heard_us = now_us;
	*plain = packet.frame;
	plain->state_flags &= (uint8_t)~FLAG_AUTHENTICATED;
	plain->length = sizeof(*plain);
	return BFD_AUTH_OK;
}
