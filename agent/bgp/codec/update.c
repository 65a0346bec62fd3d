// SPDX-License-Identifier: BSD-2-Clause
/* Decoding of UPDATE messages. See update.h. */

#include "bgp/codec/update.h"

#include "bgp/codec/flowspec.h"
#include "bgp/codec/martian.h"
#include "bgp/codec/nexthop.h"

struct update_decoder {
	const struct bgp_decode_context *context;
	struct bgp_update *out;
	/* Announces routes of a family that was not negotiated. */
	bool foreign;
};

/* Take a two-byte length and as many bytes off `body`. */
static struct reader take_field(struct reader *body)
{
	size_t size = reader_u16(body);

	return reader_sub(body, size);
}

static struct bgp_nlri nlri_of(const struct bgp_negotiated *negotiated,
			       enum bgp_family family, struct reader bytes)
{
	return (struct bgp_nlri){
		.bytes = bytes,
		.family = family,
		.add_path = negotiated->add_path_receive[family],
	};
}

static void clear_update(struct bgp_update *out)
{
	for (unsigned int part = 0; part < BGP_PART_COUNT; part++) {
		out->withdrawn[part] = (struct bgp_nlri){ 0 };
		out->announced[part] = (struct bgp_announced){ 0 };
	}
	out->flowspec_withdrawn = (struct bgp_flowspecs){ 0 };
	out->flowspec_announced = (struct bgp_flowspecs){ 0 };
	out->end_of_rib = false;
	out->foreign.present = false;
}

static enum bgp_verdict reset_update(struct bgp_update *out,
				     enum bgp_update_subcode subcode,
				     const char *reason)
{
	clear_update(out);
	bgp_update_error_raise(&out->error, BGP_VERDICT_RESET, subcode, reason);
	return BGP_VERDICT_RESET;
}

/*
 * Note routes of a family that the session has not. `value` is that of an
 * attribute; without routes in it, as in an End-of-RIB, there is nothing to note.
 */
static void note_foreign(struct bgp_update *out, struct reader value)
{
	unsigned int afi = reader_u16(&value), safi = reader_u8(&value);

	if (!value.failed && value.left)
		out->foreign = (struct bgp_foreign){
			.present = true,
			.afi = (uint16_t)afi,
			.safi = (uint8_t)safi,
		};
}

static void note_foreign_ipv4(struct bgp_update *out)
{
	out->foreign = (struct bgp_foreign){
		.present = true,
		.afi = BGP_AFI_IPV4,
		.safi = BGP_SAFI_UNICAST,
	};
}

/* An attribute with routes, and their family. */
struct routes_attribute {
	uint8_t type;
	enum bgp_family family;
	struct reader whole;
};

/*
 * RFC 7606 5.3 and 7.11: the routes of the attribute cannot be read, and what was
 * announced or withdrawn is unknown. The session goes on with its other families
 * (RFC 4760 7), if it has any.
 */
static void lose_family(struct update_decoder *d,
			const struct routes_attribute *attribute,
			const char *reason)
{
	uint32_t others = d->context->negotiated->families &
			  ~(uint32_t)bgp_family_bit(attribute->family);
	struct bgp_update_error *error = &d->out->error;

	if (bgp_update_error_raise_attribute(
		    error, others ? BGP_VERDICT_DISABLE : BGP_VERDICT_RESET,
		    BGP_UPDATE_OPTIONAL_ATTRIBUTE, reason, attribute->type,
		    attribute->whole))
		error->family = attribute->family;
}

/* RFC 4271 6.3: a martian is ignored, which is the whole damage. */
static void note_martian(struct bgp_update *out)
{
	bgp_update_error_raise(&out->error, BGP_VERDICT_DISCARD,
			       BGP_UPDATE_INVALID_NETWORK,
			       "martian prefix ignored");
}

/*
 * The next hop cannot be read. One that both ends could have agreed on (RFC
 * 8950) costs its family alone, as it is clear where the routes begin. Any other
 * length resets the session: RFC 7606 7.11.
 */
static void refuse_nexthop(struct update_decoder *d,
			   const struct routes_attribute *attribute,
			   struct reader value)
{
	struct bgp_nexthop nexthop;
	enum bgp_family family;

	bgp_family_read(&value, &family);
	if (family == BGP_IPV4_UNICAST &&
	    bgp_nexthop_decode(&value, family, true, &nexthop) &&
	    !address_is_ipv4(&nexthop.address))
		lose_family(d, attribute,
			    "IPv6 next hop of IPv4 routes, which needs "
			    "extended-next-hop (RFC 8950) at both ends");
	else
		bgp_update_error_raise_attribute(&d->out->error,
						 BGP_VERDICT_RESET,
						 BGP_UPDATE_OPTIONAL_ATTRIBUTE,
						 "bad length of the next hop",
						 attribute->type,
						 attribute->whole);
}

/* Take AFI and SAFI off `value` if they are of Flow Specifications we take. */
static bool take_flowspec_family(const struct update_decoder *d,
				 struct reader *value, bool *ipv6)
{
	struct reader rest = *value;
	uint8_t bit = bgp_flowspec_of_afi(reader_u16(&rest));

