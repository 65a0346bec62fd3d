// SPDX-License-Identifier: BSD-2-Clause
/* From a flow to a frame and back. See flow_frame.h. */

#include "control/flow_frame.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "core/array.h"
#include "core/ip_header.h"
#include "core/wire.h"

enum header_numbers {
	MAX_TAGS = 2,
	TAG_BODY_SIZE = 2, /* of a VLAN tag, without its EtherType */
	IPV4_VERSION_AND_LENGTH = 0x45,
	IPV4_LENGTH_MASK = 0x0f,
	IPV4_WORD_SIZE = 4,
	IPV4_HEADER_SIZE = 20,
	IPV4_CHECKSUM_OFFSET = 10,
	IPV4_SKIP_TO_FRAGMENT = 5,   /* DSCP, length, identification */
	IPV4_FRAGMENT_BITS = 0x3fff, /* more fragments, and the offset */
	IPV6_VERSION_SHIFT = 28,
	IPV6_VERSION = 6,
	IPV6_HEADER_SIZE = 40,
	VERSION_SHIFT = 4,
	TTL = 64,
	LAST_HOP_TTL = 1,
	TCP_HEADER_SIZE = 20,
	UDP_HEADER_SIZE = 8,
	ICMP_HEADER_SIZE = 8,
	TCP_OFFSET_AND_ACK = 0x5010, /* the flow is under way */
	ICMP_SKIP_TO_IDENTIFIER = 3, /* code, checksum */
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO_REQUEST = 8,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
};

static const struct protocol {
	const char *name;
	uint8_t ipv4;
	uint8_t ipv6;
	uint8_t header_size;
} protocols[] = {
	{ "tcp", IPPROTO_TCP, IPPROTO_TCP, TCP_HEADER_SIZE },
	{ "udp", IPPROTO_UDP, IPPROTO_UDP, UDP_HEADER_SIZE },
	{ "icmp", IPPROTO_ICMP, IPPROTO_ICMPV6, ICMP_HEADER_SIZE },
};

uint8_t flow_protocol_parse(const char *name, const struct address *source)
{
	for (size_t i = 0; i < COUNT_OF(protocols); i++)
		if (!strcmp(protocols[i].name, name))
			return address_is_ipv4(source) ? protocols[i].ipv4 :
							 protocols[i].ipv6;
	return 0;
}

static const struct protocol *find_protocol(uint8_t number)
{
	for (size_t i = 0; i < COUNT_OF(protocols); i++)
		if (number == protocols[i].ipv4 || number == protocols[i].ipv6)
			return &protocols[i];
	return NULL;
}

const char *flow_protocol_name(uint8_t number)
{
	const struct protocol *protocol = find_protocol(number);

	return protocol ? protocol->name : NULL;
}

