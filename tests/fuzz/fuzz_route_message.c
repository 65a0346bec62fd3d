// SPDX-License-Identifier: BSD-2-Clause
/*
 * Messages that write our routes, of any prefix and any hops: each fits its
 * buffer, is well-formed, and names its prefix. The kernel takes a scope or a
 * weight of any size from here.
 */

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"
#include "fib/route_message.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct address read_address(struct reader *r)
{
	struct address address = { 0 };
	uint32_t ipv4;

	if (reader_u8(r) & 1) {
		reader_bytes(r, address.bytes, sizeof(address.bytes));
		return address;
	}
	ipv4 = reader_u32(r);
	return address_from_ipv4(ipv4);
}

static size_t read_hops(struct reader *r, struct route_hop *hops)
{
	size_t count = 0;

	while (r->left && count < ROUTE_MAX_HOPS) {
		hops[count].via = read_address(r);
		hops[count].ifindex = reader_u32(r);
		hops[count].weight = reader_u32(r);
		count++;
	}
	return count;
}

/* Count the hops of a message; each must lie inside of its list. */
static size_t count_hops(const struct nlattr *list)
{
	const char *at = mnl_attr_get_payload(list);
	size_t left = mnl_attr_get_payload_len(list), count = 0;

	while (left) {
		const struct rtnexthop *hop = (const void *)at;

		if (left < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) ||
		    hop->rtnh_len > left)
			abort();
		at += hop->rtnh_len;
		left -= hop->rtnh_len;
		count++;
	}
	return count;
}

static void check_replace(const struct nlmsghdr *message,
			  const struct prefix *prefix, size_t hops)
{
	const struct nlattr *attribute;
	struct prefix named;
	size_t found = 0;

	if (message->nlmsg_len > ROUTE_MESSAGE_SIZE ||
	    !mnl_nlmsg_ok(message, (int)message->nlmsg_len) ||
	    !route_message_is_ours(message, &owner, &named) ||
	    !prefix_equal(&named, prefix))
		abort();
	mnl_attr_for_each(attribute, message, sizeof(struct rtmsg))
	{
		if (mnl_attr_get_type(attribute) == RTA_MULTIPATH)
			found += count_hops(attribute);
	}
	if (found != hops)
		abort();
}

static void check_scaled(const struct route_hop *hops, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!hops[i].weight || hops[i].weight > ROUTE_MAX_WEIGHT)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct route_hop hops[ROUTE_MAX_HOPS], scaled[ROUTE_MAX_HOPS];
	struct reader r = reader_of(data, size);
	struct prefix prefix = { .address = read_address(&r) };
	void *buffer = aligned_alloc(_Alignof(max_align_t), ROUTE_MESSAGE_SIZE);
	size_t count, used;

	prefix.length = reader_u8(&r);
	if (prefix.length > prefix_family_bits(&prefix))
		prefix.length = (uint8_t)prefix_family_bits(&prefix);
	prefix.address = address_unscoped(&prefix.address);
	count = read_hops(&r, hops);
	if (buffer && !r.failed && count) {
		used = route_message_scale(hops, count, scaled);
		check_scaled(scaled, used);
		check_replace(route_message_replace(buffer, &owner, &prefix,
						    hops, count),
			      &prefix, used);
		check_replace(route_message_unreachable(buffer, &owner,
							&prefix),
			      &prefix, 0);
		check_replace(route_message_object(buffer, &owner, &prefix, 1),
			      &prefix, 0);
	}
	free(buffer);
	return 0;
}
