// SPDX-License-Identifier: BSD-2-Clause
/* Metrics of the agent as a whole. See metric.h. */

#include <errno.h>
#include <event2/buffer.h>
#include <json-c/json.h>
#include <string.h>

#include "bgp/session/speaker.h"
#include "control/metrics/metric_tables.h"
#include "control/verdict.h"
#include "control/view.h"
#include "core/array.h"
#include "core/audit_report.h"
#include "core/bmp_report.h"
#include "core/clock.h"
#include "core/event_ring.h"
#include "core/log.h"
#include "core/record_file.h"
#include "core/reload_report.h"
#include "core/takeover_report.h"
#include "core/turn_meter.h"
#include "nexthop/services.h"
#include "rib/export.h"
#include "steering/steering.h"

struct agent_row {
	uint64_t ready, in_sync, start_time;
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t takeover_running, takeover_left_s;
	uint64_t takeover_vips, takeover_nexthops;
	uint64_t log_lines_lost, connections_refused, moved_without_window;
	uint64_t audit_differences, audit_repairs, audits;
	uint64_t checks_refused;
	uint64_t mrt_records, mrt_bytes, mrt_lost;
	uint64_t bmp_collectors, bmp_connected, bmp_messages, bmp_drops;
	uint64_t turns, long_turns, stalls;
	double longest_turn;
	uint64_t updates_encoded;
	uint64_t reloads[RELOAD_OUTCOME_COUNT];
	uint64_t reload_good, reload_time;
	uint64_t vips_learned, vips_forwarding, vips_announced;
	uint64_t vips[STEERING_STATE_COUNT];
	uint64_t groups_light, groups_crowded, groups_moving;
	uint64_t events[EVENT_KIND_COUNT];
};

static void read_audit(const struct audit_report *audit, struct agent_row *row)
{
	const struct audit_count total = audit_report_total(audit);

	row->in_sync = audit->in_sync;
	row->audit_differences = total.differences;
	row->audit_repairs = total.repaired;
	row->audits = audit->rounds;
}

static void read_takeover(const struct takeover_report *report,
			  struct agent_row *row)
{
	row->takeover_running = takeover_report_is_running(report);
	row->takeover_left_s = takeover_report_left_s(report, clock_now_ms());
	row->takeover_vips = report->vips_waiting;
	row->takeover_nexthops = report->nexthops_waited_for;
}

static void read_loop(const struct turn_meter *turns, struct agent_row *row)
{
	row->turns = turns->turns;
	row->long_turns = turns->long_turns;
	row->stalls = turns->stalls;
	row->longest_turn = (double)turns->longest_us / 1e6;
}

static void read_reloads(const struct reload_report *report,
			 struct agent_row *row)
{
	for (int i = 0; i < RELOAD_OUTCOME_COUNT; i++)
		row->reloads[i] = report->count[i];
	row->reload_good = report->last == RELOAD_APPLIED;
	row->reload_time = (uint64_t)report->applied_at;
}

static void read_vips(const struct control_view *view, struct agent_row *row)
{
	struct steering_totals steering = steering_totals(view->steering);
	struct rib_totals rib = rib_totals(view->rib);

	row->vips_learned = rib.learned;
	row->vips_forwarding = rib.forwarding;
	row->vips_announced = rib.announced;
	row->moved_without_window = steering.moved_without_window;
	row->groups_light = steering.groups_light;
	row->groups_crowded = steering.groups_crowded;
	row->groups_moving = steering.groups_moving;
	for (int i = 0; i < STEERING_STATE_COUNT; i++)
		row->vips[i] = steering.vips[i];
}

static void read_mrt(struct record_file *file, struct agent_row *row)
{
	struct record_file_report report;

	if (!file)
		return;
	report = record_file_report(file);
	row->mrt_records = report.records;
	row->mrt_bytes = report.bytes;
	row->mrt_lost = report.lost;
}

static void read_bmp(const struct bmp_report *report, struct agent_row *row)
{
	for (size_t i = 0; i < BMP_MAX_COLLECTORS; i++) {
		const struct bmp_collector_report *collector =
			&report->collectors[i];

		row->bmp_collectors += collector->used;
		row->bmp_connected += collector->state >= BMP_SENDING_TABLES;
		row->bmp_messages += collector->messages;
		row->bmp_drops += collector->drops;
	}
}

