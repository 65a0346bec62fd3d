// SPDX-License-Identifier: BSD-2-Clause
/*
 * Capabilities. See capability.h.
 *
 * A decoder gets a reader over its own value, whose length was checked by the
 * table, and returns false for a value without a meaning. For most capabilities
 * that means only that they count as not announced: a bad host name is no
 * reason to refuse a session. The table names the exceptions.
 */

#include "bgp/codec/capability.h"
#include "core/array.h"

enum {
	MULTIPROTOCOL_SIZE = 4,	 /* AFI, reserved, SAFI */
	NEXTHOP_SIZE = 6,	 /* AFI, SAFI, AFI of the next hop */
	ADD_PATH_SIZE = 4,	 /* AFI, SAFI, Send/Receive */
	RESTART_SIZE = 2,	 /* flags, restart time */
	RESTART_FAMILY_SIZE = 4, /* AFI, SAFI, flags */
	ANY_BYTES = 1,
	FAMILY_COUNT = BGP_FAMILY_COUNT + 2, /* and of Flow Specifications */
};

struct capability {
	const char *name;
	uint8_t code;
	/* Length of the value: `size` and any multiple of `unit`. */
	uint8_t size;
	uint8_t unit;
	/* Subcode if `decode` returns false; 0: the capability is ignored. */
	uint8_t error;
	uint32_t bit; /* enum bgp_capabilities */
	/* NULL: the capability has no value. */
	bool (*decode)(struct reader value, struct bgp_open *open);
	void (*encode)(struct writer *w, const struct bgp_open *open);
	/*
	 * Instead of `encode`: called for each family of routes and of Flow
	 * Specifications. Those with a value get a capability each.
	 */
	void (*encode_family)(struct writer *w, const struct bgp_open *open,
			      unsigned int number);
};

/* ------------------------------------------------------------- families */

/* RFC 4760 8: an unknown family is one that we do not have in common. */
static bool decode_multiprotocol(struct reader value, struct bgp_open *open)
{
	unsigned int afi = reader_u16(&value);
	enum bgp_family family;
	unsigned int safi;

	reader_take(&value, 1);
	safi = reader_u8(&value);
	if (bgp_family_of(afi, safi, &family))
		open->families |= bgp_family_bit(family);
	if (safi == BGP_SAFI_FLOWSPEC)
		open->flowspec |= bgp_flowspec_of_afi(afi);
	return true;
}

static void encode_pair(struct writer *w, unsigned int afi, unsigned int safi)
{
	writer_u16(w, (uint16_t)afi);
	writer_u8(w, 0);
	writer_u8(w, (uint8_t)safi);
}

/* Encode the family with this number, if the speaker has it. */
static void encode_multiprotocol(struct writer *w, const struct bgp_open *open,
				 unsigned int number)
{
	static const struct {
		uint8_t bit;
		uint8_t afi;
	} flowspec[] = {
		{ BGP_FLOWSPEC_IPV4, BGP_AFI_IPV4 },
		{ BGP_FLOWSPEC_IPV6, BGP_AFI_IPV6 },
	};

	if (number >= BGP_FAMILY_COUNT) {
		number -= BGP_FAMILY_COUNT;
		if (open->flowspec & flowspec[number].bit)
			encode_pair(w, flowspec[number].afi, BGP_SAFI_FLOWSPEC);
	} else if (open->families & bgp_family_bit(number)) {
		encode_pair(w, bgp_family_afi(number), bgp_family_safi(number));
	}
}

/* RFC 8950 4: a SAFI has two bytes here. */
static bool decode_extended_nexthop(struct reader value, struct bgp_open *open)
{
	bool found = false;

	(void)open;
	while (value.left) {
		unsigned int afi = reader_u16(&value);
		unsigned int safi = reader_u16(&value);
		unsigned int nexthop = reader_u16(&value);

		found |= afi == BGP_AFI_IPV4 && safi == BGP_SAFI_UNICAST &&
			 nexthop == BGP_AFI_IPV6;
	}
	return found;
}

