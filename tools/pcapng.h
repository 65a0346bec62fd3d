/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_PCAPNG_H
#define TOOLS_PCAPNG_H

/*
 * Captures in pcapng (draft-ietf-opsawg-pcapng), which unlike pcap holds the
 * interface of a packet and a comment. Times are in nanoseconds since 1970.
 * Numbers are in the host's byte order, as the format requires. Errors are left
 * in the stream, for ferror().
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng_packet {
	uint32_t interface; /* counts the calls of pcapng_write_interface() */
	uint64_t time_ns;
	const void *frame;
	size_t captured_size; /* bytes at `frame` */
	size_t frame_size;    /* on the wire */
	const char *comment;
};

/* Write the head of a file; `application` is the name of the writer. */
void pcapng_write_header(FILE *out, const char *application);
/* Write an Ethernet interface; at most `snaplen` bytes of a frame are kept. */
void pcapng_write_interface(FILE *out, const char *name, uint32_t snaplen);
void pcapng_write_packet(FILE *out, const struct pcapng_packet *packet);

#endif
