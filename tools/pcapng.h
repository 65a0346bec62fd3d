/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_PCAPNG_H
#define TOOLS_PCAPNG_H

/*
 * Writes captures in pcapng (draft-ietf-opsawg-pcapng), which can hold what a
 * plain pcap file cannot: from which interface a packet came, and a comment.
 * Times are in nanoseconds since 1970. Numbers are in the host's byte order,
 * as the format asks; errors are left in the stream, for ferror().
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng_packet {
	uint32_t interface; /* in the order of pcapng_write_interface() */
	uint64_t time_ns;
	const void *frame;
	size_t captured_size; /* bytes at `frame` */
	size_t frame_size;    /* on the wire */
	const char *comment;
};

/* The head of a file. `application` is who wrote it. */
void pcapng_write_header(FILE *out, const char *application);
/* Ethernet; `snaplen` bytes of a frame are kept at most. */
void pcapng_write_interface(FILE *out, const char *name, uint32_t snaplen);
void pcapng_write_packet(FILE *out, const struct pcapng_packet *packet);

#endif
