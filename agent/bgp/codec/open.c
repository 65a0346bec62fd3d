// SPDX-License-Identifier: BSD-2-Clause
/*
 * OPEN messages. See open.h.
 *
 * Decoding goes from the outside in: fixed part, optional parameters,
 * capabilities (capability.c). Each step has its own reader, so no value can
 * reach beyond its length.
 */

#include "bgp/codec/open.h"

#include "bgp/codec/capability.h"
#include "bgp/codec/message.h"
#include "bgp/codec/role.h"
#include "bgp/codec/text.h"

enum {
	WIRE_VERSION = BGP_VERSION, /* two bytes in the NOTIFICATION */
	EXTENDED_HEADER_SIZE = 1,   /* type 255 before the real length */
	PARAMETER_HEADER_SIZE = 2,  /* type and length */
	WIDE_PARAMETER_HEADER_SIZE = 3,
};

bool bgp_open_reject(struct bgp_notification *error, unsigned int subcode)
{
	bgp_notification_set(error, BGP_ERROR_OPEN, subcode, NULL, 0);
	return false;
}

/* ------------------------------------------------------------- decode */

static bool decode_parameter(unsigned int type, struct reader value,
			     struct bgp_open *open,
			     struct bgp_notification *error)
{
	if (value.failed)
		return bgp_open_reject(error, BGP_UNSPECIFIC);
	if (type != BGP_PARAMETER_CAPABILITIES)
		return bgp_open_reject(error, BGP_OPEN_UNSUPPORTED_PARAMETER);
	return bgp_capabilities_decode(value, open, error);
}

/* RFC 9072 2: lengths have two bytes if `wide`. */
static bool decode_parameters(struct reader parameters, bool wide,
			      struct bgp_open *open,
			      struct bgp_notification *error)
{
	while (parameters.left) {
		unsigned int type = reader_u8(&parameters);
		size_t size = wide ? reader_u16(&parameters) :
				     reader_u8(&parameters);
		struct reader value = reader_sub(&parameters, size);

		if (!decode_parameter(type, value, open, error))
			return false;
	}
	return true;
}

/*
 * Decode the optional parameters. The type byte 255 marks the extended form;
 * the short length before it is ignored but must not be 0 (RFC 9072 2).
 */
static bool decode_options(struct reader rest, struct bgp_open *open,
			   struct bgp_notification *error)
{
	size_t size = reader_u8(&rest);
	bool wide = size && rest.left && rest.data[0] == BGP_PARAMETER_EXTENDED;

	if (wide) {
		reader_take(&rest, EXTENDED_HEADER_SIZE);
		size = reader_u16(&rest);
	}
	if (rest.failed || size != rest.left)
		return bgp_open_reject(error, BGP_UNSPECIFIC);
	return decode_parameters(rest, wide, open, error);
}

/* RFC 4271 6.2: the data is the highest version we support. */
static bool check_version(unsigned int version, struct bgp_notification *error)
{
	static const uint8_t supported[] = { 0, WIRE_VERSION };

	if (version == BGP_VERSION)
		return true;
	bgp_notification_set(error, BGP_ERROR_OPEN,
			     BGP_OPEN_UNSUPPORTED_VERSION, supported,
			     sizeof(supported));
	return false;
}

/*
 * Check values that no peer may send. RFC 7607 2: AS 0, in either place.
 * RFC 6793 4.2.3: an AS that does not fit in `my_as` needs AS_TRANS there.
 * RFC 6286 2.1: identifier 0. RFC 4271 4.2: a hold time of 1 or 2 seconds.
 */
static bool check_values(const struct bgp_open *open, unsigned int my_as,
			 struct bgp_notification *error)
{
	if (!my_as || !open->as)
		return bgp_open_reject(error, BGP_OPEN_BAD_PEER_AS);
	if (open->as > BGP_AS_MAX_2_BYTE && my_as != BGP_AS_TRANS)
		return bgp_open_reject(error, BGP_OPEN_BAD_PEER_AS);
	if (!open->identifier)
		return bgp_open_reject(error, BGP_OPEN_BAD_IDENTIFIER);
	if (open->hold_time && open->hold_time < BGP_MIN_HOLD_TIME)
		return bgp_open_reject(error, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	return true;
}

bool bgp_open_decode(struct reader body, struct bgp_open *open,
		     struct bgp_notification *error)
{
	struct bgp_open decoded = { .version = reader_u8(&body) };
	unsigned int my_as = reader_u16(&body);

