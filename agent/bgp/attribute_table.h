/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTE_TABLE_H
#define BGP_ATTRIBUTE_TABLE_H

/*
 * What we know of each path attribute, one row a type. Used by attributes.c
 * only, which does for all of them what is the same for all: flags, lengths,
 * duplicates, headers.
 */

#include "bgp/attributes.h"

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
	BGP_SCOPE_OLD_SPEAKER, /* peers with 2-byte AS numbers */
};

/* What an attribute is read into. */
struct bgp_attribute_input {
	struct bgp_attributes *out;
	struct bgp_multiprotocol *multiprotocol;
	size_t as_size;	       /* of AS numbers in AS_PATH and AGGREGATOR */
	struct writer as_path; /* room for a path with other than 4 bytes */
	/* For the merge of RFC 6793 4.2.3, by the same rules as in `out`. */
	bool has_as4_path;
	bool has_as4_aggregator;
	struct reader as4_path;
	uint32_t as4_aggregator_as;
	struct address as4_aggregator;
};

struct bgp_attribute_row {
	const char *name;
	uint8_t flags;	   /* Optional and Transitive, as they must be */
	uint32_t presence; /* enum bgp_attribute_presence */
	enum bgp_length_rule length_rule;
	uint16_t length;
	enum bgp_attribute_scope scope;
	enum bgp_verdict on_error;     /* of length or value: RFC 7606 7 */
	enum bgp_update_error subcode; /* of a bad value */
	/* What is wrong with the value, as a static text, or NULL. */
	const char *(*check)(struct reader value, size_t as_size);
	/* Stores a checked value; NULL: it is not kept. */
	void (*load)(struct bgp_attribute_input *in, struct reader value);
	/* Whether to send it, if not by `presence` alone. */
	bool (*wanted)(const struct bgp_attributes *attributes, size_t as_size);
	void (*store)(struct writer *w, const struct bgp_attributes *attributes,
		      size_t as_size);
};

enum bgp_attribute_table {
	BGP_ATTRIBUTE_TABLE_SIZE = BGP_ATTRIBUTE_AS4_AGGREGATOR + 1,
};

/* The row of a type below BGP_ATTRIBUTE_TABLE_SIZE; NULL if not known. */
const struct bgp_attribute_row *bgp_attribute_row(unsigned int type);

#endif
