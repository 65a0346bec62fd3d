// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ports: the interfaces that the program is attached to.
 *
 * Each port has a bpf_link of its own, pinned under the interface's name. A
 * pinned link outlives the agent and keeps the program attached, so the next
 * agent finds it and replaces the program by one system call, without a gap. A
 * link is taken over only if it is still on this very interface (another one of
 * the same name may have been created since) and in a wanted mode.
 */

#include "datapath/attach.h"

#include "core/audit_report.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "datapath/failure.h"
#include "datapath/marker.h"
#include "datapath/pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const uint32_t mode_flags[DATAPATH_MODE_COUNT] = {
	[DATAPATH_NATIVE] = XDP_FLAGS_DRV_MODE,
	[DATAPATH_GENERIC] = XDP_FLAGS_SKB_MODE,
};

/* Return the mode of the attached program, DATAPATH_AUTO if there is none. */
static enum datapath_mode attached_mode(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, state);

	if (bpf_xdp_query(ifindex, 0, &state) ||
	    state.attach_mode == XDP_ATTACHED_NONE)
		return DATAPATH_AUTO;
	return state.attach_mode == XDP_ATTACHED_SKB ? DATAPATH_GENERIC :
						       DATAPATH_NATIVE;
}

uint32_t datapath_attached_program(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, state);

	if (bpf_xdp_query((int)ifindex, 0, &state))
		return 0;
	return state.attach_mode == XDP_ATTACHED_SKB ? state.skb_prog_id :
						       state.prog_id;
}

/* True if some port has the program in this mode. */
static bool has_port_in(const struct datapath *dp, enum datapath_mode mode)
{
	for (uint32_t i = 0; i < dp->port_count; i++)
		if (dp->ports[i].link != NO_LINK &&
		    attached_mode(dp->ports[i].ifindex) == mode)
			return true;
	return false;
}

static bool is_occupied(uint32_t ifindex)
{
	return attached_mode(ifindex) != DATAPATH_AUTO;
}

static int create_link(const struct datapath *dp, const struct port *port,
		       enum datapath_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode_flags[mode]);

	return bpf_link_create(dp->program, port->ifindex, BPF_XDP, &options);
}

/*
 * Return the driver's message on why it does not take the program. The kernel
 * reports it only for an attach through netlink, not for a link.
 */
static const char *driver_reason(const struct datapath *dp,
				 const struct port *port,
				 enum datapath_mode mode)
{
	uint32_t flags = mode_flags[mode] | XDP_FLAGS_UPDATE_IF_NOEXIST;

	failure_forget();
	if (!bpf_xdp_attach(port->ifindex, dp->program, flags, NULL))
		bpf_xdp_detach(port->ifindex, flags, NULL);
	return failure_reason();
}

static int refuse_attach(const struct datapath *dp, const struct port *port,
			 enum datapath_mode mode, int code,
			 struct datapath_error *error)
{
	if (is_occupied(port->ifindex))
		return failure(
			error, -EBUSY,
			"%s: has another XDP program; detach it first (`bpftool net` shows it)",
			port->name);
	if (code == -EPERM)
		return failure(error, code,
			       "%s: attaching needs CAP_NET_ADMIN and CAP_BPF",
			       port->name);
	return failure(error, code, "%s: XDP refused in %s mode: %s (%s)",
		       port->name, datapath_mode_names[mode], strerror(-code),
		       driver_reason(dp, port, mode));
}

static void warn_of_generic(const struct datapath *dp, const struct port *port,
			    int code)
{
	log_event(EVENT_INTERFACE_GENERIC,
		  &(struct event_objects){ .interface = port->name },
		  "native XDP refused: %s (%s); trying generic mode, which is "
		  "slower",
		  strerror(-code), driver_reason(dp, port, DATAPATH_NATIVE));
}

/*
 * Create a link, in generic mode if the driver has no native one and the
 * options allow it. Returns its descriptor, or -errno and an error.
 */
static int make_link(const struct datapath *dp, const struct port *port,
		     struct datapath_error *error)
{
	enum datapath_mode mode = dp->mode;
	int link;

	if (mode == DATAPATH_AUTO)
		mode = has_port_in(dp, DATAPATH_GENERIC) ? DATAPATH_GENERIC :
							   DATAPATH_NATIVE;
	link = create_link(dp, port, mode);
	if (link < 0 && link != -EPERM && dp->mode == DATAPATH_AUTO &&
	    mode == DATAPATH_NATIVE && !is_occupied(port->ifindex)) {
		warn_of_generic(dp, port, link);
		mode = DATAPATH_GENERIC;
		link = create_link(dp, port, mode);
	}
	return link < 0 ? refuse_attach(dp, port, mode, link, error) : link;
}

