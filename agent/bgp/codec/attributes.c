// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reading the attribute block of an UPDATE. See attributes.h.
 *
 * For each attribute in turn: duplicate, scope, flags, length, value, by the
 * rules in attribute_table.c. Then AS4_PATH and AS4_AGGREGATOR of a speaker
 * with 2-byte AS numbers are merged. Each error has the verdict of RFC 7606,
 * and reading continues, because a stronger error may follow.
 */

#include "bgp/codec/attributes.h"

#include "bgp/codec/as_path.h"
#include "bgp/codec/attribute_table.h"
#include "bgp/codec/raw_attribute.h"

#include <limits.h>
#include <string.h>

enum {
	TYPE_RESERVED = 0,
	TYPE_COUNT = UINT8_MAX + 1,
	FLAGS_CHECKED = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
};

struct attributes_decoder {
	const struct bgp_decode_context *context;
	struct bgp_update_error *error;
	struct bgp_attribute_input input;
	struct writer unknown; /* becomes bgp_attributes.unknown */
	uint8_t seen[TYPE_COUNT / CHAR_BIT];
};

static void raise_attribute_error(struct attributes_decoder *d,
				  const struct raw_attribute *raw,
				  enum bgp_verdict verdict,
				  enum bgp_update_subcode subcode,
				  const char *reason)
{
	if (bgp_update_error_raise_attribute(d->error, verdict, subcode, reason,
					     raw->type, raw->whole))
		d->error->value = raw->value;
}

static bool was_seen(const struct attributes_decoder *d, unsigned int type)
{
	return d->seen[type / CHAR_BIT] & 1u << type % CHAR_BIT;
}

static void mark_seen(struct attributes_decoder *d, unsigned int type)
{
	d->seen[type / CHAR_BIT] |= (uint8_t)(1u << type % CHAR_BIT);
}

/* RFC 7606 3 g: the first one counts, but NLRI must not be there twice. */
static void decode_duplicate(struct attributes_decoder *d,
			     const struct raw_attribute *raw)
{
	bool nlri = raw->type == BGP_ATTRIBUTE_MP_REACH_NLRI ||
		    raw->type == BGP_ATTRIBUTE_MP_UNREACH_NLRI;

	raise_attribute_error(d, raw,
			      nlri ? BGP_VERDICT_RESET : BGP_VERDICT_DISCARD,
			      BGP_UPDATE_MALFORMED_ATTRIBUTES, "appears twice");
}

static bool is_inside(const struct bgp_negotiated *negotiated)
{
	return !negotiated->ebgp || negotiated->confederation;
}

static bool is_in_scope(enum bgp_attribute_scope scope,
			const struct bgp_decode_context *context)
{
	switch (scope) {
	case BGP_SCOPE_INTERNAL:
		return !context->negotiated->ebgp;
	case BGP_SCOPE_INSIDE:
		return is_inside(context->negotiated);
	case BGP_SCOPE_OLD_SPEAKER:
		return !context->negotiated->as4;
	case BGP_SCOPE_AIGP:
		return is_inside(context->negotiated) || context->accept_aigp;
	default:
		return true;
	}
}

static bool attribute_length_is_good(const struct bgp_attribute_row *row,
				     size_t length, size_t as_size)
{
	switch (row->length_rule) {
	case BGP_LENGTH_EXACT:
		return length == row->length;
	case BGP_LENGTH_AT_LEAST:
		return length >= row->length;
	case BGP_LENGTH_MULTIPLE:
		return length && length % row->length == 0;
	case BGP_LENGTH_AGGREGATOR:
		return length == as_size + BGP_IPV4_SIZE;
	default:
		return true;
	}
}

/*
 * Check length and value. Return the error as a static text, or NULL, and set
 * its subcode.
 */
static const char *find_value_error(const struct attributes_decoder *d,
				    const struct bgp_attribute_row *row,
				    const struct raw_attribute *raw,
				    enum bgp_update_subcode *subcode)
{
	size_t as_size = d->input.as_size;

	if (!attribute_length_is_good(row, raw->value.left, as_size)) {
		/* RFC 4760 7 has one subcode for all errors. */
		*subcode = row->has_routes ? BGP_UPDATE_OPTIONAL_ATTRIBUTE :
					     BGP_UPDATE_ATTRIBUTE_LENGTH;
		return "wrong length";
	}
	*subcode = row->subcode;
	return row->check ? row->check(raw->value, as_size) : NULL;
}

/* Return the offset of an attribute of `type` in a list ordered by type. */
static size_t place_of_type(struct reader list, unsigned int type)
{
	const uint8_t *start = list.data;
	struct raw_attribute raw;

	while (raw_attribute_next(&list, &raw))
		if (raw.type > type)
			return (size_t)(raw.whole.data - start);
	return (size_t)(list.data - start);
}

/*
 * Insert an attribute among the unknown ones. It takes no more room than it had
 * in the message, so the scratch area is large enough.
 */
static void keep_unknown(struct attributes_decoder *d,
			 const struct raw_attribute *raw)
{
	struct writer *w = &d->unknown;
	size_t end = w->used;
	size_t at = place_of_type(reader_of(w->data, end), raw->type);
	size_t length = raw->value.left;
	size_t size = raw_attribute_size(length);
	struct writer gap;

	if (!writer_take(w, size))
		return;
	memmove(w->data + at + size, w->data + at, end - at);
	gap = writer_of(w->data + at, size);
	raw_attribute_header(&gap,
			     (raw->flags & FLAGS_CHECKED) | BGP_FLAG_PARTIAL,
			     raw->type, length);
	writer_bytes(&gap, raw->value.data, length);
}

/*
 * RFC 7606 3 c. False if the attribute must not be read because of its flags.
 */
