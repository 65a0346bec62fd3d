// SPDX-License-Identifier: BSD-2-Clause
/* MACs that answered another agent. See expected.h. */

#include "nexthop/expected.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct expected_mac {
	struct address_node node; /* first: found by address */
	uint32_t ifindex;
	uint8_t mac[MAC_SIZE];
};

int expected_macs_add(struct expected_macs *macs, const struct address *via,
		      uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	struct expected_mac *found =
		(struct expected_mac *)address_tree_find(&macs->tree, via);
	struct expected_mac *entry = found;

	if (!entry)
		entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->node.address = *via;
	entry->ifindex = ifindex;
	memcpy(entry->mac, mac, MAC_SIZE);
	if (!found)
		address_tree_insert(&macs->tree, &entry->node);
	return 0;
}

const uint8_t *expected_macs_find(const struct expected_macs *macs,
				  const struct address *via, uint32_t ifindex)
{
	const struct expected_mac *entry =
		(const struct expected_mac *)address_tree_find(&macs->tree,
							       via);

	return entry && entry->ifindex == ifindex ? entry->mac : NULL;
}

void expected_macs_clear(struct expected_macs *macs)
{
	struct address_node *node;

	while ((node = address_tree_first(&macs->tree))) {
		address_tree_remove(&macs->tree, node);
		free(node);
	}
}
