/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTE_TABLE_H
#define BGP_ATTRIBUTE_TABLE_H

/*
 * The table of path attributes, one row for each type, for attributes*.c only:
 * these handle flags, lengths, duplicates and headers once for all types. The
 * functions that the rows name are in attribute_value.c and attribute_show.c.
 */

#include "bgp/codec/attributes.h"
#include "bgp/codec/raw_attribute.h"
#include "bgp/codec/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_length_rule {
	BGP_LENGTH_ANY,
	BGP_LENGTH_EXACT,
	BGP_LENGTH_AT_LEAST,
	BGP_LENGTH_MULTIPLE,   /* of `length`, and not 0 */
	BGP_LENGTH_AGGREGATOR, /* an AS number, 2 or 4 bytes, and IPv4 */
};

/* The peers that may send an attribute; from others it is discarded unread. */
enum bgp_attribute_scope {
	BGP_SCOPE_ALL,
	BGP_SCOPE_INTERNAL,    /* peers in our AS */
	BGP_SCOPE_INSIDE,      /* and in other members of our confederation */
	BGP_SCOPE_OLD_SPEAKER, /* peers with 2-byte AS numbers */
	BGP_SCOPE_AIGP,	       /* as INSIDE, and peers with accept_aigp */
};

/* The destination of an attribute that is read. */
struct bgp_attribute_input {
	const struct bgp_attribute_row *row; /* of the attribute being read */
	struct reader whole; /* the attribute being read, header included */
	struct bgp_attributes *out;
	struct bgp_multiprotocol *multiprotocol;
	size_t as_size;	       /* of AS numbers in AS_PATH and AGGREGATOR */
	struct writer as_path; /* scratch: a path rewritten to 4 bytes */
	struct writer large_communities; /* scratch: a list rewritten */
	/* Input of the merge of RFC 6793 4.2.3; AS numbers have 4 bytes. */
	bool has_as4_path;
	bool has_as4_aggregator;
	struct reader as4_path;
	uint32_t as4_aggregator_as;
	struct address as4_aggregator;
};

/* The source of an attribute that is written or shown. */
struct bgp_attribute_output {
	const struct bgp_attribute_row *row;
	const struct bgp_attributes *from;
	size_t as_size;
};

struct bgp_attribute_row {
	const char *name;
	uint8_t flags; /* required values of Optional and Transitive */
	/* The value is checked, then kept as if the type were unknown. */
	bool opaque;
	/* It holds routes, which are read even if the flags are wrong. */
	bool has_routes;
	uint32_t presence; /* enum bgp_attribute_presence */
	enum bgp_length_rule length_rule;
	uint16_t length;
	enum bgp_attribute_scope scope;
	/* Verdict on a bad length or value: RFC 7606 7. */
	enum bgp_verdict on_error;
	/* Verdict on bad flags; OK stands for WITHDRAW, RFC 7606 3 c. */
	enum bgp_verdict on_flags;
	enum bgp_update_subcode subcode; /* of a bad value */
	/* Offset in struct bgp_attributes of a number or a list. */
	size_t field;
	/* Check a value. Return the error as a static text, or NULL. */
	const char *(*check)(struct reader value, size_t as_size);
	/* Load a checked value; NULL: the attribute is not kept. */
	void (*load)(struct bgp_attribute_input *in, struct reader value);
	/* Decide whether to write it; NULL: written if present. */
	bool (*wanted)(const struct bgp_attribute_output *out);
	void (*store)(struct writer *w, const struct bgp_attribute_output *out);
	void (*show)(struct text *text, const struct bgp_attribute_output *out);
};

enum bgp_attribute_table {
	BGP_ATTRIBUTE_TABLE_SIZE = BGP_ATTRIBUTE_PREFIX_SID + 1,
};

/* Indexed by type; a row without a name is an unknown type. */
extern const struct bgp_attribute_row
	bgp_attribute_rows[BGP_ATTRIBUTE_TABLE_SIZE];

/* Return the row of a type; NULL if it is unknown. */
const struct bgp_attribute_row *bgp_attribute_row(unsigned int type);

/* The same, but NULL for an opaque type, too. */
const struct bgp_attribute_row *bgp_attribute_known(unsigned int type);

/* Load an attribute whose value was checked. */
void bgp_attribute_load(struct bgp_attribute_input *in,
			const struct bgp_attribute_row *row,
			const struct raw_attribute *raw);

#endif
