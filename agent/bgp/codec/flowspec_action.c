// SPDX-License-Identifier: BSD-2-Clause
/* Actions of Flow Specifications. See flowspec_action.h. */

#include "bgp/codec/flowspec_action.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/protocol.h"

/* The first two bytes of the communities: RFC 8955 7, and IANA's registry. */
enum action_community {
	ACTION_RATE_BYTES = 0x8006,
	ACTION_RATE_PACKETS = 0x800c,
	ACTION_TRAFFIC = 0x8007,
	ACTION_MARK = 0x8009,
	ACTION_REDIRECT_AS2 = 0x8008,
	ACTION_REDIRECT_IPV4 = 0x8108,
	ACTION_REDIRECT_AS4 = 0x8208,
	ACTION_REDIRECT_NEXTHOP = 0x0800,
	ACTION_REDIRECT_TO_IPV4 = 0x010c,
	ACTION_REDIRECT_IPV6 = 0x000b, /* in 20 bytes: RFC 8956 6.1 */
	ACTION_REDIRECT_TO_IPV6 = 0x000c,
};

enum {
	TRAFFIC_CONTINUE = 1 << 0, /* RFC 8955 7.3: bit 47 */
	TRAFFIC_SAMPLE = 1 << 1,
	LAST_BYTE_AT = 5,
	DSCP_MASK = 0x3f,
	BITS_PER_BYTE = 8,
	KILO = 1000,
	RATE_WORD_SIZE = 32,
};

/* Limits of rates in words, so that they are printed as they are read. */
static const double min_rate = 1;
static const double max_rate = 1e12;

bool flowspec_drops(const struct flowspec_actions *actions)
{
	return (actions->set & FLOWSPEC_RATE_BYTES &&
		actions->bytes_per_second == 0) ||
	       (actions->set & FLOWSPEC_RATE_PACKETS &&
		actions->packets_per_second == 0);
}

/*
 * RFC 8955 7.1: a negative rate counts as 0. An infinite one is no limit. What is
 * not a number stays, as why it is refused.
 */
static void read_rate(struct reader value, uint8_t bit,
		      struct flowspec_actions *actions)
{
	double *rate = bit == FLOWSPEC_RATE_BYTES ?
			       &actions->bytes_per_second :
			       &actions->packets_per_second;
	uint32_t bits;
	float number;

	reader_take(&value, BGP_AS2_SIZE);
	bits = reader_u32(&value);
	memcpy(&number, &bits, sizeof(number));
	if (isinf(number) && number > 0)
		return;
	if (number < 0)
		number = 0;
	if (!(actions->set & bit) || isnan(number) || number < *rate)
		*rate = number;
	actions->set |= bit;
}

static void read_traffic(struct reader value, struct flowspec_actions *actions)
{
	uint8_t last;

	reader_take(&value, LAST_BYTE_AT);
	last = reader_u8(&value);
	actions->set &= (uint8_t) ~(FLOWSPEC_CONTINUE | FLOWSPEC_SAMPLE);
	if (last & TRAFFIC_CONTINUE)
		actions->set |= FLOWSPEC_CONTINUE;
	if (last & TRAFFIC_SAMPLE)
		actions->set |= FLOWSPEC_SAMPLE;
}

static void read_mark(struct reader value, struct flowspec_actions *actions)
{
	reader_take(&value, LAST_BYTE_AT);
	actions->dscp = reader_u8(&value) & DSCP_MASK;
	actions->set |= FLOWSPEC_MARK;
}

static void read_action_community(struct reader community,
				  struct flowspec_actions *actions)
{
	switch (reader_u16(&community)) {
	case ACTION_RATE_BYTES:
		read_rate(community, FLOWSPEC_RATE_BYTES, actions);
		break;
	case ACTION_RATE_PACKETS:
		read_rate(community, FLOWSPEC_RATE_PACKETS, actions);
		break;
	case ACTION_TRAFFIC:
		read_traffic(community, actions);
		break;
	case ACTION_MARK:
		read_mark(community, actions);
		break;
	case ACTION_REDIRECT_AS2:
	case ACTION_REDIRECT_IPV4:
	case ACTION_REDIRECT_AS4:
	case ACTION_REDIRECT_NEXTHOP:
	case ACTION_REDIRECT_TO_IPV4:
		actions->set |= FLOWSPEC_REDIRECT;
		break;
	}
}

static bool redirects_to_ipv6(struct reader list)
{
	while (list.left) {
		struct reader one =
			reader_sub(&list, BGP_IPV6_EXTENDED_COMMUNITY_SIZE);
		unsigned int type = reader_u16(&one);

		if (type == ACTION_REDIRECT_IPV6 ||
		    type == ACTION_REDIRECT_TO_IPV6)
			return true;
	}
	return false;
}

