// SPDX-License-Identifier: BSD-2-Clause
/* The program on the configured interfaces. See interfaces.h. */

#include "interfaces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit_report.h"
#include "core/background.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "datapath/options.h"
#include "host/redirect_target.h"
#include "host/sysctl.h"
#include "nexthop/tracker.h"

/* The state of a link, as it was reported last. */
enum reported_state {
	LINK_WAS_NOTHING, /* which stands for up */
	LINK_WAS_UP,
	LINK_WAS_DOWN,
	LINK_WAS_GONE,
};

/* Which ports take redirects? */
struct redirect_question {
	size_t count;
	uint32_t ifindexes[DATAPATH_MAX_INTERFACES];
	enum redirect_target answers[DATAPATH_MAX_INTERFACES];
};

struct interfaces {
	const struct datapath_options *options;
	struct datapath *datapath;
	struct tracker *tracker;
	struct interfaces_hooks hooks;
	bool attached;
	bool vlans_changed; /* of the host, since the ports were set */
	enum reported_state reported[DATAPATH_MAX_INTERFACES];
	/* Names that were reported since; empty: the configured one. */
	char devices[DATAPATH_MAX_INTERFACES][INTERFACE_SIZE];
	struct background *background; /* asks the question below */
	struct redirect_question redirects;
};

static void list_device(const struct nexthop_tag tags[NEXTHOP_MAX_TAGS],
			void *context)
{
	struct hg_port_vlans *vlans = context;

	vlans->ids[tags[0].id % HG_VLAN_IDS] |= HG_VLAN_OUTER;
	if (tags[1].protocol)
		vlans->ids[tags[1].id % HG_VLAN_IDS] |= HG_VLAN_INNER;
}

/*
 * Let the program take frames of the VLANs that are configured for the
 * interface, or else of those that have a device here.
 */
static void set_vlans(const struct interfaces *interfaces, size_t index,
		      uint32_t ifindex)
{
	const struct datapath_vlans *configured =
		&interfaces->options->vlans[index];
	struct hg_port_vlans vlans = { 0 };

	if (configured->given)
		datapath_vlans_expand(configured, &vlans);
	else
		tracker_visit_vlans(interfaces->tracker, ifindex, list_device,
				    &vlans);
	datapath_set_port_vlans(interfaces->datapath, ifindex, &vlans,
				!configured->given || configured->untagged);
}

static void set_all_vlans(struct interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->options->interface_count; i++) {
		const struct nexthop_link *link = tracker_link_by_name(
			interfaces->tracker,
			interfaces->options->interfaces[i]);

		if (link)
			set_vlans(interfaces, i, link->ifindex);
	}
	interfaces->vlans_changed = false;
}

static int report_failure(int code, const struct datapath_error *error)
{
	log_event(EVENT_INTERFACE_FAILED, NULL, "%s", error->text);
	return code;
}

/* Interfaces without Ethernet, such as tun and the loopback, have no MAC. */
static bool lacks_mac(const struct nexthop_link *link)
{
	static const uint8_t none[MAC_SIZE];

	return !memcmp(link->mac, none, sizeof(none));
}

static int refuse_without_ethernet(const char *name)
{
	struct datapath_error error;

	snprintf(error.text, sizeof(error.text),
		 "%s: has no MAC, so its packets have no Ethernet header to "
		 "rewrite; name an Ethernet interface",
		 name);
	return report_failure(-EMEDIUMTYPE, &error);
}

/* Make an interface a port, if it exists. */
static int add_port(struct interfaces *interfaces, size_t index)
{
	const char *name = interfaces->options->interfaces[index];
	const struct nexthop_link *link =
		tracker_link_by_name(interfaces->tracker, name);
	struct datapath_error error;
	int code;

	if (!link)
		return 0; /* picked up when it appears */
	if (lacks_mac(link))
		return refuse_without_ethernet(name);
	code = datapath_add_port(interfaces->datapath, link->ifindex, name,
				 link->mac, &error);
	if (code)
		return report_failure(code, &error);
	set_vlans(interfaces, index, link->ifindex);
	tracker_follow_link(interfaces->tracker, link->ifindex, name);
	return 0;
}

/* Make all ports before the first is attached: frames leave by any of them. */
static int add_ports(struct interfaces *interfaces)
{
	int code = 0;

	for (size_t i = 0; i < interfaces->options->interface_count && !code;
	     i++)
		code = add_port(interfaces, i);
	return code;
}

/* Attach to a port, if it exists. */
static int attach_interface(struct interfaces *interfaces, const char *name)
{
	const struct nexthop_link *link =
		tracker_link_by_name(interfaces->tracker, name);
	struct datapath_error error;
	int code;

	if (!link)
		return 0;
	code = datapath_attach(interfaces->datapath, link->ifindex, name,
			       link->mac, &error);
	if (code)
		return report_failure(code, &error);
	log_event(EVENT_INTERFACE_ATTACHED,
		  &(struct event_objects){ .interface = name },
		  "attached, %s mode",
		  datapath_mode_names[datapath_mode(interfaces->datapath,
						    link->ifindex)]);
	return 0;
}

