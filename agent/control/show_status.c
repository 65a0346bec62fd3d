// SPDX-License-Identifier: BSD-2-Clause
/* The agent's status as JSON. */

#include "control/show.h"

#include <json-c/json.h>
#include <unistd.h>

#include "bgp/session/neighbor_gone.h"
#include "bgp/session/speaker.h"
#include "control/json.h"
#include "control/show_services.h"
#include "control/verdict.h"
#include "core/audit_report.h"
#include "core/bmp_report.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/record_file.h"
#include "core/seed_file.h"
#include "core/takeover_report.h"
#include "core/turn_meter.h"
#include "datapath/datapath.h"
#include "host/json.h"
#include "host/vlan_offload.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"
#include "steering/steering.h"

/* Return NULL for an interface without VLANs: the driver is not asked. */
static const char *vlan_tags(const struct control_view *view,
			     const struct nexthop_link *link)
{
	if (!tracker_has_vlans(view->tracker, link->ifindex))
		return NULL;
	return vlan_offload_strips(link->name) ? "stripped" : "seen";
}

static struct json_object *interface_json(const struct control_view *view,
					  const char *name)
{
	const struct nexthop_link *link =
		tracker_link_by_name(view->tracker, name);
	static const uint8_t no_mac[MAC_SIZE];
	uint32_t program = link ? datapath_attached_program(link->ifindex) : 0;
	struct json_object *out = json_object_new_object();

	json_add_text(out, "name", name);
	json_add_text(out, "device", link ? link->name : NULL);
	json_add_bool(out, "up", link && link->up);
	json_add(out, "ifindex",
		 link ? json_object_new_uint64(link->ifindex) : NULL);
	json_add_mac(out, "mac", link ? link->mac : no_mac);
	json_add_text(out, "mode",
		      link ? datapath_mode_names[datapath_mode(view->datapath,
							       link->ifindex)] :
			     NULL);
	json_add(out, "program_id",
		 program ? json_object_new_uint64(program) : NULL);
	json_add(out, "takes_redirects",
		 link ? json_object_new_boolean(datapath_takes_redirects(
				view->datapath, link->ifindex)) :
			NULL);
	json_add_text(out, "vlan_tags", link ? vlan_tags(view, link) : NULL);
	return out;
}

static struct json_object *interfaces_json(const struct control_view *view)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < view->datapath_options->interface_count; i++)
		json_object_array_add(
			list,
			interface_json(view,
				       view->datapath_options->interfaces[i]));
	return list;
}

/* Count those that should have a session, and those that need not. */
static struct json_object *neighbor_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	const uint64_t now_ms = clock_now_ms();
	const struct bgp_neighbor *neighbor;
	uint64_t expected = 0, established = 0, shut_down = 0, total = 0;
	uint64_t dynamic = 0;

	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link) {
		total++;
		established += neighbor->session != NULL;
		expected += bgp_neighbor_is_expected(neighbor, now_ms);
		shut_down += neighbor->admin.down;
		dynamic += neighbor->dynamic && !bgp_neighbor_is_idle(neighbor);
	}
	json_add_number(out, "configured", expected);
	json_add_number(out, "established", established);
	json_add_number(out, "shut_down", shut_down);
	json_add_number(out, "dynamic", dynamic);
	json_add_number(out, "dynamic_limit", view->bgp->dynamic_limit);
	json_add_number(out, "gone", total - expected - shut_down);
	json_add_number(out, "updates_encoded", view->speaker->updates_encoded);
	return out;
}

/* Return the last connection that was refused, or NULL. */
static struct json_object *last_refusal_json(const struct control_view *view)
{
	const struct bgp_last_refusal *last = &view->speaker->last_refusal;
	struct json_object *out;

	if (!last->time_ms)
		return NULL;
	out = json_object_new_object();
	json_add(out, "address", json_of_address(&last->address));
	json_add_age(out, "age_s", "time", last->time_ms);
	json_add_text(out, "why", bgp_admission_reason(last->reason));
	return out;
}

static struct json_object *vip_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	struct rib_totals totals = rib_totals(view->rib);

	json_add_number(out, "learned", totals.learned);
	json_add_number(out, "forwarding", totals.forwarding);
	json_add_number(out, "announced", totals.announced);
	json_add_number(out, "above_maximum_paths", totals.cut);
	return out;
}

static struct json_object *nexthop_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	const struct nexthop *nexthop = NULL;
	uint64_t total = 0, alive = 0;

	while ((nexthop = tracker_next(view->tracker, nexthop))) {
		total++;
		alive += nexthop_is_alive(nexthop);
	}
	json_add_number(out, "total", total);
	json_add_number(out, "alive", alive);
	return out;
}

