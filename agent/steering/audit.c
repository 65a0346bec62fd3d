// SPDX-License-Identifier: BSD-2-Clause
/* The program's tables beside what was written there. See audit.h. */

#include "steering/audit.h"

#include <stdio.h>
#include <string.h>

#include "core/audit_report.h"
#include "steering/affinity.h"
#include "steering/steering_internal.h"
#include "steering/window.h"

enum {
	NEXTHOPS_IN_PIECE = 512,
	GROUPS_IN_PIECE = 256, /* without a table */
	BUCKETS_IN_PIECE = 2048,
	VIPS_IN_PIECE = 128,
	WHY_SIZE = 96,
};

enum phase {
	PHASE_NEXTHOPS,
	PHASE_GROUPS,
	PHASE_VIPS,
	PHASE_COUNT,
};

/* Differences of one kind in a piece. */
struct differences {
	uint32_t count;
	int error; /* of the last one that could not be written again */
	char first[PREFIX_TEXT_SIZE];
};

static const char *ending(int error, char *text, size_t size)
{
	if (!error)
		return "written again";
	snprintf(text, size, "not written again: %s", strerror(-error));
	return text;
}

/* ------------------------------------------------------------- next hops */

/* Count an entry of a slot, which was written again: 0 or -errno. */
static void count_entry(const struct steering *steering, uint32_t slot,
			int error, struct differences *found)
{
	const struct hg_nexthop *nexthop = &steering->nexthops.values[slot];
	struct address address;

	memcpy(address.bytes, nexthop->address.bytes, sizeof(address.bytes));
	if (!found->count++)
		address_format(&address, found->first);
	if (error)
		found->error = error;
}

static void compare_nexthop(const struct steering *steering, uint32_t slot,
			    struct differences *found)
{
	const struct steering_sink *sink = &steering->sink;
	const struct hg_nexthop *wanted = &steering->nexthops.values[slot];
	struct hg_nexthop value;

	if (sink->get_nexthop(sink->datapath, slot, &value) ||
	    !memcmp(&value, wanted, sizeof(value)))
		return;
	count_entry(steering, slot,
		    sink->set_nexthop(sink->datapath, slot, wanted), found);
}

static void compare_tunnel(const struct steering *steering, uint32_t slot,
			   struct differences *found)
{
	const struct steering_sink *sink = &steering->sink;
	const struct hg_tunnel *wanted = &steering->nexthops.tunnels[slot];
	struct hg_tunnel value;

	if (sink->get_tunnel(sink->datapath, slot, &value) ||
	    !memcmp(&value, wanted, sizeof(value)))
		return;
	count_entry(steering, slot,
		    sink->set_tunnel(sink->datapath, slot, wanted), found);
}

static bool compare_nexthops(const struct steering *steering,
			     struct steering_audit *audit,
			     struct audit_report *report)
{
	char text[AUDIT_TEXT_SIZE], why[WHY_SIZE];
	struct differences found = { 0 };

	for (uint32_t i = 0; i < NEXTHOPS_IN_PIECE; i++, audit->index++) {
		if (!audit->index || audit->index >= HG_MAX_NEXTHOPS)
			continue;
		compare_tunnel(steering, audit->index, &found);
		compare_nexthop(steering, audit->index, &found);
	}
	snprintf(text, sizeof(text),
		 "%s: entries of next hops had been changed: this one and %u "
		 "more; %s",
		 found.first, found.count - 1,
		 ending(found.error, why, sizeof(why)));
	if (found.count)
		audit_report_add(report, AUDIT_NEXTHOP, found.count,
				 !found.error, text);
	return audit->index < HG_MAX_NEXTHOPS;
}

/* ------------------------------------------------------------- buckets */

static void report_buckets(struct audit_report *report, enum audit_kind kind,
			   const struct steering_group *group,
			   const struct differences *found)
{
	char text[AUDIT_TEXT_SIZE], why[WHY_SIZE];

	if (!found->count)
		return;
	snprintf(text, sizeof(text), "group %u: %u %s had been changed; %s",
		 group->index, found->count,
		 kind == AUDIT_BUCKET ? "buckets" : "previous slots",
		 ending(found->error, why, sizeof(why)));
	audit_report_add(report, kind, found->count, !found->error, text);
}

/* The program reads a previous slot only while the bucket moves. */
static void compare_previous(const struct steering *steering,
			     const struct steering_group *group,
			     uint32_t bucket, struct differences *found)
{
	const struct steering_sink *sink = &steering->sink;
	uint32_t index = group->index * steering->options.table_size + bucket;
	uint16_t wanted = group->affinity->buckets[bucket].previous, slot;
	int error;

	if (sink->get_previous(sink->datapath, index, &slot) || slot == wanted)
		return;
	found->count++;
	error = sink->set_previous(sink->datapath, index, &wanted, 1);
	if (error)
		found->error = error;
}

