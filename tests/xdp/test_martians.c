// SPDX-License-Identifier: BSD-2-Clause
/* Source addresses that send nothing: docs/packet-path.md section 2. */

#include "headgate/abi.h"
#include "table.h"

#include <arpa/inet.h>
#include <string.h>

#define DROPPED	  .vip = VIP_LEFT, .outcome = HG_DROPPED_MARTIAN
#define FORWARDED .vip = VIP_LEFT, .outcome = HG_FORWARDED_TX, .slot = SLOT_LEFT

enum {
	IPV6_SOURCE_AT = 8,
};

static const char *const martians[] = {
	"0.0.0.0",	   "0.0.0.1",
	"0.255.255.255",   "127.0.0.0",
	"127.255.255.255", "224.0.0.0",
	"239.255.255.255", "255.255.255.255",
	"192.0.2.1",	   "::1",
	"fe80::",	   "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	"ff00::",	   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	"2001:db8:2::1",
};

/* Those just outside of the ranges, and of class E, which the kernel takes */
static const char *const senders[] = {
	"1.0.0.0",
	"126.255.255.255",
	"128.0.0.0",
	"223.255.255.255",
	"240.0.0.0",
	"255.255.255.254",
	"192.0.2.2",
	"::2",
	"::1:0:0",
	"0:0:0:1::",
	"0:1::",
	"fe7f:ffff::1",
	"fec0::",
	"feff::1",
	"fdff::1",
	"2001:db8:3::1",
	"2001:db8:2:0:1::1",
	"2001:db8:2::1:0:1",
};

static struct shape shape_from(const char *text)
{
	struct shape shape = { .ipv6 = strchr(text, ':') };
	struct in_addr address;

	if (shape.ipv6)
		shape.source = frame_ipv6_address(text);
	else if (inet_pton(AF_INET, text, &address) == 1)
		shape.source = frame_ipv4_address(ntohl(address.s_addr));
	return shape;
}

static void assert_outcomes(const char *const *texts, size_t count,
			    enum hg_outcome outcome)
{
	for (size_t i = 0; i < count; i++) {
		enum hg_outcome found =
			table_shape(shape_from(texts[i]), VIP_LEFT)->outcome;

		if (found != outcome)
			print_error("%s\n", texts[i]);
		assert_int_equal(found, outcome);
	}
}

static void drops_every_martian(void **state)
{
	(void)state;
	assert_outcomes(martians, TABLE_SIZE(martians), HG_DROPPED_MARTIAN);
}

static void forwards_the_addresses_beside_them(void **state)
{
	(void)state;
	assert_outcomes(senders, TABLE_SIZE(senders), HG_FORWARDED_TX);
}

static void forwards_them_when_told_to_accept_them(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	world_accept_martians(world, true);
	assert_outcomes(martians, TABLE_SIZE(martians), HG_FORWARDED_TX);
	world_accept_martians(world, false);
	assert_outcomes(martians, TABLE_SIZE(martians), HG_DROPPED_MARTIAN);
}

#define IPV4(a, b, c, d)                              \
	{                                             \
		{                                     \
			[10] = 0xff, 0xff, a, b, c, d \
		}                                     \
	}

/* The builder takes an address of zeroes for a missing one. */
static void clear_source(struct frame *frame)
{
	memset(frame->bytes + frame_ip_at(frame) + IPV6_SOURCE_AT, 0,
	       sizeof(struct hg_address));
}

static const struct row rows[] = {
	{ "drops_the_unspecified_address",
	  { .ipv6 = true },
	  .change = clear_source,
	  DROPPED },
	{ "drops_an_icmp_error_of_a_martian",
	  { .source = IPV4(127, 0, 0, 1),
	    .protocol = IPPROTO_ICMP,
	    .icmp_type = 3,
	    .icmp_code = 4 },
	  DROPPED },
	{ "drops_a_martian_with_an_expired_ttl",
	  { .source = IPV4(224, 0, 0, 5), .ttl = 1 },
	  DROPPED },
	{ "drops_a_martian_behind_tags",
	  { .source = IPV4(0, 0, 0, 0),
	    .tag_count = 2,
	    .tags = { { ETH_P_8021AD, 1 }, { ETH_P_8021Q, 2 } } },
	  DROPPED },
	{ "passes_a_martian_that_is_not_for_a_vip",
	  { .source = IPV4(127, 0, 0, 1) },
	  .vip = VIP_COUNT,
	  .outcome = HG_PASSED_NOT_VIP },
	{ "drops_an_ipv4_address_in_ipv6",
	  { .ipv6 = true, .source = IPV4(198, 51, 100, 7) },
	  DROPPED },
	{ "forwards_a_neighbor_of_the_vip",
	  { .source = IPV4(192, 0, 2, 99) },
	  FORWARDED },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_every_martian),
		cmocka_unit_test(forwards_the_addresses_beside_them),
		cmocka_unit_test(forwards_them_when_told_to_accept_them),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