	if (reader_u8(&rest) != BGP_SAFI_FLOWSPEC ||
	    !(d->context->negotiated->flowspec & bit))
		return false;
	*value = rest;
	*ipv6 = bit == BGP_FLOWSPEC_IPV6;
	return true;
}

/* RFC 7606 5.3: without the lengths, what was announced is unknown. */
static void read_flowspecs(struct update_decoder *d, struct reader rules,
			   bool ipv6, struct bgp_flowspecs *out)
{
	struct reader walk = rules, rule;

	while (flowspec_next(&walk, &rule))
		;
	if (rules.failed || walk.failed) {
		bgp_update_error_raise(&d->out->error, BGP_VERDICT_RESET,
				       BGP_UPDATE_OPTIONAL_ATTRIBUTE,
				       "lengths of Flow Specifications");
		return;
	}
	*out = (struct bgp_flowspecs){
		.present = true,
		.ipv6 = ipv6,
		.rules = rules,
	};
}

/* RFC 8955 4: the next hop means nothing, and may have no bytes. */
static bool read_reached_flowspecs(struct update_decoder *d,
				   struct reader value)
{
	bool ipv6;

	if (!take_flowspec_family(d, &value, &ipv6))
		return false;
	reader_take(&value, reader_u8(&value));
	reader_take(&value, BGP_MP_RESERVED_SIZE);
	read_flowspecs(d, value, ipv6, &d->out->flowspec_announced);
	return true;
}

static bool read_unreached_flowspecs(struct update_decoder *d,
				     struct reader value)
{
	bool ipv6;

	if (!take_flowspec_family(d, &value, &ipv6))
		return false;
	read_flowspecs(d, value, ipv6, &d->out->flowspec_withdrawn);
	return true;
}

/*
 * Read MP_REACH_NLRI. It has its own next hop; NEXT_HOP does not apply to its
 * routes (RFC 4760 3). A family that was not negotiated is skipped.
 */
static void read_reach(struct update_decoder *d,
		       const struct bgp_multiprotocol *multiprotocol)
{
	const struct bgp_negotiated *negotiated = d->context->negotiated;
	struct bgp_announced *part = &d->out->announced[BGP_PART_MULTIPROTOCOL];
	struct reader value = multiprotocol->reach;
	struct routes_attribute attribute = {
		.type = BGP_ATTRIBUTE_MP_REACH_NLRI,
		.whole = multiprotocol->whole_reach,
	};
	struct bgp_nexthop nexthop;
	enum bgp_nlri_verdict verdict;
	enum bgp_family family;

	if (read_reached_flowspecs(d, value))
		return;
	if (!bgp_family_read(&value, &family) ||
	    !bgp_negotiated_has_family(negotiated, family)) {
		d->foreign = true;
		note_foreign(d->out, multiprotocol->reach);
		return;
	}
	attribute.family = family;
	if (!bgp_nexthop_decode(&value, family, negotiated->extended_nexthop,
				&nexthop) ||
	    !reader_take(&value, BGP_MP_RESERVED_SIZE)) {
		refuse_nexthop(d, &attribute, multiprotocol->reach);
		return;
	}
	part->nlri = nlri_of(negotiated, family, value);
	part->nexthop = nexthop.address;
	part->link_local = nexthop.link_local;
	verdict = bgp_nlri_check(&part->nlri);
	if (verdict == BGP_NLRI_MALFORMED) {
		part->nlri = (struct bgp_nlri){ 0 };
		lose_family(d, &attribute, "bad prefix");
	} else if (verdict == BGP_NLRI_MARTIAN) {
		note_martian(d->out);
	}
}

/* True if the UPDATE has nothing else: RFC 4724 2. */
static bool is_end_of_rib(const struct bgp_update *out,
			  const struct bgp_multiprotocol *multiprotocol)
{
	return !multiprotocol->has_reach && !out->attributes.present &&
	       !out->attributes.unknown.left &&
	       !out->withdrawn[BGP_PART_FIELD].bytes.left &&
	       !out->announced[BGP_PART_FIELD].nlri.bytes.left;
}

static void read_unreach(struct update_decoder *d,
			 const struct bgp_multiprotocol *multiprotocol)
{
	const struct bgp_negotiated *negotiated = d->context->negotiated;
	struct bgp_nlri *part = &d->out->withdrawn[BGP_PART_MULTIPROTOCOL];
	struct reader value = multiprotocol->unreach;
	enum bgp_family family;

	if (read_unreached_flowspecs(d, value))
		return;
	if (!bgp_family_read(&value, &family) ||
	    !bgp_negotiated_has_family(negotiated, family)) {
		note_foreign(d->out, multiprotocol->unreach);
		return;
	}
	*part = nlri_of(negotiated, family, value);
	if (bgp_nlri_check(part) == BGP_NLRI_MALFORMED) {
		const struct routes_attribute attribute = {
			.type = BGP_ATTRIBUTE_MP_UNREACH_NLRI,
			.family = family,
			.whole = multiprotocol->whole_unreach,
		};

		*part = (struct bgp_nlri){ 0 };
		lose_family(d, &attribute, "bad prefix");
	} else if (!value.left && is_end_of_rib(d->out, multiprotocol)) {
		d->out->end_of_rib = true;
		d->out->end_of_rib_family = family;
	}
}