static bool check_flags(struct attributes_decoder *d,
			const struct bgp_attribute_row *row,
			const struct raw_attribute *raw)
{
	if ((raw->flags & FLAGS_CHECKED) == row->flags)
		return true;
	raise_attribute_error(
		d, raw, row->on_flags ? row->on_flags : BGP_VERDICT_WITHDRAW,
		BGP_UPDATE_ATTRIBUTE_FLAGS, "wrong flags");
	return row->has_routes;
}

static void decode_value(struct attributes_decoder *d,
			 const struct bgp_attribute_row *row,
			 const struct raw_attribute *raw)
{
	enum bgp_update_subcode subcode;
	const char *error = find_value_error(d, row, raw, &subcode);

	if (error)
		raise_attribute_error(d, raw, row->on_error, subcode, error);
	else if (!row->opaque)
		bgp_attribute_load(&d->input, row, raw);
	else if (row->flags & BGP_FLAG_TRANSITIVE)
		keep_unknown(d, raw);
}

static void decode_known(struct attributes_decoder *d,
			 const struct bgp_attribute_row *row,
			 const struct raw_attribute *raw)
{
	/* Discarded even if malformed: RFC 7606 7.5, RFC 6793 4.1. */
	if (!is_in_scope(row->scope, d->context))
		raise_attribute_error(d, raw, BGP_VERDICT_DISCARD,
				      BGP_UPDATE_MALFORMED_ATTRIBUTES,
				      "not allowed from this peer");
	else if (check_flags(d, row, raw))
		decode_value(d, row, raw);
}

/* RFC 4271 5, 6.3 and 9: the flags decide. */
static void decode_unknown(struct attributes_decoder *d,
			   const struct raw_attribute *raw)
{
	enum bgp_verdict verdict = d->context->survive_unknown_well_known ?
					   BGP_VERDICT_WITHDRAW :
					   BGP_VERDICT_RESET;

	if (raw->type == TYPE_RESERVED)
		raise_attribute_error(d, raw, BGP_VERDICT_DISCARD,
				      BGP_UPDATE_OPTIONAL_ATTRIBUTE,
				      "reserved type");
	else if (!(raw->flags & BGP_FLAG_OPTIONAL))
		raise_attribute_error(d, raw, verdict,
				      BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN,
				      "unknown type marked as well-known");
	else if (raw->flags & BGP_FLAG_TRANSITIVE)
		keep_unknown(d, raw);
}

static void decode_attribute(struct attributes_decoder *d,
			     const struct raw_attribute *raw)
{
	const struct bgp_attribute_row *row = bgp_attribute_row(raw->type);

	if (was_seen(d, raw->type)) {
		decode_duplicate(d, raw);
		return;
	}
	mark_seen(d, raw->type);
	if (row)
		decode_known(d, row, raw);
	else
		decode_unknown(d, raw);
}

/*
 * RFC 6793 4.2.3: an AGGREGATOR that is not AS_TRANS was set by a speaker with
 * 2-byte AS numbers after the AS4 attributes were, so both of these are out of
 * date. A merged path that is too long for an attribute is not used.
 */
static void merge_as4(struct bgp_attribute_input *in, struct writer merged)
{
	struct bgp_attributes *out = in->out;

	if (in->has_as4_aggregator && out->present & BGP_HAS_AGGREGATOR) {
		if (out->aggregator_as != BGP_AS_TRANS)
			return;
		out->aggregator_as = in->as4_aggregator_as;
		out->aggregator = in->as4_aggregator;
	}
	if (in->has_as4_path && out->present & BGP_HAS_AS_PATH) {
		as_path_merge(&merged, out->as_path, in->as4_path);
		if (!merged.failed)
			out->as_path = reader_of(merged.data, merged.used);
	}
}

static struct bgp_attribute_input
attribute_input(struct bgp_scratch *scratch,
		const struct bgp_negotiated *negotiated)
{
	return (struct bgp_attribute_input){
		.as_size = negotiated->as4 ? BGP_AS4_SIZE : BGP_AS2_SIZE,
		.as_path =
			writer_of(scratch->as_path, sizeof(scratch->as_path)),
		.large_communities =
			writer_of(scratch->large_communities,
				  sizeof(scratch->large_communities)),
	};
}

void bgp_attributes_decode(const struct bgp_decode_context *context,
			   struct reader block, struct bgp_scratch *scratch,
			   struct bgp_attributes *out,
			   struct bgp_multiprotocol *multiprotocol,
			   struct bgp_update_error *error)
{
	struct attributes_decoder d = {
		.context = context,
		.error = error,
		.input = attribute_input(scratch, context->negotiated),
		.unknown =
			writer_of(scratch->unknown, sizeof(scratch->unknown)),
	};
	struct raw_attribute raw;

	d.input.out = out;
	d.input.multiprotocol = multiprotocol;
	*out = (struct bgp_attributes){ 0 };
	*multiprotocol = (struct bgp_multiprotocol){ 0 };
	while (raw_attribute_next(&block, &raw))
		decode_attribute(&d, &raw);
	if (block.failed) /* RFC 7606 4: the NLRI can still be read */
		bgp_update_error_raise(error, BGP_VERDICT_WITHDRAW,
				       BGP_UPDATE_MALFORMED_ATTRIBUTES,
				       "attribute exceeds the attribute list");
	merge_as4(&d.input,
		  writer_of(scratch->merged, sizeof(scratch->merged)));
	out->unknown = reader_of(d.unknown.data, d.unknown.used);
}

const char *bgp_attribute_name(unsigned int type)
{
	const struct bgp_attribute_row *row = bgp_attribute_row(type);

	return row ? row->name : "attribute";
}
