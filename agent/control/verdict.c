// SPDX-License-Identifier: BSD-2-Clause
/* The state of the agent in one word. See verdict.h. */

#include "control/verdict.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>

#include "bgp/codec/text.h"
#include "bgp/session/neighbor_gone.h"
#include "bgp/session/speaker.h"
#include "core/audit_report.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/takeover_report.h"
#include "datapath/datapath.h"
#include "host/check.h"
#include "nexthop/services.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"
#include "steering/steering.h"

enum {
	REASON_SIZE = 384,
	NAMED = 3, /* objects of a reason */
};

const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_HEALTHY] = "healthy",
	[VERDICT_DEGRADED] = "degraded",
	[VERDICT_NOT_FORWARDING] = "not_forwarding",
};

struct judge {
	enum verdict verdict;
	struct json_object *reasons;
};

static void add_verdict(struct judge *judge, enum verdict verdict,
			const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_verdict(struct judge *judge, enum verdict verdict,
			const char *format, ...)
{
	char text[REASON_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (verdict > judge->verdict)
		judge->verdict = verdict;
	json_object_array_add(judge->reasons, json_object_new_string(text));
}

/* Names of some objects, and how many there are in all. */
struct names {
	char buffer[REASON_SIZE / 2];
	struct text text;
	size_t count;
};

static void add_name(struct names *names, const char *name)
{
	if (!names->count)
		names->text = text_of(names->buffer, sizeof(names->buffer));
	if (names->count < NAMED)
		text_add(&names->text, "%s%s", names->count ? ", " : "", name);
	else if (names->count == NAMED)
		text_add(&names->text, " and others");
	names->count++;
}

static void name_server_of(struct names *names, const struct address *address)
{
	const char *name = log_name_of(address);
	char text[ADDRESS_TEXT_SIZE];

	add_name(names, name ? name : address_format(address, text));
}

static void judge_interfaces(struct judge *judge,
			     const struct control_view *view)
{
	const struct datapath_options *options = view->datapath_options;
	struct names missing = { .count = 0 };
	size_t attached = 0;

	for (size_t i = 0; i < options->interface_count; i++) {
		const struct nexthop_link *link = tracker_link_by_name(
			view->tracker, options->interfaces[i]);
		bool runs = link &&
			    datapath_is_attached(view->datapath, link->ifindex);

		attached += runs;
		if (!runs || !link->up)
			add_name(&missing, options->interfaces[i]);
	}
	if (!attached)
		add_verdict(judge, VERDICT_NOT_FORWARDING,
			    "the program is attached to no interface");
	else if (missing.count)
		add_verdict(judge, VERDICT_DEGRADED,
			    "%zu of %zu interfaces down or not attached: %s",
			    missing.count, options->interface_count,
			    missing.buffer);
}

static void judge_vips(struct judge *judge, const struct control_view *view)
{
	const struct rib_totals totals = rib_totals(view->rib);
	const struct steering_totals steering = steering_totals(view->steering);
	uint32_t waiting = steering.vips[STEERING_WAITING];

	if (!totals.forwarding)
		add_verdict(judge, VERDICT_NOT_FORWARDING,
			    "no VIP has a living server");
	else if (totals.forwarding < totals.learned)
		add_verdict(judge, VERDICT_DEGRADED,
			    "%zu of %zu VIPs not forwarding",
			    totals.learned - totals.forwarding, totals.learned);
	if (waiting)
		add_verdict(judge, VERDICT_DEGRADED,
			    "%" PRIu32 " VIPs wait for a table: raise --groups",
			    waiting);
}

static void judge_neighbors(struct judge *judge,
			    const struct control_view *view)
{
	struct names down = { .count = 0 };
	const struct bgp_neighbor *neighbor;
	uint64_t now_ms = clock_now_ms();
	size_t expected = 0, upstreams = 0, upstreams_up = 0;

	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link) {
		bool upstream = neighbor->options.role ==
				NEIGHBOR_ROLE_UPSTREAM;

		if (!bgp_neighbor_is_expected(neighbor, now_ms))
			continue;
		expected++;
		upstreams += upstream;
		upstreams_up += upstream && neighbor->session;
		if (!neighbor->session && address_is_zero(&neighbor->address))
			add_name(&down, neighbor->options.interface);
		else if (!neighbor->session)
			name_server_of(&down, &neighbor->address);
	}
	if (upstreams && !upstreams_up)
		add_verdict(judge, VERDICT_DEGRADED,
			    "no upstream is up: nothing is announced");
	if (down.count)
		add_verdict(judge, VERDICT_DEGRADED,
			    "%zu of %zu neighbors down: %s", down.count,
			    expected, down.buffer);
}

static void judge_nexthops(struct judge *judge, const struct control_view *view)
{
	const struct nexthop *nexthop = NULL;
	struct names dead = { .count = 0 };
	size_t total = 0;

	while ((nexthop = tracker_next(view->tracker, nexthop))) {
		total++;
		if (!nexthop_is_alive(nexthop))
			name_server_of(&dead, &nexthop->address);
	}
	if (dead.count)
		add_verdict(judge, VERDICT_DEGRADED,
			    "%zu of %zu next hops dead: %s", dead.count, total,
			    dead.buffer);
}

static void judge_checks(struct judge *judge, const struct control_view *view)
{
	size_t failing;

	if (!view->services)
		return;
	failing = services_totals(view->services).checks[SERVICE_FAILING];
	if (failing)
		add_verdict(judge, VERDICT_DEGRADED,
			    "%zu checks of services fail", failing);
}

/* A failure of the host costs traffic; a warning may never matter. */
static void judge_host(struct judge *judge, const struct control_view *view)
{
	for (size_t i = 0; i < view->host->count; i++) {
		const struct check_finding *finding = &view->host->findings[i];
		char line[CHECK_LINE_SIZE];

		if (finding->level == CHECK_FAILURE)
			add_verdict(judge, VERDICT_DEGRADED, "%s: %s",
				    finding->interface,
				    check_finding_format(finding, line));
	}
}

enum verdict verdict_of(const struct control_view *view,
			struct json_object *reasons)
{
	struct judge judge = { VERDICT_HEALTHY, reasons };

	judge_interfaces(&judge, view);
	judge_vips(&judge, view);
	if (!view->audit->in_sync)
		add_verdict(&judge, VERDICT_DEGRADED, "%s", view->audit->why);
	judge_neighbors(&judge, view);
	judge_nexthops(&judge, view);
	judge_checks(&judge, view);
	judge_host(&judge, view);
	if (takeover_report_is_running(view->takeover))
		add_verdict(&judge, VERDICT_DEGRADED,
			    "%zu of %zu VIPs wait for the end of the takeover",
			    view->takeover->vips_waiting, view->takeover->vips);
	return judge.verdict;
}
