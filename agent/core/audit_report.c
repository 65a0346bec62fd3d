// SPDX-License-Identifier: BSD-2-Clause
/* Findings of audits. See audit_report.h. */

#include "core/audit_report.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

static const struct kind {
	const char *name;
	bool is_harmless; /* packets are steered as wanted meanwhile */
} kinds[AUDIT_KIND_COUNT] = {
	[AUDIT_LINK] = { "link" },
	[AUDIT_PIN] = { "pin", .is_harmless = true },
	[AUDIT_SETTING] = { "setting" },
	[AUDIT_NEXTHOP] = { "nexthop" },
	[AUDIT_BUCKET] = { "bucket" },
	[AUDIT_PREVIOUS] = { "previous" },
	[AUDIT_VIP] = { "vip" },
};

const char *audit_kind_name(enum audit_kind kind)
{
	return kinds[kind].name;
}

void audit_report_init(struct audit_report *report)
{
	*report = (struct audit_report){ .in_sync = true };
}

void audit_report_begin_round(struct audit_report *report)
{
	report->rounds++;
	memset(report->unrepaired, 0, sizeof(report->unrepaired));
}

void audit_report_forget(struct audit_report *report)
{
	memset(report->unrepaired, 0, sizeof(report->unrepaired));
	audit_report_end_round(report);
}

void audit_report_begin_kind(struct audit_report *report, enum audit_kind kind)
{
	report->unrepaired[kind] = 0;
}

void audit_report_end_round(struct audit_report *report)
{
	report->in_sync = true;
	for (enum audit_kind kind = 0; kind < AUDIT_KIND_COUNT; kind++)
		if (report->unrepaired[kind])
			report->in_sync = false;
	if (report->in_sync)
		report->why[0] = '\0';
}

void audit_report_add(struct audit_report *report, enum audit_kind kind,
		      uint32_t count, bool repaired, const char *text)
{
	report->counts[kind].differences += count;
	snprintf(report->last, sizeof(report->last), "%s", text);
	report->last_ms = clock_now_ms();
	if (repaired) {
		report->counts[kind].repaired += count;
		log_event(EVENT_AUDIT_REPAIRED, NULL, "%s", text);
		return;
	}
	report->unrepaired[kind] += count;
	report->in_sync = false;
	snprintf(report->why, sizeof(report->why), "%s", text);
	log_event(EVENT_AUDIT_FOUND, NULL, "%s", text);
}

bool audit_report_is_harmful(const struct audit_report *report)
{
	for (enum audit_kind kind = 0; kind < AUDIT_KIND_COUNT; kind++)
		if (report->unrepaired[kind] && !kinds[kind].is_harmless)
			return true;
	return false;
}

struct audit_count audit_report_total(const struct audit_report *report)
{
	struct audit_count total = { 0 };

	for (enum audit_kind kind = 0; kind < AUDIT_KIND_COUNT; kind++) {
		total.differences += report->counts[kind].differences;
		total.repaired += report->counts[kind].repaired;
	}
	return total;
}
