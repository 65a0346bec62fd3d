// SPDX-License-Identifier: BSD-2-Clause
/*
 * OPEN messages. See open.h.
 *
 * Decoding goes from the outside in, each step over a reader of its own, so
 * that no value can come from outside its length: fixed part, optional
 * parameters, capabilities in a parameter, value of a capability.
 */

#include "bgp/open.h"

#include "bgp/message.h"

enum {
	WIRE_VERSION = BGP_VERSION, /* two bytes in the NOTIFICATION */
	MULTIPROTOCOL_SIZE = 4,
	EXTENDED_HEADER_SIZE = 1, /* type 255 in front of the real length */
};

struct capability {
	const char *name;
	uint8_t code;
	uint8_t size; /* of its value, exactly */
	uint32_t bit; /* enum bgp_capabilities */
	void (*decode)(struct reader value, struct bgp_open *open);
	void (*encode)(struct writer *w, const struct bgp_open *open);
};

static bool reject(struct bgp_notification *error, unsigned int subcode)
{
	bgp_notification_set(error, BGP_ERROR_OPEN, subcode, NULL, 0);
	return false;
}

/* RFC 4760 8: AFI, reserved, SAFI. A pair we do not know is no error. */
static void decode_multiprotocol(struct reader value, struct bgp_open *open)
{
	unsigned int afi = reader_u16(&value);
	unsigned int safi;

	reader_take(&value, 1);
	safi = reader_u8(&value);
	open->capabilities |= BGP_CAN_MULTIPROTOCOL;
	if (afi == BGP_AFI_IPV4 && safi == BGP_SAFI_UNICAST)
		open->capabilities |= BGP_CAN_IPV4_UNICAST;
}

static void encode_multiprotocol(struct writer *w, const struct bgp_open *open)
{
	(void)open;
	writer_u16(w, BGP_AFI_IPV4);
	writer_u8(w, 0);
	writer_u8(w, BGP_SAFI_UNICAST);
}

static void decode_as4(struct reader value, struct bgp_open *open)
{
	open->as = reader_u32(&value);
	open->capabilities |= BGP_CAN_AS4;
}

static void encode_as4(struct writer *w, const struct bgp_open *open)
{
	writer_u32(w, open->as);
}

static void decode_route_refresh(struct reader value, struct bgp_open *open)
{
	(void)value;
	open->capabilities |= BGP_CAN_ROUTE_REFRESH;
}

static void encode_nothing(struct writer *w, const struct bgp_open *open)
{
	(void)w;
	(void)open;
}

static const struct capability capabilities[] = {
	{ .name = "multiprotocol",
	  .code = BGP_CAPABILITY_MULTIPROTOCOL,
	  .size = MULTIPROTOCOL_SIZE,
	  .bit = BGP_CAN_IPV4_UNICAST,
	  .decode = decode_multiprotocol,
	  .encode = encode_multiprotocol },
	{ .name = "route refresh",
	  .code = BGP_CAPABILITY_ROUTE_REFRESH,
	  .size = 0,
	  .bit = BGP_CAN_ROUTE_REFRESH,
	  .decode = decode_route_refresh,
	  .encode = encode_nothing },
	{ .name = "4-byte AS",
	  .code = BGP_CAPABILITY_AS4,
	  .size = BGP_AS4_SIZE,
	  .bit = BGP_CAN_AS4,
	  .decode = decode_as4,
	  .encode = encode_as4 },
};

enum {
	CAPABILITY_COUNT = sizeof(capabilities) / sizeof(capabilities[0])
};

static const struct capability *find_capability(unsigned int code)
{
	for (unsigned int i = 0; i < CAPABILITY_COUNT; i++)
		if (capabilities[i].code == code)
			return &capabilities[i];
	return NULL;
}

/* RFC 5492 4. The same one may come again: the last one counts. */
static bool decode_capability(struct reader *list, struct bgp_open *open,
			      struct bgp_notification *error)
{
	unsigned int code = reader_u8(list);
	size_t size = reader_u8(list);
	struct reader value = reader_sub(list, size);
	const struct capability *capability = find_capability(code);

	if (value.failed)
		return reject(error, BGP_UNSPECIFIC);
	if (!capability) {
		open->ignored += open->ignored < UINT8_MAX;
		return true;
	}
	if (size != capability->size)
		return reject(error, BGP_UNSPECIFIC);
	capability->decode(value, open);
	return true;
}

static bool decode_parameter(unsigned int type, struct reader value,
			     struct bgp_open *open,
			     struct bgp_notification *error)
{
	if (value.failed)
		return reject(error, BGP_UNSPECIFIC);
	if (type != BGP_PARAMETER_CAPABILITIES)
		return reject(error, BGP_OPEN_UNSUPPORTED_PARAMETER);
	while (value.left)
		if (!decode_capability(&value, open, error))
			return false;
	return true;
}

/* `wide`: lengths of two bytes, RFC 9072 2. */
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
 * What follows the fixed part. The extended form is told by its type byte
 * alone; the short length is not looked at then, but may not be 0 (RFC 9072 2).
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
		return reject(error, BGP_UNSPECIFIC);
	return decode_parameters(rest, wide, open, error);
}

