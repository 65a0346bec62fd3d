/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_MARKER_H
#define DATAPATH_MARKER_H

/*
 * The tc program `mark` on the ports. It stands at the ingress of the port that
 * the XDP program is on, behind it, and before the packet goes to a VLAN device
 * or a bridge.
 *
 * Where the kernel has tcx (Linux 6.6) it is a pinned bpf_link, like the XDP
 * program, and stands before all others. Before, it is a filter of the clsact
 * qdisc, which the kernel keeps until it is removed.
 */

#include <stdbool.h>

struct datapath;
struct port;

/*
 * Attach `mark` to a port, or take over that of an earlier run. A port without
 * it works, too; the log says that packets are not marked. With marks off, remove
 * what an earlier run has left.
 */
void marker_attach(struct datapath *dp, struct port *port);
/* Detach it, even if the interface is gone. */
void marker_detach(struct datapath *dp, struct port *port);
/* Leave it to the next run. */
void marker_leave(struct port *port);
/* True if `mark` is in force on the port, or is off. */
bool marker_is_in_force(const struct datapath *dp, const struct port *port);
/* Detach `mark` from interfaces that are no ports any more. */
void marker_detach_stale(struct datapath *dp);

#endif