static void encode_extended_nexthop(struct writer *w,
				    const struct bgp_open *open)
{
	(void)open;
	writer_u16(w, BGP_AFI_IPV4);
	writer_u16(w, BGP_SAFI_UNICAST);
	writer_u16(w, BGP_AFI_IPV6);
}

/* RFC 7911 4: a tuple with an undefined mode is ignored, the others count. */
static bool decode_add_path(struct reader value, struct bgp_open *open)
{
	bool found = false;

	while (value.left) {
		enum bgp_family family;
		bool known = bgp_family_read(&value, &family);
		unsigned int mode = reader_u8(&value);

		if (!known || !mode || mode > BGP_ADD_PATH_BOTH)
			continue;
		open->add_path[family] = (uint8_t)mode;
		found = true;
	}
	return found;
}

static void encode_add_path(struct writer *w, const struct bgp_open *open)
{
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++) {
		if (!open->add_path[i])
			continue;
		bgp_family_write(w, i);
		writer_u8(w, open->add_path[i]);
	}
}

/* ------------------------------------------------------------- sessions */

static bool decode_as4(struct reader value, struct bgp_open *open)
{
	open->as = reader_u32(&value);
	return true;
}

static void encode_as4(struct writer *w, const struct bgp_open *open)
{
	writer_u32(w, open->as);
}

/* RFC 9234 4.2: it may be repeated with the same value only. */
static bool decode_role(struct reader value, struct bgp_open *open)
{
	bool again = open->capabilities & BGP_CAN_ROLE;
	uint8_t role = reader_u8(&value);

	if (again && role != open->role)
		return false;
	open->role = role;
	return true;
}

static void encode_role(struct writer *w, const struct bgp_open *open)
{
	writer_u8(w, open->role);
}

/* RFC 4724 3: the last one replaces all before it. */
static bool decode_graceful_restart(struct reader value, struct bgp_open *open)
{
	unsigned int head = reader_u16(&value);
	struct bgp_graceful_restart restart = {
		.restart_time = head & BGP_GRACEFUL_RESTART_TIME,
		.restarting = head & BGP_GRACEFUL_RESTARTING,
		.notification = head & BGP_GRACEFUL_NOTIFICATION,
	};

	while (value.left) {
		enum bgp_family family;
		bool known = bgp_family_read(&value, &family);
		unsigned int flags = reader_u8(&value);

		if (!known)
			continue;
		restart.families |= bgp_family_bit(family);
		if (flags & BGP_GRACEFUL_FORWARDING)
			restart.forwarding |= bgp_family_bit(family);
	}
	open->graceful_restart = restart;
	return true;
}

static void encode_graceful_restart(struct writer *w,
				    const struct bgp_open *open)
{
	const struct bgp_graceful_restart *restart = &open->graceful_restart;
	unsigned int head = restart->restart_time & BGP_GRACEFUL_RESTART_TIME;

	head |= restart->restarting ? BGP_GRACEFUL_RESTARTING : 0;
	head |= restart->notification ? BGP_GRACEFUL_NOTIFICATION : 0;
	writer_u16(w, (uint16_t)head);
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++) {
		bool kept = restart->forwarding & bgp_family_bit(i);

		if (!(restart->families & bgp_family_bit(i)))
			continue;
		bgp_family_write(w, i);
		writer_u8(w, kept ? BGP_GRACEFUL_FORWARDING : 0);
	}
}

/* ------------------------------------------------------------- texts */

/* Take a length byte and a text off `value`. A long text is cut. */
static bool take_text(struct reader *value, struct bgp_open_text *text)
{
	size_t length = reader_u8(value);
	struct reader bytes = reader_sub(value, length);

	if (bytes.failed)
		return false;
	if (length > BGP_OPEN_TEXT_MAX)
		length = BGP_OPEN_TEXT_MAX;
	text->length = (uint8_t)length;
	reader_bytes(&bytes, text->bytes, length);
	return !bytes.failed;
}

