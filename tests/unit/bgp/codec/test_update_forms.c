// SPDX-License-Identifier: BSD-2-Clause
/*
 * Encoded UPDATEs in every form of a session: IPv6, IPv6 next hops for IPv4,
 * path identifiers, 2-byte AS numbers, extended messages.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/message.h"
#include "bgp/codec/update.h"
#include "bytes.h"
#include "core/array.h"
#include "everything.h"
#include "walk.h"

enum {
	MANY = 9000,
	SPACE = 16 * BGP_MAX_EXTENDED_MESSAGE,
	SESSION_KINDS = 64,
};

#define PATH	  0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9
#define PATH_SIZE 13
#define GLOBAL	  0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1

static struct bgp_negotiated negotiated;
static struct bgp_scratch scratch;
static struct bgp_update update;
static uint8_t space[SPACE];
static struct bgp_path_key routes[MANY];

static int start(void **state)
{
	(void)state;
	negotiated = (struct bgp_negotiated){
		.local_as = 65001,
		.peer_as = 65001,
		.as4 = true,
		.families = BGP_ALL_FAMILIES,
		.max_message = BGP_MAX_MESSAGE,
	};
	return 0;
}

static struct bgp_attributes view(struct reader block, const char *nexthop)
{
	struct bgp_attributes attributes;

	bgp_attributes_view(block.data, block.left, &attributes);
	attributes.present |= BGP_HAS_NEXTHOP;
	address_parse(nexthop, &attributes.nexthop);
	return attributes;
}

static struct bgp_path_key route(const char *prefix, uint32_t path_id)
{
	struct bgp_path_key key = { .path_id = path_id };

	assert_int_equal(prefix_parse(prefix, &key.prefix), PREFIX_OK);
	return key;
}

static void assert_body(const struct writer *w, struct reader expected)
{
	assert_int_equal(w->used, BGP_HEADER_SIZE + expected.left);
	assert_memory_equal(w->data + BGP_HEADER_SIZE, expected.data,
			    expected.left);
}

static void announces_ipv6_with_mp_reach_first(void **state)
{
	static const uint8_t path[] = { PATH };
	struct bgp_attributes attributes =
		view(reader_of(path, sizeof(path)), "2001:db8::1");
	const struct bgp_path_key keys[] = { route("2001:db8::/32", 0),
					     route("::/0", 0) };
	struct writer w = writer_of(space, SPACE);

	(void)state;
	assert_int_equal(
		bgp_update_announce(&w, &negotiated, &attributes, keys, 2), 2);
	assert_body(&w, BYTES(0, 0, 0, PATH_SIZE + 30, 0x80, 14, 27, 0, 2, 1,
			      16, GLOBAL, 0, 32, 0x20, 1, 0xd, 0xb8, 0, PATH));
}

static void announces_both_halves_of_a_nexthop(void **state)
{
	static const uint8_t path[] = { PATH };
	struct bgp_attributes attributes =
		view(reader_of(path, sizeof(path)), "2001:db8::1");
	const struct bgp_path_key key = route("2001:db8::/32", 0);
	struct writer w = writer_of(space, SPACE);

	(void)state;
	address_parse("fe80::1", &attributes.link_local);
	assert_int_equal(
		bgp_update_announce(&w, &negotiated, &attributes, &key, 1), 1);
	assert_body(&w, BYTES(0, 0, 0, PATH_SIZE + 45, 0x80, 14, 42, 0, 2, 1,
			      32, GLOBAL, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			      0, 0, 0, 0, 1, 0, 32, 0x20, 1, 0xd, 0xb8, PATH));
}

static void announces_ipv4_over_ipv6_only_if_agreed_on(void **state)
{
	static const uint8_t path[] = { PATH };
	struct bgp_attributes attributes =
		view(reader_of(path, sizeof(path)), "2001:db8::1");
	const struct bgp_path_key key = route("10.0.0.0/8", 0);
	struct writer w = writer_of(space, SPACE);

	(void)state;
	assert_int_equal(
		bgp_update_announce(&w, &negotiated, &attributes, &key, 1), 0);
	assert_int_equal(w.used, 0);
	negotiated.extended_nexthop = true;
	assert_int_equal(
		bgp_update_announce(&w, &negotiated, &attributes, &key, 1), 1);
	assert_body(&w, BYTES(0, 0, 0, PATH_SIZE + 26, 0x80, 14, 23, 0, 1, 1,
			      16, GLOBAL, 0, 8, 10, PATH));
}

static void announces_ipv6_over_ipv4_with_a_mapped_nexthop(void **state)
{
	static const uint8_t path[] = { PATH };
	struct bgp_attributes attributes =
		view(reader_of(path, sizeof(path)), "10.0.0.1");
	const struct bgp_path_key key = route("2001:db8::/32", 0);
	struct writer w = writer_of(space, SPACE);

	(void)state;
	assert_int_equal(
		bgp_update_announce(&w, &negotiated, &attributes, &key, 1), 1);
	assert_body(&w, BYTES(0, 0, 0, PATH_SIZE + 29, 0x80, 14, 26, 0, 2, 1,
			      16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10,
			      0, 0, 1, 0, 32, 0x20, 1, 0xd, 0xb8, PATH));
}

static void announces_nothing_without_a_nexthop(void **state)
{
	static const uint8_t path[] = { PATH };
	struct bgp_attributes attributes =
		view(reader_of(path, sizeof(path)), "::");
	const struct bgp_path_key keys[] = { route("2001:db8::/32", 0),
					     route("192.0.2.0/24", 0) };
	struct writer w = writer_of(space, SPACE);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		assert_int_equal(bgp_update_announce(&w, &negotiated,
						     &attributes, &keys[i], 1),
				 0);
	assert_false(w.failed);
}

static void withdraws_ipv6_in_mp_unreach(void **state)
{
	const struct bgp_path_key key = route("2001:db8::/32", 7);
	struct writer w = writer_of(space, SPACE);

	(void)state;
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, &key, 1), 1);
	assert_body(&w, BYTES(0, 0, 0, 11, 0x80, 15, 8, 0, 2, 1, 32, 0x20, 1,
			      0xd, 0xb8));
	negotiated.add_path_send[BGP_IPV6_UNICAST] = true;
	w.used = 0;
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, &key, 1), 1);
	assert_body(&w, BYTES(0, 0, 0, 15, 0x80, 15, 12, 0, 2, 1, 0, 0, 0, 7,
			      32, 0x20, 1, 0xd, 0xb8));
}

static void sends_path_identifiers_where_agreed_on(void **state)
{
	const struct bgp_path_key key = route("10.0.0.0/8", 9);
	struct writer w = writer_of(space, SPACE);

	(void)state;
	negotiated.add_path_send[BGP_IPV6_UNICAST] = true;
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, &key, 1), 1);
	assert_body(&w, BYTES(0, 2, 8, 10, 0, 0));
	negotiated.add_path_send[BGP_IPV4_UNICAST] = true;
	w.used = 0;
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, &key, 1), 1);
	assert_body(&w, BYTES(0, 6, 0, 0, 0, 9, 8, 10, 0, 0));
}

static void ends_the_dump_of_either_family(void **state)
{
	struct writer w = writer_of(space, SPACE);

	(void)state;
	bgp_update_end_of_rib(&w, BGP_IPV6_UNICAST);
	assert_body(&w, BYTES(0, 0, 0, 6, 0x80, 15, 3, 0, 2, 1));
	w.used = 0;
	bgp_update_end_of_rib(&w, BGP_IPV4_UNICAST);
	assert_body(&w, BYTES(0, 0, 0, 0));
}

static void leaves_another_family_for_the_next_message(void **state)
{
	const struct bgp_path_key keys[] = { route("10.0.0.0/8", 0),
					     route("11.0.0.0/8", 0),
					     route("2001:db8::/32", 0) };
	struct writer w = writer_of(space, SPACE);

	(void)state;
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, keys, 3), 2);
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, keys + 2, 1), 1);
	assert_int_equal(bgp_update_withdraw(&w, &negotiated, keys, 0), 0);
}

static void fill_routes(enum bgp_family family)
{
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t number = htobe32(0x0a000000 + i);
		struct prefix *prefix = &routes[i].prefix;

		*prefix = route(family == BGP_IPV4_UNICAST ? "10.0.0.0" :
							     "2001:db8::",
				0)
				  .prefix;
		memcpy(prefix->address.bytes + 12, &number, sizeof(number));
		routes[i].path_id = i;
	}
}

static size_t send_some(struct writer *w, enum bgp_family family, bool announce,
			size_t from)
{
	static const uint8_t every[] = { EVERYTHING };
	struct bgp_attributes attributes = view(
		reader_of(every, sizeof(every)),
		family == BGP_IPV4_UNICAST && !negotiated.extended_nexthop ?
			"10.0.0.1" :
			"2001:db8::1");

	if (announce)
		return bgp_update_announce(w, &negotiated, &attributes,
					   routes + from, MANY - from);
	return bgp_update_withdraw(w, &negotiated, routes + from, MANY - from);
}

/* Count the routes of a message, which must be those from `from` on. */
static size_t receive(struct reader body, bool announce, size_t from)
{
	struct bgp_negotiated peer = negotiated;
	const struct bgp_decode_context context = { .negotiated = &peer };
	size_t count = 0;

	memcpy(peer.add_path_receive, negotiated.add_path_send,
	       sizeof(peer.add_path_receive));
	assert_int_equal(bgp_update_decode(&context, body, &scratch, &update),
			 BGP_VERDICT_OK);
	walk_update(&update);
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		struct bgp_nlri nlri = announce ? update.announced[part].nlri :
						  update.withdrawn[part];
		struct bgp_path_key key;

		for (; bgp_nlri_next(&nlri, &key); count++) {
			const struct bgp_path_key *sent = &routes[from + count];

			assert_true(prefix_equal(&key.prefix, &sent->prefix));
			assert_int_equal(key.path_id,
					 nlri.add_path ? sent->path_id : 0);
		}
	}
	return count;
}

