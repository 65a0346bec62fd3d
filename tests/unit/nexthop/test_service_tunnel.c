// SPDX-License-Identifier: BSD-2-Clause
/* Outer headers of checks, byte by byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/array.h"
#include "nexthop/service_tunnel.h"

enum {
	GUE_PORT = 6080,
	SOURCE_PORT = 0xc001,
};

/* Only the version of a packet counts. */
#define INNER4	   "\x45packet"
#define INNER6	   "\x60packet"
#define ADDRESSES4 "\x0a\x01\0\x01\x0a\x07\x02\x02"
#define ADDRESSES6                                                           \
	"\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\x07" \
	"\0\0\0\0\0\0\0\0\0\x02"

static const struct {
	const char *source, *destination;
	const char *inner;
	enum hg_encapsulation encapsulation;
	const char *outer;
	size_t size;
} frames[] = {
#define OUTER(text) (text), sizeof(text) - 1
	{ "10.1.0.1", "10.7.2.2", INNER4, HG_ENCAPSULATION_IPIP,
	  OUTER("\x45\0\0\x1b\0\0\x40\0\x40\x04\x24\xd5" ADDRESSES4 INNER4) },
	{ "10.1.0.1", "10.7.2.2", INNER6, HG_ENCAPSULATION_IPIP,
	  OUTER("\x45\0\0\x1b\0\0\x40\0\x40\x29\x24\xb0" ADDRESSES4 INNER6) },
	{ "10.1.0.1", "10.7.2.2", INNER6, HG_ENCAPSULATION_GRE,
	  OUTER("\x45\0\0\x1f\0\0\x40\0\x40\x2f\x24\xa6" ADDRESSES4
		"\0\0\x86\xdd" INNER6) },
	{ "10.1.0.1", "10.7.2.2", INNER4, HG_ENCAPSULATION_GUE,
	  OUTER("\x45\0\0\x23\0\0\x40\0\x40\x11\x24\xc0" ADDRESSES4
		"\xc0\x01\x17\xc0\0\x0f\0\0" INNER4) },
	{ "2001:db8:1::1", "2001:db8:7::2", INNER4, HG_ENCAPSULATION_IPIP,
	  OUTER("\x60\0\0\0\0\x07\x04\x40" ADDRESSES6 INNER4) },
	{ "2001:db8:1::1", "2001:db8:7::2", INNER4, HG_ENCAPSULATION_GRE,
	  OUTER("\x60\0\0\0\0\x0b\x2f\x40" ADDRESSES6 "\0\0\x08\0" INNER4) },
	{ "2001:db8:1::1", "2001:db8:7::2", INNER6, HG_ENCAPSULATION_GUE,
	  OUTER("\x60\0\0\0\0\x0f\x11\x40" ADDRESSES6
		"\xc0\x01\x17\xc0\0\x0f\0\0" INNER6) },
};

static void each_kind_has_its_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(frames); i++) {
		struct service_tunnel tunnel = {
			.encapsulation = frames[i].encapsulation,
			.source_port = SOURCE_PORT,
			.gue_port = GUE_PORT,
		};
		uint8_t outer[SERVICE_TUNNEL_SIZE];
		size_t size;

		assert_true(address_parse(frames[i].source, &tunnel.source));
		assert_true(address_parse(frames[i].destination,
					  &tunnel.destination));
		size = service_tunnel_wrap(&tunnel,
					   (const uint8_t *)frames[i].inner,
					   strlen(frames[i].inner), outer);
		assert_int_equal(size, frames[i].size);
		assert_memory_equal(outer, frames[i].outer, size);
	}
}

static void the_largest_packet_has_room(void **state)
{
	static const uint8_t packet[SERVICE_PACKET_SIZE] = { 0x60 };
	struct service_tunnel tunnel = {
		.encapsulation = HG_ENCAPSULATION_GUE,
	};
	uint8_t outer[SERVICE_TUNNEL_SIZE];

	(void)state;
	assert_true(address_parse("2001:db8::1", &tunnel.source));
	assert_true(address_parse("2001:db8::2", &tunnel.destination));
	assert_int_equal(service_tunnel_wrap(&tunnel, packet, sizeof(packet),
					     outer),
			 SERVICE_TUNNEL_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_headers),
		cmocka_unit_test(the_largest_packet_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
