/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ROUTE_OWNER_H
#define NEXTHOP_ROUTE_OWNER_H

/*
 * The marks by which an instance of Headgate knows its own routes, next-hop
 * objects and rules in the kernel from those of others. Pure.
 */

#include <stdint.h>

enum route_owner_limits {
	ROUTE_OWNER_INSTANCES = 6, /* as many as have room for rules */
	ROUTE_OWNER_OBJECT_BITS = 24,
};

/*
 * Protocol numbers (rtnetlink(7)) and the upper byte of ids of objects, of the
 * first instance. Those that follow are of further ones. No other daemon is
 * known to use them.
 */
enum route_owner_first {
	ROUTE_OWNER_FIRST_PROTOCOL = 72,
	ROUTE_OWNER_LAST_PROTOCOL =
		ROUTE_OWNER_FIRST_PROTOCOL + ROUTE_OWNER_INSTANCES - 1,
	ROUTE_OWNER_FIRST_OBJECTS = 0x48,
};

struct route_owner {
	uint8_t protocol;
	uint32_t first_object; /* ids of next-hop objects */
	uint32_t last_object;
};

/* Return the marks of an instance, 1 to ROUTE_OWNER_INSTANCES. */
static inline struct route_owner route_owner_of(uint32_t instance)
{
	uint32_t first = (ROUTE_OWNER_FIRST_OBJECTS + instance - 1)
			 << ROUTE_OWNER_OBJECT_BITS;

	return (struct route_owner){
		.protocol =
			(uint8_t)(ROUTE_OWNER_FIRST_PROTOCOL + instance - 1),
		.first_object = first,
		.last_object = first + (1u << ROUTE_OWNER_OBJECT_BITS) - 1,
	};
}

#endif