static void set_kind(unsigned int kind)
{
	start(NULL);
	negotiated.as4 = kind & 1;
	negotiated.extended_nexthop = kind & 2;
	negotiated.add_path_send[BGP_IPV4_UNICAST] = kind & 4;
	negotiated.add_path_send[BGP_IPV6_UNICAST] = kind & 8;
	if (kind & 16)
		negotiated.max_message = BGP_MAX_EXTENDED_MESSAGE;
}

/* Each message has room for less than one more route, and none is too long. */
static void send_and_receive_all(enum bgp_family family, bool announce)
{
	size_t from = 0;

	fill_routes(family);
	while (from < MANY) {
		struct writer w = writer_of(space, SPACE);
		size_t sent = send_some(&w, family, announce, from);

		assert_true(sent > 0);
		assert_true(w.used <= negotiated.max_message);
		if (from + sent < MANY)
			assert_true(w.used + 21 >= negotiated.max_message);
		assert_int_equal(receive(reader_of(space + BGP_HEADER_SIZE,
						   w.used - BGP_HEADER_SIZE),
					 announce, from),
				 sent);
		from += sent;
	}
}

static void splits_at_the_agreed_size_in_every_form(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < SESSION_KINDS; kind++) {
		set_kind(kind);
		send_and_receive_all(BGP_IPV4_UNICAST, kind & 32);
		send_and_receive_all(BGP_IPV6_UNICAST, kind & 32);
	}
}

