/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_IDENTITY_H
#define STEERING_IDENTITY_H

/*
 * Identities: the addresses of members as all nodes know them, for the bucket
 * assignment. Pure.
 *
 * A link-local next hop has its ifindex in its address (core/address.h), which
 * differs between nodes: its identity is the address without it. If a set has
 * the same link-local address on several links, the second gets scope 1, the
 * third scope 2 and so on, in the order of their ifindex. Such nodes steer
 * alike if their links were created in the same order.
 */

#include <stddef.h>

#include "steering/assign.h"

/*
 * Fill identities[0..count-1] with the identities of the members, in the same
 * order. Returns 0 or -ENOMEM.
 */
int identity_of_members(const struct member *members, size_t count,
			struct member *identities);

#endif
