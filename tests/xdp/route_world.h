/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ROUTE_WORLD_H
#define TESTS_XDP_ROUTE_WORLD_H

/*
 * VIPs of both families over the same hops, and what the kernel shows of them, at
 * our end of the pair (pair.h).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/work_turns.h"
#include "fib/kernel_routes.h"
#include "pair.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

enum {
	WORK_US = 0,	/* one piece in each turn of the loop */
	PATIENCE_S = 2, /* also enough on a busy machine */
	TURN_US = 2000,
	SETTLE_TURNS = 100,
	VIPS = 40,
	HOPS = 6,
	ROUNDS = 40,
	FIRST_VIP = 0xc6120000, /* 198.18.0.0 */
	TEXT_SIZE = 65536,
	FIRST_CROWD = 0xc6130000, /* 198.19.0.0 */
	CROWD = 4000,
	CROWD_TURNS = 1000,
};

static pid_t server;
static struct event_base *base;
static struct work_turns work;
static struct kernel_routes *routes;
static struct route_hop ipv4[HOPS], ipv6[HOPS];

static inline struct route_hop hop_of(const char *format, int i)
{
	struct route_hop hop = { .ifindex = if_nametoindex("hg0"),
				 .weight = 1 };
	char text[64];

	snprintf(text, sizeof(text), format, i + 2);
	assert_true(address_parse(text, &hop.via));
	return hop;
}

/* Emulated machines take longer for what a test does meanwhile. */
static inline unsigned int patience_s(void)
{
	return PATIENCE_S * sandbox_time_scale();
}

static inline int set_up(void **state)
{
	(void)state;
	server = pair_build();
	pair_run("ip address add 2001:db8::1/64 dev hg0 nodad");
	for (int i = 0; i < HOPS; i++) {
		ipv4[i] = hop_of("10.0.0.%d", i);
		ipv6[i] = hop_of("2001:db8::%x", i);
	}
	base = event_base_new();
	assert_int_equal(work_turns_init(&work, base, WORK_US), 0);
	return kernel_routes_new(base, &work.queue, &owner, patience_s(),
				 &routes);
}

static inline int tear_down(void **state)
{
	(void)state;
	kernel_routes_free(routes, true);
	work_turns_destroy(&work);
	event_base_free(base);
	pair_run("test -z \"$(ip nexthop show proto %d)\"",
		 ROUTE_OWNER_FIRST_PROTOCOL);
	pair_end(server);
	return 0;
}

static inline void run_turns(int count)
{
	const struct timeval time = { .tv_usec = TURN_US };

	for (int i = 0; i < count; i++) {
		event_base_loopexit(base, &time);
		event_base_dispatch(base);
	}
}

static inline void wait_patience(void)
{
	const struct timeval time = { .tv_sec = patience_s() };

	event_base_loopexit(base, &time);
	event_base_dispatch(base);
	run_turns(2);
}

/* Return the prefix of VIP `i`: every second one is IPv6. */
static inline struct prefix vip(unsigned int i)
{
	struct prefix prefix = { address_from_ipv4(htonl(FIRST_VIP + i)), 32 };
	char text[64];

	if (i % 2) {
		snprintf(text, sizeof(text), "2001:db8:f::%x/128", i);
		assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	}
	return prefix;
}

static inline void set_vip(unsigned int i, const struct route_hop *hops,
			   size_t count)
{
	const struct prefix prefix = vip(i);

	assert_int_equal(kernel_routes_set(routes, &prefix, hops, count), 0);
}

static inline void set_vips(unsigned int from, unsigned int to, size_t count)
{
	for (unsigned int i = from; i < to; i++)
		set_vip(i, i % 2 ? ipv6 : ipv4, count);
}

/* Return what a command prints, in one line. */
static inline const char *output(const char *command)
{
	static char text[TEXT_SIZE];
	FILE *pipe = popen(command, "r");
	size_t used;

	assert_non_null(pipe);
	used = fread(text, 1, sizeof(text) - 1, pipe);
	text[used] = '\0';
	pclose(pipe);
	return text;
}

