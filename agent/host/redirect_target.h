/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_REDIRECT_TARGET_H
#define HOST_REDIRECT_TARGET_H

/*
 * Can an interface take frames that an XDP program redirects to it? Linux 6.3
 * tells by the family "netdev" of generic netlink. A driver without the function
 * for it cannot, most others only while an XDP program is attached to the
 * interface, and a veth while its peer has one, or GRO. The kernel drops a frame
 * that is redirected nonetheless, and the program has counted it as forwarded.
 */

#include <stdint.h>

enum redirect_target {
	REDIRECT_TARGET_UNKNOWN, /* the kernel does not tell */
	REDIRECT_TARGET_YES,
	REDIRECT_TARGET_NO,
};

enum redirect_target redirect_target_of(uint32_t ifindex);

#endif
