// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: the body of an OPEN. An accepted one must be the same when it is
 * encoded and decoded again, and both ends must negotiate the same parameters.
 */

#include "bgp/codec/negotiated.h"
#include "bgp/codec/open.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bgp_open ours = {
	.as = 64512,
	.identifier = 1,
	.hold_time = 90,
	.capabilities = (BGP_CAN_SOFTWARE_VERSION << 1) - 1,
	.families = BGP_ALL_FAMILIES,
	.role = BGP_ROLE_PEER,
	.add_path = { BGP_ADD_PATH_RECEIVE | BGP_ADD_PATH_SEND,
		      BGP_ADD_PATH_RECEIVE },
	.graceful_restart = { .restart_time = 120,
			      .notification = true,
			      .families = BGP_ALL_FAMILIES },
};

static const struct bgp_open_policy policy = {
	.as_first = 1,
	.as_last = UINT32_MAX,
	.local_as = 64512,
	.local_identifier = 1,
	.min_hold_time = 10,
	.families = BGP_ALL_FAMILIES,
	.required = BGP_CAN_AS4,
	.has_role = true,
	.role = BGP_ROLE_PEER,
};

static void check_text(const struct bgp_open_text *text)
{
	char shown[BGP_OPEN_TEXT_SIZE];

	assert(text->length <= BGP_OPEN_TEXT_MAX);
	assert(strlen(bgp_open_text_format(text, shown)) < sizeof(shown));
}

static void check_session(const struct bgp_open *open)
{
	struct bgp_negotiated negotiated, mirrored;

	bgp_negotiated_from_opens(&ours, open, &negotiated);
	bgp_negotiated_from_opens(open, &ours, &mirrored);
	assert(negotiated.families == mirrored.families);
	assert(negotiated.as4 == mirrored.as4);
	assert(negotiated.max_message == mirrored.max_message);
	assert(negotiated.hold_time == mirrored.hold_time);
	assert(negotiated.hold_time >= negotiated.keepalive_time);
	for (unsigned int i = 0; i < BGP_FAMILY_COUNT; i++) {
		assert(negotiated.add_path_send[i] ==
		       mirrored.add_path_receive[i]);
		assert(!negotiated.add_path_receive[i] ||
		       bgp_negotiated_has_family(&negotiated, i));
	}
}

static void check_same(const struct bgp_open *a, const struct bgp_open *b)
{
	assert(a->as == b->as);
	assert(a->identifier == b->identifier);
	assert(a->hold_time == b->hold_time);
	assert(a->families == b->families);
	assert(a->flowspec == b->flowspec);
	assert(a->role == b->role);
	assert(!memcmp(a->add_path, b->add_path, sizeof(a->add_path)));
	assert(a->graceful_restart.families == b->graceful_restart.families);
	assert(a->graceful_restart.forwarding ==
	       b->graceful_restart.forwarding);
	assert(!memcmp(&a->host_name, &b->host_name, sizeof(a->host_name)));
	assert(!memcmp(&a->software_version, &b->software_version,
		       sizeof(a->software_version)));
}

static void check_round_trip(const struct bgp_open *open)
{
	uint32_t lost =
		open->families || open->flowspec ? 0 : BGP_CAN_MULTIPROTOCOL;
	uint8_t message[BGP_MAX_MESSAGE];
	struct writer w = writer_of(message, sizeof(message));
	struct bgp_notification error;
	struct bgp_open again;
	struct reader body;

	bgp_open_encode(&w, open);
	assert(!w.failed);
	body = reader_of(message + BGP_HEADER_SIZE, w.used - BGP_HEADER_SIZE);
	assert(bgp_open_decode(body, &again, &error));
	assert(again.capabilities == (open->capabilities & ~lost));
	check_same(open, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_notification error;
	struct bgp_open open;

	if (!bgp_open_decode(reader_of(data, size), &open, &error)) {
		assert(error.code == BGP_ERROR_OPEN);
		return 0;
	}
	check_round_trip(&open);
	check_session(&open);
	check_text(&open.host_name);
	check_text(&open.domain_name);
	check_text(&open.software_version);
	if (!bgp_open_check(&open, &policy, &error))
		assert(error.code == BGP_ERROR_OPEN);
	return 0;
}
