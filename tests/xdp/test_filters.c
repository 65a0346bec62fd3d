// SPDX-License-Identifier: BSD-2-Clause
/*
 * Filters of VIPs: a million packets against random sets of rules. The matcher
 * of this test shares nothing with the program, the compiler of rules or the
 * codec: it looks at the shape of a packet and at the rule as it was drawn,
 * which the others get in words. test_filter_cases has what chance seldom finds.
 *
 * The test prints its seed; SEED repeats a run. PACKETS sets the number.
 */

#include "../random.h"
#include "datapath/datapath.h"
#include "datapath/filters.h"
#include "filter/book.h"
#include "frame.h"
#include "sandbox.h"
#include "trial.h"
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/array.h"

enum {
	PACKETS = 1000000,
	PACKETS_PER_SET = 2000,
	MAX_RULES = 24,
	MAX_TERMS = 3,
	WORDS_SIZE = 512,
};

/* ------------------------------------------------------------- rules */

/* One operand of a list: a range, or bits */
struct term {
	uint16_t low;
	uint16_t high;
	bool negated;
	bool any; /* of the bits, not all of them */
	bool and; /* with the one before */
};

struct terms {
	unsigned int count; /* 0: the rule has no such component */
	struct term terms[MAX_TERMS];
};

enum field {
	FIELD_PROTOCOL,
	FIELD_PORT,
	FIELD_DESTINATION_PORT,
	FIELD_SOURCE_PORT,
	FIELD_ICMP_TYPE,
	FIELD_ICMP_CODE,
	FIELD_TCP_FLAGS,
	FIELD_LENGTH,
	FIELD_DSCP,
	FIELD_FRAGMENT,
	FIELD_FLOW_LABEL,
	FIELD_COUNT,
};

struct wish {
	bool ipv6;
	const char *vip;
	const char *source; /* or NULL */
	struct terms fields[FIELD_COUNT];
	bool drops;
	bool goes_on;
	int mark; /* -1: none */
};

static const char *const words[FIELD_COUNT] = {
	"protocol",  "port",	  "destination-port", "source-port",
	"icmp-type", "icmp-code", "tcp-flags",	      "length",
	"dscp",	     "fragment",  "flow-label",
};

static const char *const vips[][2] = {
	{ "192.0.2.1/32", "2001:db8:2::1/128" },
	{ "192.0.2.0/24", "2001:db8:2::/64" },
	{ "192.0.2.2/32", "2001:db8:2::2/128" },
	{ "203.0.113.0/24", "2001:db8:113::/48" },
	{ "203.0.113.80/32", "2001:db8:113:40::80/128" },
	{ "203.0.113.64/28", "2001:db8:113:40::/64" },
	{ "0.0.0.0/0", "::/0" },
};

static const char *const sources[][2] = {
	{ "10.0.0.0/8", "2001:db8:a::/48" },
	{ "10.0.0.1/32", "2001:db8:a::1/128" },
	{ "10.0.0.0/31", "2001:db8:a::/127" },
	{ "198.51.100.0/24", "2001:db8:b::/48" },
	{ "0.0.0.0/0", "::1:0:0:0/80/64" },
};

static const char *const targets[][2] = {
	{ "192.0.2.1", "2001:db8:2::1" },
	{ "192.0.2.2", "2001:db8:2::2" },
	{ "203.0.113.80", "2001:db8:113:40::80" },
	{ "203.0.113.66", "2001:db8:113:40::7" },
	{ "203.0.113.9", "2001:db8:113:9::9" },
};

static const char *const senders[][2] = {
	{ "10.0.0.1", "2001:db8:a::1" },
	{ "10.0.0.2", "2001:db8:a::2" },
	{ "10.9.9.9", "2001:db8:a:0:1::9" },
	{ "198.51.100.9", "2001:db8:b::9" },
};

/* The values of each field that packets have, and rules are about */
static const uint16_t values[FIELD_COUNT][6] = {
	[FIELD_PROTOCOL] = { 6, 17, 1, 58, 47, 132 },
	[FIELD_PORT] = { 53, 80, 443, 1024, 8080, 65535 },
	[FIELD_DESTINATION_PORT] = { 53, 80, 443, 1024, 8080, 65535 },
	[FIELD_SOURCE_PORT] = { 53, 80, 443, 1024, 8080, 65535 },
	[FIELD_ICMP_TYPE] = { 8, 0, 128, 129, 8, 128 },
	[FIELD_ICMP_CODE] = { 0, 1, 2, 0, 1, 255 },
	[FIELD_TCP_FLAGS] = { 2, 18, 16, 17, 4, 1 },
	[FIELD_LENGTH] = { 40, 64, 100, 200, 72, 48 },
	[FIELD_DSCP] = { 0, 10, 46, 63, 0, 8 },
	[FIELD_FRAGMENT] = { 1, 2, 4, 8, 10, 3 },
	[FIELD_FLOW_LABEL] = { 0, 1, 7, 1000, 65535, 9 },
};