static int attach_new(struct datapath *dp, struct port *port,
		      struct datapath_error *error)
{
	int link, err;

	link = make_link(dp, port, error);
	if (link < 0)
		return link;
	err = pins_add(&dp->pins, PIN_LINK, port->name, link, error);
	if (err) {
		bpf_link_detach(link);
		close(link);
		return err;
	}
	port->link = link;
	return 0;
}

/*
 * Detach explicitly: when the last pin of a link goes, the kernel detaches only
 * after a delay.
 */
static void drop_link(const struct datapath *dp, const char *name, int link)
{
	bpf_link_detach(link);
	pins_remove(&dp->pins, PIN_LINK, name, link);
	close(link);
}

static bool is_xdp_link(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	return !bpf_obj_get_info_by_fd(link, &info, &size) &&
	       info.type == BPF_LINK_TYPE_XDP;
}

static uint32_t link_ifindex(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size) ||
	    info.type != BPF_LINK_TYPE_XDP)
		return 0;
	return info.xdp.ifindex;
}

static bool can_take_over(const struct datapath *dp, const struct port *port,
			  int link)
{
	return link_ifindex(link) == port->ifindex &&
	       (dp->mode == DATAPATH_AUTO ||
		dp->mode == attached_mode(port->ifindex));
}

/* Return the link that an earlier run has left for this port, or NO_LINK. */
static int find_link(const struct datapath *dp, const struct port *port)
{
	int link = pins_get(&dp->pins, PIN_LINK, port->name);

	if (link < 0)
		return NO_LINK;
	if (can_take_over(dp, port, link))
		return link;
	if (is_xdp_link(link))
		drop_link(dp, port->name, link);
	else
		close(link); /* pins_add() refuses its place */
	return NO_LINK;
}

static int take_over_link(const struct datapath *dp, struct port *port,
			  int link, struct datapath_error *error)
{
	int err = bpf_link_update(link, dp->program, NULL);

	if (err) {
		close(link);
		return failure(
			error, err,
			"%s: program of the previous run cannot be replaced: %s",
			port->name, strerror(-err));
	}
	port->link = link;
	log_event(EVENT_INTERFACE_ATTACHED,
		  &(struct event_objects){ .interface = port->name },
		  "taken over from the previous run");
	return 0;
}

/* Return the port's index, or `port_count` if the interface is not a port. */
static uint32_t find_port(const struct datapath *dp, uint32_t ifindex)
{
	uint32_t at = 0;

	while (at < dp->port_count && dp->ports[at].ifindex != ifindex)
		at++;
	return at;
}

/*
 * Write a port for the program, which searches by ifindex: that comes last.
 */
void port_publish(struct datapath *dp, uint32_t at)
{
	const struct port *port = &dp->ports[at];
	struct hg_port *to = &dp->program_ports[at];

	dp->program_vlans[at] = port->vlans;
	memcpy(to->mac, port->mac, sizeof(to->mac));
	to->marks = port_is_marking(port);
	to->tagged_only = port->tagged_only;
	__atomic_store_n(&to->ifindex, port->ifindex, __ATOMIC_RELEASE);
}

int datapath_add_port(struct datapath *dp, uint32_t ifindex, const char *name,
		      const uint8_t mac[DATAPATH_MAC_SIZE],
		      struct datapath_error *error)
{
	struct port *port = &dp->ports[dp->port_count];
	int err;

	if (find_port(dp, ifindex) != dp->port_count)
		return failure(error, -EEXIST, "%s: a port already", name);
	if (dp->port_count == HG_MAX_PORTS)
		return failure(
			error, -ENOSPC,
			"%s: not made a port: limit of %d interfaces reached",
			name, HG_MAX_PORTS);
	err = bpf_map_update_elem(dp->tx_ports, &ifindex, &ifindex, BPF_ANY);
	if (err)
		return failure(error, err, "%s: cannot be a port: %s", name,
			       strerror(-err));
	*port = (struct port){ .ifindex = ifindex,
			       .link = NO_LINK,
			       .mark_link = NO_LINK };
	snprintf(port->name, sizeof(port->name), "%s", name);
	memcpy(port->mac, mac, sizeof(port->mac));
	memset(&port->vlans, 0xff, sizeof(port->vlans));
	port_publish(dp, dp->port_count++);
	return 0;
}

/*
 * Remove a port; the last one moves into its place, so that the list has no
 * gaps.
 */