/* For any room: a whole message or none, and no byte beyond the room. */
static void writes_whole_messages_or_nothing(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < 4; kind++) {
		enum bgp_family family = kind & 1;

		start(NULL);
		fill_routes(family);
		for (size_t size = 0; size < 512; size++) {
			uint8_t *exact = malloc(size ? size : 1);
			struct writer w = writer_of(exact, size);
			size_t sent = send_some(&w, family, kind & 2, 0);

			assert_false(w.failed);
			assert_int_equal(!sent, !w.used);
			if (sent)
				receive(reader_of(exact + BGP_HEADER_SIZE,
						  w.used - BGP_HEADER_SIZE),
					kind & 2, 0);
			free(exact);
		}
	}
}

static void announces_nothing_with_attributes_too_large(void **state)
{
	static uint8_t communities[BGP_MAX_MESSAGE];
	struct writer w = writer_of(space, SPACE);
	struct bgp_attributes attributes = {
		.present = BGP_HAS_COMMUNITIES | BGP_HAS_NEXTHOP,
	};

	(void)state;
	address_parse("2001:db8::1", &attributes.nexthop);
	fill_routes(BGP_IPV6_UNICAST);
	for (size_t size = BGP_MAX_MESSAGE; size > 4000; size -= 4) {
		size_t sent;

		w.used = 0;
		attributes.communities = reader_of(communities, size);
		sent = bgp_update_announce(&w, &negotiated, &attributes, routes,
					   1);
		/* 69 bytes are used besides the communities. */
		assert_int_equal(sent, size + 69 <= BGP_MAX_MESSAGE);
		assert_int_equal(!sent, !w.used);
		assert_false(w.failed);
	}
}

static void keeps_all_attributes_on_the_way_over_ipv6(void **state)
{
	static const uint8_t every[] = { EVERYTHING };
	static uint8_t one[1024], two[1024];
	struct writer w = writer_of(space, SPACE);
	struct writer before = writer_of(one, sizeof(one));
	struct writer after = writer_of(two, sizeof(two));
	struct bgp_attributes attributes =
		view(reader_of(every, sizeof(every)), "2001:db8::1");

	(void)state;
	fill_routes(BGP_IPV6_UNICAST);
	negotiated.as4 = false;
	send_some(&w, BGP_IPV6_UNICAST, true, MANY - 1);
	receive(reader_of(space + BGP_HEADER_SIZE, w.used - BGP_HEADER_SIZE),
		true, MANY - 1);
	bgp_attributes_encode(&before, &attributes, BGP_AS4_SIZE);
	attributes = bgp_update_attributes(&update, BGP_PART_MULTIPROTOCOL);
	bgp_attributes_encode(&after, &attributes, BGP_AS4_SIZE);
	assert_int_equal(before.used, after.used);
	assert_memory_equal(one, two, before.used);
}

#define in_session(test) cmocka_unit_test_setup(test, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_session(announces_ipv6_with_mp_reach_first),
		in_session(announces_both_halves_of_a_nexthop),
		in_session(announces_ipv4_over_ipv6_only_if_agreed_on),
		in_session(announces_ipv6_over_ipv4_with_a_mapped_nexthop),
		in_session(announces_nothing_without_a_nexthop),
		in_session(withdraws_ipv6_in_mp_unreach),
		in_session(sends_path_identifiers_where_agreed_on),
		in_session(ends_the_dump_of_either_family),
		in_session(leaves_another_family_for_the_next_message),
		in_session(splits_at_the_agreed_size_in_every_form),
		in_session(writes_whole_messages_or_nothing),
		in_session(announces_nothing_with_attributes_too_large),
		in_session(keeps_all_attributes_on_the_way_over_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
