// SPDX-License-Identifier: BSD-2-Clause
/* Dumps of the kernel's neighbor table, and the peer chosen from them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <cmocka.h>

#include "bgp/session/link_peer.h"

enum {
	IFINDEX = 7,
};

/* One entry as the kernel writes it. */
struct entry {
	struct nlmsghdr header;
	struct ndmsg body;
	struct rtattr attribute;
	uint8_t address[16];
};

static struct entry entry_of(const char *text, int ifindex, uint16_t nud,
			     uint8_t flags)
{
	struct entry entry = {
		.header = { .nlmsg_len = sizeof(entry),
			    .nlmsg_type = RTM_NEWNEIGH },
		.body = { .ndm_ifindex = ifindex,
			  .ndm_state = nud,
			  .ndm_flags = flags },
		.attribute = { .rta_len = RTA_LENGTH(sizeof(entry.address)),
			       .rta_type = NDA_DST },
	};
	struct address address;

	assert_true(address_parse(text, &address));
	memcpy(entry.address, address.bytes, sizeof(entry.address));
	return entry;
}

static bool pick(const struct entry *entries, size_t count, const char *text)
{
	struct bgp_link_peers peers = { .routers = 0 };
	struct address picked, expected;

	bgp_link_peers_scan(entries, count * sizeof(*entries), IFINDEX, &peers);
	if (!bgp_link_peers_pick(&peers, &picked))
		return false;
	assert_true(address_parse(text, &expected));
	assert_true(address_equal(&picked, &expected));
	return true;
}

static void the_only_router_is_the_peer(void **state)
{
	const struct entry entries[] = {
		entry_of("fe80::1", IFINDEX, NUD_STALE, 0),
		entry_of("fe80::2", IFINDEX, NUD_REACHABLE, NTF_ROUTER),
		entry_of("fe80::3", IFINDEX, NUD_STALE, 0),
	};

	(void)state;
	assert_true(pick(entries, 3, "fe80::2"));
}

static void without_a_router_the_only_host_is_the_peer(void **state)
{
	const struct entry entries[] = {
		entry_of("fe80::1", IFINDEX, NUD_STALE, 0),
		entry_of("fe80::9", IFINDEX + 1, NUD_STALE, 0),
		entry_of("fe80::8", IFINDEX, NUD_FAILED, 0),
		entry_of("fd00::1", IFINDEX, NUD_REACHABLE, 0),
		entry_of("ff02::1", IFINDEX, NUD_NOARP, 0),
	};

	(void)state;
	assert_true(pick(entries, 5, "fe80::1"));
}

static void takes_none_of_several(void **state)
{
	const struct entry entries[] = {
		entry_of("fe80::1", IFINDEX, NUD_STALE, 0),
		entry_of("fe80::2", IFINDEX, NUD_STALE, 0),
		entry_of("fe80::3", IFINDEX, NUD_STALE, NTF_ROUTER),
		entry_of("fe80::4", IFINDEX, NUD_STALE, NTF_ROUTER),
	};

	(void)state;
	assert_false(pick(entries, 2, NULL));
	assert_true(pick(entries, 3, "fe80::3"));
	assert_false(pick(entries, 4, NULL));
	assert_false(pick(entries, 0, NULL));
}

static void survives_every_truncation_and_length(void **state)
{
	const struct entry entry = entry_of("fe80::1", IFINDEX, NUD_STALE, 0);

	(void)state;
	for (size_t size = 0; size <= sizeof(entry); size++) {
		struct bgp_link_peers peers = { .routers = 0 };
		struct entry *copy = malloc(sizeof(*copy));

		*copy = entry;
		copy->header.nlmsg_len = (uint32_t)size;
		bgp_link_peers_scan(copy, size, IFINDEX, &peers);
		assert_int_equal(peers.hosts, size == sizeof(entry));
		*copy = entry;
		copy->attribute.rta_len = (uint16_t)size;
		bgp_link_peers_scan(copy, sizeof(*copy), IFINDEX, &peers);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_only_router_is_the_peer),
		cmocka_unit_test(without_a_router_the_only_host_is_the_peer),
		cmocka_unit_test(takes_none_of_several),
		cmocka_unit_test(survives_every_truncation_and_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
