/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MRT_READER_H
#define MRT_READER_H

/*
 * Records of messages and state changes in an MRT file: BGP4MP and BGP4MP_ET
 * (RFC 6396 4.4, RFC 8050). Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/wire.h"

enum mrt_record_kind {
	MRT_RECORD_MESSAGE, /* that a peer sent */
	MRT_RECORD_STATE,
	MRT_RECORD_OTHER, /* of no use here: sent by the collector, and so on */
};

/* A record; valid as long as the file's bytes. */
struct mrt_record {
	enum mrt_record_kind kind;
	uint64_t time_us; /* since 1970 */
	struct address peer;
	struct address local;
	struct reader message; /* with its header; MRT_RECORD_MESSAGE */
	bool session_ends; /* Established to another one; MRT_RECORD_STATE */
};

/*
 * Take the next record off `file`. False at the end, and for a record that is cut
 * or malformed, which leaves `file` failed.
 */
bool mrt_reader_next(struct reader *file, struct mrt_record *record);

#endif
