/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_AUDIT_REPORT_H
#define CORE_AUDIT_REPORT_H

/*
 * Differences that audits found between the kernel and what is wanted there, by
 * kind. A round of an audit looks at everything once; what it finds it repairs
 * at once if it can.
 */

#include <stdbool.h>
#include <stdint.h>

enum audit_kind {
	AUDIT_LINK,	/* the program on an interface */
	AUDIT_PIN,	/* the pin of a map or of a link */
	AUDIT_SETTING,	/* ports and settings that the program reads */
	AUDIT_NEXTHOP,	/* entries of next hops */
	AUDIT_BUCKET,	/* buckets of a group */
	AUDIT_PREVIOUS, /* their previous slots */
	AUDIT_VIP,	/* entries of VIPs */
	AUDIT_KIND_COUNT,
};

enum audit_report_sizes {
	AUDIT_TEXT_SIZE = 256,
};

struct audit_count {
	uint64_t differences;
	uint64_t repaired;
};

struct audit_report {
	bool in_sync; /* nothing that was found is left unrepaired */
	uint64_t rounds;
	struct audit_count counts[AUDIT_KIND_COUNT];
	uint32_t unrepaired[AUDIT_KIND_COUNT]; /* in this round */
	char why[AUDIT_TEXT_SIZE];  /* not in_sync: the last difference left */
	char last[AUDIT_TEXT_SIZE]; /* finding; empty: there was none */
	uint64_t last_ms;
};

/* Return the name of a kind in JSON and metrics, such as "nexthop". */
const char *audit_kind_name(enum audit_kind kind);

void audit_report_init(struct audit_report *report);
/* No audit compares any more: what was found last does not count. */
void audit_report_forget(struct audit_report *report);
void audit_report_begin_round(struct audit_report *report);
/* Whether the kernel is in sync is known again. */
void audit_report_end_round(struct audit_report *report);
/* Look at one kind again between two rounds, until audit_report_end_round(). */
void audit_report_begin_kind(struct audit_report *report, enum audit_kind kind);
/* Count and log `count` differences of a kind, which `text` describes. */
void audit_report_add(struct audit_report *report, enum audit_kind kind,
		      uint32_t count, bool repaired, const char *text);
/* True if a difference of this round is unrepaired that packets can meet. */
bool audit_report_is_harmful(const struct audit_report *report);
/* Sums over all kinds. */
struct audit_count audit_report_total(const struct audit_report *report);

#endif