static struct json_object *group_totals(const struct control_view *view)
{
	struct json_object *out = json_object_new_object();
	struct steering_totals totals = steering_totals(view->steering);
	uint64_t waiting = totals.vips[STEERING_PREVIOUS] +
			   totals.vips[STEERING_SHARED] +
			   totals.vips[STEERING_WAITING];

	json_add_number(out, "used", totals.groups_used);
	json_add_number(out, "maximum", totals.groups_limit);
	/* VIPs without a table of their own set, and of them those without any. */
	json_add_number(out, "waiting", waiting);
	json_add_number(out, "without_table", totals.vips[STEERING_WAITING]);
	json_add_number(out, "light", totals.groups_light);
	json_add_number(out, "crowded", totals.groups_crowded);
	json_add_number(out, "moving", totals.groups_moving);
	json_add_number(out, "buckets_moving", totals.buckets_moving);
	json_add_number(out, "buckets_tracked", totals.buckets_tracked);
	json_add_number(out, "moved_without_window",
			totals.moved_without_window);
	return out;
}

/* List the flow maps; those that are not used, without a window, are empty. */
static struct json_object *flow_maps_json(const struct control_view *view)
{
	struct json_object *list = json_object_new_array();

	for (enum hg_flow_map map = 0; map < HG_FLOW_MAP_COUNT; map++) {
		struct steering_flow_use use =
			steering_flow_use(view->steering, map);
		struct json_object *out = json_object_new_object();

		json_add_text(out, "map", hg_flow_map_name(map));
		json_add_number(out, "room", use.room);
		json_add_number(out, "records", use.records);
		json_add_number(out, "oldest_s",
				use.oldest_ms / CLOCK_MS_PER_S);
		json_add_number(out, "evicted", use.evicted);
		json_object_array_add(list, out);
	}
	return list;
}

/* Return what audits found of each kind. */
static struct json_object *audit_kinds(const struct audit_report *audit)
{
	struct json_object *out = json_object_new_object();

	for (enum audit_kind kind = 0; kind < AUDIT_KIND_COUNT; kind++) {
		const struct audit_count *count = &audit->counts[kind];
		struct json_object *row = json_object_new_object();

		json_add_number(row, "differences", count->differences);
		json_add_number(row, "repaired", count->repaired);
		json_add(out, audit_kind_name(kind), row);
	}
	return out;
}

static struct json_object *last_finding(const struct audit_report *audit)
{
	struct json_object *out;

	if (!audit->last[0])
		return NULL;
	out = json_object_new_object();
	json_add_age(out, "age_s", "time", audit->last_ms);
	json_add_text(out, "what", audit->last);
	return out;
}

/* Return what audits found; "why" is null while all is as wanted. */
static struct json_object *sync_json(const struct control_view *view)
{
	const struct audit_report *audit = view->audit;
	const struct audit_count total = audit_report_total(audit);
	struct json_object *out = json_object_new_object();

	json_add_number(out, "audits", audit->rounds);
	json_add_number(out, "differences", total.differences);
	json_add_number(out, "repaired", total.repaired);
	json_add_text(out, "why", audit->in_sync ? NULL : audit->why);
	json_add(out, "last", last_finding(audit));
	json_add(out, "kinds", audit_kinds(audit));
	return out;
}

static struct json_object *waits_json(const struct takeover_report *report)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0;
	     i < report->nexthops_waited_for && i < TAKEOVER_REPORT_NEXTHOPS;
	     i++) {
		struct json_object *row = json_object_new_object();

		json_add(row, "nexthop", json_of_address(&report->nexthops[i]));
		json_object_array_add(list, row);
	}
	return list;
}

/* Return how far the takeover is, or how it ended; NULL: there was none. */
static struct json_object *takeover_json(const struct takeover_report *report)
{
	bool running = takeover_report_is_running(report);
	uint64_t end_ms = running ? clock_now_ms() : report->end_ms;
	uint64_t took_s = (end_ms - report->begin_ms) / CLOCK_MS_PER_S;
	struct json_object *out;

	if (!report->begin_ms)
		return NULL;
	out = json_object_new_object();
	json_add_bool(out, "running", running);
	json_add_bool(out, "adopted", report->adopted);
	json_add_number(out, "took_s", took_s);
	json_add_number(out, "left_s",
			takeover_report_left_s(report, clock_now_ms()));
	json_add_number(out, "vips", report->vips);
	json_add_number(out, "vips_waiting", report->vips_waiting);
	json_add_number(out, "nexthops_waited_for",
			report->nexthops_waited_for);
	json_add(out, "waits_for", waits_json(report));
	return out;
}

