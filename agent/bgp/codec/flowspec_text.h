/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_FLOWSPEC_TEXT_H
#define BGP_FLOWSPEC_TEXT_H

/*
 * A Flow Specification in words, with its actions:
 *
 *	vip 192.0.2.1/32 source 198.51.100.0/24 protocol udp port 53 rate 1000pps
 *
 * A component is a word and its operand. Numbers: "53", "1024-65535", "!=22",
 * ">=1024", "<=9", ">0", "<10"; "|" is or, "&" is and. Bits: "syn+ack" are all
 * of these, "any:syn+ack" any of them, "!" in front is not. A prefix of IPv6 may
 * have an offset behind it (RFC 8956): "::1:0:0:0/80/64".
 */

#include "bgp/codec/flowspec.h"
#include "bgp/codec/flowspec_action.h"
#include "bgp/codec/text.h"

#include <stdbool.h>
#include <stdint.h>

enum flowspec_text_sizes {
	FLOWSPEC_TEXT_SIZE = 512,
	FLOWSPEC_WORD_SIZE = 256,
	FLOWSPEC_ERROR_SIZE = 160,
	FLOWSPEC_PARSED_MAX = 224, /* bytes of a rule that is given in words */
};

/* A rule of the configuration: plain values, comparable byte by byte. */
struct flowspec_rule {
	uint8_t bytes[FLOWSPEC_PARSED_MAX];
	uint8_t size;
	uint8_t ipv6;
	uint8_t reserved[6];
	struct flowspec_actions actions;
};

static inline struct reader
flowspec_rule_reader(const struct flowspec_rule *rule)
{
	return reader_of(rule->bytes, rule->size);
}

/* Add the words of a checked rule. */
void flowspec_show(struct text *text, struct reader rule, bool ipv6);

/*
 * Parse a rule and its actions. False, with a sentence in `error` and `rule`
 * untouched, at a mistake.
 */
bool flowspec_parse(const char *words, struct flowspec_rule *rule,
		    char error[FLOWSPEC_ERROR_SIZE]);

#endif
