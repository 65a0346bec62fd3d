// SPDX-License-Identifier: BSD-2-Clause
/* Messages to a BMP collector, byte by byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "bgp/codec/bmp.h"
#include "bgp/codec/update.h"
#include "bytes.h"
#include "core/array.h"

enum {
	HEADER = 6,
	PEER_HEADER = 42,
	FLAGS_AT = HEADER + 1,
};

static uint8_t bytes[BMP_MESSAGE_SIZE];

static struct writer new_writer(void)
{
	return writer_of(bytes, sizeof(bytes));
}

static struct bmp_peer ipv4_peer(enum bmp_rib rib)
{
	return (struct bmp_peer){
		.rib = rib,
		.address = address_from_ipv4(htonl(0x0a01000b)),
		.as = 65001,
		.identifier = 0x0a00000b,
		.time_us = 0x01020304ull * 1000000 + 5,
	};
}

static void the_begin_and_the_end_have_texts(void **state)
{
	struct writer w = new_writer();

	(void)state;
	bmp_write_initiation(&w, "headgate", "lb1");
	assert_bytes(w.data, w.used, 3, 0, 0, 0, 25, 4, 0, 1, 0, 8, 'h', 'e',
		     'a', 'd', 'g', 'a', 't', 'e', 0, 2, 0, 3, 'l', 'b', '1');
	w = new_writer();
	bmp_write_termination(&w);
	assert_bytes(w.data, w.used, 3, 0, 0, 0, 12, 5, 0, 1, 0, 2, 0, 0);
}

static void a_long_text_is_cut(void **state)
{
	char text[2 * BMP_TEXT_MAX];
	struct writer w = new_writer();

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	bmp_write_initiation(&w, text, text);
	assert_int_equal(w.used, HEADER + 2 * (4 + BMP_TEXT_MAX));
	assert_int_equal(w.data[HEADER + 3], BMP_TEXT_MAX);
}

static void a_route_has_the_header_of_its_peer(void **state)
{
	const struct bmp_peer peer = ipv4_peer(BMP_ADJ_RIB_IN_PRE);
	struct writer w = new_writer();
	size_t begin = bmp_begin_route(&w, &peer);

	(void)state;
	bgp_update_end_of_rib(&w, BGP_IPV4_UNICAST);
	bmp_end(&w, begin);
	assert_bytes(w.data, (size_t)HEADER + PEER_HEADER, 3, 0, 0, 0,
		     6 + 42 + 23, 0,
		     /* type, flags, distinguisher */
		     0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		     /* address, AS, identifier, time */
		     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 1, 0, 11, 0, 0,
		     0xfd, 0xe9, 10, 0, 0, 11, 1, 2, 3, 4, 0, 0, 0, 5);
	assert_int_equal(w.used, 6 + 42 + 23);
}

static uint8_t flags_with(struct bmp_peer peer)
{
	struct writer w = new_writer();

	bmp_begin_route(&w, &peer);
	return w.data[FLAGS_AT];
}

static void flags_name_the_table(void **state)
{
	struct bmp_peer peer = ipv4_peer(BMP_ADJ_RIB_IN_PRE);
	const struct address plain = { .bytes = { 0xfe, 0x80, [15] = 9 } };

	(void)state;
	assert_int_equal(flags_with(peer), 0);
	assert_int_equal(flags_with(ipv4_peer(BMP_ADJ_RIB_IN_POST)), 0x40);
	assert_int_equal(flags_with(ipv4_peer(BMP_ADJ_RIB_OUT_POST)), 0x50);
	peer.as2 = true;
	assert_int_equal(flags_with(peer), 0x20);
	peer.address = address_scoped(&plain, 7);
	assert_int_equal(flags_with(peer), 0xa0);
	/* The scope stays on this host. */
	assert_memory_equal(bytes + HEADER + 10, plain.bytes, 16);
}