static bool is_bits(enum field field)
{
	return field == FIELD_TCP_FLAGS || field == FIELD_FRAGMENT;
}

static uint16_t draw_value(struct random_source *random, enum field field)
{
	return values[field][random_below(random, COUNT_OF(values[field]))];
}

static struct terms draw_terms(struct random_source *random, enum field field)
{
	struct terms terms = { .count = 1 + random_below(random, MAX_TERMS) };

	for (unsigned int i = 0; i < terms.count; i++) {
		struct term *term = &terms.terms[i];

		term->low = draw_value(random, field);
		term->high = term->low;
		if (!is_bits(field) && random_one_in(random, 2))
			term->high = draw_value(random, field);
		if (term->high < term->low)
			term->high = term->low;
		term->negated = random_one_in(random, 4) &&
				(is_bits(field) || term->low == term->high);
		term->any = random_one_in(random, 2);
		term->and = i && random_one_in(random, 4);
	}
	return terms;
}

static struct wish draw_rule(struct random_source *random, bool ipv6)
{
	struct wish wish = {
		.ipv6 = ipv6,
		.vip = vips[random_below(random, COUNT_OF(vips))][ipv6],
		.drops = random_one_in(random, 2),
		.mark = -1,
	};

	if (random_one_in(random, 2))
		wish.source =
			sources[random_below(random, COUNT_OF(sources))][ipv6];
	for (enum field field = 0; field < FIELD_COUNT; field++)
		if (random_one_in(random, 5) &&
		    (ipv6 || field != FIELD_FLOW_LABEL))
			wish.fields[field] = draw_terms(random, field);
	if (!wish.drops) {
		wish.goes_on = random_one_in(random, 3);
		if (random_one_in(random, 3))
			wish.mark = draw_value(random, FIELD_DSCP);
	}
	return wish;
}

/* ------------------------------------------------------------- words */

static void print_bits(FILE *out, const struct term *term)
{
	fprintf(out, "%s%s0x%x", term->negated ? "!" : "",
		term->any ? "any:" : "", term->low);
}

static void print_term(FILE *out, enum field field, const struct term *term,
		       bool first)
{
	if (!first)
		fputc(term->and ? '&' : '|', out);
	if (is_bits(field))
		print_bits(out, term);
	else if (term->negated)
		fprintf(out, "!=%u", term->low);
	else if (term->low == term->high)
		fprintf(out, "%u", term->low);
	else
		fprintf(out, "%u-%u", term->low, term->high);
}

static void print_rule(const struct wish *wish, char text[WORDS_SIZE])
{
	FILE *out = fmemopen(text, WORDS_SIZE, "w");

	fprintf(out, "vip %s", wish->vip);
	if (wish->source)
		fprintf(out, " source %s", wish->source);
	for (enum field field = 0; field < FIELD_COUNT; field++) {
		const struct terms *terms = &wish->fields[field];

		if (terms->count)
			fprintf(out, " %s ", words[field]);
		for (unsigned int i = 0; i < terms->count; i++)
			print_term(out, field, &terms->terms[i], !i);
	}
	if (wish->mark >= 0)
		fprintf(out, " dscp-mark %d", wish->mark);
	fprintf(out, " %s%s", wish->drops ? "drop" : "accept",
		wish->goes_on ? " continue" : "");
	fclose(out);
}

/* ------------------------------------------------------------- packets */

enum part {
	WHOLE,
	FIRST,
	MIDDLE,
	LAST,
	PART_COUNT,
};

/* A packet as the matcher sees it */
struct sight {
	bool ipv6;
	const char *target;
	const char *sender;
	uint8_t protocol;
	uint16_t ports[2]; /* source, destination */
	uint8_t icmp[2];
	uint8_t flags;
	uint16_t length;
	uint8_t dscp;
	uint16_t label;
	enum part part;
	bool dont_fragment;
};

