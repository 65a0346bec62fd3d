// SPDX-License-Identifier: BSD-2-Clause
/*
 * The attribute block of an UPDATE: what is the same for all attributes. What
 * differs is in attribute_table.c. See attributes.h.
 *
 * Reading: cut the block into attributes; for each one in turn duplicate,
 * scope, flags, length, value; then the merge for old speakers. Every error
 * costs what RFC 7606 says it costs and reading goes on, because a stronger
 * one may follow.
 */

#include "bgp/attributes.h"

#include "bgp/as_path.h"
#include "bgp/attribute_table.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

enum {
	TYPE_RESERVED = 0,
	TYPE_COUNT = UINT8_MAX + 1,
	FLAGS_CHECKED = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
	FLAGS_KEPT = FLAGS_CHECKED | BGP_FLAG_PARTIAL,
	SHORT_HEADER = 3, /* flags, type, length of one byte */
	NET_THIS = 0,	  /* 0.0.0.0/8 */
	NET_LOOPBACK = 127,
	NET_MULTICAST_FIRST = 224,
	NET_MULTICAST_LAST = 239,
	IPV4_OFFSET = 12, /* in struct address */
	IPV4_BROADCAST = 0xffffffff,
};

/* One attribute as it is on the wire. */
struct raw_attribute {
	uint8_t flags;
	uint8_t type;
	struct reader value;
	struct reader whole; /* header included */
};

struct decoder {
	const struct bgp_decode_context *context;
	struct bgp_fault *fault;
	struct bgp_attribute_input input;
	struct writer unknown; /* becomes bgp_attributes.unknown */
	uint8_t seen[TYPE_COUNT / CHAR_BIT];
};

/* False at the end, or if the rest cannot be an attribute: `block` failed. */
static bool next_attribute(struct reader *block, struct raw_attribute *raw)
{
	size_t size;

	if (!block->left)
		return false;
	raw->whole = *block;
	raw->flags = reader_u8(block);
	raw->type = reader_u8(block);
	size = raw->flags & BGP_FLAG_EXTENDED_LENGTH ? reader_u16(block) :
						       reader_u8(block);
	raw->value = reader_sub(block, size);
	if (block->failed)
		return false;
	raw->whole.left -= block->left;
	return true;
}

static void complain(struct decoder *d, const struct raw_attribute *raw,
		     enum bgp_verdict verdict, enum bgp_update_error subcode,
		     const char *reason)
{
	bgp_fault_raise_attribute(d->fault, verdict, subcode, reason, raw->type,
				  raw->whole);
}

static bool was_seen(const struct decoder *d, unsigned int type)
{
	return d->seen[type / CHAR_BIT] & 1u << type % CHAR_BIT;
}

static void mark_seen(struct decoder *d, unsigned int type)
{
	d->seen[type / CHAR_BIT] |= (uint8_t)(1u << type % CHAR_BIT);
}

/* RFC 7606 3 g: the first one counts, but NLRI must not come twice. */
static void decode_duplicate(struct decoder *d, const struct raw_attribute *raw)
{
	bool nlri = raw->type == BGP_ATTRIBUTE_MP_REACH_NLRI ||
		    raw->type == BGP_ATTRIBUTE_MP_UNREACH_NLRI;

	complain(d, raw, nlri ? BGP_VERDICT_RESET : BGP_VERDICT_DISCARD,
		 BGP_UPDATE_MALFORMED_ATTRIBUTES, "appears twice");
}

static bool is_in_scope(enum bgp_attribute_scope scope,
			const struct bgp_decode_context *context)
{
	switch (scope) {
	case BGP_SCOPE_INTERNAL:
		return !context->ebgp;
	case BGP_SCOPE_OLD_SPEAKER:
		return !context->as4;
	default:
		return true;
	}
}

static bool length_is_good(const struct bgp_attribute_row *row, size_t length,
			   size_t as_size)
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

/* Stores a value that is known to be good. */
static void load(struct bgp_attribute_input *input,
		 const struct bgp_attribute_row *row,
		 const struct raw_attribute *raw)
{
	if (!row->load)
		return;
	row->load(input, raw->value);
	input->out->present |= row->presence;
	if (raw->flags & BGP_FLAG_PARTIAL)
		input->out->partial |= row->presence;
}

static void decode_known(struct decoder *d, const struct bgp_attribute_row *row,
			 const struct raw_attribute *raw)
{
	size_t as_size = d->input.as_size;
	const char *reason;

	if (!is_in_scope(row->scope, d->context)) {
		/* Even if malformed: RFC 7606 7.5, RFC 6793 4.1. */
		complain(d, raw, BGP_VERDICT_DISCARD,
			 BGP_UPDATE_MALFORMED_ATTRIBUTES,
			 "not to be sent by such a peer");
		return;
	}
	if ((raw->flags & FLAGS_CHECKED) != row->flags) {
		complain(d, raw, BGP_VERDICT_WITHDRAW, /* RFC 7606 3 c */
			 BGP_UPDATE_ATTRIBUTE_FLAGS, "wrong flags");
		return;
	}
	if (!length_is_good(row, raw->value.left, as_size)) {
		complain(d, raw, row->on_error, BGP_UPDATE_ATTRIBUTE_LENGTH,
			 "wrong length");
		return;
	}
	reason = row->check ? row->check(raw->value, as_size) : NULL;
	if (reason)
		complain(d, raw, row->on_error, row->subcode, reason);
	else
		load(&d->input, row, raw);
}