static void loc_rib_is_a_peer_of_its_own_type(void **state)
{
	const struct bmp_peer peer = { .rib = BMP_LOC_RIB,
				       .as = 64512,
				       .identifier = 1 };
	struct writer w = new_writer();

	(void)state;
	bmp_begin_route(&w, &peer);
	assert_bytes(w.data + HEADER, (size_t)PEER_HEADER, 3, 0, 0, 0, 0, 0, 0,
		     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		     0, 0xfc, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
}

static void peer_up_has_both_opens(void **state)
{
	static const uint8_t received[] = { 4,	0xfd, 0xe9, 0,	90,
					    10, 0,    0,    11, 0 };
	const struct bgp_open sent = { .as = 64512, .identifier = 1 };
	const struct bmp_peer peer = ipv4_peer(BMP_ADJ_RIB_IN_PRE);
	const struct bmp_peer_up up = {
		.local = address_from_ipv4(htonl(0x0a010001)),
		.local_port = 179,
		.remote_port = 40000,
		.sent = &sent,
		.received = reader_of(received, sizeof(received)),
	};
	struct writer w = new_writer();
	struct reader r;

	(void)state;
	bmp_write_peer_up(&w, &peer, &up);
	assert_false(w.failed);
	r = reader_of(w.data + HEADER + PEER_HEADER,
		      w.used - HEADER - PEER_HEADER);
	assert_bytes(reader_take(&r, 20), 20u, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		     0, 10, 1, 0, 1, 0, 179, 0x9c, 0x40);
	reader_take(&r, 16);
	reader_take(&r, (size_t)reader_u16(&r) - 18);
	assert_int_equal(r.left, BGP_HEADER_SIZE + sizeof(received));
	assert_memory_equal(r.data + BGP_HEADER_SIZE, received,
			    sizeof(received));
}

static void without_a_received_open_ours_stands_twice(void **state)
{
	const struct bgp_open open = { .as = 64512, .identifier = 1 };
	const struct bmp_peer peer = { .rib = BMP_LOC_RIB, .as = 64512 };
	const struct bmp_peer_up up = { .sent = &open, .table = "global" };
	struct writer w = new_writer();
	size_t opens;

	(void)state;
	bmp_write_peer_up(&w, &peer, &up);
	opens = w.used - HEADER - PEER_HEADER - 20 - 10;
	assert_memory_equal(w.data + HEADER + PEER_HEADER + 20,
			    w.data + HEADER + PEER_HEADER + 20 + opens / 2,
			    opens / 2);
	assert_bytes(w.data + w.used - 10, 10u, 0, 3, 0, 6, 'g', 'l', 'o', 'b',
		     'a', 'l');
}

static void peer_down_says_why(void **state)
{
	static const struct {
		enum bmp_down_reason reason;
		size_t size; /* behind the reason */
	} rows[] = {
		{ BMP_DOWN_SENT, 21 },	      { BMP_DOWN_LOCAL, 2 },
		{ BMP_DOWN_RECEIVED, 21 },    { BMP_DOWN_REMOTE, 0 },
		{ BMP_DOWN_UNCONFIGURED, 0 },
	};
	const struct bmp_peer peer = ipv4_peer(BMP_ADJ_RIB_IN_PRE);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct writer w = new_writer();

		bmp_write_peer_down(&w, &peer, rows[i].reason, 6, 2);
		assert_int_equal(w.used,
				 HEADER + PEER_HEADER + 1 + rows[i].size);
		assert_int_equal(w.data[HEADER + PEER_HEADER], rows[i].reason);
		if (rows[i].size == 21)
			assert_bytes(w.data + w.used - 5, 5u, 0, 21, 3, 6, 2);
	}
}

static void statistics_have_their_sizes(void **state)
{
	static const struct bmp_statistic list[] = {
		{ BMP_REJECTED, 7 },
		{ BMP_ROUTES_IN, 0x100000002 },
	};
	const struct bmp_peer peer = ipv4_peer(BMP_ADJ_RIB_IN_PRE);
	struct writer w = new_writer();

	(void)state;
	bmp_write_statistics(&w, &peer, list, COUNT_OF(list));
	assert_bytes(w.data + HEADER + PEER_HEADER,
		     w.used - HEADER - PEER_HEADER, 0, 0, 0, 2, 0, 0, 0, 4, 0,
		     0, 0, 7, 0, 7, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2);
	assert_int_equal(w.data[4], w.used);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_begin_and_the_end_have_texts),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(a_route_has_the_header_of_its_peer),
		cmocka_unit_test(flags_name_the_table),
		cmocka_unit_test(loc_rib_is_a_peer_of_its_own_type),
		cmocka_unit_test(peer_up_has_both_opens),
		cmocka_unit_test(without_a_received_open_ours_stands_twice),
		cmocka_unit_test(peer_down_says_why),
		cmocka_unit_test(statistics_have_their_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
