// SPDX-License-Identifier: BSD-2-Clause
/* UPDATE messages. See update.h. */

#include "bgp/update.h"

#include "bgp/message.h"

enum {
	BITS_PER_BYTE = 8,
};

static size_t bytes_of_bits(unsigned int bits)
{
	return (bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
}

/* RFC 4271 4.3: a length in bits and as many bytes as these need. */
bool bgp_nlri_next(struct reader *nlri, struct prefix *prefix)
{
	struct prefix next = { .address = address_from_ipv4(0) };
	uint8_t *ipv4 =
		next.address.bytes + sizeof(next.address.bytes) - BGP_IPV4_SIZE;

	if (!nlri->left)
		return false;
	next.length = reader_u8(nlri);
	if (next.length > ADDRESS_BITS_IPV4)
		nlri->failed = true;
	reader_bytes(nlri, ipv4, bytes_of_bits(next.length));
	if (nlri->failed)
		return false;
	prefix_clear_host_bits(&next);
	*prefix = next;
	return true;
}

/* One bad prefix spoils them all: what follows it cannot be found. */
static bool nlri_is_good(struct reader nlri)
{
	while (nlri.left && !nlri.failed) {
		unsigned int bits = reader_u8(&nlri);

		if (bits > ADDRESS_BITS_IPV4)
			return false;
		reader_take(&nlri, bytes_of_bits(bits));
	}
	return !nlri.failed;
}

/* A two-byte length and as many bytes. */
static struct reader take_field(struct reader *body)
{
	size_t size = reader_u16(body);

	return reader_sub(body, size);
}

static enum bgp_verdict reset(struct bgp_update *out,
			      enum bgp_update_error subcode, const char *reason)
{
	bgp_fault_raise(&out->fault, BGP_VERDICT_RESET, subcode, reason);
	return BGP_VERDICT_RESET;
}

static void reset_for_attribute(struct bgp_update *out, uint8_t attribute,
				struct reader value, const char *reason)
{
	bgp_fault_raise_attribute(&out->fault, BGP_VERDICT_RESET,
				  BGP_UPDATE_OPTIONAL_ATTRIBUTE, reason,
				  attribute, value);
}

/*
 * IPv4 unicast routes in MP_REACH_NLRI take the place of the NLRI field and
 * their next hop that of NEXT_HOP, which is ignored then (RFC 4760 3). With
 * both there would be two next hops; no peer may send that (RFC 7606 5.1).
 */
static void add_reach(struct bgp_update *out, struct reader value)
{
	struct address next_hop;
	struct reader nlri;

	if (!bgp_multiprotocol_reach(value, &next_hop, &nlri) ||
	    !nlri_is_good(nlri)) {
		reset_for_attribute(out, BGP_ATTRIBUTE_MP_REACH_NLRI, value,
				    "bad next hop or prefix");
		return;
	}
	if (!nlri.left)
		return;
	if (out->announced.left) {
		reset_for_attribute(out, BGP_ATTRIBUTE_MP_REACH_NLRI, value,
				    "NLRI in two places");
		return;
	}
	out->announced = nlri;
	out->attributes.next_hop = next_hop;
	out->attributes.present |= BGP_HAS_NEXT_HOP;
}

/* The same for MP_UNREACH_NLRI; without prefixes it is End-of-RIB. */
static void add_unreach(struct bgp_update *out, struct reader value)
{
	struct reader nlri = bgp_multiprotocol_unreach(value);

	if (!nlri_is_good(nlri))
		reset_for_attribute(out, BGP_ATTRIBUTE_MP_UNREACH_NLRI, value,
				    "bad prefix");
	else if (nlri.left && out->withdrawn.left)
		reset_for_attribute(out, BGP_ATTRIBUTE_MP_UNREACH_NLRI, value,
				    "withdrawn routes in two places");
	else if (nlri.left)
		out->withdrawn = nlri;
	else
		out->end_of_rib = !out->withdrawn.left &&
				  !out->announced.left &&
				  !out->attributes.present;
}

static void add_multiprotocol(struct bgp_update *out,
			      const struct bgp_multiprotocol *multiprotocol)
{
	if (multiprotocol->has_reach &&
	    bgp_multiprotocol_is_ipv4_unicast(multiprotocol->reach))
		add_reach(out, multiprotocol->reach);
	if (multiprotocol->has_unreach &&
	    bgp_multiprotocol_is_ipv4_unicast(multiprotocol->unreach))
		add_unreach(out, multiprotocol->unreach);
}

/*
 * RFC 7606 5.2: an error in attributes that seem to describe nothing may mean
 * that the NLRI was not found, so that there is nothing to withdraw.
 */
static void judge(const struct bgp_decode_context *context,
		  struct bgp_update *out, bool has_reach)
{
	if (out->announced.left)
		bgp_attributes_check(context, &out->attributes, &out->fault);
	else if (!has_reach && out->fault.verdict == BGP_VERDICT_WITHDRAW)
		out->fault.verdict = BGP_VERDICT_RESET;
}

enum bgp_verdict bgp_update_decode(const struct bgp_decode_context *context,
				   struct reader body,
				   struct bgp_scratch *scratch,
				   struct bgp_update *out)
{
	struct reader withdrawn = take_field(&body);
	struct reader attributes = take_field(&body);
	struct bgp_multiprotocol multiprotocol;

	out->withdrawn = out->announced = reader_of(NULL, 0);
	out->attributes = (struct bgp_attributes){ 0 };
	out->end_of_rib = false;
	bgp_fault_clear(&out->fault);
	if (body.failed) /* RFC 7606 3 b */
		return reset(out, BGP_UPDATE_MALFORMED_ATTRIBUTES,
			     "lengths exceed the message");
	if (!nlri_is_good(withdrawn) || !nlri_is_good(body)) /* RFC 7606 5.3 */
		return reset(out, BGP_UPDATE_INVALID_NETWORK, "bad prefix");

	out->end_of_rib = !withdrawn.left && !attributes.left && !body.left;
	out->withdrawn = withdrawn;
	out->announced = body;
	bgp_attributes_decode(context, attributes, scratch, &out->attributes,
			      &multiprotocol, &out->fault);
	add_multiprotocol(out, &multiprotocol);
	judge(context, out, multiprotocol.has_reach);
	if (out->fault.verdict == BGP_VERDICT_RESET)
		out->withdrawn = out->announced = reader_of(NULL, 0);
	return out->fault.verdict;
}

/*
 * A writer over what one message may still take of `w`, which is failed if `w`
 * is; what was written to it counts only after commit().
 */
static struct writer one_message(const struct writer *w)
{
	size_t room = w->size - w->used;
	struct writer message = writer_of(
		w->data + w->used,
		room < BGP_MAX_MESSAGE ? room : (size_t)BGP_MAX_MESSAGE);

	message.failed = w->failed;
	return message;
}

static void commit(struct writer *w, struct writer *message)
{
	bgp_message_end(message, 0);
	if (message->failed)
		w->failed = true;
	else
		w->used += message->used;
}

/* Where the value of a two-byte length begins that is not known yet. */
static size_t begin_field(struct writer *w)
{
	writer_u16(w, 0);
	return w->used;
}

static void end_field(struct writer *w, size_t begin)
{
	writer_patch_u16(w, begin - sizeof(uint16_t), w->used - begin);
}

static bool encode_prefix(struct writer *w, const struct prefix *prefix,
			  size_t spare)
{
	size_t size = bytes_of_bits(prefix->length);
	const uint8_t *ipv4 = prefix->address.bytes +
			      sizeof(prefix->address.bytes) - BGP_IPV4_SIZE;

	if (w->failed ||
	    w->size - w->used < sizeof(prefix->length) + size + spare)
		return false;
	writer_u8(w, prefix->length);
	writer_bytes(w, ipv4, size);
	return true;
}

/*
 * Writes prefixes while they fit with `spare` bytes to follow. Returns how many
 * did.
 */
static size_t encode_nlri(struct writer *w, const struct prefix *prefixes,
			  size_t count, size_t spare)
{
	size_t written = 0;

	while (written < count && encode_prefix(w, &prefixes[written], spare))
		written++;
	return written;
}

size_t bgp_update_announce(struct writer *w,
			   const struct bgp_attributes *attributes,
			   size_t as_size, const struct prefix *prefixes,
			   size_t count)
{
	struct writer message = one_message(w);
	size_t field, written;

	bgp_message_begin(&message, BGP_UPDATE);
	end_field(&message, begin_field(&message)); /* nothing withdrawn */
	field = begin_field(&message);
	bgp_attributes_encode(&message, attributes, as_size);
	end_field(&message, field);
	written = encode_nlri(&message, prefixes, count, 0);
	if (written)
		commit(w, &message);
	return written;
}

size_t bgp_update_withdraw(struct writer *w, const struct prefix *prefixes,
			   size_t count)
{
	struct writer message = one_message(w);
	size_t field, written;

	bgp_message_begin(&message, BGP_UPDATE);
	field = begin_field(&message);
	written = encode_nlri(&message, prefixes, count, sizeof(uint16_t));
	end_field(&message, field);
	end_field(&message, begin_field(&message)); /* no attributes */
	if (written)
		commit(w, &message);
	return written;
}

void bgp_update_end_of_rib(struct writer *w)
{
	size_t begin = bgp_message_begin(w, BGP_UPDATE);

	writer_u16(w, 0);
	writer_u16(w, 0);
	bgp_message_end(w, begin);
}