/* ------------------------------------------------------------- redirects */

static void ask_redirects(void *context)
{
	struct redirect_question *question =
		&((struct interfaces *)context)->redirects;

	for (size_t i = 0; i < question->count; i++)
		question->answers[i] =
			redirect_target_of(question->ifindexes[i]);
}

/* Start to ask about all ports that are attached. */
static void check_redirects(struct interfaces *interfaces)
{
	struct redirect_question *question = &interfaces->redirects;

	if (background_is_busy(interfaces->background))
		return;
	question->count = 0;
	for (size_t i = 0; i < interfaces->options->interface_count; i++) {
		const struct nexthop_link *link = tracker_link_by_name(
			interfaces->tracker,
			interfaces->options->interfaces[i]);

		if (link &&
		    datapath_is_attached(interfaces->datapath, link->ifindex))
			question->ifindexes[question->count++] = link->ifindex;
	}
	background_start(interfaces->background);
}

static bool takes_redirects(const struct interfaces *interfaces, size_t i)
{
	const struct redirect_question *question = &interfaces->redirects;

	return datapath_mode(interfaces->datapath, question->ifindexes[i]) ==
		       DATAPATH_GENERIC ||
	       question->answers[i] != REDIRECT_TARGET_NO;
}

/*
 * The kernel drops what is redirected to an interface that does not take it.
 * Frames for such a port are left to the kernel instead, which forwards them to
 * the same next hops.
 */
static void follow_redirects(void *context)
{
	struct interfaces *interfaces = context;
	const struct redirect_question *question = &interfaces->redirects;
	bool changed = false;

	for (size_t i = 0; i < question->count; i++) {
		uint32_t ifindex = question->ifindexes[i];

		if (datapath_is_attached(interfaces->datapath, ifindex))
			changed |= datapath_set_redirects(
				interfaces->datapath, ifindex,
				takes_redirects(interfaces, i));
	}
	if (changed)
		interfaces->hooks.redirects_changed(interfaces->hooks.context);
}

static void report_redirects(const struct interfaces *interfaces,
			     const char *name, struct audit_report *report)
{
	const struct nexthop_link *link =
		tracker_link_by_name(interfaces->tracker, name);
	char text[AUDIT_TEXT_SIZE];

	if (!link ||
	    !datapath_is_attached(interfaces->datapath, link->ifindex) ||
	    datapath_takes_redirects(interfaces->datapath, link->ifindex) ||
	    !tracker_uses_port(interfaces->tracker, link->ifindex))
		return;
	snprintf(text, sizeof(text),
		 "%s: takes no frames from native XDP of other interfaces, and "
		 "this host does not forward them, either",
		 name);
	audit_report_add(report, AUDIT_LINK, 1, false, text);
}

void interfaces_audit(struct interfaces *interfaces,
		      struct audit_report *report)
{
	check_redirects(interfaces);
	/* Frames of a single interface leave where they came in. */
	if (interfaces->options->interface_count < 2 ||
	    sysctl_is_on("/proc/sys/net/ipv4/ip_forward", false) ||
	    sysctl_is_on("/proc/sys/net/ipv6/conf/all/forwarding", false))
		return;
	for (size_t i = 0; i < interfaces->options->interface_count; i++)
		report_redirects(interfaces, interfaces->options->interfaces[i],
				 report);
}

static int pin_maps(struct interfaces *interfaces)
{
	struct datapath_error error;
	int code = datapath_pin_maps(interfaces->datapath, &error);

	if (code)
		log_event(EVENT_START_FAILED, NULL, "%s", error.text);
	return code;
}

/*
 * Adopted tables are pinned already. Pins that are ours go with a failure, so
 * they become ours at the end only.
 */
static int attach_all(struct interfaces *interfaces)
{
	int code;

	code = add_ports(interfaces);
	/* Tables that are pinned and not used yet harm nothing. */
	if (!code && !datapath_is_adopted(interfaces->datapath))
		code = pin_maps(interfaces);
	if (code)
		return code;
	for (size_t i = 0; i < interfaces->options->interface_count; i++) {
		code = attach_interface(interfaces,
					interfaces->options->interfaces[i]);
		if (code)
			return code;
	}
	datapath_detach_stale(interfaces->datapath);
	interfaces->attached = true;
	follow_redirects(interfaces);
	return datapath_is_adopted(interfaces->datapath) ?
		       pin_maps(interfaces) :
		       0;
}

/*
 * Return the number of the configured interface that a link is, or that of them
 * all. Another link may have got the name of one that was renamed.
 */
static size_t find_configured(const struct interfaces *interfaces,
			      const struct nexthop_link *link)
{
	const struct datapath_options *options = interfaces->options;
	const char *name = link->followed[0] ? link->followed : link->name;
	const struct nexthop_link *known =
		tracker_link_by_name(interfaces->tracker, name);
	size_t i = 0;

	if (known && known->ifindex != link->ifindex && known->followed[0])
		return options->interface_count;
	while (i < options->interface_count &&
	       strcmp(options->interfaces[i], name))
		i++;
	return i;
}

