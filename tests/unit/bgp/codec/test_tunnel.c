// SPDX-License-Identifier: BSD-2-Clause
/* Tunnels that paths ask for, and attributes that are malformed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/tunnel.h"
#include "core/array.h"

/* Parts of tunnels. The ends are 10.7.2.2, 2001:db8:7::2 and the next hop. */
#define END4 "\x06\x0a\0\0\0\0\0\x01\x0a\x07\x02\x02"
#define END6                                               \
	"\x06\x16\0\0\0\0\0\x02\x20\x01\x0d\xb8\0\x07\0\0" \
	"\0\0\0\0\0\0\0\x02"
#define END0  "\x06\x06\0\0\0\0\0\0"
#define COLOR "\x04\x08\x03\x0b\0\0\0\0\0\x07"
#define KEY   "\x01\x04\0\0\0\x09"
#define LONG  "\x80\0\x03\x01\x02\x03"
/* Tunnels with parts of so many bytes */
#define GRE(size)   "\0\x02\0" size
#define IPIP(size)  "\0\x07\0" size
#define VXLAN(size) "\0\x08\0" size

struct value {
	const char *bytes;
	size_t size;
	enum hg_encapsulation encapsulation;
	/* NULL: the next hop. Of malformed ones, the error. */
	const char *endpoint;
};

#define VALUE(bytes) (bytes), sizeof(bytes) - 1

static const struct value good[] = {
	{ VALUE(IPIP("\x0c") END4), HG_ENCAPSULATION_IPIP, "10.7.2.2" },
	{ VALUE(IPIP("\x18") END6), HG_ENCAPSULATION_IPIP, "2001:db8:7::2" },
	{ VALUE(GRE("\x08") END0), HG_ENCAPSULATION_GRE, NULL },
	/* IP in IP before GRE, in either order */
	{ VALUE(GRE("\x0c") END4 IPIP("\x08") END0), HG_ENCAPSULATION_IPIP,
	  NULL },
	{ VALUE(IPIP("\x08") END0 GRE("\x0c") END4), HG_ENCAPSULATION_IPIP,
	  NULL },
	/* the first of one type, and the first end of a tunnel */
	{ VALUE(GRE("\x0c") END4 GRE("\x08") END0), HG_ENCAPSULATION_GRE,
	  "10.7.2.2" },
	{ VALUE(GRE("\x14") END4 END0), HG_ENCAPSULATION_GRE, "10.7.2.2" },
	/* parts and types that we do not know */
	{ VALUE(IPIP("\x1c") COLOR END4 LONG), HG_ENCAPSULATION_IPIP,
	  "10.7.2.2" },
	{ VALUE(VXLAN("\0") IPIP("\x0c") END4), HG_ENCAPSULATION_IPIP,
	  "10.7.2.2" },
	{ VALUE(VXLAN("\x0c") END4), HG_ENCAPSULATION_NONE, NULL },
	/* a key, which only GRE has */
	{ VALUE(GRE("\x12") END4 KEY), HG_ENCAPSULATION_NONE, NULL },
	{ VALUE(IPIP("\x12") KEY END4), HG_ENCAPSULATION_IPIP, "10.7.2.2" },
	/* a tunnel without a valid end beside another one */
	{ VALUE(IPIP("\0") GRE("\x0c") END4), HG_ENCAPSULATION_GRE,
	  "10.7.2.2" },
};

