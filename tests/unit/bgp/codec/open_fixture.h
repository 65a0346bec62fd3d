/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BGP_OPEN_FIXTURE_H
#define TESTS_BGP_OPEN_FIXTURE_H

/* OPENs to encode: one with everything, and random ones. */

#include "bgp/codec/open.h"
#include "bytes.h"

enum open_fixture_sizes {
	ALL_CAPABILITIES = (BGP_CAN_LLGR << 1) - 1,
};

/*
 * An OPEN with every capability; `talkative` makes its texts so long that it
 * needs the extended form.
 */
static inline struct bgp_open full_open(bool talkative)
{
	struct bgp_open open = {
		.as = 70000,
		.identifier = 0x0a0000fe,
		.hold_time = 90,
		.version = BGP_VERSION,
		.capabilities = ALL_CAPABILITIES,
		.families = BGP_ALL_FAMILIES,
		.role = BGP_ROLE_CUSTOMER,
		.add_path = { BGP_ADD_PATH_RECEIVE, BGP_ADD_PATH_SEND },
		.graceful_restart = { .restart_time = 120,
				      .restarting = true,
				      .notification = true,
				      .families = BGP_ALL_FAMILIES,
				      .forwarding = BGP_IPV6_UNICAST_BIT },
	};
	const char *name = "lb1.a-name-that-is-as-long-as-a-name-in-an-open-may"
			   "-be.example.net.";

	bgp_open_text_set(&open.host_name, talkative ? name : "lb1");
	bgp_open_text_set(&open.domain_name, talkative ? name : "example");
	bgp_open_text_set(&open.software_version, talkative ? name : "x 1.0");
	return open;
}

static inline void random_text(uint32_t *seed, struct bgp_open_text *text)
{
	text->length = (uint8_t)(next_random(seed) % (BGP_OPEN_TEXT_MAX + 1));
	for (unsigned int i = 0; i < text->length; i++)
		text->bytes[i] = (uint8_t)next_random(seed);
}

static inline struct bgp_graceful_restart random_restart(uint32_t *seed)
{
	struct bgp_graceful_restart restart = {
		.restart_time = next_random(seed) & BGP_GRACEFUL_RESTART_TIME,
		.restarting = next_random(seed) & 1,
		.notification = next_random(seed) & 1,
		.families = next_random(seed) & BGP_ALL_FAMILIES,
	};

	restart.forwarding = next_random(seed) & restart.families;
	return restart;
}

/*
 * Return a random OPEN that a peer could send; members without a capability bit
 * are zero.
 */
static inline struct bgp_open random_open(uint32_t *seed)
{
	struct bgp_open open = {
		.as = 1 + next_random(seed) % (2 * BGP_AS_MAX_2_BYTE),
		.identifier = 1 + next_random(seed) % UINT16_MAX,
		.hold_time = (uint16_t)(3 + next_random(seed) % 300),
		.version = BGP_VERSION,
		.capabilities = next_random(seed) & ALL_CAPABILITIES,
	};

	if (open.as > BGP_AS_MAX_2_BYTE)
		open.capabilities |= BGP_CAN_AS4;
	if (open.capabilities & BGP_CAN_MULTIPROTOCOL)
		open.families = 1 + next_random(seed) % BGP_ALL_FAMILIES;
	if (open.capabilities & BGP_CAN_ROLE)
		open.role = (uint8_t)(next_random(seed) % 8);
	if (open.capabilities & BGP_CAN_ADD_PATH) {
		open.add_path[0] = (uint8_t)(1 + next_random(seed) % 3);
		open.add_path[1] = (uint8_t)(next_random(seed) % 4);
	}
	if (open.capabilities & BGP_CAN_GRACEFUL_RESTART)
		open.graceful_restart = random_restart(seed);
	if (open.capabilities & BGP_CAN_HOST_NAME) {
		random_text(seed, &open.host_name);
		random_text(seed, &open.domain_name);
	}
	if (open.capabilities & BGP_CAN_SOFTWARE_VERSION)
		random_text(seed, &open.software_version);
	return open;
}

/* Encode an OPEN. Return the size of the message, or 0 if it does not fit. */
static inline size_t encode_open(const struct bgp_open *open, uint8_t *message,
				 size_t size)
{
	struct writer w = writer_of(message, size);

	bgp_open_encode(&w, open);
	return w.failed ? 0 : w.used;
}

static inline struct reader body_of(const uint8_t *message, size_t size)
{
	return reader_of(message + BGP_HEADER_SIZE, size - BGP_HEADER_SIZE);
}

#endif
