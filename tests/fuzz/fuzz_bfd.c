// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: a BFD control packet. The parser must not read beyond its end,
 * must accept only what RFC 5880 6.8.6 accepts, and each accepted packet must
 * be the same when it is built again.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "nexthop/bfd_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bfd_packet packet, again;
	struct bfd_frame frame, rebuilt;

	if (bfd_packet_parse(data, size, &packet) != BFD_PACKET_OK)
		return 0;
	assert(size >= sizeof(frame));
	assert(packet.state < BFD_STATE_COUNT);
	assert(packet.detect_multiplier && packet.my_discriminator);
	assert(packet.your_discriminator || packet.state <= BFD_STATE_DOWN);
	bfd_packet_build(&packet, &frame);
	assert(bfd_packet_parse(&frame, sizeof(frame), &again) ==
	       BFD_PACKET_OK);
	bfd_packet_build(&again, &rebuilt);
	assert(!memcmp(&frame, &rebuilt, sizeof(frame)));
	assert(again.my_discriminator == packet.my_discriminator);
	assert(again.state == packet.state);
	return 0;
}
