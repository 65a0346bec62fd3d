// SPDX-License-Identifier: BSD-2-Clause
/* Records of BGP4MP_ET, byte by byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "bgp/codec/mrt_message.h"
#include "bytes.h"

static const uint64_t NOW_US = 0x01020304ull * 1000000 + 0x050607;

static uint8_t bytes[MRT_MESSAGE_SIZE + BGP_MAX_EXTENDED_MESSAGE];

static struct mrt_session session_over_ipv4(void)
{
	return (struct mrt_session){
		.peer_as = 65001,
		.local_as = 64512,
		.peer = address_from_ipv4(htonl(0x0a01000b)),
		.local = address_from_ipv4(htonl(0x0a010001)),
	};
}

static void a_message_has_its_header_again(void **state)
{
	static const uint8_t body[] = { 0, 0, 0, 0 };
	const struct mrt_session session = session_over_ipv4();
	const struct mrt_message message = {
		.type = BGP_UPDATE,
		.as4 = true,
		.body = reader_of(body, sizeof(body)),
	};
	struct writer w = writer_of(bytes, MRT_MESSAGE_SIZE + sizeof(body));

	(void)state;
	mrt_write_message(&w, NOW_US, &session, &message);
	assert_false(w.failed);
	assert_bytes(w.data, w.used, 1, 2, 3, 4, 0, 17, 0, 4, 0, 0, 0, 47,
		     /* microseconds, AS numbers */
		     0, 5, 6, 7, 0, 0, 0xfd, 0xe9, 0, 0, 0xfc, 0,
		     /* interface, AFI, addresses */
		     0, 0, 0, 1, 10, 1, 0, 11, 10, 1, 0, 1,
		     /* the message */
		     255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		     255, 255, 255, 255, 0, 23, 2, 0, 0, 0, 0);
}

static void as_numbers_and_path_identifiers_choose_the_subtype(void **state)
{
	static const uint8_t subtypes[2][2] = { { 1, 8 }, { 4, 9 } };
	struct mrt_session session = session_over_ipv4();

	(void)state;
	session.peer_as = 70000;
	for (int as4 = 0; as4 < 2; as4++) {
		for (int ids = 0; ids < 2; ids++) {
			const struct mrt_message message = {
				.type = BGP_UPDATE,
				.as4 = as4,
				.path_ids = ids,
			};
			struct writer w = writer_of(bytes, sizeof(bytes));

			mrt_write_message(&w, NOW_US, &session, &message);
			assert_int_equal(w.data[7], subtypes[as4][ids]);
			if (!as4) /* AS_TRANS */
				assert_bytes(w.data + 16, 4u, 0x5b, 0xa0, 0xfc,
					     0);
		}
	}
}

static void a_link_local_peer_has_its_interface_and_no_scope(void **state)
{
	const struct address plain = { .bytes = { 0xfe, 0x80, [15] = 2 } };
	const struct mrt_session session = {
		.peer_as = 65001,
		.local_as = 64512,
		.ifindex = 7,
		.peer = address_scoped(&plain, 7),
	};
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	mrt_write_state(&w, NOW_US, &session, BGP_STATE_OPEN_CONFIRM,
			BGP_STATE_ESTABLISHED);
	assert_int_equal(w.used, 12 + 4 + 8 + 4 + 32 + 4);
	assert_bytes(w.data + 4, 4u, 0, 17, 0, 5);
	assert_bytes(w.data + 24, 4u, 0, 7, 0, 2);
	assert_memory_equal(w.data + 28, plain.bytes, 16);
	assert_bytes(w.data + w.used - 4, 4u, 0, 5, 0, 6);
}

static void a_peer_that_is_not_connected_has_no_local_address(void **state)
{
	struct mrt_session session = session_over_ipv4();
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	session.local = (struct address){ { 0 } };
	mrt_write_state(&w, NOW_US, &session, BGP_STATE_ACTIVE, BGP_STATE_IDLE);
	assert_bytes(w.data + 28, w.used - 28, 10, 1, 0, 11, 0, 0, 0, 0, 0, 3,
		     0, 1);
}

static void the_longest_message_fits(void **state)
{
	static uint8_t body[BGP_MAX_EXTENDED_MESSAGE - BGP_HEADER_SIZE];
	const struct address peer = { .bytes = { 0x20, [15] = 1 } };
	const struct mrt_session session = { .peer = peer, .local = peer };
	const struct mrt_message message = {
		.type = BGP_UPDATE,
		.as4 = true,
		.body = reader_of(body, sizeof(body)),
	};
	struct writer w = writer_of(bytes, MRT_MESSAGE_SIZE + sizeof(body));

	(void)state;
	mrt_write_message(&w, NOW_US, &session, &message);
	assert_false(w.failed);
	assert_int_equal(w.used, w.size);
}

static bool has_ids(bool ipv4, bool ipv6, const uint8_t *body, size_t size)
{
	const struct bgp_negotiated negotiated = {
		.add_path_receive = { ipv4, ipv6 },
	};

	return mrt_update_has_path_ids(&negotiated, reader_of(body, size));
}

static void path_identifiers_are_those_of_the_family(void **state)
{
	static const uint8_t withdrawn[] = { 0, 2, 8, 10, 0, 0 };
	static const uint8_t announced[] = { 0, 0, 0, 0, 8, 10 };
	static const uint8_t ipv6[] = { 0, 0,	 0,  10, 0x40, 1, 1,
					0, 0x80, 15, 3,	 0,    2, 1 };
	static const uint8_t end_of_rib[] = { 0, 0, 0, 0 };

	(void)state;
	assert_true(has_ids(true, false, withdrawn, sizeof(withdrawn)));
	assert_true(has_ids(true, false, announced, sizeof(announced)));
	assert_false(has_ids(false, true, announced, sizeof(announced)));
	assert_true(has_ids(false, true, ipv6, sizeof(ipv6)));
	assert_false(has_ids(true, false, ipv6, sizeof(ipv6)));
	assert_false(has_ids(true, true, end_of_rib, sizeof(end_of_rib)));
	for (size_t size = 0; size < sizeof(ipv6); size++)
		assert_false(has_ids(true, true, ipv6, size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_has_its_header_again),
		cmocka_unit_test(
			as_numbers_and_path_identifiers_choose_the_subtype),
		cmocka_unit_test(
			a_link_local_peer_has_its_interface_and_no_scope),
		cmocka_unit_test(
			a_peer_that_is_not_connected_has_no_local_address),
		cmocka_unit_test(the_longest_message_fits),
		cmocka_unit_test(path_identifiers_are_those_of_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
