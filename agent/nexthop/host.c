// SPDX-License-Identifier: BSD-2-Clause
/* Links and addresses of this host. See host.h. */

#include "nexthop/host.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/keyed_hash.h"

void host_init(struct host *host)
{
	*host = (struct host){ 0 };
}

void host_release(struct host *host)
{
	free(host->links);
	free(host->addresses);
}

static struct host_link *find_host_link(const struct host *host,
					uint32_t ifindex)
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
	       a->parent == b->parent && a->tag.protocol == b->tag.protocol &&
	       a->tag.id == b->tag.id &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) &&
	       !strcmp(a->name, b->name);
}

int host_set_link(struct host *host, const struct nexthop_link *link)
{
	struct host_link *known = find_host_link(host, link->ifindex);
	char followed[INTERFACE_SIZE];

	if (!known)
		known = add_link(host);
	if (!known)
		return -ENOMEM;
	known->changed |= !link_equal(&known->view, link);
	memcpy(followed, known->view.followed, sizeof(followed));
	known->view = *link;
	memcpy(known->view.followed, followed, sizeof(followed));
	known->unseen = false;
	return 0;
}

static void mark_gone(struct host_link *link)
{
	link->gone = true;
	link->changed = true;
	link->view.up = false;
	link->view.mtu = 0;
}

void host_remove_link(struct host *host, uint32_t ifindex)
{
	struct host_link *link = find_host_link(host, ifindex);

	if (link)
		mark_gone(link);
}

static struct host_address *find_address(const struct host *host,
					 const struct host_address *wanted)
{
	for (size_t i = 0; i < host->address_count; i++) {
		struct host_address *address = &host->addresses[i];

		if (address->ifindex == wanted->ifindex &&
		    address_equal(&address->local, &wanted->local) &&
		    prefix_equal(&address->subnet, &wanted->subnet))
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
			mark_gone(&host->links[i]);
	for (size_t i = 0; i < host->address_count; i++)
		if (!host->addresses[i].unseen)
			host->addresses[kept++] = host->addresses[i];
	host->address_count = kept;
}

void host_doubt_links(struct host *host)
{
	for (size_t i = 0; i < host->link_count; i++)
		host->links[i].changed = true;
}

static void delete_link(struct host *host, struct host_link *link)
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
			delete_link(host, known);
		return true;
	}
	return false;
}

const struct nexthop_link *host_link_by_index(const struct host *host,
					      uint32_t ifindex)
{
	const struct host_link *link = find_host_link(host, ifindex);

	return link ? &link->view : NULL;
}

const struct nexthop_link *host_link_by_name(const struct host *host,
					     const char *name)
{
	const struct nexthop_link *found = NULL;

	for (size_t i = 0; i < host->link_count; i++) {
		const struct nexthop_link *link = &host->links[i].view;

		if (host->links[i].gone)
			continue;
		if (!strcmp(link->followed, name))
			return link;
		if (!strcmp(link->name, name))
			found = link;
	}
	return found;
}

void host_follow_link(struct host *host, uint32_t ifindex, const char *name)
{
	struct host_link *link = find_host_link(host, ifindex);

	if (link)
		snprintf(link->view.followed, sizeof(link->view.followed), "%s",
			 name);
}

bool host_has_vlans(const struct host *host, uint32_t ifindex)
{
	for (size_t i = 0; i < host->link_count; i++)
		if (host->links[i].view.parent == ifindex &&
		    !host->links[i].gone)
			return true;
	return false;
}

/* Read the tags of a VLAN device down to a link; false if it is not on it. */
static bool tags_on(const struct host *host, const struct nexthop_link *link,
		    uint32_t ifindex, struct nexthop_tag tags[NEXTHOP_MAX_TAGS])
{
	for (int depth = 0; link && link->parent; depth++) {
		if (depth == NEXTHOP_MAX_TAGS)
			return false;
		tags[1] = tags[0];
		tags[0] = link->tag;
		if (link->parent == ifindex)
			return true;
		link = host_link_by_index(host, link->parent);
	}
	return false;
}

