/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_KERNEL_ROUTES_H
#define NEXTHOP_KERNEL_ROUTES_H
enum kernel_routes_constants {
	KERNEL_ROUTES_PROTOCOL = 72, /* rtm_protocol */
};
#endif
