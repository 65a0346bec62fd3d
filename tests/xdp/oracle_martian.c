// SPDX-License-Identifier: BSD-2-Clause
/* Sources that send nothing. docs/packet-path.md section 2. */

#include "oracle_packet.h"
#include "world.h"

#include <string.h>

/* The table of the document. */
static const struct {
	bool ipv6;
	uint8_t length;
	struct hg_address prefix;
} martians[] = {
	{ false, 8, { { [10] = 0xff, 0xff, 0 } } },
	{ false, 8, { { [10] = 0xff, 0xff, 127 } } },
	{ false, 4, { { [10] = 0xff, 0xff, 224 } } },
	{ false, 32, { { [10] = 0xff, 0xff, 255, 255, 255, 255 } } },
	{ true, 128, { { 0 } } },
	{ true, 128, { { [15] = 1 } } },
	{ true, 96, { { [10] = 0xff, 0xff } } },
	{ true, 10, { { 0xfe, 0x80 } } },
	{ true, 8, { { 0xff } } },
};

enum {
	MARTIAN_COUNT = sizeof(martians) / sizeof(martians[0]),
};

bool oracle_is_martian(const struct oracle_packet *packet)
{
	if (!memcmp(&packet->source, &packet->destination,
		    sizeof(packet->source)))
		return true;
	for (int i = 0; i < MARTIAN_COUNT; i++)
		if (martians[i].ipv6 == packet->ipv6 &&
		    world_matches(&packet->source, &martians[i].prefix,
				  packet->ipv6, martians[i].length))
			return true;
	return false;
}
