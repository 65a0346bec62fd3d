// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: a neighbor advertisement. The parser must not read beyond its
 * end, and must accept only what RFC 4861 7.1.2 accepts.
 *
 * A fuzzer does not guess checksums, so each input is read twice: unchanged,
 * and with the correct checksum.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nexthop/nd.h"

enum offsets {
	PAYLOAD_LENGTH = 18,
	SOURCE = 22,
	ICMPV6 = 54,
	CHECKSUM = 56,
	TARGET = 62,
	PROTOCOL_ICMPV6 = 58,
	HOP_LIMIT = 21,
	MAX_HOP_LIMIT = 255,
	MULTICAST = 0xff,
	SHORTEST = 78,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *frame, size_t size)
{
	struct nd_advertisement message;

	if (nd_parse(frame, size, &message) != ND_OK)
		return;
	assert(size >= SHORTEST);
	assert(frame[HOP_LIMIT] == MAX_HOP_LIMIT);
	assert(!memcmp(&message.target, frame + TARGET,
		       sizeof(message.target)));
	assert(message.target.bytes[0] != MULTICAST);
	assert(!message.solicited || message.destination.bytes[0] != MULTICAST);
}

/* Set the checksum over the length in the header, if that many bytes exist. */
static void put_checksum(uint8_t *frame, size_t size)
{
	size_t payload = (size_t)frame[PAYLOAD_LENGTH] << 8 |
			 frame[PAYLOAD_LENGTH + 1];
	uint32_t sum = (uint32_t)payload + PROTOCOL_ICMPV6;

	if (payload > size - ICMPV6)
		return;
	frame[CHECKSUM] = frame[CHECKSUM + 1] = 0;
	for (size_t i = SOURCE; i < ICMPV6 + payload; i++)
		sum += (uint32_t)frame[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	frame[CHECKSUM] = (uint8_t)(~sum >> 8);
	frame[CHECKSUM + 1] = (uint8_t)~sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame;

	check(data, size);
	if (size < SHORTEST)
		return 0;
	frame = malloc(size);
	assert(frame);
	memcpy(frame, data, size);
	put_checksum(frame, size);
	check(frame, size);
	free(frame);
	return 0;
}