static void write_header(struct writer *w, unsigned int flags,
			 unsigned int type, size_t length)
{
	bool extended = length > UINT8_MAX;

	writer_u8(w,
		  (uint8_t)(flags | (extended ? BGP_FLAG_EXTENDED_LENGTH : 0)));
	writer_u8(w, (uint8_t)type);
	if (extended)
		writer_u16(w, (uint16_t)length);
	else
		writer_u8(w, (uint8_t)length);
}

/* Where an attribute of `type` belongs in a list ordered by type. */
static size_t place_of(struct reader list, unsigned int type)
{
	const uint8_t *start = list.data;
	struct raw_attribute raw;

	while (next_attribute(&list, &raw))
		if (raw.type > type)
			return (size_t)(raw.whole.data - start);
	return (size_t)(list.data - start);
}

/*
 * Keeps an attribute in its place among the unknown ones. It never takes more
 * room than it had in the message, so that the scratch area is large enough.
 */
static void keep_unknown(struct decoder *d, const struct raw_attribute *raw)
{
	struct writer *w = &d->unknown;
	size_t end = w->used;
	size_t at = place_of(reader_of(w->data, end), raw->type);
	size_t length = raw->value.left;
	size_t size = SHORT_HEADER + (length > UINT8_MAX) + length;
	struct writer gap;

	if (!writer_take(w, size))
		return;
	memmove(w->data + at + size, w->data + at, end - at);
	gap = writer_of(w->data + at, size);
	write_header(&gap, (raw->flags & FLAGS_CHECKED) | BGP_FLAG_PARTIAL,
		     raw->type, length);
	writer_bytes(&gap, raw->value.data, length);
}

/* RFC 4271 5, 6.3 and 9: by the flags alone. */
static void decode_unknown(struct decoder *d, const struct raw_attribute *raw)
{
	if (raw->type == TYPE_RESERVED)
		complain(d, raw, BGP_VERDICT_DISCARD,
			 BGP_UPDATE_OPTIONAL_ATTRIBUTE, "reserved type");
	else if (!(raw->flags & BGP_FLAG_OPTIONAL))
		complain(d, raw, BGP_VERDICT_RESET,
			 BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN,
			 "well-known but not known to us");
	else if (raw->flags & BGP_FLAG_TRANSITIVE)
		keep_unknown(d, raw);
}

static void decode_attribute(struct decoder *d, const struct raw_attribute *raw)
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
 * RFC 6793 4.2.3. An AGGREGATOR that is not AS_TRANS was set by an old speaker
 * after the AS4 attributes were, so that both of these are out of date.
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
		out->as_path = reader_of(merged.data, merged.used);
	}
}

void bgp_attributes_decode(const struct bgp_decode_context *context,
			   struct reader block, struct bgp_scratch *scratch,
			   struct bgp_attributes *out,
			   struct bgp_multiprotocol *multiprotocol,
			   struct bgp_fault *fault)
{
	struct decoder d = {
		.context = context,
		.fault = fault,
		.input = {
			.out = out,
			.multiprotocol = multiprotocol,
			.as_size = context->as4 ? BGP_AS4_SIZE : BGP_AS2_SIZE,
			.as_path = writer_of(scratch->as_path,
					     sizeof(scratch->as_path)),
		},
		.unknown = writer_of(scratch->unknown,
				     sizeof(scratch->unknown)),
	};
	struct raw_attribute raw;

	*out = (struct bgp_attributes){ 0 };
	*multiprotocol = (struct bgp_multiprotocol){ 0 };
	while (next_attribute(&block, &raw))
		decode_attribute(&d, &raw);
	if (block.failed) /* RFC 7606 4: the NLRI can still be found */
		bgp_fault_raise(fault, BGP_VERDICT_WITHDRAW,
				BGP_UPDATE_MALFORMED_ATTRIBUTES,
				"attribute longer than the attributes");
	merge_as4(&d.input,
		  writer_of(scratch->merged, sizeof(scratch->merged)));
	out->unknown = reader_of(d.unknown.data, d.unknown.used);
}

/* RFC 4271 6.3: the data is the type that is missing. */
static void check_mandatory(const struct bgp_attributes *a,
			    struct bgp_fault *fault)
{
	static const uint8_t mandatory[] = { BGP_ATTRIBUTE_ORIGIN,
					     BGP_ATTRIBUTE_AS_PATH,
					     BGP_ATTRIBUTE_NEXT_HOP };

	for (size_t i = 0; i < sizeof(mandatory); i++) {
		const uint8_t *type = &mandatory[i];

		if (!(a->present & bgp_attribute_row(*type)->presence))
			bgp_fault_raise_attribute(
				fault, BGP_VERDICT_WITHDRAW,
				BGP_UPDATE_MISSING_WELL_KNOWN, "missing", *type,
				reader_of(type, sizeof(*type)));
	}
}

