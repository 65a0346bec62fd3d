// SPDX-License-Identifier: BSD-2-Clause
/* IP headers: the fields, options, fragments, and each length that is too short. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ip_header.h"
#include "core/wire.h"

enum {
	TCP = 6,
	TTL = 255,
	PAYLOAD = 4,
};

static const uint8_t ipv4[] = {
	0x45, 0, 0, 24, 0,  1, 0x40, 0, TTL,  TCP,  0,	  0,
	10,   1, 0, 11, 10, 1, 0,    1, 0xaa, 0xbb, 0xcc, 0xdd,
};

/* The same with one word of options. */
static const uint8_t ipv4_options[] = {
	0x46, 0,  0,  28, 0, 1, 0, 0, TTL, TCP, 0,    0,    10,	  1,
	0,    11, 10, 1,  0, 1, 1, 1, 1,   0,	0xaa, 0xbb, 0xcc, 0xdd,
};

static const uint8_t ipv6[] = {
	0x60, 0,    0,	  0, 0,	  PAYLOAD, TCP,	 TTL,  0x20, 1,	   0xd,
	0xb8, 0,    0,	  0, 0,	  0,	   0,	 0,    0,    0,	   0,
	0,    0x11, 0x20, 1, 0xd, 0xb8,	   0,	 0,    0,    0,	   0,
	0,    0,    0,	  0, 0,	  0,	   0x01, 0xaa, 0xbb, 0xcc, 0xdd,
};

/* Read from a copy of its own size, so that a sanitizer sees a read behind it. */
static bool read_header(const uint8_t *data, size_t size,
			struct ip_header *header, size_t *left)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct reader packet;
	bool done;

	assert_non_null(copy);
	memcpy(copy, data, size);
	packet = reader_of(copy, size);
	done = ip_header_read(&packet, header);
	*left = packet.left;
	free(copy);
	return done;
}

static void check_fields(const uint8_t *data, size_t size, const char *source,
			 const char *destination)
{
	struct ip_header header;
	struct address expected;
	size_t left;

	assert_true(read_header(data, size, &header, &left));
	assert_true(address_parse(source, &expected));
	assert_true(address_equal(&header.source, &expected));
	assert_true(address_parse(destination, &expected));
	assert_true(address_equal(&header.destination, &expected));
	assert_int_equal(header.protocol, TCP);
	assert_int_equal(header.hop_limit, TTL);
	assert_int_equal(header.payload, PAYLOAD);
	assert_int_equal(left, PAYLOAD);
	/* Each byte of the header is needed, none of the payload. */
	for (size_t cut = 0; cut <= size; cut++)
		assert_int_equal(read_header(data, cut, &header, &left),
				 cut >= size - PAYLOAD);
}

static void reads_the_fields_of_both_versions(void **state)
{
	(void)state;
	check_fields(ipv4, sizeof(ipv4), "10.1.0.11", "10.1.0.1");
	check_fields(ipv4_options, sizeof(ipv4_options), "10.1.0.11",
		     "10.1.0.1");
	check_fields(ipv6, sizeof(ipv6), "2001:db8::11", "2001:db8::1");
}

/* Return whether the IPv4 packet is read with one byte replaced. */
static bool reads_with(size_t at, uint8_t value)
{
	uint8_t packet[sizeof(ipv4)];
	struct ip_header header;
	size_t left;

	memcpy(packet, ipv4, sizeof(packet));
	packet[at] = value;
	return read_header(packet, sizeof(packet), &header, &left);
}

static void refuses_what_is_no_whole_header(void **state)
{
	enum {
		VERSION,
		TOTAL = 3,
		FRAGMENT = 6,
		OFFSET = 7
	};

	(void)state;
	assert_true(reads_with(VERSION, 0x45));
	assert_false(reads_with(VERSION, 0x44)); /* shorter than a header */
	assert_false(reads_with(VERSION, 0x4f)); /* longer than the packet */
	assert_false(reads_with(VERSION, 0x55));
	assert_false(reads_with(TOTAL, 19));
	assert_true(reads_with(TOTAL, 20));
	assert_false(reads_with(FRAGMENT, 0x20)); /* more fragments */
	assert_false(reads_with(OFFSET, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_fields_of_both_versions),
		cmocka_unit_test(refuses_what_is_no_whole_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
