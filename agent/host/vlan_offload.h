/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_VLAN_OFFLOAD_H
#define HOST_VLAN_OFFLOAD_H

/*
 * Does an interface hide VLAN tags from the XDP program? With rx-vlan-offload
 * the hardware removes the outermost tag and passes it to the kernel beside the
 * frame, where the program does not see it.
 *
 * The flag says so for hardware only. A veth has it on by default, but removes
 * no tag, and does not insert one that the sender's tx-vlan-offload left beside
 * the frame.
 */

#include <stdbool.h>

/* True if it does now; false also if the driver does not answer. */
bool vlan_offload_strips(const char *interface);

#endif