const char *flowspec_actions_refusal(const struct flowspec_actions *actions)
{
	const uint8_t rates = FLOWSPEC_RATE_BYTES | FLOWSPEC_RATE_PACKETS;

	if (actions->set & FLOWSPEC_REDIRECT)
		return "redirect is not supported (RFC 8955 7.4)";
	if (isnan(actions->bytes_per_second) ||
	    isnan(actions->packets_per_second))
		return "rate is not a number (RFC 8955 7.1)";
	if (!flowspec_drops(actions) && (actions->set & rates) == rates)
		return "two kinds of rate in one rule are not supported";
	return NULL;
}

const char *flowspec_actions_read(const struct bgp_attributes *attributes,
				  struct flowspec_actions *actions)
{
	struct reader list = attributes->extended_communities;

	memset(actions, 0, sizeof(*actions));
	while (list.left)
		read_action_community(reader_sub(&list,
						 BGP_EXTENDED_COMMUNITY_SIZE),
				      actions);
	if (redirects_to_ipv6(attributes->ipv6_extended_communities))
		actions->set |= FLOWSPEC_REDIRECT;
	return flowspec_actions_refusal(actions);
}

static void write_rate(struct writer *w, unsigned int type, uint16_t as,
		       double rate)
{
	float number = (float)rate;
	uint32_t bits;

	memcpy(&bits, &number, sizeof(bits));
	writer_u16(w, (uint16_t)type);
	writer_u16(w, as);
	writer_u32(w, bits);
}

/* Write a community with a value in its last byte. */
static void write_last(struct writer *w, unsigned int type, unsigned int last)
{
	writer_u16(w, (uint16_t)type);
	writer_u32(w, 0);
	writer_u16(w, (uint16_t)last);
}

void flowspec_actions_write(struct writer *w,
			    const struct flowspec_actions *actions, uint16_t as)
{
	unsigned int traffic =
		(actions->set & FLOWSPEC_CONTINUE ? TRAFFIC_CONTINUE : 0) |
		(actions->set & FLOWSPEC_SAMPLE ? TRAFFIC_SAMPLE : 0);

	if (actions->set & FLOWSPEC_RATE_BYTES)
		write_rate(w, ACTION_RATE_BYTES, as, actions->bytes_per_second);
	if (actions->set & FLOWSPEC_RATE_PACKETS)
		write_rate(w, ACTION_RATE_PACKETS, as,
			   actions->packets_per_second);
	if (traffic)
		write_last(w, ACTION_TRAFFIC, traffic);
	if (actions->set & FLOWSPEC_MARK)
		write_last(w, ACTION_MARK, actions->dscp);
	if (actions->set & FLOWSPEC_REDIRECT)
		write_last(w, ACTION_REDIRECT_AS2, 0);
}

/* ------------------------------------------------------------- words */

void flowspec_actions_show(struct text *text,
			   const struct flowspec_actions *actions)
{
	size_t start = text->used;

	if (flowspec_drops(actions))
		text_add(text, " drop");
	else if (actions->set & FLOWSPEC_RATE_PACKETS)
		text_add(text, " rate %.15gpps", actions->packets_per_second);
	else if (actions->set & FLOWSPEC_RATE_BYTES)
		text_add(text, " rate %.15gbps",
			 actions->bytes_per_second * BITS_PER_BYTE);
	if (actions->set & FLOWSPEC_MARK)
		text_add(text, " dscp-mark %u", actions->dscp);
	if (actions->set & FLOWSPEC_REDIRECT)
		text_add(text, " redirect");
	if (actions->set & FLOWSPEC_SAMPLE)
		text_add(text, " sample");
	if (actions->set & FLOWSPEC_CONTINUE)
		text_add(text, " continue");
	if (text->used == start)
		text_add(text, " accept");
}

/* Return what a unit in front of "pps" or "bps" multiplies with, or 0. */
static double unit_of(const char *unit, const char *end)
{
	static const char names[] = "kMG";
	const char *found;
	double times = 1;

	if (unit == end)
		return times;
	found = strchr(names, *unit);
	if (!found || !*unit || unit + 1 != end)
		return 0;
	for (const char *name = names; name <= found; name++)
		times *= KILO;
	return times;
}

bool flowspec_rate_parse(const char *word, struct flowspec_actions *actions)
{
	size_t digits = strspn(word, "0123456789.");
	size_t length = strlen(word);
	const char *end;
	double rate;
	char *behind;

	if (!digits || length <= strlen("pps") || length > RATE_WORD_SIZE)
		return false;
	end = word + length - strlen("pps");
	rate = strtod(word, &behind);
	if (behind != word + digits || end < behind || !unit_of(behind, end))
		return false;
	rate *= unit_of(behind, end);
	if (!(rate >= min_rate && rate <= max_rate))
		return false;
	if (!strcmp(end, "pps")) {
		actions->set |= FLOWSPEC_RATE_PACKETS;
		actions->packets_per_second = rate;
	} else if (!strcmp(end, "bps")) {
		actions->set |= FLOWSPEC_RATE_BYTES;
		actions->bytes_per_second = rate / BITS_PER_BYTE;
	} else {
		return false;
	}
	return true;
}
