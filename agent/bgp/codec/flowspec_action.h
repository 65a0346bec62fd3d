/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_FLOWSPEC_ACTION_H
#define BGP_FLOWSPEC_ACTION_H

/*
 * Actions of a Flow Specification: extended communities (RFC 8955 7), and their
 * words: "drop", "accept", "rate 1000pps", "rate 8000bps", "dscp-mark 46",
 * "sample", "continue". Of several rates of one kind the lowest counts, of
 * other actions that interfere the last one (RFC 8955 7.7).
 */

#include "bgp/codec/attributes.h"
#include "bgp/codec/text.h"

#include <stdbool.h>
#include <stdint.h>

enum flowspec_action_bits {
	FLOWSPEC_RATE_BYTES = 1 << 0,
	FLOWSPEC_RATE_PACKETS = 1 << 1,
	FLOWSPEC_MARK = 1 << 2,
	FLOWSPEC_SAMPLE = 1 << 3,
	FLOWSPEC_CONTINUE = 1 << 4, /* later rules are evaluated, too */
	FLOWSPEC_REDIRECT = 1 << 5, /* is not supported */
};

struct flowspec_actions {
	uint8_t set;  /* enum flowspec_action_bits */
	uint8_t dscp; /* of FLOWSPEC_MARK */
	uint8_t reserved[6];
	double bytes_per_second; /* 0 drops */
	double packets_per_second;
};

/* True if the actions drop all that the rule matches. */
bool flowspec_drops(const struct flowspec_actions *actions);

/* Return why actions cannot be carried out, or NULL. */
const char *flowspec_actions_refusal(const struct flowspec_actions *actions);

/*
 * Read the actions among the communities of an UPDATE. Return why they cannot
 * be carried out, or NULL. Without actions, traffic is accepted.
 */
const char *flowspec_actions_read(const struct bgp_attributes *attributes,
				  struct flowspec_actions *actions);

/*
 * Write the actions, refused ones too, as extended communities of 8 bytes. `as`
 * says where the rates are from.
 */
void flowspec_actions_write(struct writer *w,
			    const struct flowspec_actions *actions,
			    uint16_t as);

void flowspec_actions_show(struct text *text,
			   const struct flowspec_actions *actions);

/* Words of a rate: a number with k, M or G, and pps or bps (bits). */
bool flowspec_rate_parse(const char *word, struct flowspec_actions *actions);

#endif
