// SPDX-License-Identifier: BSD-2-Clause
/* NOTIFICATION messages. See notification.h. */

#include "bgp/codec/notification.h"

#include "bgp/codec/message.h"
#include "bgp/codec/text.h"
#include "core/array.h"

#include <stdio.h>
#include <string.h>

enum {
	HARD_RESET_SIZE = 2, /* code and subcode in front of the data */
};

/* Names in IANA's registry "BGP Error Codes" and in those of the subcodes. */

static const char *const header_errors[] = {
	[BGP_HEADER_NOT_SYNCHRONIZED] = "Connection Not Synchronized",
	[BGP_HEADER_BAD_LENGTH] = "Bad Message Length",
	[BGP_HEADER_BAD_TYPE] = "Bad Message Type",
};

static const char *const open_errors[] = {
	[BGP_OPEN_UNSUPPORTED_VERSION] = "Unsupported Version Number",
	[BGP_OPEN_BAD_PEER_AS] = "Bad Peer AS",
	[BGP_OPEN_BAD_IDENTIFIER] = "Bad BGP Identifier",
	[BGP_OPEN_UNSUPPORTED_PARAMETER] = "Unsupported Optional Parameter",
	[BGP_OPEN_UNACCEPTABLE_HOLD_TIME] = "Unacceptable Hold Time",
	[BGP_OPEN_UNSUPPORTED_CAPABILITY] = "Unsupported Capability",
	[BGP_OPEN_ROLE_MISMATCH] = "Role Mismatch",
};

static const char *const update_errors[] = {
	[BGP_UPDATE_MALFORMED_ATTRIBUTES] = "Malformed Attribute List",
	[BGP_UPDATE_UNRECOGNIZED_WELL_KNOWN] =
		"Unrecognized Well-known Attribute",
	[BGP_UPDATE_MISSING_WELL_KNOWN] = "Missing Well-known Attribute",
	[BGP_UPDATE_ATTRIBUTE_FLAGS] = "Attribute Flags Error",
	[BGP_UPDATE_ATTRIBUTE_LENGTH] = "Attribute Length Error",
	[BGP_UPDATE_INVALID_ORIGIN] = "Invalid ORIGIN Attribute",
	[BGP_UPDATE_INVALID_NEXTHOP] = "Invalid NEXT_HOP Attribute",
	[BGP_UPDATE_OPTIONAL_ATTRIBUTE] = "Optional Attribute Error",
	[BGP_UPDATE_INVALID_NETWORK] = "Invalid Network Field",
	[BGP_UPDATE_MALFORMED_AS_PATH] = "Malformed AS_PATH",
};

static const char *const fsm_errors[] = {
	[BGP_FSM_IN_OPEN_SENT] = "Unexpected Message in OpenSent",
	[BGP_FSM_IN_OPEN_CONFIRM] = "Unexpected Message in OpenConfirm",
	[BGP_FSM_IN_ESTABLISHED] = "Unexpected Message in Established",
};

static const char *const cease_errors[] = {
	[BGP_CEASE_MAX_PREFIXES] = "Maximum Number of Prefixes Reached",
	[BGP_CEASE_ADMIN_SHUTDOWN] = "Administrative Shutdown",
	[BGP_CEASE_DECONFIGURED] = "Peer De-configured",
	[BGP_CEASE_ADMIN_RESET] = "Administrative Reset",
	[BGP_CEASE_REJECTED] = "Connection Rejected",
	[BGP_CEASE_CONFIG_CHANGE] = "Other Configuration Change",
	[BGP_CEASE_COLLISION] = "Connection Collision Resolution",
	[BGP_CEASE_OUT_OF_RESOURCES] = "Out of Resources",
	[BGP_CEASE_HARD_RESET] = "Hard Reset",
	[BGP_CEASE_BFD_DOWN] = "BFD Down",
};

static const char *const refresh_errors[] = {
	[BGP_ROUTE_REFRESH_BAD_LENGTH] = "Invalid Message Length",
};

struct error_name {
	const char *code;
	const char *const *subcodes;
	size_t subcode_count;
};

static const struct error_name error_names[] = {
	[BGP_ERROR_MESSAGE_HEADER] = { "Message Header Error", header_errors,
				       COUNT_OF(header_errors) },
	[BGP_ERROR_OPEN] = { "OPEN Message Error", open_errors,
			     COUNT_OF(open_errors) },
	[BGP_ERROR_UPDATE] = { "UPDATE Message Error", update_errors,
			       COUNT_OF(update_errors) },
	[BGP_ERROR_HOLD_TIMER] = { "Hold Timer Expired", NULL, 0 },
	[BGP_ERROR_FSM] = { "Finite State Machine Error", fsm_errors,
			    COUNT_OF(fsm_errors) },
	[BGP_ERROR_CEASE] = { "Cease", cease_errors, COUNT_OF(cease_errors) },
	[BGP_ERROR_ROUTE_REFRESH] = { "ROUTE-REFRESH Message Error",
				      refresh_errors,
				      COUNT_OF(refresh_errors) },
	[BGP_ERROR_SEND_HOLD_TIMER] = { "Send Hold Timer Expired", NULL, 0 },
};

