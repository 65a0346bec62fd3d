// SPDX-License-Identifier: BSD-2-Clause
/* Records of deaths. See hold_down.h. */

#include "nexthop/hold_down.h"

#include <stdlib.h>

#include <sys/queue.h>

#include "core/address_tree.h"

TAILQ_HEAD(record_list, record);

struct record {
	struct address_node node; /* first: found by address */
	uint64_t died_ms;
	uint64_t ends_ms; /* 0: does not answer */
	TAILQ_ENTRY(record) link;
};

struct hold_down {
	uint32_t hold_ms;
	struct address_tree records;
	struct record_list silent;    /* in the order of their deaths */
	struct record_list answering; /* in the order of their ends */
};

struct hold_down *hold_down_new(uint32_t hold_ms)
{
	struct hold_down *hold_down = calloc(1, sizeof(*hold_down));

	if (!hold_down)
		return NULL;
	hold_down->hold_ms = hold_ms;
	TAILQ_INIT(&hold_down->silent);
	TAILQ_INIT(&hold_down->answering);
	return hold_down;
}

void hold_down_set(struct hold_down *hold_down, uint32_t hold_ms)
{
	hold_down->hold_ms = hold_ms;
}

static struct record *find(const struct hold_down *hold_down,
			   const struct address *address)
{
	return (struct record *)address_tree_find(&hold_down->records, address);
}

static void unlink_record(struct hold_down *hold_down, struct record *record)
{
	if (record->ends_ms)
		TAILQ_REMOVE(&hold_down->answering, record, link);
	else
		TAILQ_REMOVE(&hold_down->silent, record, link);
}

static void forget(struct hold_down *hold_down, struct record *record)
{
	unlink_record(hold_down, record);
	address_tree_remove(&hold_down->records, &record->node);
	free(record);
}

static void forget_old(struct hold_down *hold_down, uint64_t now_ms)
{
	struct record *record;

	while ((record = TAILQ_FIRST(&hold_down->silent)) &&
	       now_ms - record->died_ms >= HOLD_DOWN_MEMORY_MS)
		forget(hold_down, record);
}

/* Return a new record that is in no list. NULL: no room, or no memory. */
static struct record *add(struct hold_down *hold_down,
			  const struct address *address)
{
	struct record *record;

	if (hold_down->records.count >= HOLD_DOWN_MAX_RECORDS) {
		record = TAILQ_FIRST(&hold_down->silent);
		if (!record)
			return NULL;
		forget(hold_down, record);
	}
	record = calloc(1, sizeof(*record));
	if (!record)
		return NULL;
	record->node.address = *address;
	address_tree_insert(&hold_down->records, &record->node);
	return record;
}

void hold_down_died(struct hold_down *hold_down, const struct address *address,
		    uint64_t now_ms)
{
	struct record *record = find(hold_down, address);

	if (record)
		unlink_record(hold_down, record);
	else
		record = add(hold_down, address);
	if (!record)
		return;
	record->died_ms = now_ms;
	record->ends_ms = 0;
	TAILQ_INSERT_TAIL(&hold_down->silent, record, link);
}

/* Its time may be shorter than that of others: the search begins at the end. */
static void insert_answering(struct hold_down *hold_down, struct record *record)
{
	struct record *before = TAILQ_LAST(&hold_down->answering, record_list);

	while (before && before->ends_ms > record->ends_ms)
		before = TAILQ_PREV(before, record_list, link);
	if (before)
		TAILQ_INSERT_AFTER(&hold_down->answering, before, record, link);
	else
		TAILQ_INSERT_HEAD(&hold_down->answering, record, link);
}

uint64_t hold_down_answers(struct hold_down *hold_down,
			   const struct address *address, uint64_t now_ms)
{
	struct record *record;

	forget_old(hold_down, now_ms);
	record = find(hold_down, address);
	if (!record)
		return 0;
	if (!record->ends_ms) {
		TAILQ_REMOVE(&hold_down->silent, record, link);
		record->ends_ms = now_ms + hold_down->hold_ms;
		insert_answering(hold_down, record);
	}
	return record->ends_ms;
}

/* Put it where its death belongs: the search begins with the latest. */
static void insert_silent(struct hold_down *hold_down, struct record *record)
{
	struct record *before = TAILQ_LAST(&hold_down->silent, record_list);

	while (before && before->died_ms > record->died_ms)
		before = TAILQ_PREV(before, record_list, link);
	if (before)
		TAILQ_INSERT_AFTER(&hold_down->silent, before, record, link);
	else
		TAILQ_INSERT_HEAD(&hold_down->silent, record, link);
}

void hold_down_left(struct hold_down *hold_down, const struct address *address)
{
	struct record *record = find(hold_down, address);

	if (!record || !record->ends_ms)
		return;
	unlink_record(hold_down, record);
	record->ends_ms = 0;
	insert_silent(hold_down, record);
}

uint64_t hold_down_next_end(const struct hold_down *hold_down)
{
	const struct record *first = TAILQ_FIRST(&hold_down->answering);

	return first ? first->ends_ms : HOLD_DOWN_NEVER;
}

bool hold_down_take_over(struct hold_down *hold_down, uint64_t now_ms,
			 struct address *address)
{
	struct record *first = TAILQ_FIRST(&hold_down->answering);

	if (!first || first->ends_ms > now_ms)
		return false;
	*address = first->node.address;
	forget(hold_down, first);
	return true;
}

void hold_down_free(struct hold_down *hold_down)
{
	if (!hold_down)
		return;
	while (hold_down->records.root)
		forget(hold_down, (struct record *)hold_down->records.root);
	free(hold_down);
}
