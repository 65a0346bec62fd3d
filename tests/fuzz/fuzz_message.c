// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: the byte stream of a connection, split into messages, each
 * decoded by its type. Framing must make progress or stop.
 */

#include "bgp/codec/message.h"
#include "bgp/codec/notification_describe.h"
#include "bgp/codec/open.h"
#include "bgp/codec/route_refresh.h"
#include "bgp/codec/update.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bgp_negotiated negotiated = {
	.local_as = 65000,
	.peer_as = 65001,
	.ebgp = true,
	.as4 = true,
	.route_refresh = true,
	.enhanced_refresh = true,
	.families = BGP_ALL_FAMILIES,
	.max_message = BGP_MAX_EXTENDED_MESSAGE,
};

static const struct bgp_decode_context context = { .negotiated = &negotiated };

static void decode_notification(struct reader body)
{
	char words[BGP_NOTIFICATION_TEXT_SIZE];
	struct bgp_notification n;

	if (!bgp_notification_decode(body, &n))
		return;
	bgp_notification_describe(&n, words);
	for (const char *at = words; *at; at++)
		assert(*at >= ' ' && *at <= '~');
}

static void decode_route_refresh(struct reader body)
{
	struct bgp_notification error;
	struct bgp_route_refresh refresh;

	if (bgp_route_refresh_decode(&negotiated, body, &refresh, &error) ==
	    BGP_ROUTE_REFRESH_OK)
		assert(refresh.family < BGP_FAMILY_COUNT);
}

static void decode(const struct bgp_message *message)
{
	static struct bgp_scratch scratch;
	struct bgp_notification error;
	struct bgp_update update;
	struct bgp_open open;

	switch (message->type) {
	case BGP_OPEN:
		bgp_open_decode(message->body, &open, &error);
		break;
	case BGP_UPDATE:
		bgp_update_decode(&context, message->body, &scratch, &update);
		break;
	case BGP_NOTIFICATION:
		decode_notification(message->body);
		break;
	case BGP_ROUTE_REFRESH:
		decode_route_refresh(message->body);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_message message;

	while (bgp_message_next(data, size, negotiated.max_message, &message) ==
	       BGP_MESSAGE_OK) {
		assert(message.size >= BGP_HEADER_SIZE && message.size <= size);
		decode(&message);
		data += message.size;
		size -= message.size;
	}
	return 0;
}