static struct sight draw_sight(struct random_source *random)
{
	bool ipv6 = random_one_in(random, 2);
	struct sight sight = {
		.ipv6 = ipv6,
		.target =
			targets[random_below(random, COUNT_OF(targets))][ipv6],
		.sender =
			senders[random_below(random, COUNT_OF(senders))][ipv6],
		.ports = { draw_value(random, FIELD_PORT),
			   draw_value(random, FIELD_PORT) },
		.icmp = { ipv6 ? 128 : 8, 0 },
		.flags = (uint8_t)draw_value(random, FIELD_TCP_FLAGS),
		.dscp = (uint8_t)draw_value(random, FIELD_DSCP),
	};

	do
		sight.protocol = (uint8_t)draw_value(random, FIELD_PROTOCOL);
	while (sight.protocol == (ipv6 ? 1 : 58));
	if (random_one_in(random, 2))
		sight.icmp[0]++;
	if (sight.icmp[0] == 9)
		sight.icmp[0] = 0;
	if (random_one_in(random, 3))
		sight.part = random_below(random, PART_COUNT);
	if (ipv6)
		sight.label = draw_value(random, FIELD_FLOW_LABEL);
	else
		sight.dont_fragment = random_one_in(random, 2);
	return sight;
}

static struct hg_address parse_address(const char *text, bool ipv6)
{
	struct in_addr address;

	if (ipv6)
		return frame_ipv6_address(text);
	inet_pton(AF_INET, text, &address);
	return frame_ipv4_address(ntohl(address.s_addr));
}

static struct shape shape_of(const struct sight *sight)
{
	static const uint16_t fragments[PART_COUNT] = {
		0, FRAME_MORE_FRAGMENTS, FRAME_MORE_FRAGMENTS | 5, 9
	};
	static const uint16_t fragments6[PART_COUNT] = { 0, 1, 5 << 3 | 1,
							 9 << 3 };
	struct shape shape = {
		.ipv6 = sight->ipv6,
		.source = parse_address(sight->sender, sight->ipv6),
		.destination = parse_address(sight->target, sight->ipv6),
		.protocol = sight->protocol,
		.source_port = sight->ports[0],
		.destination_port = sight->ports[1],
		.icmp_type = sight->icmp[0],
		.icmp_code = sight->icmp[1],
		.tcp_flags = sight->flags,
		.id = 77,
		.payload = 32,
	};

	if (!sight->ipv6)
		shape.fragment =
			(sight->dont_fragment ? FRAME_DONT_FRAGMENT : 0) |
			fragments[sight->part];
	else if (sight->part != WHOLE) {
		shape.extension_count = 1;
		shape.extensions[0] = (struct shape_extension){
			.type = IPPROTO_FRAGMENT,
			.fragment = fragments6[sight->part],
		};
	}
	return shape;
}

/* Write the DSCP and the flow label, which shapes do not have. */
static void build(struct sight *sight, const struct world *world,
		  struct frame *frame)
{
	const struct shape shape = shape_of(sight);
	size_t at;

	frame_build(&shape, world->ports[PORT_LEFT].mac, frame);
	at = frame_ip_at(frame);
	sight->length = (uint16_t)(frame->size - at);
	if (sight->ipv6) {
		uint32_t head = htonl(6u << 28 | (uint32_t)sight->dscp << 22 |
				      sight->label);

		memcpy(frame->bytes + at, &head, sizeof(head));
		return;
	}
	frame->bytes[at + 1] = (uint8_t)(sight->dscp << 2 | 1);
	frame_fix_checksum(frame);
}

/* ------------------------------------------------------------- matcher */

static bool number_fits(const struct term *term, uint16_t value)
{
	bool inside = value >= term->low && value <= term->high;

	return term->negated ? !inside : inside;
}

static bool bits_fit(const struct term *term, uint16_t value)
{
	bool fits = term->any ? (value & term->low) != 0 :
				(value & term->low) == term->low;

	return term->negated ? !fits : fits;
}

static bool terms_fit(enum field field, const struct terms *terms,
		      uint16_t value)
{
	bool any = false, all = true;

	for (unsigned int i = 0; i < terms->count; i++) {
		bool fits = is_bits(field) ?
				    bits_fit(&terms->terms[i], value) :
				    number_fits(&terms->terms[i], value);

		if (i && !terms->terms[i].and) {
			any |= all;
			all = true;
		}
		all &= fits;
	}
	return any || all;
}

static bool has_ports(const struct sight *sight)
{
	return (sight->protocol == IPPROTO_TCP ||
		sight->protocol == IPPROTO_UDP) &&
	       sight->part < MIDDLE;
}