static void remove_port(struct datapath *dp, uint32_t at)
{
	uint32_t last = --dp->port_count;

	bpf_map_delete_elem(dp->tx_ports, &dp->ports[at].ifindex);
	dp->ports[at] = dp->ports[last];
	port_publish(dp, at);
	dp->program_ports[last].ifindex = 0;
}

static int attach_port(struct datapath *dp, struct port *port,
		       struct datapath_error *error)
{
	int link = find_link(dp, port);

	if (link == NO_LINK)
		return attach_new(dp, port, error);
	return take_over_link(dp, port, link, error);
}

/*
 * Ports exchange frames, and a native program cannot hand a frame to an
 * interface whose driver has no native XDP: the kernel drops it. So with
 * --xdp-mode auto all ports are generic if one has to be.
 */
static int unite_modes(struct datapath *dp, struct datapath_error *error)
{
	int err = 0;

	if (dp->mode != DATAPATH_AUTO || !has_port_in(dp, DATAPATH_GENERIC))
		return 0;
	for (uint32_t i = 0; i < dp->port_count && !err; i++) {
		struct port *port = &dp->ports[i];

		if (port->link == NO_LINK ||
		    attached_mode(port->ifindex) != DATAPATH_NATIVE)
			continue;
		log_event(
			EVENT_INTERFACE_GENERIC,
			&(struct event_objects){ .interface = port->name },
			"changes to generic mode, which is slower, as another "
			"interface has no native one");
		drop_link(dp, port->name, port->link);
		port->link = NO_LINK;
		err = attach_new(dp, port, error);
	}
	return err;
}

int datapath_attach(struct datapath *dp, uint32_t ifindex, const char *name,
		    const uint8_t mac[DATAPATH_MAC_SIZE],
		    struct datapath_error *error)
{
	uint32_t at = find_port(dp, ifindex);
	int err = 0;

	if (at == dp->port_count)
		err = datapath_add_port(dp, ifindex, name, mac, error);
	else if (dp->ports[at].link != NO_LINK)
		err = failure(error, -EEXIST, "%s: attached already", name);
	if (err)
		return err;
	marker_attach(dp, &dp->ports[at]);
	err = attach_port(dp, &dp->ports[at], error);
	if (err) {
		marker_detach(dp, &dp->ports[at]);
		remove_port(dp, at);
	}
	return err ? err : unite_modes(dp, error);
}

bool datapath_is_port(const struct datapath *dp, uint32_t ifindex)
{
	return find_port(dp, ifindex) < dp->port_count;
}

bool datapath_is_attached(const struct datapath *dp, uint32_t ifindex)
{
	uint32_t at = find_port(dp, ifindex);

	return at < dp->port_count && dp->ports[at].link != NO_LINK;
}

int datapath_detach(struct datapath *dp, uint32_t ifindex)
{
	uint32_t at = find_port(dp, ifindex);

	if (at == dp->port_count)
		return -ENOENT;
	if (dp->ports[at].link != NO_LINK)
		drop_link(dp, dp->ports[at].name, dp->ports[at].link);
	marker_detach(dp, &dp->ports[at]);
	remove_port(dp, at);
	return 0;
}

static bool is_ours(const struct datapath *dp, const char *pin)
{
	for (uint32_t i = 0; i < dp->port_count; i++)
		if (pins_match(pin, dp->ports[i].name))
			return true;
	return false;
}

static void drop_if_stale(const char *pin, void *context)
{
	const struct datapath *dp = context;
	int link;

	if (is_ours(dp, pin))
		return;
	link = pins_get(&dp->pins, PIN_LINK, pin);
	if (link < 0)
		return;
	if (!is_xdp_link(link)) {
		close(link);
		return;
	}
	log_event(EVENT_INTERFACE_DETACHED,
		  &(struct event_objects){ .interface = pin },
		  "detached: not a port any more");
	drop_link(dp, pin, link);
}

/* ------------------------------------------------------------- audit */

/* A port without `mark` does no harm, so it is only reported when repaired. */
static void audit_marker(struct datapath *dp, struct port *port,
			 struct audit_report *report)
{
	char text[AUDIT_TEXT_SIZE];

	if (!port_is_marking(port) || marker_is_in_force(dp, port))
		return;
	marker_detach(dp, port);
	marker_attach(dp, port);
	if (!marker_is_in_force(dp, port))
		return;
	snprintf(text, sizeof(text),
		 "%s: another process had detached or replaced the tc program; "
		 "attached again",
		 port->name);
	audit_report_add(report, AUDIT_LINK, 1, true, text);
}

