// SPDX-License-Identifier: BSD-2-Clause
/* How accepted paths have gone. See departures.h. */

#include "rib/departures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SETS = DEPARTURES_MAX / DEPARTURES_WAYS,
	ORDER_BITS = 4,
	OLDEST_SHIFT = (DEPARTURES_WAYS - 1) * ORDER_BITS,
	FIRST_ORDER = 0x76543210,
	TAG_SIGN = 15, /* the highest bit of a tag */
	TAGS_OF_WORD = 4,
};

static const uint64_t MIX = 0x9e3779b97f4a7c15u;     /* odd: keeps all bits */
static const uint64_t EACH_TAG = 0x0001000100010001; /* four tags in a word */

_Static_assert(DEPARTURES_WAYS *ORDER_BITS == 32, "fits departure_set.order");

/* The place of a key: a set, and the mark of the key in it. */
struct departure_key {
	size_t set;
	uint16_t tag;
};

int departures_init(struct departures *departures)
{
	departures->entries =
		calloc(DEPARTURES_MAX, sizeof(*departures->entries));
	departures->sets = aligned_alloc(sizeof(struct departure_set),
					 SETS * sizeof(struct departure_set));
	if (!departures->entries || !departures->sets) {
		departures_free(departures);
		return -ENOMEM;
	}
	for (size_t i = 0; i < SETS; i++)
		departures->sets[i] =
			(struct departure_set){ .order = FIRST_ORDER };
	return 0;
}

void departures_free(struct departures *departures)
{
	free(departures->entries);
	free(departures->sets);
	departures->entries = NULL;
	departures->sets = NULL;
}

/* The secret in `hash` keeps a neighbor from choosing its place. */
static struct departure_key key_of(uint32_t hash,
				   const struct address *neighbor)
{
	uint64_t words[2];

	memcpy(words, neighbor->bytes, sizeof(words));
	words[0] = (words[0] ^ hash) * MIX;
	words[0] = (words[0] ^ words[0] >> 32 ^ words[1]) * MIX;
	return (struct departure_key){
		.set = (size_t)(words[0] >> 32) & (SETS - 1),
		.tag = (uint16_t)words[0] | 1, /* not that of a free place */
	};
}

static bool is_entry_of(const struct departure *entry,
			const struct prefix *prefix,
			const struct address *neighbor)
{
	return entry->time_ms && prefix_equal(&entry->prefix, prefix) &&
	       address_equal(&entry->neighbor, neighbor);
}

/*
 * True if one of the tags of a set is `tag`. Four at a time: equal ones differ by
 * 0, and of all differences only 0 gains the highest bit when 1 is taken away.
 */
static bool has_tag(const struct departure_set *set, uint16_t tag)
{
	uint64_t words[DEPARTURES_WAYS / TAGS_OF_WORD], found = 0;

	memcpy(words, set->tags, sizeof(words));
	for (size_t i = 0; i < DEPARTURES_WAYS / TAGS_OF_WORD; i++) {
		uint64_t difference = words[i] ^ tag * EACH_TAG;

		found |= (difference - EACH_TAG) & ~difference;
	}
	return found & EACH_TAG << TAG_SIGN;
}

/* Return the number of the path's place in its set, or DEPARTURES_WAYS. */
static unsigned int find_way(const struct departures *departures,
			     const struct departure_key *key,
			     const struct prefix *prefix,
			     const struct address *neighbor)
{
	const struct departure_set *set = &departures->sets[key->set];
	const struct departure *entries =
		&departures->entries[key->set * DEPARTURES_WAYS];
	unsigned int way = 0;

	if (!has_tag(set, key->tag))
		return DEPARTURES_WAYS;
	while (way < DEPARTURES_WAYS &&
	       (set->tags[way] != key->tag ||
		!is_entry_of(&entries[way], prefix, neighbor)))
		way++;
	return way;
}

/* Make the oldest place the newest and return its number. */
static unsigned int take_oldest_way(struct departure_set *set)
{
	unsigned int oldest = set->order >> OLDEST_SHIFT;

	set->order = set->order << ORDER_BITS | oldest;
	return oldest;
}

/* Make a place the newest. */
static void renew_way(struct departure_set *set, unsigned int way)
{
	const uint32_t one = (1u << ORDER_BITS) - 1;
	unsigned int shift = 0;
	uint32_t newer;

	while ((set->order >> shift & one) != way)
		shift += ORDER_BITS;
	newer = set->order & ((1u << shift) - 1);
	set->order &= ~(newer | one << shift);
	set->order |= newer << ORDER_BITS | way;
}

void departures_add(struct departures *departures, const struct prefix *prefix,
		    uint32_t hash, const struct address *neighbor,
		    enum departure_cause cause, uint64_t now_ms)
{
	const struct departure_key key = key_of(hash, neighbor);
	struct departure_set *set = &departures->sets[key.set];
	unsigned int way = find_way(departures, &key, prefix, neighbor);
	bool is_new = way == DEPARTURES_WAYS;
	struct departure *entry;
	uint16_t times;

	if (is_new)
		way = take_oldest_way(set);
	else
		renew_way(set, way);
	set->tags[way] = key.tag;
	entry = &departures->entries[key.set * DEPARTURES_WAYS + way];
	times = is_new ? 0 : entry->times;
	*entry = (struct departure){
		.prefix = *prefix,
		.cause = (uint8_t)cause,
		.times = times < UINT16_MAX ? times + 1 : times,
		.neighbor = *neighbor,
		.time_ms = now_ms,
	};
}

const struct departure *departures_find(const struct departures *departures,
					const struct prefix *prefix,
					uint32_t hash,
					const struct address *neighbor)
{
	const struct departure_key key = key_of(hash, neighbor);
	unsigned int way = find_way(departures, &key, prefix, neighbor);

	if (way == DEPARTURES_WAYS)
		return NULL;
	return &departures->entries[key.set * DEPARTURES_WAYS + way];
}

const struct departure *departures_next(const struct departures *departures,
					const struct prefix *prefix,
					const struct departure *last)
{
	size_t i = last ? (size_t)(last - departures->entries) + 1 : 0;

	for (; i < DEPARTURES_MAX; i++) {
		const struct departure *entry = &departures->entries[i];

		if (entry->time_ms && prefix_equal(&entry->prefix, prefix))
			return entry;
	}
	return NULL;
}

bool departures_match(const struct departures *departures,
		      const struct address *address, struct prefix *prefix)
{
	const struct departure *longest = NULL;

	for (size_t i = 0; i < DEPARTURES_MAX; i++) {
		const struct departure *entry = &departures->entries[i];

		if (entry->time_ms &&
		    prefix_contains(&entry->prefix, address) &&
		    (!longest || longest->prefix.length < entry->prefix.length))
			longest = entry;
	}
	if (longest)
		*prefix = longest->prefix;
	return longest;
}

static const char *const cause_names[DEPARTURE_CAUSE_COUNT] = {
	[DEPARTURE_WITHDRAWN] = "withdrawn",
	[DEPARTURE_ERROR] = "withdrawn_by_error",
	[DEPARTURE_LIMIT] = "above_limit",
	[DEPARTURE_STALE] = "not_announced_again",
	[DEPARTURE_SESSION] = "session_down",
};

const char *departure_cause_name(enum departure_cause cause)
{
	return cause_names[cause];
}
