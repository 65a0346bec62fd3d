// SPDX-License-Identifier: BSD-2-Clause
/* Links and IPv4 addresses of this host. See host.h. */

#include "nexthop/host.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void host_init(struct host *host)
{
	*host = (struct host){ 0 };
}

void host_release(struct host *host)
{
	free(host->links);
	free(host->addresses);
}

static struct host_link *find_link(const struct host *host, uint32_t ifindex)
{
	for (size_t i = 0; i < host->link_count; i++)
		if (host->links[i].view.ifindex == ifindex &&
		    !host->links[i].gone)
			return &host->links[i];
	return NULL;
}

static struct host_link *add_link(struct host *host)
{
	struct host_link *grown =
		reallocarray(host->links, host->link_count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	host->links = grown;
	grown += host->link_count++;
	*grown = (struct host_link){ .changed = true };
	return grown;
}

static bool link_equal(const struct nexthop_link *a,
		       const struct nexthop_link *b)
{
	return a->ifindex == b->ifindex && a->mtu == b->mtu && a->up == b->up &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) &&
	       !strcmp(a->name, b->name);
}

int host_set_link(struct host *host, const struct nexthop_link *link)
{
	struct host_link *known = find_link(host, link->ifindex);

	if (!known)
		known = add_link(host);
	if (!known)
		return -ENOMEM;
	known->changed |= !link_equal(&known->view, link);
	known->view = *link;
	known->unseen = false;
	return 0;
}

static void end_link(struct host_link *link)
{
	link->gone = true;
	link->changed = true;
	link->view.up = false;
	link->view.mtu = 0;
}

void host_remove_link(struct host *host, uint32_t ifindex)
{
	struct host_link *link = find_link(host, ifindex);

	if (link)
		end_link(link);
}

static struct host_address *find_address(const struct host *host,
					 const struct host_address *wanted)
{
	for (size_t i = 0; i < host->address_count; i++) {
		struct host_address *address = &host->addresses[i];

		if (address->ifindex == wanted->ifindex &&
		    address->local == wanted->local &&
		    address->subnet == wanted->subnet &&
		    address->length == wanted->length)
			return address;
	}
	return NULL;
}

int host_set_address(struct host *host, const struct host_address *address)
{
	struct host_address *known = find_address(host, address);

	if (!known) {
		known = reallocarray(host->addresses, host->address_count + 1,
				     sizeof(*known));
		if (!known)
			return -ENOMEM;
		host->addresses = known;
		known += host->address_count++;
	}
	*known = *address;
	known->unseen = false;
	return 0;
}

void host_remove_address(struct host *host, const struct host_address *address)
{
	struct host_address *known = find_address(host, address);

	if (known)
		*known = host->addresses[--host->address_count];
}

void host_begin_sync(struct host *host)
{
	for (size_t i = 0; i < host->link_count; i++)
		host->links[i].unseen = true;
	for (size_t i = 0; i < host->address_count; i++)
		host->addresses[i].unseen = true;
}

void host_end_sync(struct host *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < host->link_count; i++)
		if (host->links[i].unseen && !host->links[i].gone)
			end_link(&host->links[i]);
	for (size_t i = 0; i < host->address_count; i++)
		if (!host->addresses[i].unseen)
			host->addresses[kept++] = host->addresses[i];
	host->address_count = kept;
}

static void drop_link(struct host *host, struct host_link *link)
{
	struct host_link *end = host->links + host->link_count--;

	memmove(link, link + 1, (size_t)(end - link - 1) * sizeof(*link));
}

bool host_next_change(struct host *host, struct nexthop_link *link)
{
	for (size_t i = 0; i < host->link_count; i++) {
		struct host_link *known = &host->links[i];

		if (!known->changed)
			continue;
		known->changed = false;
		*link = known->view;
		if (known->gone)
			drop_link(host, known);
		return true;
	}
	return false;
}

const struct nexthop_link *host_link_by_index(const struct host *host,
					      uint32_t ifindex)
{
	const struct host_link *link = find_link(host, ifindex);

	return link ? &link->view : NULL;
}

const struct nexthop_link *host_link_by_name(const struct host *host,
					     const char *name)
{
	for (size_t i = 0; i < host->link_count; i++)
		if (!host->links[i].gone &&
		    !strcmp(host->links[i].view.name, name))
			return &host->links[i].view;
	return NULL;
}

bool host_has_address(const struct host *host, uint32_t ipv4)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (host->addresses[i].local == ipv4)
			return true;
	return false;
}

static bool in_subnet(const struct host_address *address, uint32_t ipv4)
{
	uint32_t differing = be32toh(address->subnet ^ ipv4);

	return !address->length ||
	       !(differing >> (ADDRESS_BITS_IPV4 - address->length));
}

bool host_is_on_link(const struct host *host, uint32_t ipv4)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (in_subnet(&host->addresses[i], ipv4))
			return true;
	return false;
}

uint32_t host_source_address(const struct host *host, uint32_t ifindex,
			     uint32_t target)
{
	uint32_t any = 0;

	for (size_t i = 0; i < host->address_count; i++) {
		const struct host_address *address = &host->addresses[i];

		if (address->ifindex != ifindex)
			continue;
		if (in_subnet(address, target))
			return address->local;
		if (!any)
			any = address->local;
	}
	return any;
}