static void put_text(struct writer *w, const struct bgp_open_text *text)
{
	writer_u8(w, text->length);
	writer_bytes(w, text->bytes, text->length);
}

static bool decode_host_name(struct reader value, struct bgp_open *open)
{
	struct bgp_open_text host = { 0 }, domain = { 0 };

	if (!take_text(&value, &host) || !take_text(&value, &domain))
		return false;
	open->host_name = host;
	open->domain_name = domain;
	return true;
}

static void encode_host_name(struct writer *w, const struct bgp_open *open)
{
	put_text(w, &open->host_name);
	put_text(w, &open->domain_name);
}

static bool decode_software_version(struct reader value, struct bgp_open *open)
{
	struct bgp_open_text version = { 0 };

	if (!take_text(&value, &version))
		return false;
	open->software_version = version;
	return true;
}

static void encode_software_version(struct writer *w,
				    const struct bgp_open *open)
{
	put_text(w, &open->software_version);
}

/* ------------------------------------------------------------- the table */

static const struct capability capabilities[] = {
	{ .name = "multiprotocol",
	  .code = BGP_CAPABILITY_MULTIPROTOCOL,
	  .size = MULTIPROTOCOL_SIZE,
	  .bit = BGP_CAN_MULTIPROTOCOL,
	  .decode = decode_multiprotocol,
	  .encode_family = encode_multiprotocol },
	{ .name = "route refresh",
	  .code = BGP_CAPABILITY_ROUTE_REFRESH,
	  .bit = BGP_CAN_ROUTE_REFRESH },
	{ .name = "extended next hop",
	  .code = BGP_CAPABILITY_EXTENDED_NEXTHOP,
	  .unit = NEXTHOP_SIZE,
	  .bit = BGP_CAN_EXTENDED_NEXTHOP,
	  .decode = decode_extended_nexthop,
	  .encode = encode_extended_nexthop },
	{ .name = "extended message",
	  .code = BGP_CAPABILITY_EXTENDED_MESSAGE,
	  .bit = BGP_CAN_EXTENDED_MESSAGE },
	{ .name = "role",
	  .code = BGP_CAPABILITY_ROLE,
	  .size = sizeof(uint8_t),
	  .error = BGP_OPEN_ROLE_MISMATCH,
	  .bit = BGP_CAN_ROLE,
	  .decode = decode_role,
	  .encode = encode_role },
	{ .name = "graceful restart",
	  .code = BGP_CAPABILITY_GRACEFUL_RESTART,
	  .size = RESTART_SIZE,
	  .unit = RESTART_FAMILY_SIZE,
	  .bit = BGP_CAN_GRACEFUL_RESTART,
	  .decode = decode_graceful_restart,
	  .encode = encode_graceful_restart },
	{ .name = "4-byte AS",
	  .code = BGP_CAPABILITY_AS4,
	  .size = BGP_AS4_SIZE,
	  .bit = BGP_CAN_AS4,
	  .decode = decode_as4,
	  .encode = encode_as4 },
	{ .name = "add-path",
	  .code = BGP_CAPABILITY_ADD_PATH,
	  .unit = ADD_PATH_SIZE,
	  .bit = BGP_CAN_ADD_PATH,
	  .decode = decode_add_path,
	  .encode = encode_add_path },
	{ .name = "enhanced route refresh",
	  .code = BGP_CAPABILITY_ENHANCED_REFRESH,
	  .bit = BGP_CAN_ENHANCED_REFRESH },
	{ .name = "long-lived graceful restart",
	  .code = BGP_CAPABILITY_LLGR,
	  .unit = ANY_BYTES,
	  .bit = BGP_CAN_LLGR },
	{ .name = "host name",
	  .code = BGP_CAPABILITY_HOST_NAME,
	  .unit = ANY_BYTES,
	  .bit = BGP_CAN_HOST_NAME,
	  .decode = decode_host_name,
	  .encode = encode_host_name },
	{ .name = "software version",
	  .code = BGP_CAPABILITY_SOFTWARE_VERSION,
	  .unit = ANY_BYTES,
	  .bit = BGP_CAN_SOFTWARE_VERSION,
	  .decode = decode_software_version,
	  .encode = encode_software_version },
};

