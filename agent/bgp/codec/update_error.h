/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_UPDATE_ERROR_H
#define BGP_UPDATE_ERROR_H

/*
 * Errors in an UPDATE and their verdicts (RFC 7606 2). Decoding goes on after
 * an error, and the strongest one is kept.
 */

#include "bgp/codec/family.h"
#include "bgp/codec/notification.h"

#include <stdbool.h>
#include <stdint.h>

/* Ordered by strength: the strongest one counts (RFC 7606 3 h). */
enum bgp_verdict {
	BGP_VERDICT_OK,
	BGP_VERDICT_DISCARD,  /* an attribute or a prefix was ignored */
	BGP_VERDICT_WITHDRAW, /* treat all NLRI as withdrawn */
	BGP_VERDICT_DISABLE,  /* the same, and ignore a family from now on */
	BGP_VERDICT_RESET,    /* send the NOTIFICATION, end the session */
	BGP_VERDICT_COUNT,
};

/* The first of the strongest errors in an UPDATE. */
struct bgp_update_error {
	enum bgp_verdict verdict;
	uint8_t attribute;  /* type of the bad attribute; 0: none */
	const char *reason; /* static text; NULL if the verdict is OK */
	struct reader
		value; /* of the bad attribute, in the message; may be empty */
	enum bgp_family family; /* of BGP_VERDICT_DISABLE: RFC 4760 7 */
	/* Set for any error; sent only for BGP_VERDICT_RESET. */
	struct bgp_notification notification;
};

void bgp_update_error_clear(struct bgp_update_error *error);

/*
 * Record an error if it is stronger than the recorded one. Return whether it
 * was. `subcode` is an enum bgp_update_subcode.
 */
bool bgp_update_error_raise(struct bgp_update_error *error,
			    enum bgp_verdict verdict, unsigned int subcode,
			    const char *reason);

/* The same for a bad attribute; `data` is copied to the NOTIFICATION. */
bool bgp_update_error_raise_attribute(struct bgp_update_error *error,
				      enum bgp_verdict verdict,
				      unsigned int subcode, const char *reason,
				      uint8_t attribute, struct reader data);

const char *bgp_verdict_name(unsigned int verdict); /* "withdraw", ... */

#endif