static bool has_icmp(const struct sight *sight)
{
	return sight->protocol ==
		       (sight->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) &&
	       sight->part < MIDDLE;
}

static uint16_t fragment_of(const struct sight *sight)
{
	static const uint16_t bits[PART_COUNT] = { 0, 4, 2, 2 | 8 };

	return bits[sight->part] | sight->dont_fragment;
}

static bool field_fits(const struct sight *sight, enum field field,
		       const struct terms *terms)
{
	switch (field) {
	case FIELD_PROTOCOL:
		return terms_fit(field, terms, sight->protocol);
	case FIELD_PORT:
		return has_ports(sight) &&
		       (terms_fit(field, terms, sight->ports[0]) ||
			terms_fit(field, terms, sight->ports[1]));
	case FIELD_DESTINATION_PORT:
		return has_ports(sight) &&
		       terms_fit(field, terms, sight->ports[1]);
	case FIELD_SOURCE_PORT:
		return has_ports(sight) &&
		       terms_fit(field, terms, sight->ports[0]);
	case FIELD_ICMP_TYPE:
	case FIELD_ICMP_CODE:
		return has_icmp(sight) &&
		       terms_fit(field, terms,
				 sight->icmp[field == FIELD_ICMP_CODE]);
	case FIELD_TCP_FLAGS:
		return has_ports(sight) && sight->protocol == IPPROTO_TCP &&
		       terms_fit(field, terms, sight->flags);
	case FIELD_LENGTH:
		return terms_fit(field, terms, sight->length);
	case FIELD_DSCP:
		return terms_fit(field, terms, sight->dscp);
	case FIELD_FRAGMENT:
		return terms_fit(field, terms, fragment_of(sight));
	default:
		return terms_fit(field, terms, sight->label);
	}
}

