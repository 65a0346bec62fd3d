/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_EXPECTED_H
#define NEXTHOP_EXPECTED_H

/* MACs that answered another agent, by the address that was asked, and its link. */

#include <stdint.h>

#include "core/address_tree.h"
#include "core/sizes.h"

/* Zeroed it is empty. */
struct expected_macs {
	struct address_tree tree;
};

/* Add one, or replace it. Returns 0 or -ENOMEM. */
int expected_macs_add(struct expected_macs *macs, const struct address *via,
		      uint32_t ifindex, const uint8_t mac[MAC_SIZE]);
/* Return the MAC, or NULL. */
const uint8_t *expected_macs_find(const struct expected_macs *macs,
				  const struct address *via, uint32_t ifindex);
void expected_macs_clear(struct expected_macs *macs);

#endif