static bool flow_is_icmp(const struct flow *flow)
{
	return flow->protocol == (flow->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* ------------------------------------------------------------- addresses */

static void put_address(__u32 to[4], const struct address *from)
{
	uint32_t ipv4;

	if (!address_is_ipv4(from)) {
		memcpy(to, from->bytes, sizeof(from->bytes));
		return;
	}
	ipv4 = address_ipv4(from);
	memcpy(to, &ipv4, sizeof(ipv4));
}

static struct address get_address(const struct flow *flow, const __u32 from[4])
{
	struct address address;

	if (!flow->ipv6)
		return address_from_ipv4(from[0]);
	memcpy(address.bytes, from, sizeof(address.bytes));
	return address;
}

struct address flow_source(const struct flow *flow)
{
	return get_address(flow, flow->source);
}

struct address flow_destination(const struct flow *flow)
{
	return get_address(flow, flow->destination);
}

int flow_make(const struct address *source, uint16_t source_port,
	      const struct address *destination, uint16_t destination_port,
	      uint8_t protocol, struct flow *flow)
{
	bool ipv4 = address_is_ipv4(source);

	if (ipv4 != address_is_ipv4(destination))
		return -EINVAL;
	*flow = (struct flow){
		.source_port = htobe16(source_port),
		.destination_port = htobe16(destination_port),
		.protocol = protocol,
		.ipv6 = !ipv4,
	};
	put_address(flow->source, source);
	put_address(flow->destination, destination);
	if (flow_is_icmp(flow))
		flow->destination_port = 0;
	return 0;
}

/* ------------------------------------------------------------- writing */

/* Return the checksum of an even number of bytes: RFC 1071. */
static uint16_t ip_checksum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Return the size of the header of a protocol in the table. */
static size_t transport_size(uint8_t number)
{
	return find_protocol(number)->header_size;
}

static void write_ipv4_header(struct writer *w, const struct flow *flow,
			      size_t size)
{
	size_t start = w->used;

	writer_u8(w, IPV4_VERSION_AND_LENGTH);
	writer_u8(w, 0);
	writer_u16(w, (uint16_t)(IPV4_HEADER_SIZE + size));
	writer_u32(w, 0);
	writer_u8(w, TTL);
	writer_u8(w, flow->protocol);
	writer_u16(w, 0);
	writer_bytes(w, flow->source, sizeof(flow->source[0]));
	writer_bytes(w, flow->destination, sizeof(flow->destination[0]));
	writer_patch_u16(w, start + IPV4_CHECKSUM_OFFSET,
			 ip_checksum(w->data + start, IPV4_HEADER_SIZE));
}

static void write_ipv6_header(struct writer *w, const struct flow *flow,
			      size_t size)
{
	writer_u32(w, (uint32_t)IPV6_VERSION << IPV6_VERSION_SHIFT);
	writer_u16(w, (uint16_t)size);
	writer_u8(w, flow->protocol);
	writer_u8(w, TTL);
	writer_bytes(w, flow->source, sizeof(flow->source));
	writer_bytes(w, flow->destination, sizeof(flow->destination));
}

/* The checksum stays 0: the program does not check it. */
static void write_transport_header(struct writer *w, const struct flow *flow)
{
	size_t end = w->used + transport_size(flow->protocol);

	if (flow_is_icmp(flow)) {
		writer_u8(w,
			  flow->ipv6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO_REQUEST);
		writer_u8(w, 0);
		writer_u16(w, 0);
		writer_bytes(w, &flow->source_port, sizeof(flow->source_port));
	} else {
		writer_bytes(w, &flow->source_port, sizeof(flow->source_port));
		writer_bytes(w, &flow->destination_port,
			     sizeof(flow->destination_port));
	}
	if (flow->protocol == IPPROTO_TCP) {
		writer_u32(w, 0);
		writer_u32(w, 0);
		writer_u16(w, TCP_OFFSET_AND_ACK);
	} else if (flow->protocol == IPPROTO_UDP) {
		writer_u16(w, UDP_HEADER_SIZE);
	}
	while (w->used < end)
		writer_u8(w, 0);
}

size_t flow_frame_write(const struct flow *flow, const uint8_t mac[MAC_SIZE],
			uint8_t frame[FLOW_FRAME_MAX])
{
	static const uint8_t from[MAC_SIZE] = {
		0x02
	}; /* locally administered */
	struct writer w = writer_of(frame, FLOW_FRAME_MAX);
	size_t size = transport_size(flow->protocol);

	writer_bytes(&w, mac, MAC_SIZE);
	writer_bytes(&w, from, sizeof(from));
	writer_u16(&w, flow->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (flow->ipv6)
		write_ipv6_header(&w, flow, size);
	else
		write_ipv4_header(&w, flow, size);
	write_transport_header(&w, flow);
	return w.used;
}

/* ------------------------------------------------------------- reading */

static const char *read_ipv4_header(struct reader *r, struct flow *flow)
{
	uint8_t version_and_length = reader_u8(r);
	size_t options = (size_t)(version_and_length & IPV4_LENGTH_MASK) *
				 IPV4_WORD_SIZE -
			 IPV4_HEADER_SIZE;
	uint16_t fragment;
	uint8_t ttl;

	reader_take(r, IPV4_SKIP_TO_FRAGMENT);
	fragment = reader_u16(r);
	ttl = reader_u8(r);
	flow->protocol = reader_u8(r);
	reader_u16(r);
	reader_bytes(r, flow->source, sizeof(flow->source[0]));
	reader_bytes(r, flow->destination, sizeof(flow->destination[0]));
	if (r->failed ||
	    version_and_length >> VERSION_SHIFT !=
		    IPV4_VERSION_AND_LENGTH >> VERSION_SHIFT ||
	    options > IPV4_LENGTH_MASK * IPV4_WORD_SIZE)
		return "its IPv4 header is broken";
	reader_take(r, options);
	if (fragment & IPV4_FRAGMENT_BITS)
		return "it is a fragment";
	return ttl <= LAST_HOP_TTL ? "its TTL ends here" : NULL;
}

static const char *read_ipv6_header(struct reader *r, struct flow *flow)
{
	uint32_t word = reader_u32(r);
	uint8_t hop_limit;

	reader_u16(r);
	flow->ipv6 = true;
	flow->protocol = reader_u8(r);
	hop_limit = reader_u8(r);
	reader_bytes(r, flow->source, sizeof(flow->source));
	reader_bytes(r, flow->destination, sizeof(flow->destination));
	if (r->failed || word >> IPV6_VERSION_SHIFT != IPV6_VERSION)
		return "its IPv6 header is broken";
	return hop_limit <= LAST_HOP_TTL ? "its hop limit ends here" : NULL;
}

static bool is_echo(bool ipv6, uint8_t type)
{
	return ipv6 ? type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY :
		      type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY;
}

static const char *read_transport_header(struct reader *r, struct flow *flow)
{
	struct reader whole = *r;

	if (!flow_protocol_name(flow->protocol) ||
	    (flow->protocol == IPPROTO_ICMPV6) > flow->ipv6 ||
	    (flow->protocol == IPPROTO_ICMP && flow->ipv6))
		return "it is neither TCP nor UDP nor an ICMP echo";
	if (!reader_take(&whole, transport_size(flow->protocol)))
		return "its transport header is cut short";
	if (flow_is_icmp(flow)) {
		if (!is_echo(flow->ipv6, reader_u8(r)))
			return "it is not an ICMP echo";
		reader_take(r, ICMP_SKIP_TO_IDENTIFIER);
		reader_bytes(r, &flow->source_port, sizeof(flow->source_port));
		return NULL;
	}
	reader_bytes(r, &flow->source_port, sizeof(flow->source_port));
	reader_bytes(r, &flow->destination_port,
		     sizeof(flow->destination_port));
	return NULL;
}

/* Read MACs and tags. Return the EtherType behind them. */
static uint16_t read_ethernet(struct reader *r)
{
	uint16_t type;

	reader_take(r, ETH_ALEN + ETH_ALEN);
	type = reader_u16(r);
	for (int tags = 0;
	     tags < MAX_TAGS && (type == ETH_P_8021Q || type == ETH_P_8021AD);
	     tags++) {
		reader_take(r, TAG_BODY_SIZE);
		type = reader_u16(r);
	}
	return type;
}

const char *flow_frame_read(const uint8_t *frame, size_t size,
			    struct flow *flow)
{
	struct reader r = reader_of(frame, size);
	uint16_t type = read_ethernet(&r);
	const char *error;

	*flow = (struct flow){ 0 };
	if (r.failed)
		return "it is cut short";
	if (type == ETH_P_IP)
		error = read_ipv4_header(&r, flow);
	else if (type == ETH_P_IPV6)
		error = read_ipv6_header(&r, flow);
	else
		error = "it is not IP";
	return error ? error : read_transport_header(&r, flow);
}

bool flow_frame_read_outer(const uint8_t *frame, size_t size,
			   struct outer_header *outer)
{
	struct reader r = reader_of(frame, size);
	struct outer_header found = { .source_port = 0 };
	struct ip_header ip;

	read_ethernet(&r);
	if (!ip_header_read(&r, &ip))
		return false;
	found.source = ip.source;
	found.destination = ip.destination;
	if (ip.protocol == IPPROTO_UDP) {
		found.source_port = reader_u16(&r);
		found.destination_port = reader_u16(&r);
	}
	if (r.failed)
		return false;
	*outer = found;
	return true;
}
