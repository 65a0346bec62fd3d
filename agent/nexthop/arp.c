// SPDX-License-Identifier: BSD-2-Clause
/* ARP frames: building and parsing. See arp.h. */

#include "nexthop/arp.h"

#include <endian.h>
#include <string.h>

#include <linux/if_arp.h>
#include <linux/if_ether.h>

void arp_build_request(const struct arp_request *request,
		       struct arp_frame *frame)
{
	/*
	 * The target's MAC is zero: it is what the request asks (RFC 5227 1.1).
	 */
	*frame = (struct arp_frame){
		.ethertype = htobe16(ETH_P_ARP),
		.hardware_type = htobe16(ARPHRD_ETHER),
		.protocol_type = htobe16(ETH_P_IP),
		.hardware_size = sizeof(frame->sender_mac),
		.protocol_size = sizeof(frame->sender_ip),
		.opcode = htobe16(ARP_REQUEST),
		.sender_ip = request->sender_ip,
		.target_ip = request->target_ip,
	};
	if (request->destination)
		memcpy(frame->destination, request->destination, MAC_SIZE);
	else
		memset(frame->destination, 0xff, MAC_SIZE);
	memcpy(frame->source, request->sender_mac, MAC_SIZE);
	memcpy(frame->sender_mac, request->sender_mac, MAC_SIZE);
}

static enum arp_verdict check_frame(const struct arp_frame *frame)
{
	if (frame->ethertype != htobe16(ETH_P_ARP))
		return ARP_NOT_ARP;
	if (frame->hardware_type != htobe16(ARPHRD_ETHER) ||
	    frame->hardware_size != sizeof(frame->sender_mac))
		return ARP_NOT_ETHERNET;
	if (frame->protocol_type != htobe16(ETH_P_IP) ||
	    frame->protocol_size != sizeof(frame->sender_ip))
		return ARP_NOT_IPV4;
	if (frame->opcode != htobe16(ARP_REQUEST) &&
	    frame->opcode != htobe16(ARP_REPLY))
		return ARP_UNKNOWN_OPCODE;
	return ARP_OK;
}

enum arp_verdict arp_parse(const void *data, size_t size,
			   struct arp_message *message)
{
	struct arp_frame frame;
	enum arp_verdict verdict;

	if (size < sizeof(frame))
		return ARP_TRUNCATED;
	memcpy(&frame, data, sizeof(frame));
	verdict = check_frame(&frame);
	if (verdict != ARP_OK)
		return verdict;

	message->opcode = (enum arp_opcode)be16toh(frame.opcode);
	memcpy(message->sender_mac, frame.sender_mac, MAC_SIZE);
	message->sender_ip = frame.sender_ip;
	memcpy(message->target_mac, frame.target_mac, MAC_SIZE);
	message->target_ip = frame.target_ip;
	return ARP_OK;
}