static const struct error_name *error_name(unsigned int code)
{
	return code < COUNT_OF(error_names) && error_names[code].code ?
		       &error_names[code] :
		       NULL;
}

void bgp_notification_set(struct bgp_notification *n, unsigned int code,
			  unsigned int subcode, const void *data, size_t size)
{
	if (size > sizeof(n->data))
		size = sizeof(n->data);
	n->code = (uint8_t)code;
	n->subcode = (uint8_t)subcode;
	n->data_size = (uint16_t)size;
	if (size)
		memcpy(n->data, data, size);
}

void bgp_notification_set_shutdown(struct bgp_notification *n,
				   enum bgp_cease_subcode subcode,
				   const char *text)
{
	size_t length = text_fit(text, BGP_SHUTDOWN_TEXT_MAX);
	struct writer w = writer_of(n->data, sizeof(n->data));

	bgp_notification_set(n, BGP_ERROR_CEASE, subcode, NULL, 0);
	writer_u8(&w, (uint8_t)length);
	writer_bytes(&w, text, length);
	n->data_size = (uint16_t)w.used;
}

void bgp_notification_set_max_prefixes(struct bgp_notification *n,
				       enum bgp_family family, uint32_t limit)
{
	struct writer w = writer_of(n->data, sizeof(n->data));

	bgp_notification_set(n, BGP_ERROR_CEASE, BGP_CEASE_MAX_PREFIXES, NULL,
			     0);
	bgp_family_write(&w, family);
	writer_u32(&w, limit);
	n->data_size = (uint16_t)w.used;
}

void bgp_notification_set_hard_reset(struct bgp_notification *n,
				     const struct bgp_notification *inner)
{
	struct writer w = writer_of(n->data, sizeof(n->data));
	size_t room = sizeof(n->data) - HARD_RESET_SIZE;

	bgp_notification_set(n, BGP_ERROR_CEASE, BGP_CEASE_HARD_RESET, NULL, 0);
	writer_u8(&w, inner->code);
	writer_u8(&w, inner->subcode);
	writer_bytes(&w, inner->data,
		     inner->data_size < room ? inner->data_size : room);
	n->data_size = (uint16_t)w.used;
}

bool bgp_notification_is_final(const struct bgp_notification *n)
{
	if (n->code != BGP_ERROR_CEASE)
		return false;
	switch (n->subcode) {
	case BGP_CEASE_MAX_PREFIXES:
	case BGP_CEASE_ADMIN_SHUTDOWN:
	case BGP_CEASE_DECONFIGURED:
		return true;
	default:
		return false;
	}
}

void bgp_notification_encode(struct writer *w, const struct bgp_notification *n)
{
	size_t begin = bgp_message_begin(w, BGP_NOTIFICATION);

	writer_u8(w, n->code);
	writer_u8(w, n->subcode);
	writer_bytes(w, n->data, n->data_size);
	bgp_message_end(w, begin);
}

bool bgp_notification_decode(struct reader body, struct bgp_notification *n)
{
	unsigned int code = reader_u8(&body);
	unsigned int subcode = reader_u8(&body);

	if (body.failed)
		return false;
	bgp_notification_set(n, code, subcode, body.data, body.left);
	return true;
}

const char *bgp_notification_name(unsigned int code, unsigned int subcode,
				  char *text)
{
	const struct error_name *name = error_name(code);
	const size_t size = BGP_NOTIFICATION_NAME_SIZE;

	if (!name)
		snprintf(text, size, "code %u/subcode %u", code, subcode);
	else if (subcode == BGP_UNSPECIFIC)
		snprintf(text, size, "%s", name->code);
	else if (subcode < name->subcode_count && name->subcodes[subcode])
		snprintf(text, size, "%s/%s", name->code,
			 name->subcodes[subcode]);
	else
		snprintf(text, size, "%s/subcode %u", name->code, subcode);
	return text;
}

bool bgp_notification_show_shutdown(struct text *text, struct reader data)
{
	size_t length = reader_u8(&data);

	if (data.failed || !length || length != data.left)
		return false;
	text_add_escaped(text, data);
	return true;
}