/* True if the port's link is on its interface and runs our program. */
static bool has_our_program(const struct datapath *dp, const struct port *port)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	return port->link != NO_LINK &&
	       !bpf_obj_get_info_by_fd(port->link, &info, &size) &&
	       info.xdp.ifindex == port->ifindex &&
	       info.prog_id == datapath_program_id(dp);
}

/* A link that was detached cannot be used any more: make another one. */
static int restore_port(struct datapath *dp, struct port *port,
			struct datapath_error *error)
{
	if (port->link != NO_LINK &&
	    link_ifindex(port->link) == port->ifindex) {
		int err = bpf_link_update(port->link, dp->program, NULL);

		return err ? failure(error, err,
				     "%s: our program not put back: %s",
				     port->name, strerror(-err)) :
			     0;
	}
	if (port->link != NO_LINK)
		drop_link(dp, port->name, port->link);
	port->link = NO_LINK;
	return attach_new(dp, port, error);
}

static void audit_port(struct datapath *dp, struct port *port,
		       struct audit_report *report)
{
	struct datapath_error error;
	char text[AUDIT_TEXT_SIZE];
	int err;

	if (has_our_program(dp, port))
		return;
	err = restore_port(dp, port, &error);
	if (err)
		snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1,
			 error.text);
	else
		snprintf(text, sizeof(text),
			 "%s: another process had detached or replaced the "
			 "program; attached again",
			 port->name);
	audit_report_add(report, AUDIT_LINK, 1, !err, text);
}

void datapath_audit_links(struct datapath *dp, struct audit_report *report)
{
	for (uint32_t i = 0; i < dp->port_count; i++) {
		audit_port(dp, &dp->ports[i], report);
		audit_marker(dp, &dp->ports[i], report);
	}
}

void datapath_detach_stale(struct datapath *dp)
{
	pins_visit(&dp->pins, PIN_LINK, drop_if_stale, dp);
	marker_detach_stale(dp);
}

static void count_pin(const char *name, void *context)
{
	unsigned int *count = context;

	(void)name;
	(*count)++;
}

bool datapath_has_previous(const struct datapath *dp)
{
	unsigned int count = 0;

	pins_visit(&dp->pins, PIN_LINK, count_pin, &count);
	return count;
}

void attach_release(struct datapath *dp, bool keep)
{
	if (!keep)
		while (dp->port_count)
			datapath_detach(dp, dp->ports[0].ifindex);
	for (uint32_t i = 0; i < dp->port_count; i++) {
		if (dp->ports[i].link != NO_LINK)
			close(dp->ports[i].link);
		marker_leave(&dp->ports[i]);
	}
}

enum datapath_mode datapath_mode(const struct datapath *dp, uint32_t ifindex)
{
	if (find_port(dp, ifindex) == dp->port_count)
		return DATAPATH_AUTO;
	return attached_mode(ifindex);
}

int datapath_update_port_mac(struct datapath *dp, uint32_t ifindex,
			     const uint8_t mac[DATAPATH_MAC_SIZE])
{
	uint32_t at = find_port(dp, ifindex);

	if (at == dp->port_count)
		return -ENOENT;
	memcpy(dp->ports[at].mac, mac, DATAPATH_MAC_SIZE);
	port_publish(dp, at);
	return 0;
}

int tx_port_write(const struct datapath *dp, const struct port *port)
{
	uint32_t ifindex = port->ifindex;

	return port->no_redirects ?
		       bpf_map_delete_elem(dp->tx_ports, &ifindex) :
		       bpf_map_update_elem(dp->tx_ports, &ifindex, &ifindex,
					   BPF_ANY);
}

bool datapath_set_redirects(struct datapath *dp, uint32_t ifindex, bool takes)
{
	uint32_t at = find_port(dp, ifindex);
	struct port *port = &dp->ports[at];

	if (at == dp->port_count || port->no_redirects != takes)
		return false;
	port->no_redirects = !takes;
	if (!tx_port_write(dp, port))
		return true;
	port->no_redirects = takes;
	return false;
}

bool datapath_takes_redirects(const struct datapath *dp, uint32_t ifindex)
{
	uint32_t at = find_port(dp, ifindex);

	return at < dp->port_count && !dp->ports[at].no_redirects;
}

int datapath_set_port_vlans(struct datapath *dp, uint32_t ifindex,
			    const struct hg_port_vlans *vlans, bool untagged)
{
	uint32_t at = find_port(dp, ifindex);

	if (at == dp->port_count)
		return -ENOENT;
	dp->ports[at].vlans = *vlans;
	dp->ports[at].tagged_only = !untagged;
	port_publish(dp, at);
	return 0;
}
