// SPDX-License-Identifier: BSD-2-Clause
/* Attributes as text. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/attributes.h"
#include "bytes.h"
#include "everything.h"

struct shown {
	unsigned int type;
	const char *name;
	const char *text;
};

static const struct shown all[] = {
	{ 1, "ORIGIN", "egp" },
	{ 2, "AS_PATH", "65001 65536" },
	{ 3, "NEXT_HOP", "10.0.0.1" },
	{ 4, "MULTI_EXIT_DISC", "9" },
	{ 5, "LOCAL_PREF", "100" },
	{ 6, "ATOMIC_AGGREGATE", "yes" },
	{ 7, "AGGREGATOR", "65536 10.0.0.2" },
	{ 8, "COMMUNITIES", "1:2 no-export" },
	{ 9, "ORIGINATOR_ID", "10.0.0.7" },
	{ 10, "CLUSTER_LIST", "10.0.0.8 10.0.0.9" },
	{ 16, "EXTENDED_COMMUNITIES", "bandwidth:65001:1250000" },
	{ 23, "TUNNEL_ENCAPSULATION", "0x00080000" },
	{ 25, "IPV6_EXTENDED_COMMUNITIES", "bandwidth:65001:1250000000" },
	{ 26, "AIGP", "256" },
	{ 32, "LARGE_COMMUNITIES", "65001:1:2" },
	{ 35, "OTC", "65001" },
	{ 40, "PREFIX_SID", "0x01000700000000000009" },
	{ 99, "attribute", "0x05" },
	{ 255, "attribute", "0x" },
};

static struct bgp_attributes everything(void)
{
	static const uint8_t canonical[] = { EVERYTHING };
	struct bgp_attributes view;

	bgp_attributes_view(canonical, sizeof(canonical), &view);
	return view;
}

static void shows_every_attribute(void **state)
{
	struct bgp_attributes attributes = everything();
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_true(bgp_attributes_show(&attributes, all[i].type, text,
						sizeof(text)));
		assert_string_equal(text, all[i].text);
		assert_string_equal(bgp_attribute_name(all[i].type),
				    all[i].name);
	}
}

static void shows_no_attribute_that_is_missing(void **state)
{
	const struct bgp_attributes none = { 0 };
	char text[128];

	(void)state;
	for (unsigned int type = 0; type <= 300; type++)
		assert_false(
			bgp_attributes_show(&none, type, text, sizeof(text)));
}

static void shows_both_halves_of_an_ipv6_nexthop(void **state)
{
	struct bgp_attributes attributes = { .present = BGP_HAS_NEXTHOP };
	char text[128];

	(void)state;
	address_parse("2001:db8::1", &attributes.nexthop);
	bgp_attributes_show(&attributes, BGP_ATTRIBUTE_NEXT_HOP, text,
			    sizeof(text));
	assert_string_equal(text, "2001:db8::1");
	address_parse("fe80::1", &attributes.link_local);
	bgp_attributes_show(&attributes, BGP_ATTRIBUTE_NEXT_HOP, text,
			    sizeof(text));
	assert_string_equal(text, "2001:db8::1 fe80::1");
}

/* In a buffer of any size, the text is complete or ends in "...". */
static void cuts_texts_that_do_not_fit(void **state)
{
	struct bgp_attributes attributes = everything();

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		size_t length = strlen(all[i].text);

		for (size_t size = 4; size <= length + 1; size++) {
			char *text = malloc(size);

			bgp_attributes_show(&attributes, all[i].type, text,
					    size);
			if (size > length)
				assert_string_equal(text, all[i].text);
			else
				assert_string_equal(text + size - 4, "...");
			free(text);
		}
	}
}

/* 65 KB of communities in a text of 16 bytes: the beginning is shown. */
static void shows_the_beginning_of_very_long_lists(void **state)
{
	static uint8_t list[60000];
	struct bgp_attributes attributes = {
		.present = BGP_HAS_COMMUNITIES | BGP_HAS_LARGE_COMMUNITIES |
			   BGP_HAS_CLUSTER_LIST | BGP_HAS_EXTENDED_COMMUNITIES |
			   BGP_HAS_IPV6_EXTENDED_COMMUNITIES,
		.communities = reader_of(list, sizeof(list)),
		.large_communities = reader_of(list, sizeof(list)),
		.cluster_list = reader_of(list, sizeof(list)),
		.extended_communities = reader_of(list, sizeof(list)),
		.ipv6_extended_communities = reader_of(list, sizeof(list)),
	};
	char text[16];

	(void)state;
	bgp_attributes_show(&attributes, BGP_ATTRIBUTE_COMMUNITIES, text,
			    sizeof(text));
	assert_string_equal(text, "0:0 0:0 0:0 ...");
	bgp_attributes_show(&attributes, BGP_ATTRIBUTE_LARGE_COMMUNITIES, text,
			    sizeof(text));
	assert_string_equal(text, "0:0:0 0:0:0 ...");
	bgp_attributes_show(&attributes, BGP_ATTRIBUTE_CLUSTER_LIST, text,
			    sizeof(text));
	assert_string_equal(text, "0.0.0.0 0.0....");
	bgp_attributes_show(&attributes, BGP_ATTRIBUTE_EXTENDED_COMMUNITIES,
			    text, sizeof(text));
	assert_string_equal(text, "0x0000000000...");
	bgp_attributes_show(&attributes,
			    BGP_ATTRIBUTE_IPV6_EXTENDED_COMMUNITIES, text,
			    sizeof(text));
	assert_string_equal(text, "0x0000000000...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_every_attribute),
		cmocka_unit_test(shows_no_attribute_that_is_missing),
		cmocka_unit_test(shows_both_halves_of_an_ipv6_nexthop),
		cmocka_unit_test(cuts_texts_that_do_not_fit),
		cmocka_unit_test(shows_the_beginning_of_very_long_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
