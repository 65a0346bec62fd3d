/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_BMP_H
#define BGP_BMP_H

/*
 * Messages to a BMP collector: RFC 7854, with Loc-RIB (RFC 9069) and Adj-RIB-Out
 * (RFC 8671). Each begins with a length, written at its end: bmp_end(). Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/open.h"
#include "bgp/codec/protocol.h"
#include "core/address.h"
#include "core/wire.h"

/* The table that a message is about. */
enum bmp_rib {
	BMP_ADJ_RIB_IN_PRE, /* as received; also that of a peer's other messages */
	BMP_ADJ_RIB_IN_POST,
	BMP_ADJ_RIB_OUT_POST,
	BMP_LOC_RIB,
};

/* The header of messages about a peer: RFC 7854 4.2. */
struct bmp_peer {
	enum bmp_rib rib;
	bool as2;		/* AS numbers of the UPDATE have two bytes */
	struct address address; /* zero for BMP_LOC_RIB, which is us */
	uint32_t as;
	uint32_t identifier; /* host byte order */
	uint64_t time_us;    /* since 1970; 0: unknown */
};

/* RFC 7854 4.9, RFC 9069 5.3. */
enum bmp_down_reason {
	BMP_DOWN_SENT = 1,	   /* our NOTIFICATION */
	BMP_DOWN_LOCAL = 2,	   /* without one */
	BMP_DOWN_RECEIVED = 3,	   /* the peer's NOTIFICATION */
	BMP_DOWN_REMOTE = 4,	   /* without one */
	BMP_DOWN_UNCONFIGURED = 5, /* not monitored any more */
};

struct bmp_peer_up {
	struct address local;
	uint16_t local_port;
	uint16_t remote_port;
	const struct bgp_open *sent;
	struct reader received; /* the body of an OPEN; none: as `sent` */
	const char *table;	/* of BMP_LOC_RIB; NULL: none */
};

/* RFC 7854 4.8, RFC 8671 6.2. */
enum bmp_statistic_type {
	BMP_REJECTED = 0,
	BMP_ROUTES_IN = 7,
	BMP_ROUTES_LOC_RIB = 8,
	BMP_TREATED_AS_WITHDRAW = 11,
	BMP_ROUTES_OUT = 15,
};

struct bmp_statistic {
	enum bmp_statistic_type type;
	uint64_t value;
};

enum bmp_sizes {
	BMP_TEXT_MAX = 255, /* of a TLV that we write; longer ones are cut */
	/* Any message, without the UPDATE or the OPENs in it. */
	BMP_OVERHEAD = 6 + 42 + 2 * (4 + BMP_TEXT_MAX),
	BMP_MESSAGE_SIZE = BMP_OVERHEAD + BGP_MAX_EXTENDED_MESSAGE,
};

/* Begin a Route Monitoring message; an UPDATE follows, then bmp_end(). */
size_t bmp_begin_route(struct writer *w, const struct bmp_peer *peer);
void bmp_end(struct writer *w, size_t begin);

void bmp_write_initiation(struct writer *w, const char *description,
			  const char *name);
/* End of the connection, as an administrator wants it. */
void bmp_write_termination(struct writer *w);
void bmp_write_peer_up(struct writer *w, const struct bmp_peer *peer,
		       const struct bmp_peer_up *up);
/* `code` and `subcode` are those of a NOTIFICATION. */
void bmp_write_peer_down(struct writer *w, const struct bmp_peer *peer,
			 enum bmp_down_reason reason, uint8_t code,
			 uint8_t subcode);
void bmp_write_statistics(struct writer *w, const struct bmp_peer *peer,
			  const struct bmp_statistic *list, size_t count);

#endif