static enum reported_state state_of(const struct nexthop_link *link)
{
	if (!link->mtu)
		return LINK_WAS_GONE;
	return link->up ? LINK_WAS_UP : LINK_WAS_DOWN;
}

/* Tell that a link goes or comes back, which may be before it is attached. */
static void tell_state(const char *name, const struct nexthop_link *link,
		       enum reported_state *reported)
{
	const struct event_objects objects = { .interface = name };
	enum reported_state before = *reported, now = state_of(link);

	*reported = now;
	if (now == before || (!before && now == LINK_WAS_UP))
		return;
	if (now == LINK_WAS_GONE)
		log_event(EVENT_INTERFACE_LOST, &objects,
			  "the interface has gone");
	else if (now == LINK_WAS_DOWN)
		log_event(EVENT_LINK_DOWN, &objects,
			  "link down: its next hops are dead");
	else
		log_event(EVENT_LINK_UP, &objects, "link up");
}

/* Tell each new name of a port once. */
static void tell_name(struct interfaces *interfaces, size_t index,
		      const struct nexthop_link *link)
{
	const char *configured = interfaces->options->interfaces[index];
	char *device = interfaces->devices[index];

	if (!link->mtu || !strcmp(device[0] ? device : configured, link->name))
		return;
	snprintf(device, INTERFACE_SIZE, "%s", link->name);
	log_event(EVENT_INTERFACE_RENAMED,
		  &(struct event_objects){ .interface = configured },
		  "is called %s now, and is used on; the next start needs "
		  "--interface %s",
		  link->name, link->name);
}

static void follow_port(struct interfaces *interfaces, size_t index,
			const struct nexthop_link *link)
{
	const char *name = interfaces->options->interfaces[index];

	if (!link->mtu) {
		interfaces->devices[index][0] = '\0';
		datapath_detach(interfaces->datapath, link->ifindex);
		/* Another one may have its name already. */
		link = tracker_link_by_name(interfaces->tracker, name);
		if (!link)
			return;
	}
	if (datapath_is_attached(interfaces->datapath, link->ifindex))
		datapath_update_port_mac(interfaces->datapath, link->ifindex,
					 link->mac);
	else if (datapath_is_port(interfaces->datapath, link->ifindex) ||
		 !add_port(interfaces, index))
		attach_interface(interfaces, name);
}

void interfaces_link_changed(struct interfaces *interfaces,
			     const struct nexthop_link *link)
{
	size_t number = find_configured(interfaces, link);
	bool is_ours = number < interfaces->options->interface_count;

	if (is_ours)
		tell_state(interfaces->options->interfaces[number], link,
			   &interfaces->reported[number]);
	if (!interfaces->attached)
		return;
	if (is_ours) {
		tell_name(interfaces, number, link);
		follow_port(interfaces, number, link);
	}
	follow_redirects(interfaces);
	interfaces->vlans_changed |= link->parent != 0;
}

void interfaces_links_settled(struct interfaces *interfaces)
{
	if (interfaces->attached && interfaces->vlans_changed)
		set_all_vlans(interfaces);
}

void interfaces_take_over(struct interfaces *interfaces)
{
	const struct interfaces_hooks *hooks = &interfaces->hooks;
	int error;

	if (interfaces->attached)
		return;
	error = attach_all(interfaces);
	if (error)
		hooks->failed(error, hooks->context);
	else
		hooks->attached(hooks->context);
}

struct interfaces *interfaces_new(struct event_base *base,
				  const struct datapath_options *options,
				  struct datapath *datapath,
				  struct tracker *tracker,
				  const struct interfaces_hooks *hooks)
{
	struct interfaces *interfaces = calloc(1, sizeof(*interfaces));
	const struct background_hooks asking = {
		.work = ask_redirects,
		.done = follow_redirects,
		.context = interfaces,
	};

	if (!interfaces)
		return NULL;
	interfaces->background = background_new(base, &asking);
	if (!interfaces->background) {
		free(interfaces);
		return NULL;
	}
	interfaces->options = options;
	interfaces->datapath = datapath;
	interfaces->tracker = tracker;
	interfaces->hooks = *hooks;
	return interfaces;
}

void interfaces_free(struct interfaces *interfaces)
{
	if (!interfaces)
		return;
	background_free(interfaces->background);
	free(interfaces);
}

int interfaces_start(struct interfaces *interfaces,
		     char error[INTERFACES_ERROR_SIZE])
{
	int code;

	if (datapath_has_previous(interfaces->datapath) &&
	    !datapath_is_adopted(interfaces->datapath))
		return 0;
	code = attach_all(interfaces);
	if (code)
		snprintf(error, INTERFACES_ERROR_SIZE,
			 "the program is not attached: see above");
	return code;
}

bool interfaces_are_attached(const struct interfaces *interfaces)
{
	return interfaces->attached;
}

void interfaces_reconfigure(struct interfaces *interfaces,
			    const struct datapath_options *options)
{
	interfaces->options = options;
	datapath_accept_martians(interfaces->datapath,
				 options->accept_martians);
	set_all_vlans(interfaces);
}
