// SPDX-License-Identifier: BSD-2-Clause
/* Encoded UPDATEs: bytes, splitting, and routes that do not fit. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/message.h"
#include "bgp/codec/update.h"
#include "bytes.h"
#include "ipv4_session.h"

enum {
	MANY = 5000,
	RANDOM_SESSIONS = 500,
	SEED = 20261122,
};

static struct bgp_attributes attributes_to_send(void)
{
	static const uint8_t block[] = { ATTRIBUTES };
	struct bgp_attributes attributes;

	bgp_attributes_view(block, sizeof(block), &attributes);
	return attributes;
}

static struct bgp_path_key host(uint32_t number)
{
	struct address address =
		address_from_ipv4(htobe32(0x0a000000 + number));

	return (struct bgp_path_key){
		.prefix = { .address = address, .length = ADDRESS_BITS_IPV4 },
	};
}

static void announces_byte_by_byte(void **state)
{
	struct bgp_attributes attributes = attributes_to_send();
	struct bgp_path_key routes[] = { host(1), host(0) };
	uint8_t message[128];
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	routes[1].prefix.length = 9;
	assert_int_equal(bgp_update_announce(&w, &negotiated, &attributes,
					     routes, 2),
			 2);
	assert_bytes(message + BGP_MARKER_SIZE, w.used - BGP_MARKER_SIZE, 0, 51,
		     BGP_UPDATE, 0, 0, 0, ATTRIBUTES_SIZE, ATTRIBUTES, 32, 10,
		     0, 0, 1, 9, 10, 0);
}

static void withdraws_byte_by_byte(void **state)
{
	struct bgp_path_key route = host(1);
	uint8_t message[128];
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, &route, 1), 1);
	assert_bytes(message + BGP_MARKER_SIZE, w.used - BGP_MARKER_SIZE, 0, 28,
		     BGP_UPDATE, 0, 5, 32, 10, 0, 0, 1, 0, 0);
}

static void writes_end_of_rib(void **state)
{
	uint8_t message[128];
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	bgp_update_end_of_rib(&w, BGP_IPV4_UNICAST);
	assert_bytes(message + BGP_MARKER_SIZE, w.used - BGP_MARKER_SIZE, 0, 23,
		     BGP_UPDATE, 0, 0, 0, 0);
}

/* Encode MANY prefixes. Return the number of messages. */
static unsigned int send_all(struct writer *w, bool announce)
{
	static struct bgp_path_key routes[MANY];
	struct bgp_attributes attributes = attributes_to_send();
	unsigned int messages = 0;
	size_t sent = 0;

	for (uint32_t i = 0; i < MANY; i++)
		routes[i] = host(i);
	for (size_t now = 1; now && sent < MANY; messages++) {
		now = announce ?
			      bgp_update_announce(w, &negotiated, &attributes,
						  routes + sent, MANY - sent) :
			      bgp_update_withdraw(w, &negotiated, routes + sent,
						  MANY - sent);
		sent += now;
	}
	assert_int_equal(sent, MANY);
	return messages;
}

/* Decode messages. Return the number of prefixes in them. */
static uint32_t receive_all(struct reader stream, bool announced)
{
	struct bgp_message message;
	struct bgp_path_key key, expected;
	uint32_t received = 0;

	while (stream.left) {
		struct bgp_nlri nlri;

		assert_int_equal(bgp_message_next(stream.data, stream.left,
						  BGP_MAX_MESSAGE, &message),
				 BGP_MESSAGE_OK);
		assert_int_equal(bgp_update_decode(&context, message.body,
						   &scratch, &update),
				 BGP_VERDICT_OK);
		nlri = announced ? update.announced[0].nlri :
				   update.withdrawn[0];
		while (bgp_nlri_next(&nlri, &key)) {
			expected = host(received++);
			assert_true(
				prefix_equal(&key.prefix, &expected.prefix));
		}
		reader_take(&stream, message.size);
	}
	return received;
}

static void splits_what_exceeds_one_message(void **state)
{
	static uint8_t stream[16 * BGP_MAX_MESSAGE];

	(void)state;
	for (int announce = 0; announce <= 1; announce++) {
		struct writer w = writer_of(stream, sizeof(stream));

		assert_int_equal(send_all(&w, announce), 7);
		assert_int_equal(
			receive_all(reader_of(stream, w.used), announce), MANY);
	}
}