static const struct value malformed[] = {
	{ VALUE(""), 0, "no tunnel with a valid end" },
	{ VALUE(IPIP("\0")), 0, "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0a") COLOR), 0, "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0d") END4), 0, "tunnel longer than the attribute" },
	{ VALUE(IPIP("\x0b") END4), 0, "part longer than its tunnel" },
	{ VALUE(VXLAN("\x02\x80\0")), 0, "part longer than its tunnel" },
	/* ends of wrong length, of another family, and of no host */
	{ VALUE(IPIP("\x0b\x06\x09\0\0\0\0\0\x01\x0a\x07\x02")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0d\x06\x0b\0\0\0\0\0\x01\x0a\x07\x02\x02\x02")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0c\x06\x0a\0\0\0\0\0\0\x0a\x07\x02\x02")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0c\x06\x0a\0\0\0\0\0\x02\x0a\x07\x02\x02")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0c\x06\x0a\0\0\0\0\0\x03\x0a\x07\x02\x02")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0c\x06\x0a\0\0\0\0\0\x01\x7f\0\0\x01")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0c\x06\x0a\0\0\0\0\0\x01\xe0\0\0\x01")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x0c\x06\x0a\0\0\0\0\0\x01\0\0\0\0")), 0,
	  "no tunnel with a valid end" },
	{ VALUE(IPIP("\x18\x06\x16\0\0\0\0\0\x02\xfe\x80\0\0\0\0\0\0"
		     "\0\0\0\0\0\0\0\x02")),
	  0, "no tunnel with a valid end" },
	/* the first end counts */
	{ VALUE(IPIP("\x14\x06\x06\0\0\0\0\0\x01" END4)), 0,
	  "no tunnel with a valid end" },
};

static struct reader reader_of_value(const struct value *value)
{
	return reader_of(value->bytes, value->size);
}

static void assert_ends_at(const struct bgp_tunnel *tunnel, const char *text)
{
	struct address endpoint = { 0 };

	if (text)
		assert_true(address_parse(text, &endpoint));
	assert_true(address_equal(&tunnel->endpoint, &endpoint));
}

static void chooses_a_tunnel_that_we_can_use(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		const struct bgp_tunnel tunnel =
			bgp_tunnel_choose(reader_of_value(&good[i]));

		assert_null(bgp_tunnel_check(reader_of_value(&good[i])));
		assert_int_equal(tunnel.encapsulation, good[i].encapsulation);
		assert_ends_at(&tunnel, good[i].endpoint);
	}
}

static void says_why_an_attribute_is_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(malformed); i++)
		assert_string_equal(
			bgp_tunnel_check(reader_of_value(&malformed[i])),
			malformed[i].endpoint);
}

/* Where a whole tunnel ends, what is left may be an attribute. */
static void rejects_every_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t size = 0; size < good[i].size; size++)
			assert_non_null(bgp_tunnel_check(
				reader_of(good[i].bytes, size)));
}

static void prefers_the_attribute_to_communities(void **state)
{
	static const uint8_t gre_community[] = { 3, 12, 0, 0, 0, 0, 0, 2 };
	static const char attribute[] = "\xc0\x17\x10" IPIP("\x0c") END4;
	static const char useless[] = "\xc0\x17\x10" VXLAN("\x0c") END4;
	struct bgp_attributes attributes = {
		.extended_communities =
			reader_of(gre_community, sizeof(gre_community)),
	};
	struct bgp_tunnel tunnel = bgp_tunnel_of(&attributes);

	(void)state;
	assert_int_equal(tunnel.encapsulation, HG_ENCAPSULATION_GRE);
	assert_ends_at(&tunnel, NULL);
	attributes.unknown = reader_of(attribute, sizeof(attribute) - 1);
	tunnel = bgp_tunnel_of(&attributes);
	assert_int_equal(tunnel.encapsulation, HG_ENCAPSULATION_IPIP);
	assert_ends_at(&tunnel, "10.7.2.2");
	attributes.unknown = reader_of(useless, sizeof(useless) - 1);
	tunnel = bgp_tunnel_of(&attributes);
	assert_int_equal(tunnel.encapsulation, HG_ENCAPSULATION_GRE);
	assert_ends_at(&tunnel, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_a_tunnel_that_we_can_use),
		cmocka_unit_test(says_why_an_attribute_is_malformed),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(prefers_the_attribute_to_communities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
