// SPDX-License-Identifier: BSD-2-Clause
/* The machines of upstreams. See upstream_machines.h. */

#include "rib/upstream_machines.h"

#include <string.h>

static bool is_at(const struct upstream_machine *machine, uint32_t ifindex,
		  const uint8_t mac[MAC_SIZE])
{
	return machine->ifindex == ifindex &&
	       !memcmp(machine->mac, mac, MAC_SIZE);
}

static size_t count(const struct upstream_machines *machines)
{
	return machines->noted < UPSTREAM_MACHINES_MAX ? machines->noted :
							 UPSTREAM_MACHINES_MAX;
}

/* Return the entry of an upstream, or the one that makes room for it. */
static struct upstream_machine *entry_of(struct upstream_machines *machines,
					 const struct address *upstream)
{
	for (size_t i = 0; i < count(machines); i++)
		if (address_equal(&machines->entries[i].upstream, upstream))
			return &machines->entries[i];
	return &machines->entries[machines->noted++ % UPSTREAM_MACHINES_MAX];
}

bool upstream_machines_note(struct upstream_machines *machines,
			    const struct address *upstream, uint32_t ifindex,
			    const uint8_t mac[MAC_SIZE])
{
	static const uint8_t unknown[MAC_SIZE];
	struct upstream_machine *machine;

	if (!ifindex || !memcmp(mac, unknown, MAC_SIZE))
		return false;
	machine = entry_of(machines, upstream);
	if (is_at(machine, ifindex, mac))
		return false;
	machine->upstream = *upstream;
	machine->ifindex = ifindex;
	memcpy(machine->mac, mac, MAC_SIZE);
	return true;
}

const struct address *
upstream_machines_find(const struct upstream_machines *machines,
		       uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	for (size_t i = 0; ifindex && i < count(machines); i++)
		if (is_at(&machines->entries[i], ifindex, mac))
			return &machines->entries[i].upstream;
	return NULL;
}
