/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_IDENTITY_H
#define STEERING_IDENTITY_H

/*
 * As whom a member takes part in the bucket assignment: by what all nodes know
 * of it. Pure.
 *
 * A link-local next hop has its ifindex in its address (core/address.h), and
 * that differs from node to node; it takes part without it. Where a set has the
 * same link-local address behind several links, the second of them counts as
 * scope 1, the third as scope 2 and so on, in the order of their ifindex: such
 * nodes steer alike if their links were made in the same order.
 */

#include <stddef.h>

#include "steering/assign.h"

/*
 * Fills identities[0..count-1] with the members as they take part, in the same
 * order. Returns 0 or -ENOMEM.
 */
int identity_of_members(const struct member *members, size_t count,
			struct member *identities);

#endif