/* RFC 4271 6.2: the largest version we speak. */
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
 * What no peer may say. RFC 7607 2: AS 0, in either place. RFC 6793 4.2.3:
 * an AS that does not fit in `my_as` is AS_TRANS there. RFC 6286 2.1: any
 * identifier but 0. RFC 4271 4.2: a hold time of 0 or of 3 and more.
 */
static bool check_values(const struct bgp_open *open, unsigned int my_as,
			 struct bgp_notification *error)
{
	if (!my_as || !open->as)
		return reject(error, BGP_OPEN_BAD_PEER_AS);
	if (open->as > BGP_AS_MAX_2_BYTE && my_as != BGP_AS_TRANS)
		return reject(error, BGP_OPEN_BAD_PEER_AS);
	if (!open->identifier)
		return reject(error, BGP_OPEN_BAD_IDENTIFIER);
	if (open->hold_time && open->hold_time < BGP_MIN_HOLD_TIME)
		return reject(error, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
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
		return reject(error, BGP_UNSPECIFIC);
	if (!check_version(decoded.version, error) ||
	    !decode_options(body, &decoded, error) ||
	    !check_values(&decoded, my_as, error))
		return false;
	*open = decoded;
	return true;
}

static bool as_is_expected(uint32_t as, const struct bgp_open_policy *policy)
{
	bool internal = as == policy->local_as;

	if (as < policy->as_first || as > policy->as_last)
		return false;
	if (policy->kind == BGP_PEER_ANY)
		return true;
	return internal == (policy->kind == BGP_PEER_INTERNAL);
}

/* RFC 6286 2.2: speakers of one AS must differ, others may be alike. */
static bool identifier_is_ours(const struct bgp_open *open,
			       const struct bgp_open_policy *policy)
{
	return open->as == policy->local_as &&
	       open->identifier == policy->local_identifier;
}

static bool hold_time_is_too_short(const struct bgp_open *open,
				   const struct bgp_open_policy *policy)
{
	return open->hold_time && open->hold_time < policy->min_hold_time;
}

static void encode_capability(struct writer *w,
			      const struct capability *capability,
			      const struct bgp_open *open)
{
	writer_u8(w, capability->code);
	writer_u8(w, capability->size);
	capability->encode(w, open);
}

/* RFC 5492 5: the data is the capability that we miss. */
static bool reject_capability(struct bgp_notification *error, unsigned int code)
{
	struct writer w = writer_of(error->data, sizeof(error->data));
	static const struct bgp_open wanted;

	reject(error, BGP_OPEN_UNSUPPORTED_CAPABILITY);
	encode_capability(&w, find_capability(code), &wanted);
	error->data_size = (uint16_t)w.used;
	return false;
}

bool bgp_open_check(const struct bgp_open *open,
		    const struct bgp_open_policy *policy,
		    struct bgp_notification *error)
{
	if (!as_is_expected(open->as, policy))
		return reject(error, BGP_OPEN_BAD_PEER_AS);
	if (identifier_is_ours(open, policy))
		return reject(error, BGP_OPEN_BAD_IDENTIFIER);
	if (hold_time_is_too_short(open, policy))
		return reject(error, BGP_OPEN_UNACCEPTABLE_HOLD_TIME);
	if (!bgp_open_speaks_ipv4_unicast(open))
		return reject_capability(error, BGP_CAPABILITY_MULTIPROTOCOL);
	return true;
}

/* One parameter for each capability: the form old speakers know best. */
static void encode_parameters(struct writer *w, const struct bgp_open *open)
{
	for (unsigned int i = 0; i < CAPABILITY_COUNT; i++) {
		size_t begin;

		if (!(open->capabilities & capabilities[i].bit))
			continue;
		writer_u8(w, BGP_PARAMETER_CAPABILITIES);
		writer_u8(w, 0);
		begin = w->used;
		encode_capability(w, &capabilities[i], open);
		writer_patch_u8(w, begin - 1, w->used - begin);
	}
}

void bgp_open_encode(struct writer *w, const struct bgp_open *open)
{
	bool fits = open->as <= BGP_AS_MAX_2_BYTE;
	size_t begin = bgp_message_begin(w, BGP_OPEN);
	size_t parameters;

	writer_u8(w, BGP_VERSION);
	writer_u16(w, fits ? (uint16_t)open->as : BGP_AS_TRANS);
	writer_u16(w, open->hold_time);
	writer_u32(w, open->identifier);
	writer_u8(w, 0);
	parameters = w->used;
	encode_parameters(w, open);
	writer_patch_u8(w, parameters - 1, w->used - parameters);
	bgp_message_end(w, begin);
}

bool bgp_open_speaks_ipv4_unicast(const struct bgp_open *open)
{
	return !(open->capabilities & BGP_CAN_MULTIPROTOCOL) ||
	       open->capabilities & BGP_CAN_IPV4_UNICAST;
}

uint16_t bgp_open_negotiate_hold(const struct bgp_open *local,
				 const struct bgp_open *remote)
{
	return local->hold_time < remote->hold_time ? local->hold_time :
						      remote->hold_time;
}

const char *bgp_capability_name(unsigned int code)
{
	const struct capability *capability = find_capability(code);

	return capability ? capability->name : NULL;
}
