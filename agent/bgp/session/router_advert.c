// SPDX-License-Identifier: BSD-2-Clause
/* Router advertisements: messages and times. See router_advert.h. */

#include "bgp/session/router_advert.h"

#include <string.h>

#include "core/wire.h"

enum {
	OPTION_UNIT = 8, /* RFC 4861 4.6 */
	SOLICITATION_SIZE = 8,
	CODE_OFFSET = 1,
	LINK_LOCAL_0 = 0xfe, /* fe80::/10 */
	LINK_LOCAL_1 = 0x80,
	LINK_LOCAL_MASK = 0xc0,
};

void router_advert_build(uint8_t message[ROUTER_ADVERT_SIZE])
{
	/* Lifetime 0, and no value that a host would take over. */
	memset(message, 0, ROUTER_ADVERT_SIZE);
	message[0] = ROUTER_ADVERTISEMENT;
}

static bool is_of_link(const struct address *address)
{
	return address->bytes[0] == LINK_LOCAL_0 &&
	       (address->bytes[1] & LINK_LOCAL_MASK) == LINK_LOCAL_1;
}

/* Check that each option has a length, and ends where the message does. */
static bool options_are_good(struct reader options)
{
	while (options.left) {
		uint8_t length;

		reader_u8(&options);
		length = reader_u8(&options);
		if (!length)
			return false;
		reader_take(&options, (size_t)length * OPTION_UNIT - 2);
		if (options.failed)
			return false;
	}
	return true;
}

int router_advert_check(const struct router_message *message)
{
	struct reader r = reader_of(message->data, message->size);
	uint8_t type = reader_u8(&r), code = reader_u8(&r);
	size_t fixed = type == ROUTER_ADVERTISEMENT ? ROUTER_ADVERT_SIZE :
						      SOLICITATION_SIZE;

	reader_take(&r, fixed - sizeof(type) - sizeof(code));
	if (r.failed || code || message->hop_limit != ROUTER_ADVERT_HOP_LIMIT)
		return 0;
	if (type == ROUTER_ADVERTISEMENT && !is_of_link(&message->source))
		return 0;
	if (type != ROUTER_ADVERTISEMENT && type != ROUTER_SOLICITATION)
		return 0;
	return options_are_good(r) ? type : 0;
}

bool router_advert_is_due(const struct router_advert *advert, uint64_t now_ms)
{
	return now_ms >= advert->due_ms;
}

void router_advert_sent(struct router_advert *advert, uint64_t now_ms)
{
	bool first = ++advert->sent < ROUTER_ADVERT_FIRST;

	advert->sent_ms = now_ms;
	advert->due_ms = now_ms + (first ? ROUTER_ADVERT_LEAST_MS :
					   ROUTER_ADVERT_INTERVAL_MS);
}

void router_advert_solicited(struct router_advert *advert, uint64_t now_ms)
{
	uint64_t soonest = advert->sent ?
				   advert->sent_ms + ROUTER_ADVERT_LEAST_MS :
				   now_ms;

	if (soonest < now_ms)
		soonest = now_ms;
	if (soonest < advert->due_ms)
		advert->due_ms = soonest;
}

static bool is_kept(const struct router_seen *seen, uint64_t now_ms)
{
	return seen->time_ms && now_ms - seen->time_ms < ROUTER_ADVERT_KEPT_MS;
}

bool router_advert_heard(struct router_advert *advert,
			 const struct address *router, uint64_t now_ms)
{
	struct router_seen *place = &advert->seen[0];
	bool known;

	for (size_t i = 0; i < ROUTER_ADVERT_MAX_PEERS; i++) {
		struct router_seen *seen = &advert->seen[i];

		if (seen->time_ms && address_equal(&seen->address, router)) {
			place = seen;
			break;
		}
		if (seen->time_ms < place->time_ms)
			place = seen;
	}
	known = is_kept(place, now_ms) &&
		address_equal(&place->address, router);
	*place = (struct router_seen){ .address = *router, .time_ms = now_ms };
	if (!known)
		router_advert_solicited(advert, now_ms);
	return !known;
}

size_t router_advert_peers(const struct router_advert *advert, uint64_t now_ms,
			   struct address *router)
{
	uint64_t last_ms = 0;
	size_t count = 0;

	for (size_t i = 0; i < ROUTER_ADVERT_MAX_PEERS; i++) {
		const struct router_seen *seen = &advert->seen[i];

		if (!is_kept(seen, now_ms))
			continue;
		count++;
		if (seen->time_ms < last_ms)
			continue;
		last_ms = seen->time_ms;
		*router = seen->address;
	}
	return count;
}
