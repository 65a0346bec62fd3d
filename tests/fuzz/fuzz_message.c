// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: a byte stream as a connection would cut it, each message
 * decoded by its type. Framing must make progress or stop.
 */

#include "bgp/message.h"
#include "bgp/open.h"
#include "bgp/update.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bgp_decode_context context = { .peer_as = 65001,
						   .as4 = true,
						   .ebgp = true };

static void decode_notification(struct reader body)
{
	char name[BGP_NOTIFICATION_NAME_SIZE], text[BGP_SHUTDOWN_TEXT_SIZE];
	struct bgp_notification n;

	if (!bgp_notification_decode(body, &n))
		return;
	bgp_notification_name(n.code, n.subcode, name);
	bgp_notification_shutdown_text(&n, text);
}

static void decode(const struct bgp_frame_result *frame)
{
	struct bgp_notification error;
	struct bgp_scratch scratch;
	struct bgp_update update;
	struct bgp_open open;

	switch (frame->type) {
	case BGP_OPEN:
		bgp_open_decode(frame->body, &open, &error);
		break;
	case BGP_UPDATE:
		bgp_update_decode(&context, frame->body, &scratch, &update);
		break;
	case BGP_NOTIFICATION:
		decode_notification(frame->body);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_frame_result frame;

	while (bgp_frame_next(data, size, BGP_MAX_MESSAGE, &frame) ==
	       BGP_FRAME_OK) {
		assert(frame.size >= BGP_HEADER_SIZE && frame.size <= size);
		decode(&frame);
		data += frame.size;
		size -= frame.size;
	}
	return 0;
}
