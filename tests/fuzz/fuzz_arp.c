// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: an ARP frame. The parser must not read beyond its end, and must
 * accept only frames that are the same when they are built again.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "nexthop/arp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Build the request that `message` would answer, with its sender and target. */
static struct arp_message rebuild(const struct arp_message *message)
{
	struct arp_request request = {
		.sender_ip = message->sender_ip,
		.target_ip = message->target_ip,
	};
	struct arp_message again;
	struct arp_frame frame;

	memcpy(request.sender_mac, message->sender_mac, MAC_SIZE);
	arp_build_request(&request, &frame);
	assert(arp_parse(&frame, sizeof(frame), &again) == ARP_OK);
	return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arp_message message, again;

	if (arp_parse(data, size, &message) != ARP_OK)
		return 0;
	assert(size >= sizeof(struct arp_frame));
	assert(message.opcode == ARP_REQUEST || message.opcode == ARP_REPLY);
	again = rebuild(&message);
	assert(again.opcode == ARP_REQUEST);
	assert(!memcmp(again.sender_mac, message.sender_mac, MAC_SIZE));
	assert(again.sender_ip == message.sender_ip);
	assert(again.target_ip == message.target_ip);
	return 0;
}