static void read_verdict(const struct control_view *view, struct agent_row *row)
{
	struct json_object *reasons = json_object_new_array();

	row->verdicts[verdict_of(view, reasons)] = 1;
	json_object_put(reasons);
}

static int collect_agent(const struct metric_source *source,
			 struct metric_rows *rows)
{
	const struct control_view *view = source->view;
	struct agent_row *row = metric_rows_add(rows);

	if (!row)
		return -ENOMEM;
	row->ready = export_obstacle(view->rib) == EXPORT_ANNOUNCED;
	row->start_time = view->started_at;
	row->log_lines_lost = log_lines_lost();
	row->connections_refused = view->speaker->refused;
	row->updates_encoded = view->speaker->updates_encoded;
	if (view->services)
		row->checks_refused = services_totals(view->services).refused;
	memcpy(row->events, log_events_kept()->kinds, sizeof(row->events));
	read_verdict(view, row);
	read_audit(view->audit, row);
	read_takeover(view->takeover, row);
	read_loop(view->turns, row);
	read_reloads(view->reloads, row);
	read_vips(view, row);
	read_mrt(view->mrt, row);
	read_bmp(view->bmp, row);
	return 0;
}

static void write_build(const struct metric_out *out,
			const struct metric *metric, const void *row)
{
	(void)row;
	evbuffer_add_printf(out->buffer,
			    "%s{version=\"" HEADGATE_VERSION "\"} 1\n",
			    metric->name);
}

static const char *outcome_name(unsigned int outcome)
{
	return outcome == RELOAD_APPLIED ? "applied" : "refused";
}

static const char *verdict_word(unsigned int verdict)
{
	return verdict_names[verdict];
}

static const char *event_name(unsigned int kind)
{
	return event_types[kind].name;
}

static const char *steering_name(unsigned int state)
{
	return steering_state_name(state);
}

#define NUMBER(kind, member) \
	METRIC_##kind, .offset = offsetof(struct agent_row, member)

