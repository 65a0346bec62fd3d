/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_CAPTURE_READER_H
#define TOOLS_CAPTURE_READER_H

/*
 * Read the frames of a capture file by libpcap, of Ethernet or "Linux cooked" as
 * tcpdump -i any writes them. The sizes in the file are not trusted. Its header is not included here: it and the kernel's linux/bpf.h
 * define the same names.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <headgate/ctl.h>

struct pcap;

enum capture_reader_sizes {
	CAPTURE_FRAME_MAX = HG_CTL_MAX_FRAME,
	CAPTURE_ERROR_SIZE = 512,
};

/*
 * Open a file, "-" for stdin. The caller closes with capture_reader_close().
 * Return NULL and set `error` if it is no capture of such frames.
 */
struct pcap *capture_reader_open(const char *path,
				 char error[CAPTURE_ERROR_SIZE]);
/* The same for a stream, which it closes, also on failure. */
struct pcap *capture_reader_of(FILE *file, const char *name,
			       char error[CAPTURE_ERROR_SIZE]);
/*
 * Copy what the file has of the next packet, padded with zeroes to its size on
 * the wire, CAPTURE_FRAME_MAX at most; *wire_size is the whole. A cooked packet,
 * which has lost its Ethernet header, gets one with addresses of zeroes. Return
 * 1, or 0 at the end, or -1.
 */
int capture_reader_next(struct pcap *capture, uint8_t frame[CAPTURE_FRAME_MAX],
			size_t *size, size_t *wire_size);
/* Return why capture_reader_next() has failed. */
const char *capture_reader_error(struct pcap *capture);
void capture_reader_close(struct pcap *capture);

#endif