static struct json_object *loop_json(const struct turn_meter *turns)
{
	struct json_object *out = json_object_new_object();

	json_add_number(out, "turns", turns->turns);
	json_add_number(out, "turns_above_20_ms", turns->long_turns);
	json_add_number(out, "turns_above_100_ms", turns->stalls);
	json_add_number(out, "longest_turn_us", turns->longest_us);
	json_add_number(out, "longest_turn_cpu_us", turns->longest_cpu_us);
	return out;
}

/* Return the file of --mrt; NULL: there is none. */
static struct json_object *mrt_json(struct record_file *file)
{
	struct record_file_report report;
	struct json_object *out;

	if (!file)
		return NULL;
	report = record_file_report(file);
	out = json_object_new_object();
	json_add_text(out, "file", record_file_path(file));
	json_add_number(out, "records", report.records);
	json_add_number(out, "bytes", report.bytes);
	json_add_number(out, "lost", report.lost);
	json_add_bool(out, "failing", report.failing);
	return out;
}

static struct json_object *
collector_json(const struct bmp_collector_report *collector)
{
	bool connected = collector->state >= BMP_SENDING_TABLES;
	struct json_object *out = json_object_new_object();

	json_add(out, "address", json_of_address(&collector->endpoint.address));
	json_add_number(out, "port", collector->endpoint.port);
	json_add_text(out, "state", bmp_state_names[collector->state]);
	if (connected)
		json_add_age(out, "connected_s", "connected_at",
			     collector->since_ms);
	else
		json_add_no_age(out, "connected_s", "connected_at");
	json_add_number(out, "messages", collector->messages);
	json_add_number(out, "bytes", collector->bytes);
	json_add_number(out, "buffered", collector->buffered);
	json_add_number(out, "drops", collector->drops);
	json_add_text(out, "last_error",
		      *collector->last_error ? collector->last_error : NULL);
	return out;
}

/* List the collectors of --bmp. */
static struct json_object *bmp_json(const struct bmp_report *report)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < BMP_MAX_COLLECTORS; i++)
		if (report->collectors[i].used)
			json_object_array_add(
				list, collector_json(&report->collectors[i]));
	return list;
}

struct json_object *show_status(const struct control_view *view,
				struct json_object *request)
{
	struct json_object *out = json_object_new_object();
	struct json_object *reasons = json_object_new_array();
	char digest[SEED_DIGEST_SIZE];

	(void)request;
	json_add_text(out, "verdict", verdict_names[verdict_of(view, reasons)]);
	json_add(out, "reasons", reasons);
	json_add_text(out, "version", HEADGATE_VERSION);
	json_add_number(out, "pid", (uint64_t)getpid());
	json_add_age(out, "uptime_s", "started_at", view->started_ms);
	json_add_number(out, "as", view->bgp->as);
	json_add_identifier(out, view->bgp->identifier);
	/* The seed is secret. The digest tells whether nodes have the same. */
	json_add(out, "hash_seed", NULL);
	json_add_text(out, "hash_seed_digest",
		      seed_digest(view->datapath_options->hash_key, digest));
	json_add_number(out, "table_size", view->datapath_options->table_size);
	json_add_text(out, "seccomp", view->seccomp);
	json_add_number(out, "log_lines_lost", log_lines_lost());
	json_add_number(out, "connections_refused", view->speaker->refused);
	json_add(out, "last_refused", last_refusal_json(view));
	json_add(out, "interfaces", interfaces_json(view));
	json_add(out, "neighbors", neighbor_totals(view));
	json_add(out, "vips", vip_totals(view));
	json_add(out, "nexthops", nexthop_totals(view));
	json_add(out, "groups", group_totals(view));
	json_add(out, "flow_maps", flow_maps_json(view));
	json_add(out, "checks", show_check_totals(view));
	json_add_bool(out, "in_sync", view->audit->in_sync);
	json_add(out, "sync", sync_json(view));
	json_add(out, "host", check_report_json(view->host, true));
	json_add(out, "takeover", takeover_json(view->takeover));
	json_add(out, "loop", loop_json(view->turns));
	json_add(out, "mrt", mrt_json(view->mrt));
	json_add(out, "bmp", bmp_json(view->bmp));
	return json_wrap("status", out);
}

struct json_object *show_host(const struct control_view *view,
			      struct json_object *request)
{
	(void)request;
	return json_wrap("host", check_report_json(view->host, false));
}