	decoded.as = my_as;
	decoded.hold_time = reader_u16(&body);
	decoded.identifier = reader_u32(&body);
	if (body.failed)
		return bgp_open_reject(error, BGP_UNSPECIFIC);
	if (!check_version(decoded.version, error) ||
	    !decode_options(body, &decoded, error) ||
	    !check_values(&decoded, my_as, error))
		return false;
	*open = decoded;
	return true;
}

/* ------------------------------------------------------------- check */

static bool as_is_expected(uint32_t as, const struct bgp_open_policy *policy)
{
	bool internal = as == policy->local_as;

	if (as < policy->as_first || as > policy->as_last)
		return false;
	if (policy->kind == BGP_PEER_ANY)
		return true;
	return internal == (policy->kind == BGP_PEER_INTERNAL);
}

/* RFC 6286 2.2: identifiers must differ within an AS only. */
static bool identifier_is_ours(const struct bgp_open *open,
			       const struct bgp_open_policy *policy)
{
	return open->as == policy->local_as &&
	       open->identifier == policy->local_identifier;
}

static bool hold_time_is_too_short(const struct bgp_open *open,
				   const struct bgp_open_policy *policy)
{
	/* 0, no keepalives at all, is below every minimum. */
	return open->hold_time < policy->min_hold_time;
}

/* RFC 5492 5: the data lists the missing capabilities. */
static bool reject_capabilities(struct bgp_notification *error,
				const struct bgp_open *wanted)
{
	struct writer w = writer_of(error->data, sizeof(error->data));

	bgp_open_reject(error, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	bgp_capabilities_encode(&w, wanted);
	error->data_size = (uint16_t)w.used;
	return false;
}

/*
 * Return the required capabilities and families that the peer lacks. Without a
 * common family these are all of ours.
 */
static struct bgp_open
missing_capabilities(const struct bgp_open *open,
		     const struct bgp_open_policy *policy)
{
	uint32_t theirs = bgp_open_families(open);
	uint32_t ours = policy->families ? policy->families :
					   BGP_IPV4_UNICAST_BIT;
	struct bgp_open wanted = {
		.as = policy->local_as,
		.capabilities = policy->required & ~open->capabilities,
		.families = policy->required_families & ~theirs,
		.role = bgp_role_counterpart(policy->role),
	};

	if (!((ours & theirs) || (policy->flowspec & open->flowspec)) ||
	    wanted.capabilities & BGP_CAN_MULTIPROTOCOL)
		wanted.families |= ours;
	if (wanted.families)
		wanted.capabilities |= BGP_CAN_MULTIPROTOCOL;
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++)
		if (ours & bgp_family_bit(i))
			wanted.add_path[i] = BGP_ADD_PATH_BOTH;
	return wanted;
}

static bool check_capabilities(const struct bgp_open *open,
			       const struct bgp_open_policy *policy,
			       struct bgp_notification *error)
{
	struct bgp_open wanted = missing_capabilities(open, policy);

	return !wanted.capabilities || reject_capabilities(error, &wanted);
}

/* RFC 9234 4.2. */
static bool role_fits(const struct bgp_open *open,
		      const struct bgp_open_policy *policy)
{
	if (!policy->has_role || open->as == policy->local_as)
		return true;
	if (!(open->capabilities & BGP_CAN_ROLE))
		return !policy->strict_role;
	return open->role == bgp_role_counterpart(policy->role);
}

bool bgp_open_check(const struct bgp_open *open,
		    const struct bgp_open_policy *policy,
		    struct bgp_notification *error)
{
	if (!as_is_expected(open->as, policy))
		return bgp_open_reject(error, BGP_OPEN_BAD_PEER_AS);
	if (identifier_is_ours(open, policy))
		return bgp_open_reject(error, BGP_OPEN_BAD_IDENTIFIER);
	if (hold_time_is_too_short(open, policy))
		return bgp_open_reject(error, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	if (!check_capabilities(open, policy, error))
		return false;
	if (!role_fits(open, policy))
		return bgp_open_reject(error, BGP_OPEN_ROLE_MISMATCH);
	return true;
}

/* ------------------------------------------------------------- encode */

static void encode_parameter(struct writer *w, const struct writer *list)
{
	writer_u8(w, (uint8_t)(PARAMETER_HEADER_SIZE + list->used));
	writer_u8(w, BGP_PARAMETER_CAPABILITIES);
	writer_u8(w, (uint8_t)list->used);
	writer_bytes(w, list->data, list->used);
}

/* RFC 9072 2. */
static void encode_wide_parameter(struct writer *w, const struct writer *list)
{
	writer_u8(w, BGP_PARAMETER_EXTENDED);
	writer_u8(w, BGP_PARAMETER_EXTENDED);
	writer_u16(w, (uint16_t)(WIDE_PARAMETER_HEADER_SIZE + list->used));
	writer_u8(w, BGP_PARAMETER_CAPABILITIES);
	writer_u16(w, (uint16_t)list->used);
	writer_bytes(w, list->data, list->used);
}

/*
 * Write all capabilities in one parameter, as RFC 5492 4 asks. The extended
 * form is used only if they do not fit: not every speaker knows it.
 */
static void encode_options(struct writer *w, const struct bgp_open *open)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer list = writer_of(bytes, sizeof(bytes));

	bgp_capabilities_encode(&list, open);
	if (!list.used)
		writer_u8(w, 0);
	else if (PARAMETER_HEADER_SIZE + list.used <= UINT8_MAX)
		encode_parameter(w, &list);
	else
		encode_wide_parameter(w, &list);
}

void bgp_open_encode(struct writer *w, const struct bgp_open *open)
{
	size_t begin = bgp_message_begin(w, BGP_OPEN);

	writer_u8(w, BGP_VERSION);
	writer_u16(w, bgp_as_in_2_bytes(open->as));
	writer_u16(w, open->hold_time);
	writer_u32(w, open->identifier);
	encode_options(w, open);
	bgp_message_end(w, begin);
}

/* ------------------------------------------------------------- meaning */

uint32_t bgp_open_families(const struct bgp_open *open)
{
	if (open->capabilities & BGP_CAN_MULTIPROTOCOL)
		return open->families;
	return BGP_IPV4_UNICAST_BIT;
}

uint16_t bgp_open_negotiate_hold(const struct bgp_open *local,
				 const struct bgp_open *remote)
{
	return local->hold_time < remote->hold_time ? local->hold_time :
						      remote->hold_time;
}

void bgp_open_text_set(struct bgp_open_text *text, const char *from)
{
	text->length = (uint8_t)text_fit(from, BGP_OPEN_TEXT_MAX);
	memcpy(text->bytes, from, text->length);
}

const char *bgp_open_text_format(const struct bgp_open_text *text, char *to)
{
	struct text out = text_of(to, BGP_OPEN_TEXT_SIZE);

	text_add_escaped(&out, reader_of(text->bytes, text->length));
	return to;
}
