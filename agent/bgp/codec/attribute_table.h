/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTE_TABLE_H
#define BGP_ATTRIBUTE_TABLE_H

/*
 * What we know of each path attribute, one row a type. Used by attributes*.c
 * only, which do for all of them what is the same for all: flags, lengths,
 * duplicates, headers. The functions that the rows name are in
 * attribute_value.c and attribute_show.c.
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
	BGP_LENGTH_MULTIPLE,   /* and not 0 */
	BGP_LENGTH_AGGREGATOR, /* an AS number of the session's and IPv4 */
};

/* From whom it means something; from others it is left out unread. */
enum bgp_attribute_scope {
	BGP_SCOPE_ALL,
	BGP_SCOPE_INTERNAL,    /* peers of our own AS */
	BGP_SCOPE_INSIDE,      /* and other members of our confederation */
	BGP_SCOPE_OLD_SPEAKER, /* peers with 2-byte AS numbers */
	BGP_SCOPE_AIGP,	       /* internal ones and whom we were told of */
};

/* What an attribute is read into. */
struct bgp_attribute_input {
	const struct bgp_attribute_row *row; /* of the one being read */
	struct bgp_attributes *out;
	struct bgp_multiprotocol *multiprotocol;
	size_t as_size;	       /* of AS numbers in AS_PATH and AGGREGATOR */
	struct writer as_path; /* room for a path with other than 4 bytes */
	struct writer large_communities; /* and for a list to be rewritten */
	/* For the merge of RFC 6793 4.2.3, by the same rules as in `out`. */
	bool has_as4_path;
	bool has_as4_aggregator;
	struct reader as4_path;
	uint32_t as4_aggregator_as;
	struct address as4_aggregator;
};

/* What an attribute is written or shown from. */
struct bgp_attribute_output {
	const struct bgp_attribute_row *row;
	const struct bgp_attributes *from;
	size_t as_size;
};

struct bgp_attribute_row {
	const char *name;
	uint8_t flags; /* Optional and Transitive, as they must be */
	/* Checked, and then treated as if it were not known. */
	bool opaque;
	/* It names routes, which must be found even if its flags are wrong. */
	bool has_routes;
	uint32_t presence; /* enum bgp_attribute_presence */
	enum bgp_length_rule length_rule;
	uint16_t length;
	enum bgp_attribute_scope scope;
	enum bgp_verdict on_error; /* of length or value: RFC 7606 7 */
	/* Of flags, if that is not WITHDRAW: RFC 7606 3 c. */
	enum bgp_verdict on_flags;
	enum bgp_update_subcode subcode; /* of a bad value */
	size_t field; /* in struct bgp_attributes: a number or a list */
	/* What is wrong with the value, as a static text, or NULL. */
	const char *(*check)(struct reader value, size_t as_size);
	/* Stores a checked value; NULL: it is not kept. */
	void (*load)(struct bgp_attribute_input *in, struct reader value);
	/* Whether to send it, if not by `presence` alone. */
	bool (*wanted)(const struct bgp_attribute_output *out);
	void (*store)(struct writer *w, const struct bgp_attribute_output *out);
	void (*show)(struct text *text, const struct bgp_attribute_output *out);
};

enum bgp_attribute_table {
	BGP_ATTRIBUTE_TABLE_SIZE = BGP_ATTRIBUTE_PREFIX_SID + 1,
};

/* By type; a row without a name is a type we do not know. */
extern const struct bgp_attribute_row
	bgp_attribute_rows[BGP_ATTRIBUTE_TABLE_SIZE];

/* The row of a type; NULL if not known. */
const struct bgp_attribute_row *bgp_attribute_row(unsigned int type);

/* The same, but NULL also for one that is treated as if it were not known. */
const struct bgp_attribute_row *bgp_attribute_known(unsigned int type);

/* Stores a value that is known to be good. */
void bgp_attribute_load(struct bgp_attribute_input *in,
			const struct bgp_attribute_row *row,
			const struct raw_attribute *raw);

#endif
