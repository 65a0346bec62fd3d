// SPDX-License-Identifier: BSD-2-Clause
/*
 * The pins, and what the program reads in its own data, beside what is wanted
 * there. attach.c does the same for links, vips.c for entries of VIPs, and
 * steering/audit.c for all that it has written.
 */

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "core/audit_report.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

/* ------------------------------------------------------------- pins */

static void compare_pin(const struct datapath *dp, enum pin_kind kind,
			const char *name, int object,
			struct audit_report *report)
{
	struct datapath_error error;
	char text[AUDIT_TEXT_SIZE];

	if (pins_holds(&dp->pins, kind, name, object))
		return;
	if (pins_add(&dp->pins, kind, name, object, &error)) {
		snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1,
			 error.text);
		audit_report_add(report, AUDIT_PIN, 1, false, text);
		return;
	}
	snprintf(text, sizeof(text),
		 "%s: pin had been removed or replaced; pinned again", name);
	audit_report_add(report, AUDIT_PIN, 1, true, text);
}

static void compare_pins(const struct datapath *dp, struct audit_report *report)
{
	const struct bpf_map *map;

	if (dp->maps_pinned)
		bpf_object__for_each_map(map, dp->object)
			compare_pin(dp, PIN_MAP, bpf_map__name(map),
				    bpf_map__fd(map), report);
	for (uint32_t i = 0; i < dp->port_count; i++)
		if (port_is_attached(&dp->ports[i]))
			compare_pin(dp, PIN_LINK, dp->ports[i].name,
				    dp->ports[i].link, report);
}

/* ------------------------------------------------------------- settings */

static void report_setting(struct audit_report *report, const char *name,
			   const char *what, bool repaired)
{
	char text[AUDIT_TEXT_SIZE];

	snprintf(text, sizeof(text), "%s: %s had been changed; %s", name, what,
		 repaired ? "written again" : "not written again");
	audit_report_add(report, AUDIT_SETTING, 1, repaired, text);
}

static bool has_tx_port(const struct datapath *dp, uint32_t ifindex)
{
	uint32_t device = 0;

	return !bpf_map_lookup_elem(dp->tx_ports, &ifindex, &device) &&
	       device == ifindex;
}

/* A port that takes no redirects has no entry. */
static void compare_tx_port(struct datapath *dp, const struct port *port,
			    struct audit_report *report)
{
	if (has_tx_port(dp, port->ifindex) == !port->no_redirects)
		return;
	report_setting(report, port->name, "entry in tx_ports",
		       !tx_port_write(dp, port));
}

static void compare_port(struct datapath *dp, uint32_t at,
			 struct audit_report *report)
{
	const struct port *port = &dp->ports[at];
	struct hg_port *published = &dp->program_ports[at];

	if (published->ifindex != port->ifindex ||
	    published->marks != port_is_marking(port) ||
	    memcmp(published->mac, port->mac, sizeof(port->mac))) {
		port_publish(dp, at);
		report_setting(report, port->name, "MAC or ifindex", true);
	}
	if (published->tagged_only != port->tagged_only ||
	    memcmp(&dp->program_vlans[at], &port->vlans, sizeof(port->vlans))) {
		port_publish(dp, at);
		report_setting(report, port->name, "VLANs", true);
	}
	compare_tx_port(dp, port, report);
}

static void compare_flag(uint8_t *flag, bool wanted, const char *name,
			 struct audit_report *report)
{
	if (*flag == wanted)
		return;
	__atomic_store_n(flag, wanted, __ATOMIC_RELEASE);
	report_setting(report, name, "flag for the program", true);
}

/* No packet goes to the slot that means none, so it is never alive. */
static void compare_no_nexthop(struct datapath *dp, struct audit_report *report)
{
	static const struct hg_nexthop none;
	struct hg_nexthop value;

	if (datapath_get_nexthop(dp, HG_NEXTHOP_NONE, &value) ||
	    !memcmp(&value, &none, sizeof(none)))
		return;
	memset(dp->nexthops.words, 0, sizeof(none));
	report_setting(report, "nexthops", "slot 0", true);
}

static void compare_settings(struct datapath *dp, struct audit_report *report)
{
	for (uint32_t i = 0; i < dp->port_count; i++)
		compare_port(dp, i, report);
	for (uint32_t i = dp->port_count; i < HG_MAX_PORTS; i++)
		if (dp->program_ports[i].ifindex) {
			dp->program_ports[i].ifindex = 0;
			report_setting(report, "ports", "an unused one", true);
		}
	compare_flag(&dp->control->capture, dp->capture.rings != NULL,
		     "capture", report);
	compare_flag(&dp->control->accept_martians, dp->accept_martians,
		     "accept_martians", report);
	compare_no_nexthop(dp, report);
}

void datapath_audit(struct datapath *dp, struct audit_report *report)
{
	datapath_audit_links(dp, report);
	compare_pins(dp, report);
	compare_settings(dp, report);
}

void datapath_audit_prefixes(struct datapath *dp, struct audit_report *report)
{
	compare_flag(&dp->control->lpm4, vips_has_prefixes(dp->vips.vip4_lpm),
		     "vip4_lpm", report);
	compare_flag(&dp->control->lpm6, vips_has_prefixes(dp->vips.vip6_lpm),
		     "vip6_lpm", report);
}
