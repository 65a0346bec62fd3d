// SPDX-License-Identifier: BSD-2-Clause
/* Candidates of a set. See candidate.h. */

#include "steering/candidate.h"

#include <errno.h>
#include <stdlib.h>

#include "steering/score.h"

enum {
	SHORTLIST = 8, /* expected number of candidates */
};

/*
 * An evenly spread hash has a cost below c with a probability of nearly
 * c * weight * ln(2) / 2^58, by the fixed points of logarithm and reciprocal.
 */
static const uint64_t certain_cost = 415828534307635078; /* 2^58 / ln(2) */

static int compare_addresses(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	return address_compare(&a->address, &b->address);
}

/* Sort by address; returns 0, or -EINVAL for a duplicate. */
static int sort_candidates(struct candidate_set *set)
{
	qsort(set->list, set->count, sizeof(*set->list), compare_addresses);
	for (size_t i = 1; i < set->count; i++)
		if (!compare_addresses(&set->list[i - 1], &set->list[i]))
			return -EINVAL;
	return 0;
}

/* Keep those with weight, and precompute values for their scores. */
static void prepare_candidates(struct candidate_set *set, uint64_t seed)
{
	size_t kept = 0;

	set->equal_weights = true;
	for (size_t i = 0; i < set->count; i++) {
		struct candidate c = set->list[i];

		if (!c.weight)
			continue;
		c.key = score_address_key(&c.address, seed);
		c.reciprocal = UINT32_MAX / c.weight;
		set->list[kept++] = c;
		if (c.weight != set->list[0].weight)
			set->equal_weights = false;
	}
	set->count = kept;
}

/* Return the least hash of this logarithm, which falls as the hash rises. */
static uint64_t least_hash_of(uint64_t logarithm)
{
	uint64_t low = 0, high = UINT64_MAX;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (score_minus_log2(middle) <= logarithm)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void limit_shortlist(struct candidate_set *set)
{
	uint64_t total = 0, cost;

	if (set->count <= CANDIDATE_SHORT_SET)
		return;
	for (size_t i = 0; i < set->count; i++)
		total += set->list[i].weight;
	cost = SHORTLIST * certain_cost / total;
	for (size_t i = 0; i < set->count; i++) {
		struct candidate *c = &set->list[i];

		if (i && c->weight == c[-1].weight)
			c->least_hash = c[-1].least_hash;
		else
			c->least_hash = least_hash_of(cost / c->reciprocal);
	}
}

int candidate_set_init(struct candidate_set *set, const struct member *members,
		       size_t count, uint64_t seed)
{
	int error;

	*set = (struct candidate_set){ .count = count };
	if (!count || count > ASSIGN_MAX_MEMBERS)
		return -EINVAL;
	set->list = calloc(count, sizeof(*set->list));
	if (!set->list)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		set->list[i] = (struct candidate){
			.address = members[i].address,
			.weight = members[i].weight,
			.member = (uint16_t)i,
		};
	error = sort_candidates(set);
	if (error)
		return error;
	prepare_candidates(set, seed);
	limit_shortlist(set);
	return set->count ? 0 : -EINVAL;
}

void candidate_set_free(struct candidate_set *set)
{
	free(set->list);
}
