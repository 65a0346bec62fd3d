// SPDX-License-Identifier: BSD-2-Clause
/* Shares of candidates. See share.h. */

#include "steering/share.h"

#include <errno.h>
#include <stdlib.h>

static int compare_remainders(const void *left, const void *right)
{
	const struct share_remainder *a = left, *b = right;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	return (int)a->candidate - (int)b->candidate;
}

int share_init(struct share *share, const struct candidate_set *set,
	       uint32_t size)
{
	*share = (struct share){ .set = set, .size = size };
	share->room = calloc(set->count + 1, sizeof(*share->room));
	share->open = calloc(set->count, sizeof(*share->open));
	share->by_key = calloc(set->count, sizeof(*share->by_key));
	share->remainders = calloc(set->count, sizeof(*share->remainders));
	if (!share->room || !share->open || !share->by_key ||
	    !share->remainders)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++)
		share->by_key[i] = (struct share_remainder){
			.key = set->list[i].key,
			.candidate = (uint16_t)i,
		};
	qsort(share->by_key, set->count, sizeof(*share->by_key),
	      compare_remainders);
	return 0;
}

void share_free(struct share *share)
{
	free(share->remainders);
	free(share->by_key);
	free(share->open);
	free(share->room);
}

/* Sort, unless in order already: with equal weights they are. */
static void sort_remainders(struct share_remainder *list, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare_remainders(&list[i - 1], &list[i]) > 0) {
			qsort(list, count, sizeof(*list), compare_remainders);
			return;
		}
}

/* Return the candidate with the most room; if equal, the larger key. */
static size_t most_room(const struct share *share)
{
	const struct candidate *list = share->set->list;
	size_t best = 0;

	for (size_t i = 1; i < share->set->count; i++)
		if (share->room[i] > share->room[best] ||
		    (share->room[i] == share->room[best] &&
		     list[i].key > list[best].key))
			best = i;
	return best;
}

static void list_open(struct share *share)
{
	share->open_count = 0;
	for (size_t i = 0; i < share->set->count; i++)
		if (share->room[i])
			share->open[share->open_count++] = (uint16_t)i;
}

/* Give a bucket to each candidate without one, from the one with most. */
static void feed_empty(struct share *share, size_t removed)
{
	for (size_t i = 0; i < share->set->count; i++) {
		if (share->room[i] || i == removed)
			continue;
		share->room[most_room(share)]--;
		share->room[i] = 1;
	}
}

static uint64_t weight_without(const struct candidate_set *set, size_t removed)
{
	uint64_t total = 0;

	for (size_t i = 0; i < set->count; i++)
		if (i != removed)
			total += set->list[i].weight;
	return total;
}

void share_out(struct share *share, size_t removed)
{
	const struct candidate_set *set = share->set;
	uint64_t total = weight_without(set, removed);
	uint32_t missing = share->size;
	size_t others = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct share_remainder remainder = share->by_key[i];
		size_t candidate = remainder.candidate;
		uint64_t product =
			(uint64_t)share->size * set->list[candidate].weight;

		share->room[candidate] = 0;
		if (candidate == removed)
			continue;
		share->room[candidate] = (uint32_t)(product / total);
		missing -= share->room[candidate];
		remainder.size = product % total;
		share->remainders[others++] = remainder;
	}
	sort_remainders(share->remainders, others);
	/* Fewer buckets are missing than candidates have a remainder. */
	for (uint32_t i = 0; i < missing; i++)
		share->room[share->remainders[i].candidate]++;
	feed_empty(share, removed);
	list_open(share);
}
