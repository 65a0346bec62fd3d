// SPDX-License-Identifier: BSD-2-Clause
/* The program `mark` on the ports. See marker.h. */

#include "datapath/marker.h"

#include "core/log.h"
#include "datapath/attach.h"
#include "datapath/datapath_internal.h"
#include "datapath/failure.h"
#include "datapath/pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

enum {
	/* Linux 6.6; the headers may be older */
	TCX_INGRESS = 46,
	TCX_FIRST = 1 << 3, /* BPF_F_BEFORE, relative to nothing */
	/* The filter is the first of all, as it lets all packets go on. */
	FILTER_PRIORITY = 1,
	FILTER_HANDLE = 0x4847,
};

/* ------------------------------------------------------------- link */

static uint32_t mark_link_ifindex(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return 0;
	/* The first field of all links to interfaces */
	return info.xdp.ifindex;
}

static uint32_t mark_link_program(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(link, &info, &size) ? 0 : info.prog_id;
}

static void drop_mark_link(const struct datapath *dp, const char *name,
			   int link)
{
	bpf_link_detach(link);
	pins_remove(&dp->pins, PIN_MARK, name, link);
	close(link);
}

/* Take over the link of an earlier run, if it is still on this interface. */
static int find_mark_link(const struct datapath *dp, const struct port *port)
{
	int link = pins_get(&dp->pins, PIN_MARK, port->name);

	if (link < 0)
		return NO_LINK;
	if (mark_link_ifindex(link) == port->ifindex &&
	    !bpf_link_update(link, dp->marker, NULL))
		return link;
	drop_mark_link(dp, port->name, link);
	return NO_LINK;
}

static int make_mark_link(const struct datapath *dp, const struct port *port)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = TCX_FIRST);
	struct datapath_error ignored;
	int link = bpf_link_create(dp->marker, (int)port->ifindex,
				   (enum bpf_attach_type)TCX_INGRESS, &options);

	if (link < 0)
		return link;
	if (!pins_add(&dp->pins, PIN_MARK, port->name, link, &ignored))
		return link;
	bpf_link_detach(link);
	close(link);
	return -EEXIST;
}

/* ------------------------------------------------------------- filter */

static struct bpf_tc_hook hook_of(const struct port *port)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = (int)port->ifindex,
		.attach_point = BPF_TC_INGRESS,
	};
}

static int make_filter(const struct datapath *dp, const struct port *port)
{
	struct bpf_tc_hook hook = hook_of(port);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY, .prog_fd = dp->marker,
		    .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, &options);
}

/* The clsact qdisc stays: others may have filters there. */
static void drop_filter(const struct port *port)
{
	struct bpf_tc_hook hook = hook_of(port);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);

	bpf_tc_detach(&hook, &options);
}

static uint32_t filter_program(const struct port *port)
{
	struct bpf_tc_hook hook = hook_of(port);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);

	return bpf_tc_query(&hook, &options) ? 0 : options.prog_id;
}

/* ------------------------------------------------------------- either */

static uint32_t marker_id(const struct datapath *dp)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(dp->marker, &info, &size) ? 0 : info.id;
}

void marker_attach(struct datapath *dp, struct port *port)
{
	int err = 0;

	port->mark_link = NO_LINK;
	port->mark_filter = false;
	if (dp->marker < 0)
		return;
	failure_forget();
	port->mark_link = find_mark_link(dp, port);
	if (port->mark_link == NO_LINK)
		port->mark_link = make_mark_link(dp, port);
	if (port->mark_link < 0) {
		port->mark_link = NO_LINK;
		err = make_filter(dp, port);
		port->mark_filter = !err;
	}
	port_publish(dp, (uint32_t)(port - dp->ports));
	if (err)
		log_event(EVENT_INTERFACE_UNMARKED,
			  &(struct event_objects){ .interface = port->name },
			  "the tc program is not attached: %s (%s); "
			  "packets that the kernel forwards (too big, "
			  "unusual headers) may go to another server of "
			  "their VIP than the rest of their flow; "
			  "--handed-up-mark off does without",
			  strerror(-err), failure_reason());
}

void marker_leave(struct port *port)
{
	if (port->mark_link != NO_LINK)
		close(port->mark_link);
	port->mark_link = NO_LINK;
}

void marker_detach(struct datapath *dp, struct port *port)
{
	if (port->mark_link != NO_LINK)
		drop_mark_link(dp, port->name, port->mark_link);
	if (port->mark_filter)
		drop_filter(port);
	port->mark_link = NO_LINK;
	port->mark_filter = false;
	port_publish(dp, (uint32_t)(port - dp->ports));
}

bool marker_is_in_force(const struct datapath *dp, const struct port *port)
{
	uint32_t id;

	if (dp->marker < 0)
		return true;
	id = marker_id(dp);
	if (port->mark_filter)
		return filter_program(port) == id;
	return port->mark_link != NO_LINK &&
	       mark_link_ifindex(port->mark_link) == port->ifindex &&
	       mark_link_program(port->mark_link) == id;
}

static bool is_marking_port(const struct datapath *dp, const char *pin)
{
	for (uint32_t i = 0; i < dp->port_count; i++)
		if (dp->ports[i].mark_link != NO_LINK &&
		    pins_match(pin, dp->ports[i].name))
			return true;
	return false;
}

static void drop_stale_mark(const char *pin, void *context)
{
	const struct datapath *dp = context;
	int link;

	if (is_marking_port(dp, pin))
		return;
	link = pins_get(&dp->pins, PIN_MARK, pin);
	if (link >= 0)
		drop_mark_link(dp, pin, link);
}

void marker_detach_stale(struct datapath *dp)
{
	pins_visit(&dp->pins, PIN_MARK, drop_stale_mark, dp);
}
