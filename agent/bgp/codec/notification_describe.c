// SPDX-License-Identifier: BSD-2-Clause
/* NOTIFICATIONs as text. See notification_describe.h. */

#include "bgp/codec/notification_describe.h"

#include "bgp/codec/attribute_table.h"
#include "bgp/codec/capability.h"
#include "bgp/codec/family.h"
#include "bgp/codec/message.h"
#include "bgp/codec/text.h"
#include "core/array.h"

enum {
	HEX_MAX = 16, /* bytes shown in hexadecimal */
};

/* ------------------------------------------------------------- data */
/* Each returns false for data of another form; its text is dropped then. */

/* RFC 4271 6.1. */
static bool show_length(struct reader data, struct text *out)
{
	text_add(out, "length %u", reader_u16(&data));
	return !data.failed && !data.left;
}

/* RFC 4271 6.1, RFC 6608 4. */
static bool show_type(struct reader data, struct text *out)
{
	unsigned int type = reader_u8(&data);

	text_add(out, "type %u, %s", type, bgp_message_name(type));
	return !data.failed && !data.left;
}

/* RFC 4271 6.2. */
static bool show_version(struct reader data, struct text *out)
{
	text_add(out, "supports version %u", reader_u16(&data));
	return !data.failed && !data.left;
}

/* RFC 4760 8: the family belongs to the name. */
static void show_capability(unsigned int code, struct reader value,
			    struct text *out)
{
	const char *name = bgp_capability_name(code);
	enum bgp_family family;
	unsigned int afi, safi;

	if (name)
		text_add(out, "%s", name);
	else
		text_add(out, "capability %u", code);
	if (code != BGP_CAPABILITY_MULTIPROTOCOL)
		return;
	afi = reader_u16(&value);
	reader_take(&value, 1);
	safi = reader_u8(&value);
	if (bgp_family_of(afi, safi, &family))
		text_add(out, " %s", bgp_family_name(family));
}

/* RFC 5492 5. */
static bool show_capabilities(struct reader data, struct text *out)
{
	const char *between = "";

	text_add(out, "requires ");
	while (data.left) {
		unsigned int code = reader_u8(&data);
		size_t size = reader_u8(&data);
		struct reader value = reader_sub(&data, size);

		if (value.failed)
			return false;
		text_add(out, "%s", between);
		show_capability(code, value, out);
		between = ", ";
	}
	return true;
}

static void add_attribute(struct text *out, unsigned int type)
{
	const struct bgp_attribute_row *row = bgp_attribute_row(type);

	text_add(out, "attribute %u", type);
	if (row)
		text_add(out, ", %s", row->name);
}

/* RFC 4271 6.3: the whole attribute, flags first. */
static bool show_attribute(struct reader data, struct text *out)
{
	reader_take(&data, sizeof(uint8_t));
	add_attribute(out, reader_u8(&data));
	return !data.failed;
}

/* RFC 4271 6.3: the type of the attribute. */
static bool show_missing_attribute(struct reader data, struct text *out)
{
	add_attribute(out, reader_u8(&data));
	return !data.failed && !data.left;
}

/* RFC 4486 4. */
static bool show_max_prefixes(struct reader data, struct text *out)
{
	unsigned int afi = reader_u16(&data);
	unsigned int safi = reader_u8(&data);
	uint32_t limit = reader_u32(&data);
	enum bgp_family family;

	if (bgp_family_of(afi, safi, &family))
		text_add(out, "%s, limit %u", bgp_family_name(family), limit);
	else
		text_add(out, "AFI %u SAFI %u, limit %u", afi, safi, limit);
	return !data.failed && !data.left;
}

static bool show_shutdown(struct reader data, struct text *out)
{
	bool shown;

	text_add(out, "\"");
	shown = bgp_notification_show_shutdown(out, data);
	text_add(out, "\"");
	return shown;
}

/* RFC 7313 5: the whole message. */
static bool show_message_length(struct reader data, struct text *out)
{
	reader_take(&data, BGP_MARKER_SIZE);
	text_add(out, "length %u", reader_u16(&data));
	return !data.failed;
}