void host_visit_vlans(const struct host *host, uint32_t ifindex,
		      host_vlan_visit_fn *visit, void *context)
{
	for (size_t i = 0; i < host->link_count; i++) {
		struct nexthop_tag tags[NEXTHOP_MAX_TAGS] = { 0 };

		if (!host->links[i].gone &&
		    tags_on(host, &host->links[i].view, ifindex, tags))
			visit(tags, context);
	}
}

bool host_find_port(const struct host *host, const struct nexthop_link *link,
		    struct host_port *port)
{
	struct host_port found = { 0 };

	for (int depth = 0; link && link->parent; depth++) {
		if (depth == NEXTHOP_MAX_TAGS)
			return false;
		/* The tag of a device below is outside of this one. */
		found.tags[1] = found.tags[0];
		found.tags[0] = link->tag;
		link = host_link_by_index(host, link->parent);
	}
	if (!link)
		return false;
	found.ifindex = link->ifindex;
	*port = found;
	return true;
}

uint32_t host_link_of_address(const struct host *host,
			      const struct address *address)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (address_equal(&host->addresses[i].local, address))
			return host->addresses[i].ifindex;
	return 0;
}

bool host_is_on_link(const struct host *host, const struct address *address)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (prefix_contains(&host->addresses[i].subnet, address))
			return true;
	return false;
}

enum fitness {
	UNFIT,
	OF_ANOTHER_LINK,
	OF_THE_LINK,
	LINK_LOCAL,
	IN_THE_SUBNET,
};

/* Rate an address of ours as the source of a probe over a link. */
static enum fitness fitness_of(const struct host_address *address,
			       uint32_t ifindex, const struct address *target)
{
	bool link_local = address_is_link_local(&address->local);

	if (address->unusable ||
	    address_is_ipv4(&address->local) != address_is_ipv4(target))
		return UNFIT;
	if (address->ifindex != ifindex)
		return link_local ? UNFIT : OF_ANOTHER_LINK;
	if (prefix_contains(&address->subnet, target))
		return IN_THE_SUBNET;
	return link_local ? LINK_LOCAL : OF_THE_LINK;
}

struct address host_source_address(const struct host *host, uint32_t ifindex,
				   const struct address *target)
{
	struct address source = { 0 };
	enum fitness best = UNFIT;

	if (address_is_ipv4(target))
		source = address_from_ipv4(INADDR_ANY);
	for (size_t i = 0; i < host->address_count; i++) {
		const struct host_address *address = &host->addresses[i];
		enum fitness fitness = fitness_of(address, ifindex, target);

		if (fitness <= best)
			continue;
		best = fitness;
		source = address->local;
	}
	return source;
}

struct address host_own_address(const struct host *host, uint32_t ifindex,
				bool ipv4)
{
	struct address found = { 0 };

	for (size_t i = 0; i < host->address_count; i++) {
		const struct host_address *address = &host->addresses[i];

		if (address->ifindex != ifindex || address->unusable ||
		    address_is_ipv4(&address->local) != ipv4)
			continue;
		if (!address_is_link_local(&address->local))
			return address->local;
		if (address_is_zero(&found))
			found = address->local;
	}
	return found;
}

bool host_has_own_address(const struct host *host, uint32_t ifindex,
			  const struct address *address)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (host->addresses[i].ifindex == ifindex &&
		    !host->addresses[i].unusable &&
		    address_equal(&host->addresses[i].local, address))
			return true;
	return false;
}

uint64_t host_sum_addresses(const struct host *host, host_address_fn *counts,
			    void *context)
{
	/* Only the host chooses its addresses: no secret is needed. */
	static const struct keyed_hash_secret secret;
	uint64_t sum = 0;

	for (size_t i = 0; i < host->address_count; i++) {
		const struct host_address *address = &host->addresses[i];

		if (!counts(address, context))
			continue;
		sum += keyed_hash(&secret, &address->local,
				  sizeof(address->local)) +
		       keyed_hash(&secret, &address->subnet,
				  sizeof(address->subnet));
	}
	return sum;
}
