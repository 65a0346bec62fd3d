// SPDX-License-Identifier: BSD-2-Clause
/* The checks of the host while the agent runs. See host_watch.h. */

#include "host_watch.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "core/background.h"
#include "core/log.h"
#include "nexthop/tracker.h"

enum {
	SOON_S = 1,
};

/* ------------------------------------------------------------- the question */

static bool has_vips(const struct config *config, bool ipv4)
{
	for (size_t i = 0; i < config->lists.vip_count; i++)
		if (address_is_ipv4(
			    &config->lists.vip_entries[i].rib.prefix.address) ==
		    ipv4)
			return true;
	return false;
}

static void add_question_port(const struct host_watch *watch, const char *name,
			      struct check_question *question)
{
	const struct nexthop_link *link =
		tracker_link_by_name(watch->tracker, name);
	struct check_port *port = &question->ports[question->port_count++];

	memcpy(port->name, link ? link->name : name, sizeof(port->name));
	port->has_nexthops = link &&
			     tracker_uses_port(watch->tracker, link->ifindex);
	port->has_vlans = link &&
			  tracker_has_vlans(watch->tracker, link->ifindex);
}

static uint32_t count_tracked(const struct tracker *tracker)
{
	const struct nexthop *nexthop = NULL;
	uint32_t count = 0;

	while ((nexthop = tracker_next(tracker, nexthop)))
		count++;
	return count;
}

static void prepare_question(struct host_watch *watch)
{
	const struct datapath_options *options = &watch->config->datapath;
	struct check_question *question = &watch->question;

	memcpy(watch->bpffs, options->bpffs, sizeof(watch->bpffs));
	*question = (struct check_question){
		.root = "",
		.bpffs = watch->bpffs,
		.running = true,
		.generic = options->mode == DATAPATH_GENERIC,
		.ipv4 = has_vips(watch->config, true),
		.ipv6 = has_vips(watch->config, false),
		.nexthops = count_tracked(watch->tracker),
	};
	for (size_t i = 0; i < options->interface_count && i < CHECK_MAX_PORTS;
	     i++)
		add_question_port(watch, options->interfaces[i], question);
}

/* ------------------------------------------------------------- the answer */

static bool is_complaint(const struct check_finding *finding)
{
	return finding && finding->level != CHECK_OK;
}

static void tell_change(const struct check_finding *finding)
{
	const char *interface = finding->interface;
	const struct event_objects objects = {
		.interface = interface[0] ? interface : NULL,
	};
	char line[CHECK_LINE_SIZE];

	check_finding_format(finding, line);
	if (is_complaint(finding))
		log_event(EVENT_HOST_COMPLAINT, &objects, "%s", line);
	else
		log_event(EVENT_HOST_MENDED, &objects, "%s", line);
}

static void tell_changes(const struct host_watch *watch)
{
	const struct check_report *now = watch->next, *before = watch->report;

	for (size_t i = 0; i < now->count; i++) {
		const struct check_finding *finding = &now->findings[i];
		bool was = is_complaint(check_report_find(before, finding));

		if (is_complaint(finding) != was)
			tell_change(finding);
	}
}

static void wait_seconds(struct host_watch *watch, uint32_t seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	if (event_add(watch->timer, &time))
		log_event(EVENT_MEMORY_SHORT, NULL, "host: nothing is checked");
}

static void run_checks(void *context)
{
	struct host_watch *watch = context;

	check_all(&watch->question, watch->next);
}

static void on_checked(void *context)
{
	struct host_watch *watch = context;
	uint32_t interval_s = watch->config->agent.audit_interval_s;

	tell_changes(watch);
	*watch->report = *watch->next;
	if (interval_s && !watch->hastens)
		wait_seconds(watch, interval_s);
}

static void on_time(evutil_socket_t fd, short what, void *context)
{
	struct host_watch *watch = context;

	(void)fd, (void)what;
	watch->hastens = false;
	if (background_is_busy(watch->background)) {
		host_watch_soon(watch);
		return;
	}
	prepare_question(watch);
	background_start(watch->background);
}

/* ------------------------------------------------------------- life */

int host_watch_begin(struct host_watch *watch)
{
	const struct background_hooks hooks = { .work = run_checks,
						.done = on_checked,
						.context = watch };

	watch->report = calloc(1, sizeof(*watch->report));
	watch->next = calloc(1, sizeof(*watch->next));
	watch->timer = evtimer_new(watch->base, on_time, watch);
	watch->background = background_new(watch->base, &hooks);
	if (!watch->report || !watch->next || !watch->timer ||
	    !watch->background)
		return -ENOMEM;
	wait_seconds(watch, 0);
	return 0;
}

void host_watch_soon(struct host_watch *watch)
{
	if (watch->hastens || !watch->timer)
		return;
	watch->hastens = true;
	wait_seconds(watch, SOON_S);
}

void host_watch_reconfigure(struct host_watch *watch,
			    const struct config *config)
{
	watch->config = config;
	host_watch_soon(watch);
}

void host_watch_release(struct host_watch *watch)
{
	background_free(watch->background);
	if (watch->timer)
		event_free(watch->timer);
	free(watch->report);
	free(watch->next);
}