/* True if the address is inside "ADDRESS/LENGTH" or "ADDRESS/LENGTH/OFFSET". */
static bool is_inside(const char *text, bool ipv6, const char *address)
{
	int family = ipv6 ? AF_INET6 : AF_INET;
	uint8_t wanted[16], have[16];
	unsigned int length = 0, offset = 0;
	char head[64];

	sscanf(text, "%63[^/]/%u/%u", head, &length, &offset);
	inet_pton(family, head, wanted);
	inet_pton(family, address, have);
	for (unsigned int bit = offset; bit < length; bit++)
		if ((wanted[bit / 8] ^ have[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool rule_fits(const struct wish *wish, const struct sight *sight)
{
	if (wish->ipv6 != sight->ipv6 ||
	    !is_inside(wish->vip, wish->ipv6, sight->target) ||
	    (wish->source &&
	     !is_inside(wish->source, wish->ipv6, sight->sender)))
		return false;
	for (enum field field = 0; field < FIELD_COUNT; field++)
		if (wish->fields[field].count &&
		    !field_fits(sight, field, &wish->fields[field]))
			return false;
	return true;
}

/* ------------------------------------------------------------- the test */

struct trial {
	struct world *world;
	struct filter_book *book;
	struct wish rules[MAX_RULES];
	unsigned int rule_count;
	uint64_t matched[MAX_RULES];
	uint64_t dropped[MAX_RULES];
};

static struct trial trial;

static int set_filters(void *datapath, const struct datapath_filters *wanted,
		       uint16_t *slots)
{
	return datapath_set_filters(datapath, wanted, slots);
}

/* Put rules in force that are given in words. */
static int configure(struct flowspec_rule *parsed, size_t count)
{
	const struct filter_options options = { .rules = parsed,
						.rule_count = count };
	char error[FLOWSPEC_ERROR_SIZE];
	int err = filter_book_configure(trial.book, &options, error);

	if (err)
		print_message("%s\n", error);
	return err;
}

static void draw_rules(struct random_source *random)
{
	static struct flowspec_rule parsed[MAX_RULES];
	char text[WORDS_SIZE], error[FLOWSPEC_ERROR_SIZE];

	memset(trial.matched, 0, sizeof(trial.matched));
	memset(trial.dropped, 0, sizeof(trial.dropped));
	/* A rule of the set before would keep its counters. */
	assert_int_equal(configure(NULL, 0), 0);
	trial.rule_count = random_below(random, MAX_RULES + 1);
	for (unsigned int i = 0; i < trial.rule_count; i++) {
		trial.rules[i] = draw_rule(random, random_one_in(random, 2));
		print_rule(&trial.rules[i], text);
		if (!flowspec_parse(text, &parsed[i], error))
			fail_msg("%s: %s", text, error);
	}
	assert_int_equal(configure(parsed, trial.rule_count), 0);
}

/* Return whether the packet is dropped; `dscp` is what it leaves with. */
static bool judge(const struct sight *before, uint8_t *dscp)
{
	struct sight sight = *before;

	*dscp = sight.dscp;
	for (unsigned int i = 0; i < trial.rule_count; i++) {
		const struct wish *wish = &trial.rules[i];

		if (!rule_fits(wish, &sight))
			continue;
		trial.matched[i]++;
		trial.dropped[i] += wish->drops;
		if (wish->drops)
			return true;
		if (wish->mark >= 0)
			*dscp = (uint8_t)wish->mark;
		if (!wish->goes_on)
			return false;
	}
	return false;
}

static void fail_packet(const struct sight *sight, const struct frame *frame,
			const char *what)
{
	char text[WORDS_SIZE];

	for (unsigned int i = 0; i < trial.rule_count; i++) {
		print_rule(&trial.rules[i], text);
		print_message("%s  -> %d\n", text,
			      rule_fits(&trial.rules[i], sight));
	}
	print_message("%s -> %s, protocol %u, part %u\n", sight->sender,
		      sight->target, sight->protocol, sight->part);
	frame_print("frame", frame);
	fail_msg("%s", what);
}

static uint8_t dscp_of(const struct frame *frame, bool ipv6)
{
	size_t at = frame_ip_at(frame);
	uint32_t head;

	if (!ipv6)
		return frame->bytes[at + 1] >> 2;
	memcpy(&head, frame->bytes + at, sizeof(head));
	return ntohl(head) >> 22 & 63;
}

/* ECN bits and checksum stay good. */
static bool is_header_good(const struct frame *frame, bool ipv6)
{
	size_t at = frame_ip_at(frame);

	return ipv6 || ((frame->bytes[at + 1] & 3) == 1 &&
			frame_checksum(frame->bytes + at, 20) == 0);
}

static void try_packet(struct random_source *random)
{
	struct sight sight = draw_sight(random);
	struct frame frame, out = { .size = sizeof(out.bytes) };
	uint32_t action;
	uint8_t dscp;
	bool drops;

	build(&sight, trial.world, &frame);
	drops = judge(&sight, &dscp);
	if (trial_run(trial.world->dp, frame.bytes, frame.size,
		      trial.world->ports[PORT_LEFT].ifindex, out.bytes,
		      &out.size, &action))
		sandbox_die("BPF_PROG_TEST_RUN");
	if (drops != (action == XDP_DROP))
		fail_packet(&sight, &frame, drops ? "passes" : "drops");
	if (action != XDP_TX)
		return;
	if (dscp_of(&out, sight.ipv6) != dscp)
		fail_packet(&sight, &frame, "DSCP");
	if (!is_header_good(&out, sight.ipv6))
		fail_packet(&sight, &out, "header");
}

static void compare_counters(void)
{
	for (unsigned int i = 0; i < trial.rule_count; i++) {
		struct hg_filter_use use;
		struct filter_row row;

		filter_book_row(trial.book, i, &row);
		assert_int_not_equal(row.slot, 0);
		assert_int_equal(datapath_read_filter(trial.world->dp, row.slot,
						      &use),
				 0);
		assert_int_equal(use.matched.packets, trial.matched[i]);
		assert_int_equal(use.dropped.packets, trial.dropped[i]);
		assert_int_equal(!use.last_ns, !use.matched.packets);
	}
}

static uint64_t number_of(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

static void agrees_on_random_packets(void **state)
{
	uint64_t packets = number_of("PACKETS", PACKETS);
	uint64_t seed = number_of("SEED", (uint64_t)time(NULL));
	struct random_source random = { seed };

	(void)state;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	for (uint64_t done = 0; done < packets; done += PACKETS_PER_SET) {
		draw_rules(&random);
		for (int i = 0; i < PACKETS_PER_SET; i++)
			try_packet(&random);
		compare_counters();
	}
}

static int start(void **state)
{
	struct filter_sink sink = { .set = set_filters };

	(void)state;
	sandbox_enter();
	trial.world = world_new(0);
	sink.context = trial.world->dp;
	trial.book = filter_book_new(&sink);
	return trial.book ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	filter_book_free(trial.book);
	world_free(trial.world);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_random_packets),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
