// SPDX-License-Identifier: BSD-2-Clause
/*
 * Capture files as `headgatectl explain flow --pcap` reads them, and the flow
 * that the agent finds in each frame. A flow that is found can be written as a
 * frame, and is found in that again.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_reader.h"
#include "control/flow_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	MAX_PACKETS = 64,
};

/* A frame of the exact size lets the sanitizer see each byte read behind it. */
static void read_frame(const uint8_t *bytes, size_t size)
{
	static const uint8_t mac[MAC_SIZE];
	uint8_t written[FLOW_FRAME_MAX];
	struct flow flow, again;
	struct outer_header outer;
	uint8_t *frame = malloc(size ? size : 1);

	if (!frame)
		return;
	memcpy(frame, bytes, size);
	if (!flow_frame_read(frame, size, &flow)) {
		size_t length = flow_frame_write(&flow, mac, written);

		if (length > sizeof(written) ||
		    flow_frame_read(written, length, &again) ||
		    flow_hash(&flow, HG_HASH_5_TUPLE, 1) !=
			    flow_hash(&again, HG_HASH_5_TUPLE, 1))
			abort();
	}
	flow_frame_read_outer(frame, size, &outer);
	free(frame);
}

static void read_packets(struct pcap *capture)
{
	static uint8_t frame[CAPTURE_FRAME_MAX];
	size_t size, wire_size;

	for (int i = 0; i < MAX_PACKETS; i++) {
		if (capture_reader_next(capture, frame, &size, &wire_size) != 1)
			return;
		if (size > sizeof(frame) || size > wire_size)
			abort();
		read_frame(frame, size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *file = size ? fmemopen((void *)data, size, "rb") : NULL;
	char error[CAPTURE_ERROR_SIZE];
	struct pcap *capture = file ? capture_reader_of(file, "input", error) :
				      NULL;

	if (capture)
		read_packets(capture);
	capture_reader_close(capture);
	return 0;
}