static const struct metric metrics[] = {
	{ "headgate_build_info", METRIC_GAUGE, .write = write_build,
	  .help = "Always 1; the version is the label" },
	{ "headgate_start_time_seconds", NUMBER(GAUGE, start_time),
	  .help = "When the agent started, in seconds since 1970" },
	{ "headgate_ready", NUMBER(GAUGE, ready),
	  .help = "VIPs may be announced: the program is attached, and the "
		  "agent neither starts nor ends" },
	{ "headgate_verdict", NUMBER(GAUGE, verdicts), .count = VERDICT_COUNT,
	  .key = "verdict", .word = verdict_word,
	  .help = "The first line of show status: 1 for that verdict" },
	{ "headgate_in_sync", NUMBER(GAUGE, in_sync),
	  .help = "The kernel has what it should, as of the last audit" },
	{ "headgate_takeover_running", NUMBER(GAUGE, takeover_running),
	  .help = "The tables of a killed agent are being taken over" },
	{ "headgate_takeover_left_seconds", NUMBER(GAUGE, takeover_left_s),
	  .help = "The time after which that ends at the latest" },
	{ "headgate_takeover_vips_waiting", NUMBER(GAUGE, takeover_vips),
	  .help = "VIPs that still have its tables" },
	{ "headgate_takeover_nexthops_waited_for",
	  NUMBER(GAUGE, takeover_nexthops),
	  .help = "Next hops of these tables that may still be announced" },
	{ "headgate_log_lines_lost_total", NUMBER(COUNTER, log_lines_lost),
	  .help = "Log lines that stderr did not take" },
	{ "headgate_log_events_total", NUMBER(COUNTER, events),
	  .count = EVENT_KIND_COUNT, .key = "event", .word = event_name,
	  .help = "Events, as the log and headgatectl events have them" },
	{ "headgate_connections_refused_total",
	  NUMBER(COUNTER, connections_refused),
	  .help = "BGP connections that were not admitted" },
	{ "headgate_moved_without_window_total",
	  NUMBER(COUNTER, moved_without_window),
	  .help = "VIPs and tables that changed without an affinity window" },
	{ "headgate_audit_differences_total",
	  NUMBER(COUNTER, audit_differences),
	  .help = "Differences that audits found between the kernel and what "
		  "is wanted" },
	{ "headgate_audit_repairs_total", NUMBER(COUNTER, audit_repairs),
	  .help = "Differences that audits repaired" },
	{ "headgate_audits_total", NUMBER(COUNTER, audits),
	  .help = "Audits of the kernel that have begun" },
	{ "headgate_checks_refused_total", NUMBER(COUNTER, checks_refused),
	  .help = "Checks that were not begun: limit or memory" },
	{ "headgate_mrt_records_total", NUMBER(COUNTER, mrt_records),
	  .help = "Records written to the file of --mrt" },
	{ "headgate_mrt_bytes_total", NUMBER(COUNTER, mrt_bytes),
	  .help = "Their bytes" },
	{ "headgate_mrt_records_lost_total", NUMBER(COUNTER, mrt_lost),
	  .help = "Records that the disk did not take" },
	{ "headgate_bmp_collectors", NUMBER(GAUGE, bmp_collectors),
	  .help = "Collectors of --bmp" },
	{ "headgate_bmp_collectors_connected", NUMBER(GAUGE, bmp_connected),
	  .help = "Collectors that are connected" },
	{ "headgate_bmp_messages_total", NUMBER(COUNTER, bmp_messages),
	  .help = "Messages to collectors" },
	{ "headgate_bmp_connections_lost_total", NUMBER(COUNTER, bmp_drops),
	  .help = "Connections to collectors that were lost or dropped" },
	{ "headgate_loop_turns_total", NUMBER(COUNTER, turns),
	  .help = "Turns of the event loop" },
	{ "headgate_loop_long_turns_total", NUMBER(COUNTER, long_turns),
	  .help = "Turns of 20 ms or longer" },
	{ "headgate_loop_stalls_total", NUMBER(COUNTER, stalls),
	  .help = "Turns of 100 ms or longer, which are logged" },
	{ "headgate_loop_longest_turn_seconds", NUMBER(GAUGE, longest_turn),
	  .is_real = true,
	  .help = "The longest turn since the start, with waits for a CPU" },
	{ "headgate_updates_encoded_total", NUMBER(COUNTER, updates_encoded),
	  .help = "UPDATEs that were encoded, each once for all recipients" },
	{ "headgate_reloads_total", NUMBER(COUNTER, reloads),
	  .count = RELOAD_OUTCOME_COUNT, .key = "outcome", .word = outcome_name,
	  .help = "Orders to read the configuration again" },
	{ "headgate_reload_successful", NUMBER(GAUGE, reload_good),
	  .help = "The last such order was not refused" },
	{ "headgate_reload_success_timestamp_seconds",
	  NUMBER(GAUGE, reload_time),
	  .help = "When the configuration in force was read, in seconds since "
		  "1970" },
	{ "headgate_vips_learned", NUMBER(GAUGE, vips_learned),
	  .help = "VIPs with a next hop that can be used" },
	{ "headgate_vips_forwarding", NUMBER(GAUGE, vips_forwarding),
	  .help = "VIPs that are forwarded" },
	{ "headgate_vips_announced", NUMBER(GAUGE, vips_announced),
	  .help = "VIPs that are announced to a neighbor" },
	{ "headgate_vips_steered", NUMBER(GAUGE, vips),
	  .count = STEERING_STATE_COUNT, .key = "state", .word = steering_name,
	  .help = "VIPs by the table that they have" },
	{ "headgate_groups_light", NUMBER(GAUGE, groups_light),
	  .help = "Groups with a next hop whose share is below one bucket" },
	{ "headgate_groups_crowded", NUMBER(GAUGE, groups_crowded),
	  .help = "Groups with few buckets for each next hop" },
	{ "headgate_groups_moving", NUMBER(GAUGE, groups_moving),
	  .help = "Groups with an affinity window" },
};

const struct metric_table metric_agent = {
	.metrics = metrics,
	.count = COUNT_OF(metrics),
	.row_size = sizeof(struct agent_row),
	.collect = collect_agent,
};