/*
 * Read the two fields of routes. False if they are malformed. Without IPv4 on
 * the session they are ignored (RFC 4760 8).
 */
static bool read_fields(struct update_decoder *d, struct reader withdrawn,
			struct reader announced)
{
	const struct bgp_negotiated *negotiated = d->context->negotiated;
	struct bgp_nlri out = nlri_of(negotiated, BGP_IPV4_UNICAST, withdrawn);
	struct bgp_nlri in = nlri_of(negotiated, BGP_IPV4_UNICAST, announced);
	enum bgp_nlri_verdict verdict = bgp_nlri_check(&in);

	if (verdict == BGP_NLRI_MALFORMED ||
	    bgp_nlri_check(&out) == BGP_NLRI_MALFORMED)
		return false;
	if (!bgp_negotiated_has_family(negotiated, BGP_IPV4_UNICAST)) {
		d->foreign = announced.left;
		if (announced.left || withdrawn.left)
			note_foreign_ipv4(d->out);
		return true;
	}
	d->out->withdrawn[BGP_PART_FIELD] = out;
	d->out->announced[BGP_PART_FIELD].nlri = in;
	if (verdict == BGP_NLRI_MARTIAN)
		note_martian(d->out);
	return true;
}

/* Check the attributes for one part. Return whether the part has routes. */
static bool check_part(struct update_decoder *d, enum bgp_update_part part)
{
	const struct bgp_attributes *attributes = &d->out->attributes;
	struct bgp_attributes own;

	if (!d->out->announced[part].nlri.bytes.left)
		return false;
	if (part != BGP_PART_FIELD) {
		own = bgp_update_attributes(d->out, part);
		attributes = &own;
	}
	bgp_attributes_check(d->context, attributes, &d->out->error);
	return true;
}

/*
 * Settle the verdict. RFC 7606 5.2: in an UPDATE without routes, an error may
 * mean that the NLRI was not found, and there is nothing to withdraw: reset.
 */
static void settle_verdict(struct update_decoder *d)
{
	const struct bgp_update *out = d->out;
	bool announces = d->foreign;

	for (unsigned int part = 0; part < BGP_PART_COUNT; part++)
		announces |= check_part(d, part);
	if (out->flowspec_announced.rules.left) {
		bgp_attributes_check_flowspec(d->context, &out->attributes,
					      &d->out->error);
		announces = true;
	}
	if (!announces && out->error.verdict == BGP_VERDICT_WITHDRAW)
		d->out->error.verdict = BGP_VERDICT_RESET;
	if (out->error.verdict == BGP_VERDICT_RESET)
		clear_update(d->out);
}

struct bgp_attributes bgp_update_attributes(const struct bgp_update *update,
					    enum bgp_update_part part)
{
	struct bgp_attributes attributes = update->attributes;

	if (part == BGP_PART_FIELD)
		return attributes;
	attributes.present |= BGP_HAS_NEXTHOP;
	attributes.nexthop = update->announced[part].nexthop;
	attributes.link_local = update->announced[part].link_local;
	return attributes;
}

enum bgp_verdict bgp_update_decode(const struct bgp_decode_context *context,
				   struct reader body,
				   struct bgp_scratch *scratch,
				   struct bgp_update *out)
{
	struct update_decoder d = { .context = context, .out = out };
	struct reader withdrawn = take_field(&body);
	struct reader attributes = take_field(&body);
	struct bgp_multiprotocol multiprotocol;

	clear_update(out);
	out->attributes = (struct bgp_attributes){ 0 };
	bgp_update_error_clear(&out->error);
	if (body.failed) /* RFC 7606 3 b */
		return reset_update(out, BGP_UPDATE_MALFORMED_ATTRIBUTES,
				    "lengths exceed the message");
	if (!read_fields(&d, withdrawn, body)) /* RFC 7606 5.3 */
		return reset_update(out, BGP_UPDATE_INVALID_NETWORK,
				    "bad prefix");

	out->end_of_rib_family = BGP_IPV4_UNICAST;
	out->end_of_rib = bgp_negotiated_has_family(context->negotiated,
						    BGP_IPV4_UNICAST) &&
			  !withdrawn.left && !attributes.left && !body.left;
	bgp_attributes_decode(context, attributes, scratch, &out->attributes,
			      &multiprotocol, &out->error);
	out->announced[BGP_PART_FIELD].nexthop = out->attributes.nexthop;
	if (multiprotocol.has_reach)
		read_reach(&d, &multiprotocol);
	if (multiprotocol.has_unreach)
		read_unreach(&d, &multiprotocol);
	settle_verdict(&d);
	return out->error.verdict;
}