static inline unsigned int count_lines(const char *command)
{
	const char *text = output(command);
	unsigned int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static inline unsigned int count_groups(void)
{
	return count_lines("ip nexthop show groups proto 72");
}

static inline const char *shown_route(unsigned int i)
{
	const struct prefix prefix = vip(i);
	char text[PREFIX_TEXT_SIZE], command[128];

	prefix_format(&prefix, text);
	snprintf(command, sizeof(command),
		 "ip %s route show %s proto 72 | tr -s '\\n\\t ' ' '",
		 i % 2 ? "-6" : "-4", text);
	return output(command);
}

/* The kernel's route has these hops, with their weights, and no others. */
static inline void assert_hops(unsigned int i, const struct route_hop *hops,
			       size_t count)
{
	const char *text = shown_route(i), *at = text;
	size_t found = 0;

	if (!count && !strstr(text, "unreachable"))
		fail_msg("not unreachable: %s", text);
	for (; (at = strstr(at, " via ")); at++)
		found++;
	if (found != count)
		fail_msg("%zu hops: %s", count, text);
	for (size_t k = 0; k < count; k++) {
		char via[ADDRESS_TEXT_SIZE], part[128];

		address_format(&hops[k].via, via);
		snprintf(part, sizeof(part), " via %s dev hg0 ", via);
		at = strstr(text, part);
		if (!at)
			fail_msg("'%s' is not in '%s'", part, text);
		snprintf(part, sizeof(part), " via %s dev hg0 weight %u ", via,
			 hops[k].weight);
		if (count > 1 && !strstr(text, part))
			fail_msg("'%s' is not in '%s'", part, text);
	}
}

static inline void assert_vips(size_t count)
{
	for (unsigned int i = 0; i < VIPS; i++)
		assert_hops(i, i % 2 ? ipv6 : ipv4, count);
}

/* Choose hops of a VIP at random, from a few sets, with weights. */
static inline size_t choose_hops(unsigned int i, struct route_hop *hops)
{
	unsigned int mask = (unsigned int)rand() % 4, count = 0;

	for (unsigned int k = 0; k < HOPS; k++)
		if (mask * 0x9e5 >> k & 1) {
			hops[count] = (i % 2 ? ipv6 : ipv4)[k];
			hops[count++].weight = 1 + mask % 3 * k;
		}
	return count;
}

/* Set routes in a random order; the kernel has them as they were set last. */
static inline void check_random_changes(void)
{
	static struct route_hop hops[VIPS][HOPS];
	size_t counts[VIPS] = { 0 };

	srand(1);
	set_vips(0, VIPS, 0);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int changes = (unsigned int)rand() % (2 * VIPS);

		while (changes--) {
			unsigned int i = (unsigned int)rand() % VIPS;

			counts[i] = choose_hops(i, hops[i]);
			set_vip(i, hops[i], counts[i]);
			if (!(rand() % 8))
				run_turns(1);
		}
		if (!(rand() % 4))
			kernel_routes_link_up(routes, ipv4[0].ifindex);
		if (round % 8 != 7)
			continue;
		run_turns(SETTLE_TURNS);
		for (unsigned int i = 0; i < VIPS; i++)
			assert_hops(i, hops[i], counts[i]);
	}
}

/* Set CROWD IPv4 routes over the same hops. */
static inline void set_crowd(size_t count)
{
	for (unsigned int i = 0; i < CROWD; i++) {
		const struct prefix prefix = {
			address_from_ipv4(htonl(FIRST_CROWD + i)), 32
		};

		assert_int_equal(
			kernel_routes_set(routes, &prefix, ipv4, count), 0);
	}
}

static inline void assert_crowd(size_t count)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "ip route show root 198.19.0.0/16 proto 72 | grep -c ' via '");
	assert_int_equal(strtoul(output(command), NULL, 10), CROWD * count);
}

#endif