static void compare_bucket(const struct steering *steering,
			   const struct steering_group *group, uint32_t bucket,
			   struct hg_bucket wanted, struct differences *found)
{
	const struct steering_sink *sink = &steering->sink;
	uint32_t index = group->index * steering->options.table_size + bucket;
	struct hg_bucket word;
	int error;

	if (sink->get_bucket(sink->datapath, index, &word) ||
	    !memcmp(&word, &wanted, sizeof(word)))
		return;
	found->count++;
	error = sink->set_buckets(sink->datapath, index, &wanted, 1);
	if (error)
		found->error = error;
}

static void compare_buckets(const struct steering *steering,
			    const struct steering_group *group, uint32_t first,
			    uint32_t count, struct audit_report *report)
{
	struct differences buckets = { 0 }, previous = { 0 };

	for (uint32_t b = first; b < first + count; b++) {
		struct hg_bucket wanted = window_word(group, b);

		if (wanted.moving) /* before the word, as always */
			compare_previous(steering, group, b, &previous);
		compare_bucket(steering, group, b, wanted, &buckets);
	}
	report_buckets(report, AUDIT_PREVIOUS, group, &previous);
	report_buckets(report, AUDIT_BUCKET, group, &buckets);
}

static void skip_free_groups(const struct steering *steering,
			     struct steering_audit *audit)
{
	for (uint32_t i = 0; i < GROUPS_IN_PIECE &&
			     audit->index < steering->options.group_count &&
			     !steering->groups.groups[audit->index];
	     i++) {
		audit->index++;
		audit->bucket = 0;
	}
}

static bool compare_groups(const struct steering *steering,
			   struct steering_audit *audit,
			   struct audit_report *report)
{
	uint32_t size = steering->options.table_size, count;
	const struct steering_group *group;

	skip_free_groups(steering, audit);
	if (audit->index >= steering->options.group_count)
		return false;
	group = steering->groups.groups[audit->index];
	if (!group)
		return true;
	count = size - audit->bucket;
	if (count > BUCKETS_IN_PIECE)
		count = BUCKETS_IN_PIECE;
	compare_buckets(steering, group, audit->bucket, count, report);
	audit->bucket += count;
	if (audit->bucket == size) {
		audit->bucket = 0;
		audit->index++;
	}
	return audit->index < steering->options.group_count;
}

/* ------------------------------------------------------------- VIPs */

static void compare_vip(struct steering *steering,
			const struct steering_vip *vip,
			struct differences *found)
{
	const struct steering_sink *sink = &steering->sink;
	const struct prefix *prefix = &vip->node.prefix;
	struct hg_vip wanted = vip_value(steering, vip, vip->group), value;
	int error;

	if (!sink->get_vip(sink->datapath, prefix, &value) &&
	    value.group == wanted.group && value.counter == wanted.counter &&
	    value.hash_fields == wanted.hash_fields)
		return;
	if (!found->count++)
		prefix_format(prefix, found->first);
	error = sink->set_vip(sink->datapath, prefix, &wanted);
	if (error)
		found->error = error;
}

static bool compare_vips(struct steering *steering,
			 struct steering_audit *audit,
			 struct audit_report *report)
{
	char text[AUDIT_TEXT_SIZE], why[WHY_SIZE];
	struct differences found = { 0 };

	for (uint32_t i = 0; i < VIPS_IN_PIECE; i++) {
		const struct steering_vip *vip =
			steering_vip_at(steering, audit->index++);

		if (vip && vip->group)
			compare_vip(steering, vip, &found);
	}
	snprintf(text, sizeof(text),
		 "%s: entries of VIPs had been changed or deleted: this one "
		 "and %u more; %s",
		 found.first, found.count - 1,
		 ending(found.error, why, sizeof(why)));
	if (found.count)
		audit_report_add(report, AUDIT_VIP, found.count, !found.error,
				 text);
	return audit->index < HG_MAX_VIPS;
}

/* ------------------------------------------------------------- all */

bool steering_audit_step(struct steering *steering,
			 struct steering_audit *audit,
			 struct audit_report *report)
{
	bool more = false;

	switch ((enum phase)audit->phase) {
	case PHASE_NEXTHOPS:
		more = compare_nexthops(steering, audit, report);
		break;
	case PHASE_GROUPS:
		more = compare_groups(steering, audit, report);
		break;
	case PHASE_VIPS:
		more = compare_vips(steering, audit, report);
		break;
	case PHASE_COUNT:
		break;
	}
	if (!more)
		*audit = (struct steering_audit){ .phase = audit->phase + 1 };
	return audit->phase < PHASE_COUNT;
}