static void writes_nothing_where_not_one_prefix_fits(void **state)
{
	struct bgp_attributes attributes = attributes_to_send();
	struct bgp_path_key route = host(1);
	uint8_t message[BGP_MIN_UPDATE + ATTRIBUTES_SIZE + 5];

	(void)state;
	for (size_t size = 0; size < sizeof(message); size++) {
		struct writer w = writer_of(message, size);

		assert_int_equal(bgp_update_announce(&w, &negotiated,
						     &attributes, &route, 1),
				 0);
		assert_int_equal(w.used, 0);
		assert_false(w.failed);
	}
	for (size_t size = 0; size < BGP_MIN_UPDATE + 5; size++) {
		struct writer w = writer_of(message, size);

		assert_int_equal(
			bgp_update_withdraw(&w, &negotiated, &route, 1), 0);
		assert_int_equal(w.used, 0);
	}
}

static void announces_nothing_with_attributes_too_large(void **state)
{
	static uint8_t communities[BGP_MAX_MESSAGE - 60];
	static uint8_t message[2 * BGP_MAX_MESSAGE];
	struct bgp_attributes attributes = attributes_to_send();
	struct bgp_path_key route = host(1);
	struct writer w = writer_of(message, sizeof(message));

	(void)state;
	attributes.present |= BGP_HAS_COMMUNITIES;
	attributes.communities = reader_of(communities, sizeof(communities));
	assert_int_equal(bgp_update_announce(&w, &negotiated, &attributes,
					     &route, 1),
			 1);
	attributes.present |= BGP_HAS_MED | BGP_HAS_LOCAL_PREF;
	assert_int_equal(bgp_update_announce(&w, &negotiated, &attributes,
					     &route, 1),
			 0);
}

/* ------------------------------------------------------------- sharing */

static uint32_t random_number(void)
{
	static uint64_t state = SEED;

	state = state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(state >> 32);
}

static bool random_bool(void)
{
	return random_number() & 1;
}

/* Return a session with random parameters. */
static struct bgp_negotiated random_session(void)
{
	return (struct bgp_negotiated){
		.local_as = random_number(),
		.peer_as = random_number(),
		.ebgp = random_bool(),
		.confederation = random_bool(),
		.as4 = random_bool(),
		.extended_nexthop = random_bool(),
		.route_refresh = random_bool(),
		.enhanced_refresh = random_bool(),
		.families = random_number(),
		.add_path_receive = { random_bool(), random_bool() },
		.add_path_send = { random_bool(), random_bool() },
		.max_message = random_bool() ? BGP_MAX_MESSAGE :
					       BGP_MAX_EXTENDED_MESSAGE,
		.hold_time = (uint16_t)random_number(),
		.keepalive_time = (uint16_t)random_number(),
		.has_graceful_restart = random_bool(),
		.peer_role = (uint8_t)random_number(),
	};
}

/* Encode an announcement and a withdrawal of `count` routes. */
static size_t encode_both(const struct bgp_negotiated *with, uint32_t count,
			  uint8_t *bytes, size_t size)
{
	struct bgp_attributes attributes = attributes_to_send();
	struct bgp_path_key routes[MANY];
	struct writer w = writer_of(bytes, size);

	for (uint32_t i = 0; i < count; i++) {
		routes[i] = host(i);
		routes[i].path_id = i + 1;
	}
	if (count % 2) /* RFC 8950: not for every session */
		address_parse("2001:db8::1", &attributes.nexthop);
	bgp_update_announce(&w, with, &attributes, routes, count);
	bgp_update_withdraw(&w, with, routes, count);
	assert_false(w.failed);
	return w.used;
}

/* Sessions with equal parameters for UPDATEs can be sent the same bytes. */
static void nothing_but_the_sending_part_of_a_session_counts(void **state)
{
	static uint8_t bytes[2][2 * BGP_MAX_EXTENDED_MESSAGE];

	(void)state;
	for (int i = 0; i < RANDOM_SESSIONS; i++) {
		struct bgp_negotiated whole = random_session(), part;
		uint32_t count = 1 + random_number() % MANY;
		size_t size;

		bgp_negotiated_for_updates(&whole, &part);
		size = encode_both(&whole, count, bytes[0], sizeof(bytes[0]));
		assert_int_equal(encode_both(&part, count, bytes[1],
					     sizeof(bytes[1])),
				 size);
		assert_memory_equal(bytes[0], bytes[1], size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announces_byte_by_byte),
		cmocka_unit_test(withdraws_byte_by_byte),
		cmocka_unit_test(writes_end_of_rib),
		cmocka_unit_test(splits_what_exceeds_one_message),
		cmocka_unit_test(writes_nothing_where_not_one_prefix_fits),
		cmocka_unit_test(announces_nothing_with_attributes_too_large),
		cmocka_unit_test(
			nothing_but_the_sending_part_of_a_session_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