/* RFC 4271 6.3: an address that a host can have. */
static bool can_be_next_hop(const struct address *address)
{
	unsigned int net = address->bytes[IPV4_OFFSET];

	return net != NET_THIS && net != NET_LOOPBACK &&
	       (net < NET_MULTICAST_FIRST || net > NET_MULTICAST_LAST) &&
	       address_ipv4(address) != IPV4_BROADCAST;
}

static const char *as_path_refused(const struct bgp_decode_context *context,
				   struct reader path)
{
	if (as_path_has_segment(path, 1 << BGP_SEGMENT_CONFED_SEQUENCE |
					      1 << BGP_SEGMENT_CONFED_SET))
		return "confederation segment"; /* RFC 5065 5 */
	if (!context->accept_as_sets &&
	    as_path_has_segment(path, 1 << BGP_SEGMENT_SET))
		return "AS_SET"; /* RFC 9774 3 */
	if (context->ebgp && !context->accept_any_first_as &&
	    as_path_first(path) != context->peer_as)
		return "first AS is not the peer's"; /* RFC 4271 6.3 */
	return NULL;
}

void bgp_attributes_check(const struct bgp_decode_context *context,
			  const struct bgp_attributes *attributes,
			  struct bgp_fault *fault)
{
	const char *refused = as_path_refused(context, attributes->as_path);

	check_mandatory(attributes, fault);
	if (attributes->present & BGP_HAS_AS_PATH && refused)
		bgp_fault_raise_attribute(fault, BGP_VERDICT_WITHDRAW,
					  BGP_UPDATE_MALFORMED_AS_PATH, refused,
					  BGP_ATTRIBUTE_AS_PATH,
					  attributes->as_path);
	if (attributes->present & BGP_HAS_NEXT_HOP &&
	    !can_be_next_hop(&attributes->next_hop))
		bgp_fault_raise_attribute(fault, BGP_VERDICT_WITHDRAW,
					  BGP_UPDATE_INVALID_NEXT_HOP,
					  "not an address of a host",
					  BGP_ATTRIBUTE_NEXT_HOP,
					  reader_of(NULL, 0));
}

static bool is_wanted(const struct bgp_attribute_row *row,
		      const struct bgp_attributes *attributes, size_t as_size)
{
	if (!row || !row->store)
		return false;
	if (row->wanted)
		return row->wanted(attributes, as_size);
	return attributes->present & row->presence;
}

/* The length is only known behind the value, which moves if it is long. */
static void encode_attribute(struct writer *w, unsigned int type,
			     const struct bgp_attributes *attributes,
			     size_t as_size)
{
	const struct bgp_attribute_row *row = bgp_attribute_row(type);
	unsigned int partial =
		attributes->partial & row->presence ? BGP_FLAG_PARTIAL : 0;
	struct writer header;
	size_t begin = w->used, value, length;

	writer_take(w, SHORT_HEADER);
	value = w->used;
	row->store(w, attributes, as_size);
	length = w->used - value;
	if (length > UINT8_MAX && writer_take(w, 1))
		memmove(w->data + value + 1, w->data + value, length);
	if (w->failed)
		return;
	header = writer_of(w->data + begin, w->used - begin);
	write_header(&header, row->flags | partial, type, length);
}

void bgp_attributes_encode(struct writer *w,
			   const struct bgp_attributes *attributes,
			   size_t as_size)
{
	for (unsigned int type = 0; type < BGP_ATTRIBUTE_TABLE_SIZE; type++)
		if (is_wanted(bgp_attribute_row(type), attributes, as_size))
			encode_attribute(w, type, attributes, as_size);
	writer_bytes(w, attributes->unknown.data, attributes->unknown.left);
}

void bgp_attributes_view(const void *canonical, size_t size,
			 struct bgp_attributes *out)
{
	struct reader block = reader_of(canonical, size);
	struct bgp_attribute_input input = { .out = out,
					     .as_size = BGP_AS4_SIZE };
	const struct bgp_attribute_row *row;
	struct raw_attribute raw;

	*out = (struct bgp_attributes){ 0 };
	while (next_attribute(&block, &raw)) {
		row = bgp_attribute_row(raw.type);
		if (!row) { /* the first of the unknown ones */
			out->unknown = raw.whole;
			out->unknown.left += block.left;
			return;
		}
		load(&input, row, &raw);
	}
	assert(!block.failed);
}

const char *bgp_attribute_name(unsigned int type)
{
	const struct bgp_attribute_row *row = bgp_attribute_row(type);

	return row ? row->name : "attribute";
}

const char *bgp_origin_name(unsigned int origin)
{
	static const char *const names[BGP_ORIGIN_COUNT] = {
		[BGP_ORIGIN_IGP] = "igp",
		[BGP_ORIGIN_EGP] = "egp",
		[BGP_ORIGIN_INCOMPLETE] = "incomplete",
	};

	return origin < BGP_ORIGIN_COUNT ? names[origin] : "unknown";
}
