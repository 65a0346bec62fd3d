// SPDX-License-Identifier: BSD-2-Clause
/* The kernel beside what is wanted. See audit.h. */

#include "audit.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>

#include "core/log.h"
#include "interfaces.h"
#include "rib/export.h"
#include "steering/steering.h"

static void set_withdrawn(struct audit *audit, bool withdrawn)
{
	if (withdrawn == audit->withdrawn)
		return;
	audit->withdrawn = withdrawn;
	if (withdrawn)
		log_event(EVENT_VIPS_DETACHED, NULL,
			  "all VIPs are withdrawn until the program and its "
			  "tables are as wanted again; --withdraw-on-desync no "
			  "leaves them announced");
	else
		log_event(EVENT_VIPS_ATTACHED, NULL,
			  "the program and its tables are as wanted again: "
			  "VIPs are announced");
	export_set_detached(audit->rib, withdrawn);
}

/* ------------------------------------------------------------- a round */

static bool is_in_tables(const struct prefix *vip, void *context)
{
	const struct steering_vip *found = steering_find_vip(context, vip);

	return found && found->group;
}

static void begin_round(struct audit *audit)
{
	audit->tables_done = false;
	audit->tables = (struct steering_audit){ 0 };
	audit->sweep = (struct datapath_vip_sweep){
		.is_wanted = is_in_tables,
		.context = audit->steering,
	};
	audit_report_begin_round(&audit->report);
}

static void report_sweep(struct audit *audit)
{
	const struct datapath_vip_sweep *sweep = &audit->sweep;
	char text[AUDIT_TEXT_SIZE], first[PREFIX_TEXT_SIZE];

	if (!sweep->removed)
		return;
	snprintf(text, sizeof(text),
		 "%s: entries of VIPs that are not ours: this one and %u more; "
		 "removed",
		 prefix_format(&sweep->first, first), sweep->removed - 1);
	audit_report_add(&audit->report, AUDIT_VIP, sweep->removed, true, text);
}

static void decide(struct audit *audit)
{
	audit_report_end_round(&audit->report);
	set_withdrawn(audit, !audit->desync_stays &&
				     audit_report_is_harmful(&audit->report));
}

/* Compare one piece of the tables. */
static void run_piece(void *context)
{
	struct audit *audit = context;

	if (*audit->frozen)
		return; /* another agent may write the tables: no verdict */
	if (!audit->tables_done)
		audit->tables_done = !steering_audit_step(
			audit->steering, &audit->tables, &audit->report);
	else if (!datapath_sweep_vips(audit->datapath, &audit->sweep)) {
		datapath_audit_prefixes(audit->datapath, &audit->report);
		report_sweep(audit);
		decide(audit);
		return;
	}
	work_turns_run(audit->turns, &audit->piece);
}

/*
 * While the tables of a previous run are taken over, only links and pins are
 * compared.
 */
static void run_round(struct audit *audit)
{
	begin_round(audit);
	datapath_audit(audit->datapath, &audit->report);
	interfaces_audit(audit->interfaces, &audit->report);
	if (datapath_inherits(audit->datapath))
		decide(audit);
	else
		work_turns_run(audit->turns, &audit->piece);
}

static void check_links(struct audit *audit)
{
	audit_report_begin_kind(&audit->report, AUDIT_LINK);
	datapath_audit_links(audit->datapath, &audit->report);
	interfaces_audit(audit->interfaces, &audit->report);
	decide(audit);
}

static void on_second(evutil_socket_t fd, short what, void *context)
{
	struct audit *audit = context;

	(void)fd, (void)what;
	if (!interfaces_are_attached(audit->interfaces) ||
	    audit->piece.waiting || *audit->frozen)
		return;
	if (++audit->seconds < audit->interval_s) {
		check_links(audit);
		return;
	}
	audit->seconds = 0;
	run_round(audit);
}

/* Look each second, or never. */
static int set_interval(struct audit *audit, uint32_t interval_s)
{
	const struct timeval second = { .tv_sec = 1 };

	audit->interval_s = interval_s;
	if (!interval_s)
		return event_del(audit->timer) ? -ENOMEM : 0;
	if (event_pending(audit->timer, EV_TIMEOUT, NULL))
		return 0;
	return event_add(audit->timer, &second) ? -ENOMEM : 0;
}

int audit_begin(struct audit *audit, uint32_t interval_s)
{
	audit_report_init(&audit->report);
	audit->piece = (struct work){ .run = run_piece, .context = audit };
	audit->timer = event_new(audit->base, -1, EV_PERSIST, on_second, audit);
	return audit->timer ? set_interval(audit, interval_s) : -ENOMEM;
}

void audit_reconfigure(struct audit *audit, uint32_t interval_s,
		       bool desync_stays)
{
	audit->desync_stays = desync_stays;
	/* Without audits nothing says that it is not as wanted. */
	if (!interval_s && audit->interval_s) {
		if (audit->piece.waiting)
			work_queue_remove(&audit->turns->queue, &audit->piece);
		audit_report_forget(&audit->report);
	}
	if (set_interval(audit, interval_s))
		log_event(EVENT_MEMORY_SHORT, NULL,
			  "audit: nothing is compared");
	set_withdrawn(audit,
		      !desync_stays && audit_report_is_harmful(&audit->report));
}

void audit_release(struct audit *audit)
{
	if (audit->piece.waiting)
		work_queue_remove(&audit->turns->queue, &audit->piece);
	if (audit->timer)
		event_free(audit->timer);
}
