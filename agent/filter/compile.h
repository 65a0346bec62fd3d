/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILTER_COMPILE_H
#define FILTER_COMPILE_H

/*
 * A Flow Specification as the program evaluates it (struct hg_filter). Lists of
 * operators become a bit for each value of a byte, or ranges of numbers. Pure.
 */

#include "bgp/codec/flowspec.h"
#include "bgp/codec/flowspec_action.h"
#include "core/address.h"
#include "headgate/abi.h"

/*
 * Compile a checked rule. Return why the program cannot evaluate it, or NULL.
 * `destination` gets the prefix of its VIPs. The identity is left 0.
 */
const char *filter_compile(struct reader rule, bool ipv6,
			   const struct flowspec_actions *actions,
			   struct hg_filter *filter,
			   struct prefix *destination);

/* Return what tells a rule of an origin from all others: hg_filter.identity. */
uint64_t filter_identity(const void *rule, size_t size, bool ipv6,
			 unsigned int origin);

#endif