enum {
	CAPABILITY_COUNT = COUNT_OF(capabilities)
};

static const struct capability *find_capability(unsigned int code)
{
	for (unsigned int i = 0; i < CAPABILITY_COUNT; i++)
		if (capabilities[i].code == code)
			return &capabilities[i];
	return NULL;
}

/* ------------------------------------------------------------- the list */

static bool capability_size_is_good(const struct capability *capability,
				    size_t size)
{
	size_t more = size - capability->size;

	if (size < capability->size)
		return false;
	return capability->unit ? more % capability->unit == 0 : more == 0;
}

/* RFC 5492 3: an unknown capability is not an error. */
static bool ignore_capability(struct bgp_open *open)
{
	open->ignored += open->ignored < UINT8_MAX;
	return true;
}

/* RFC 5492 4: a capability may be repeated; the last one counts. */
static bool decode_capability(struct reader *list, struct bgp_open *open,
			      struct bgp_notification *error)
{
	const struct capability *capability = find_capability(reader_u8(list));
	size_t size = reader_u8(list);
	struct reader value = reader_sub(list, size);

	if (value.failed)
		return bgp_open_reject(error, BGP_UNSPECIFIC);
	if (!capability)
		return ignore_capability(open);
	if (!capability_size_is_good(capability, size))
		return bgp_open_reject(error, BGP_UNSPECIFIC);
	if (!capability->decode || capability->decode(value, open)) {
		open->capabilities |= capability->bit;
		return true;
	}
	return capability->error ? bgp_open_reject(error, capability->error) :
				   ignore_capability(open);
}

bool bgp_capabilities_decode(struct reader list, struct bgp_open *open,
			     struct bgp_notification *error)
{
	while (list.left)
		if (!decode_capability(&list, open, error))
			return false;
	return true;
}

/* Write the code and a length to patch. Return where the value begins. */
static size_t begin_value(struct writer *w, const struct capability *capability)
{
	writer_u8(w, capability->code);
	writer_u8(w, 0);
	return w->used;
}

static void end_value(struct writer *w, size_t begin)
{
	writer_patch_u8(w, begin - sizeof(uint8_t), w->used - begin);
}

static void encode_once(struct writer *w, const struct capability *capability,
			const struct bgp_open *open)
{
	size_t begin = begin_value(w, capability);

	if (capability->encode)
		capability->encode(w, open);
	end_value(w, begin);
}

static void encode_families(struct writer *w,
			    const struct capability *capability,
			    const struct bgp_open *open)
{
	for (unsigned int i = 0; i < FAMILY_COUNT; i++) {
		size_t start = w->used;
		size_t begin = begin_value(w, capability);

		capability->encode_family(w, open, i);
		if (w->used > begin)
			end_value(w, begin);
		else if (!w->failed)
			w->used = start;
	}
}

void bgp_capabilities_encode(struct writer *w, const struct bgp_open *open)
{
	for (unsigned int i = 0; i < CAPABILITY_COUNT; i++) {
		const struct capability *capability = &capabilities[i];

		if (!(open->capabilities & capability->bit))
			continue;
		if (capability->encode_family)
			encode_families(w, capability, open);
		else
			encode_once(w, capability, open);
	}
}

const char *bgp_capability_name(unsigned int code)
{
	const struct capability *capability = find_capability(code);

	return capability ? capability->name : NULL;
}
