/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_VLAN_OFFLOAD_H
#define NEXTHOP_VLAN_OFFLOAD_H

/*
 * Whether an interface hides VLAN tags from the XDP program: with
 * rx-vlan-offload the hardware takes the outermost tag off and tells it to the
 * kernel beside the frame, where the program does not see it.
 *
 * The flag says so of hardware only. A veth has it, on by default, and takes
 * off nothing, nor does it put on what the sender's tx-vlan-offload keeps
 * beside the frame.
 */

#include <stdbool.h>

/* As it is now. False, too, if the driver does not say. */
bool vlan_offload_strips(const char *interface);

#endif
