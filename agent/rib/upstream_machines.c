// SPDX-License-Identifier: BSD-2-Clause
/* The machines of upstreams. See upstream_machines.h. */

#include "rib/upstream_machines.h"

#include <string.h>

#include "core/array.h"

enum {
	HEAD_SIZE = 4,
};

/* The start of the MACs that routers share: a head, and bits of the next byte. */
static const struct virtual_macs {
	uint8_t head[HEAD_SIZE];
	uint8_t next;
	uint8_t mask;
} virtual_macs[] = {
	{ { 0x00, 0x00, 0x5e, 0x00 }, 0x01, 0xff }, /* VRRP, RFC 9568 7.3 */
	{ { 0x00, 0x00, 0x5e, 0x00 }, 0x02, 0xff }, /* for IPv6 */
	{ { 0x00, 0x00, 0x0c, 0x07 }, 0xac, 0xff }, /* HSRP, RFC 2281 */
	{ { 0x00, 0x00, 0x0c, 0x9f }, 0xf0, 0xf0 }, /* its version 2 */
};

bool mac_is_virtual_router(const uint8_t mac[MAC_SIZE])
{
	for (size_t i = 0; i < COUNT_OF(virtual_macs); i++)
		if (!memcmp(mac, virtual_macs[i].head, HEAD_SIZE) &&
		    (mac[HEAD_SIZE] & virtual_macs[i].mask) ==
			    virtual_macs[i].next)
			return true;
	return false;
}

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
	bool any = mac_is_virtual_router(mac);

	for (size_t i = 0; ifindex && i < count(machines); i++)
		if (is_at(&machines->entries[i], ifindex, mac) ||
		    (any && machines->entries[i].ifindex == ifindex))
			return &machines->entries[i].upstream;
	return NULL;
}
