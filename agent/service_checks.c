// SPDX-License-Identifier: BSD-2-Clause
/* Checks of the services behind paths. See service_checks.h. */

#include "service_checks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nexthop/service_link.h"
#include "steering/adopt.h"
#include "steering/set.h"

/* ------------------------------------------------------------- options */

static bool is_wanted(const struct config *config)
{
	for (size_t i = 0; i < config->bgp.neighbor_count; i++)
		if (config->bgp.neighbors[i].service.target.kind)
			return true;
	for (size_t i = 0; i < config->rib.static_path_count; i++)
		if (config->rib.static_paths[i].service.target.kind)
			return true;
	return false;
}

/* Return how the service behind a path is checked, or NULL. */
static const struct service_options *options_of(const struct path *path)
{
	const struct path_source *source = path->source;
	const struct service_options *options =
		path_is_static(path) ?
			&source->statics[path->path_id - 1].service :
			&source->service;

	return options->target.kind ? options : NULL;
}

/* ------------------------------------------------------------- paths */

/*
 * True if flows of the VIP may be at the next hop. Its check, which a reload has
 * brought, must end before it says anything about them.
 */
static bool is_served(const struct service_checks *checks,
		      const struct prefix *vip, const struct address *nexthop)
{
	const struct steering_set *set =
		steering_wanted_set(checks->steering, vip);
	const struct member *member = set ? set_find(set, nexthop) : NULL;

	return member && member->weight;
}

enum path_reason service_checks_path(struct service_checks *checks,
				     const struct route *route,
				     const struct path *path)
{
	const struct service_options *options = options_of(path);
	const struct prefix *vip = &route->node.prefix;
	const struct address *nexthop;
	const struct service_check *check;

	if (!options)
		return REASON_NONE;
	nexthop = rib_nexthop_address(path->attributes->nexthop);
	check = services_find(checks->services, vip, nexthop);
	check = services_want(checks->services, vip, nexthop, options,
			      takeover_is_pending(checks->takeover) ||
				      (!check &&
				       is_served(checks, vip, nexthop)));
	if (!check || service_state_is_usable(&check->state))
		return REASON_NONE;
	return check->state.verdict == SERVICE_FAILING ? REASON_CHECK_FAILED :
							 REASON_CHECK_PENDING;
}

void service_checks_decided(struct service_checks *checks,
			    const struct route *route)
{
	const struct prefix *vip = &route->node.prefix;

	if (!checks->services || !services_begin(checks->services, vip))
		return;
	for (const struct path *path = route->paths; path; path = path->next)
		if (path->import == IMPORT_ACCEPTED && options_of(path))
			services_keep(
				checks->services, vip,
				rib_nexthop_address(path->attributes->nexthop));
	services_end(checks->services, vip);
}

/* ------------------------------------------------------------- hooks */

static void on_changed(const struct service_check *check, void *context)
{
	struct service_checks *checks = context;

	rib_vip_changed(checks->rib, &check->vip->node.prefix);
}

static const struct nexthop *find_nexthop(const struct address *nexthop,
					  void *context)
{
	const struct service_checks *checks = context;

	return tracker_find(checks->tracker, nexthop);
}

static struct address own_address(uint32_t ifindex, bool ipv4, void *context)
{
	const struct service_checks *checks = context;

	return tracker_own_address(checks->tracker, ifindex, ipv4);
}

static int send_segment_to(uint32_t ifindex, const uint8_t mac[MAC_SIZE],
			   const uint8_t *packet, size_t size, void *context)
{
	const struct service_checks *checks = context;

	return service_link_send(checks->link, ifindex, mac, packet, size);
}

static bool read_packets(void *context)
{
	const struct service_checks *checks = context;

	return service_link_read(checks->link);
}

static void on_packet(const uint8_t *packet, size_t size, uint32_t ifindex,
		      const uint8_t mac[MAC_SIZE], void *context)
{
	const struct service_checks *checks = context;

	services_take(checks->services, packet, size, ifindex, mac);
}

static void on_packets_read(void *context)
{
	const struct service_checks *checks = context;

	services_wait(checks->services);
}

/* ------------------------------------------------------------- life */

static int open_services(struct service_checks *checks, uint16_t gue_port)
{
	const struct service_link_callbacks callbacks = {
		.packet = on_packet,
		.drained = on_packets_read,
		.context = checks,
	};
	const struct services_hooks hooks = {
		.changed = on_changed,
		.find_nexthop = find_nexthop,
		.own_address = own_address,
		.send = send_segment_to,
		.read_answers = read_packets,
		.context = checks,
	};
	int code = 0;

	if (!checks->link)
		code = service_link_new(checks->base, &callbacks,
					&checks->link);
	if (!code)
		checks->services = services_new(checks->base,
						service_link_port(checks->link),
						gue_port, &hooks);
	return !code && !checks->services ? -ENOMEM : code;
}

int service_checks_open(struct service_checks *checks,
			const struct config *config, char *error, size_t size)
{
	int code = 0;

	if (!checks->services && is_wanted(config))
		code = open_services(checks, config->steering.gue_port);
	if (code)
		snprintf(error, size, "sockets of check= not opened: %s",
			 strerror(-code));
	return code;
}

void service_checks_release(struct service_checks *checks)
{
	services_free(checks->services);
	service_link_free(checks->link);
}
