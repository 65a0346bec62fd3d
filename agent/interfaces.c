// SPDX-License-Identifier: BSD-2-Clause
/*
 * The interfaces of the configuration and the program on them: attached at the
 * start, when one appears, and, where an earlier run left a program, when the
 * new tables know as much as the old ones.
 */

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "core/log.h"
#include "nexthop/vlan_offload.h"
#include "wires.h"

enum {
	/*
	 * A program left by an earlier run forwards until the new tables have
	 * not changed for the first of these times, or the second is over.
	 */
	TAKEOVER_SETTLE_S = 2,
	TAKEOVER_LATEST_S = 30,
};

/* In generic mode the tag is still beside the frame when that leaves. */
static const char *harm_of_hidden_tags(const struct agent *agent,
				       uint32_t ifindex)
{
	return datapath_mode(agent->datapath, ifindex) == DATAPATH_GENERIC ?
		       "what it forwards keeps the tag it came with, and ends "
		       "in the wrong VLAN" :
		       "priorities are lost";
}

/* VLANs are in use where a device of one is on top of the interface. */
static bool hides_tags(const struct agent *agent,
		       const struct nexthop_link *link)
{
	return link && tracker_has_vlans(agent->tracker, link->ifindex) &&
	       vlan_offload_strips(link->name);
}

/* Once for each time an interface begins to. */
static void warn_of_hidden_tags(struct agent *agent)
{
	for (size_t i = 0; i < agent->config->datapath.interface_count; i++) {
		const char *name = agent->config->datapath.interfaces[i];
		const struct nexthop_link *link =
			tracker_link_by_name(agent->tracker, name);
		bool hidden = hides_tags(agent, link);

		if (hidden && !agent->tags_hidden[i])
			log_warning("datapath",
				    "%s: the driver takes VLAN tags off before "
				    "the program sees them: %s; `ethtool -K %s "
				    "rxvlan off` leaves them on",
				    name,
				    harm_of_hidden_tags(agent, link->ifindex),
				    name);
		agent->tags_hidden[i] = hidden;
	}
}

static int attach(struct agent *agent, const char *name)
{
	const struct nexthop_link *link =
		tracker_link_by_name(agent->tracker, name);
	struct datapath_error error;
	int code;

	if (!link)
		return 0; /* picked up when it appears */
	code = datapath_attach(agent->datapath, link->ifindex, name, link->mac,
			       &error);
	if (code) {
		log_error("datapath", "%s", error.text);
		return code;
	}
	log_info("datapath", "%s: attached, %s mode", name,
		 datapath_mode_names[datapath_mode(agent->datapath,
						   link->ifindex)]);
	return 0;
}

/* All are ports before the first is attached: frames leave by any of them. */
static int add_ports(struct agent *agent)
{
	struct datapath_error error;

	for (size_t i = 0; i < agent->config->datapath.interface_count; i++) {
		const char *name = agent->config->datapath.interfaces[i];
		const struct nexthop_link *link =
			tracker_link_by_name(agent->tracker, name);
		int code;

		if (!link)
			continue;
		code = datapath_add_port(agent->datapath, link->ifindex, name,
					 link->mac, &error);
		if (code) {
			log_error("datapath", "%s", error.text);
			return code;
		}
	}
	return 0;
}

static int attach_all(struct agent *agent)
{
	struct datapath_error error;
	int code;

	evtimer_del(agent->takeover);
	code = add_ports(agent);
	if (code)
		return code;
	for (size_t i = 0; i < agent->config->datapath.interface_count; i++) {
		code = attach(agent, agent->config->datapath.interfaces[i]);
		if (code)
			return code;
	}
	datapath_detach_stale(agent->datapath);
	agent->attached = true;
	warn_of_hidden_tags(agent);
	code = datapath_pin_maps(agent->datapath, &error);
	if (code)
		log_error("datapath", "%s", error.text);
	return code;
}

static bool is_ours(const struct agent *agent, const char *name)
{
	for (size_t i = 0; i < agent->config->datapath.interface_count; i++)
		if (!strcmp(agent->config->datapath.interfaces[i], name))
			return true;
	return false;
}

static void port_changed(struct agent *agent, const struct nexthop_link *link)
{
	if (!link->mtu) {
		log_warning("datapath", "%s: the interface has gone",
			    link->name);
		datapath_detach(agent->datapath, link->ifindex);
	} else if (datapath_mode(agent->datapath, link->ifindex) ==
		   DATAPATH_AUTO) {
		attach(agent, link->name);
	} else {
		datapath_update_port_mac(agent->datapath, link->ifindex,
					 link->mac);
	}
}

void interfaces_link_changed(const struct nexthop_link *link, void *context)
{
	struct agent *agent = context;

	if (!agent->attached)
		return;
	if (is_ours(agent, link->name))
		port_changed(agent, link);
	warn_of_hidden_tags(agent);
}

static void on_takeover(evutil_socket_t fd, short what, void *context)
{
	struct agent *agent = context;

	(void)fd, (void)what;
	if (agent->attached)
		return;
	agent->failed = attach_all(agent);
	if (agent->failed)
		event_base_loopbreak(agent->base);
	else
		wire_tables_complete(agent);
}

int interfaces_init(struct agent *agent)
{
	agent->takeover = evtimer_new(agent->base, on_takeover, agent);
	return agent->takeover ? 0 : -ENOMEM;
}

int interfaces_start(struct agent *agent, char error[AGENT_ERROR_SIZE])
{
	const struct timeval latest = { .tv_sec = TAKEOVER_LATEST_S };
	int code;

	if (datapath_has_previous(agent->datapath)) {
		log_info("datapath",
			 "a former run's program forwards until the new tables "
			 "have settled, at most %d s",
			 TAKEOVER_LATEST_S);
		evtimer_add(agent->takeover, &latest);
		return 0;
	}
	code = attach_all(agent);
	if (code)
		snprintf(error, AGENT_ERROR_SIZE,
			 "the program could not be attached: see above");
	return code;
}

void interfaces_tables_changed(struct agent *agent)
{
	const struct timeval settle = { .tv_sec = TAKEOVER_SETTLE_S };

	if (!agent->attached && steering_next_vip(agent->steering, NULL))
		evtimer_add(agent->takeover, &settle);
}
