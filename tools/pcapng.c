// SPDX-License-Identifier: BSD-2-Clause
/* Blocks of a pcapng file. See pcapng.h. */

#include "pcapng.h"

#include <string.h>

/* draft-ietf-opsawg-pcapng 4. */
enum block_type {
	SECTION_HEADER_BLOCK = 0x0a0d0d0a,
	INTERFACE_BLOCK = 1,
	ENHANCED_PACKET_BLOCK = 6,
};

enum option_code {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_SECTION_APPLICATION = 4,
	OPTION_INTERFACE_NAME = 2,
	OPTION_INTERFACE_TIME_RESOLUTION = 9,
};

enum pcapng_numbers {
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	VERSION_MAJOR = 1,
	VERSION_MINOR = 0,
	LINK_TYPE_ETHERNET = 1,
	TIME_RESOLUTION_NS = 9, /* in units of 10^-9 s */
	ALIGNMENT = 4,
	OPTION_HEADER_SIZE = 4,
	BLOCK_FRAME_SIZE = 12, /* type, and the length twice */
};

static void write_u16(FILE *out, uint16_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void write_u32(FILE *out, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static size_t padded_size(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void write_padded_size(FILE *out, const void *data, size_t size)
{
	static const char zeroes[ALIGNMENT];

	fwrite(data, 1, size, out);
	fwrite(zeroes, 1, padded_size(size) - size, out);
}

/* Cut a text that is longer than an option can be. */
static size_t option_length(const char *text)
{
	size_t length = strlen(text);

	return length < UINT16_MAX ? length : UINT16_MAX;
}

static size_t option_size(const char *text)
{
	return OPTION_HEADER_SIZE + padded_size(option_length(text));
}

static void write_option(FILE *out, enum option_code code, const void *value,
			 size_t length)
{
	write_u16(out, (uint16_t)code);
	write_u16(out, (uint16_t)length);
	write_padded_size(out, value, length);
}

static void write_text(FILE *out, enum option_code code, const char *text)
{
	write_option(out, code, text, option_length(text));
}

/* Return the length of the block, which must be repeated at its end. */
static uint32_t begin_block(FILE *out, enum block_type type, size_t body_size)
{
	uint32_t length = (uint32_t)(BLOCK_FRAME_SIZE + body_size);

	write_u32(out, type);
	write_u32(out, length);
	return length;
}

void pcapng_write_header(FILE *out, const char *application)
{
	const uint64_t unknown_length = UINT64_MAX;
	uint32_t length = begin_block(out, SECTION_HEADER_BLOCK,
				      sizeof(uint32_t) + 2 * sizeof(uint16_t) +
					      sizeof(unknown_length) +
					      option_size(application) +
					      OPTION_HEADER_SIZE);

	write_u32(out, BYTE_ORDER_MAGIC);
	write_u16(out, VERSION_MAJOR);
	write_u16(out, VERSION_MINOR);
	fwrite(&unknown_length, sizeof(unknown_length), 1, out);
	write_text(out, OPTION_SECTION_APPLICATION, application);
	write_option(out, OPTION_END, "", 0);
	write_u32(out, length);
}

void pcapng_write_interface(FILE *out, const char *name, uint32_t snaplen)
{
	const uint8_t resolution = TIME_RESOLUTION_NS;
	uint32_t length = begin_block(
		out, INTERFACE_BLOCK,
		2 * sizeof(uint16_t) + sizeof(snaplen) + option_size(name) +
			OPTION_HEADER_SIZE + padded_size(sizeof(resolution)) +
			OPTION_HEADER_SIZE);

	write_u16(out, LINK_TYPE_ETHERNET);
	write_u16(out, 0);
	write_u32(out, snaplen);
	write_text(out, OPTION_INTERFACE_NAME, name);
	write_option(out, OPTION_INTERFACE_TIME_RESOLUTION, &resolution,
		     sizeof(resolution));
	write_option(out, OPTION_END, "", 0);
	write_u32(out, length);
}

void pcapng_write_packet(FILE *out, const struct pcapng_packet *packet)
{
	uint32_t length = begin_block(
		out, ENHANCED_PACKET_BLOCK,
		5 * sizeof(uint32_t) + padded_size(packet->captured_size) +
			option_size(packet->comment) + OPTION_HEADER_SIZE);

	write_u32(out, packet->interface);
	write_u32(out, (uint32_t)(packet->time_ns >> 32));
	write_u32(out, (uint32_t)packet->time_ns);
	write_u32(out, (uint32_t)packet->captured_size);
	write_u32(out, (uint32_t)packet->frame_size);
	write_padded_size(out, packet->frame, packet->captured_size);
	write_text(out, OPTION_COMMENT, packet->comment);
	write_option(out, OPTION_END, "", 0);
	write_u32(out, length);
}
