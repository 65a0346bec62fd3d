/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MRT_MESSAGE_H
#define BGP_MRT_MESSAGE_H

/*
 * Messages of peers and state changes in the MRT format: BGP4MP_ET, which has
 * the time in microseconds (RFC 6396 3, 4.4), with path identifiers as
 * RFC 8050 3. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/fsm.h"
#include "bgp/codec/negotiated.h"
#include "bgp/codec/protocol.h"
#include "core/address.h"
#include "core/wire.h"

/* The connection that a record is about. */
struct mrt_session {
	uint32_t peer_as; /* 0: not known yet */
	uint32_t local_as;
	uint32_t ifindex; /* of a link-local peer; or 0 */
	struct address peer;
	struct address local; /* all zero: not connected */
};

struct mrt_message {
	enum bgp_message_type type;
	bool as4;      /* AS numbers of an UPDATE have four bytes */
	bool path_ids; /* its routes have path identifiers */
	struct reader body;
};

enum mrt_message_sizes {
	/* Any record, without the body of a message. */
	MRT_MESSAGE_SIZE = 12 + 4 + 4 + 4 + 2 + 2 + 16 + 16 + 19,
};

void mrt_write_message(struct writer *w, uint64_t now_us,
		       const struct mrt_session *session,
		       const struct mrt_message *message);
void mrt_write_state(struct writer *w, uint64_t now_us,
		     const struct mrt_session *session, enum bgp_state before,
		     enum bgp_state after);
/*
 * True if the routes of an UPDATE's body have path identifiers: those of the
 * first family in it. A record has one mark for all of its routes.
 */
bool mrt_update_has_path_ids(const struct bgp_negotiated *negotiated,
			     struct reader body);

#endif