static bool show_hard_reset(struct reader data, struct text *out);

/* ------------------------------------------------------------- the table */

struct description {
	uint8_t code;
	uint8_t subcode;
	bool (*show)(struct reader data, struct text *out);
};

static const struct description descriptions[] = {
	{ BGP_ERROR_MESSAGE_HEADER, BGP_HEADER_BAD_LENGTH, show_length },
	{ BGP_ERROR_MESSAGE_HEADER, BGP_HEADER_BAD_TYPE, show_type },
	{ BGP_ERROR_OPEN, BGP_OPEN_UNSUPPORTED_VERSION, show_version },
	{ BGP_ERROR_OPEN, BGP_OPEN_UNSUPPORTED_CAPABILITY, show_capabilities },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN,
	  show_attribute },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_MISSING_WELL_KNOWN,
	  show_missing_attribute },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_ATTRIBUTE_FLAGS, show_attribute },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_ATTRIBUTE_LENGTH, show_attribute },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_INVALID_ORIGIN, show_attribute },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_INVALID_NEXTHOP, show_attribute },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_OPTIONAL_ATTRIBUTE, show_attribute },
	{ BGP_ERROR_FSM, BGP_FSM_IN_OPEN_SENT, show_type },
	{ BGP_ERROR_FSM, BGP_FSM_IN_OPEN_CONFIRM, show_type },
	{ BGP_ERROR_FSM, BGP_FSM_IN_ESTABLISHED, show_type },
	{ BGP_ERROR_CEASE, BGP_CEASE_MAX_PREFIXES, show_max_prefixes },
	{ BGP_ERROR_CEASE, BGP_CEASE_ADMIN_SHUTDOWN, show_shutdown },
	{ BGP_ERROR_CEASE, BGP_CEASE_ADMIN_RESET, show_shutdown },
	{ BGP_ERROR_CEASE, BGP_CEASE_HARD_RESET, show_hard_reset },
	{ BGP_ERROR_ROUTE_REFRESH, BGP_ROUTE_REFRESH_BAD_LENGTH,
	  show_message_length },
};

static bool show_data(unsigned int code, unsigned int subcode,
		      struct reader data, struct text *out)
{
	for (size_t i = 0; i < COUNT_OF(descriptions); i++)
		if (descriptions[i].code == code &&
		    descriptions[i].subcode == subcode)
			return descriptions[i].show(data, out);
	return false;
}

static void show_bytes(struct reader data, struct text *out)
{
	text_add(out, "data");
	for (unsigned int i = 0; i < HEX_MAX && data.left; i++)
		text_add(out, " %02x", reader_u8(&data));
	if (data.left)
		text_add(out, " ...");
}

static void describe_error(unsigned int code, unsigned int subcode,
			   struct reader data, struct text *out)
{
	char name[BGP_NOTIFICATION_NAME_SIZE];
	size_t begin;

	text_add(out, "%s", bgp_notification_name(code, subcode, name));
	if (!data.left)
		return;
	text_add(out, " (");
	begin = out->used;
	if (!show_data(code, subcode, data, out)) {
		text_cut(out, begin);
		show_bytes(data, out);
	}
	text_add(out, ")");
}

/* RFC 8538 3: a NOTIFICATION inside, which must not be a hard reset again. */
static bool show_hard_reset(struct reader data, struct text *out)
{
	unsigned int code = reader_u8(&data);
	unsigned int subcode = reader_u8(&data);

	if (data.failed ||
	    (code == BGP_ERROR_CEASE && subcode == BGP_CEASE_HARD_RESET))
		return false;
	describe_error(code, subcode, data, out);
	return true;
}

const char *bgp_notification_describe(const struct bgp_notification *n,
				      char *text)
{
	struct text out = text_of(text, BGP_NOTIFICATION_TEXT_SIZE);

	describe_error(n->code, n->subcode, reader_of(n->data, n->data_size),
		       &out);
	return text;
}
