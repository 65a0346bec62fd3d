// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel's own routes: to each VIP one that follows its set, to the ranges
 * they are in one that leads nowhere.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "core/log.h"
#include "fib/kernel_routes.h"
#include "wires.h"

enum {
	/* For the servers' sessions to come back, as for a former program. */
	FORMER_ROUTES_S = 30,
};

static bool has_vips(const struct fib_options *options, bool ipv6)
{
	for (size_t i = 0; i < options->range_count; i++)
		if (address_is_ipv4(&options->ranges[i].address) != ipv6)
			return true;
	return false;
}

static void warn_of_forwarding(const struct fib_options *options, bool ipv6)
{
	if (!has_vips(options, ipv6) || kernel_routes_forwards(ipv6))
		return;
	log_warning("nexthop",
		    "this host does not forward %s: what the program hands to "
		    "the kernel (TTL expired, too big) is dropped unanswered, "
		    "so traceroute and path MTU discovery end here; set %s=1",
		    ipv6 ? "IPv6" : "IPv4",
		    ipv6 ? "net.ipv6.conf.all.forwarding" :
			   "net.ipv4.ip_forward");
}

/*
 * As routers do with what they aggregate (RFC 4632 5.1). Neighbors and servers
 * are in no such range: config_check.c, config_path.c.
 */
static int keep_ranges(struct agent *agent)
{
	const struct fib_options *options = &agent->config->fib;
	int code = 0;

	for (size_t i = 0; i < options->range_count && !code; i++)
		code = kernel_routes_keep(agent->kernel_routes,
					  &options->ranges[i]);
	return code;
}

int wire_kernel_routes(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	int code = kernel_routes_new(agent->base, FORMER_ROUTES_S,
				     &agent->kernel_routes);

	if (code) {
		snprintf(error, AGENT_ERROR_SIZE,
			 "reading routes by netlink failed: %s",
			 strerror(-code));
		return code;
	}
	warn_of_forwarding(&agent->config->fib, false);
	warn_of_forwarding(&agent->config->fib, true);
	return keep_ranges(agent);
}

/* Somebody serves it, or will as soon as he lives. */
static bool is_served(const struct route *route)
{
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->import == IMPORT_ACCEPTED)
			return true;
	return false;
}

static void set_route(struct agent *agent, const struct prefix *vip,
		      const struct member *members, size_t count)
{
	struct route_hop *hops = calloc(count + 1, sizeof(*hops));
	char text[PREFIX_TEXT_SIZE];
	size_t used = 0;

	for (size_t i = 0; hops && i < count; i++) {
		const struct nexthop *nexthop =
			tracker_find(agent->tracker, &members[i].address);

		if (nexthop && nexthop->ifindex)
			hops[used++] = (struct route_hop){
				.via = nexthop->via,
				.ifindex = nexthop->ifindex,
				.weight = members[i].weight,
			};
	}
	if (!hops || kernel_routes_set(agent->kernel_routes, vip, hops, used))
		log_error("nexthop",
			  "%s: no route in the kernel: out of memory",
			  prefix_format(vip, text));
	free(hops);
}

/*
 * A VIP that has not lived yet is answered by the route of its range: it is not
 * worth one of its own, of which there might be any number.
 */
void wire_kernel_route(struct agent *agent, const struct route *route,
		       const struct member *members)
{
	const struct prefix *vip = &route->node.prefix;

	if (!is_served(route))
		kernel_routes_remove(agent->kernel_routes, vip);
	else if (route->selected ||
		 kernel_routes_has(agent->kernel_routes, vip))
		set_route(agent, vip, members, route->selected);
}
