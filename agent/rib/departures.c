// SPDX-License-Identifier: BSD-2-Clause
/* How accepted paths have gone. See departures.h. */

#include "rib/departures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t MIX = 0x9e3779b97f4a7c15u; /* odd: keeps all bits */

int departures_init(struct departures *departures)
{
	departures->entries =
		calloc(DEPARTURES_MAX, sizeof(*departures->entries));
	return departures->entries ? 0 : -ENOMEM;
}

void departures_free(struct departures *departures)
{
	free(departures->entries);
	departures->entries = NULL;
}

/* The secret in `hash` keeps a neighbor from choosing its place. */
static size_t set_of_key(uint32_t hash, const struct address *neighbor)
{
	uint64_t words[2];

	memcpy(words, neighbor->bytes, sizeof(words));
	words[0] = (words[0] ^ hash) * MIX;
	words[0] = (words[0] ^ words[0] >> 32 ^ words[1]) * MIX;
	return (size_t)(words[0] >> 32) & (DEPARTURES_MAX - DEPARTURES_WAYS);
}

static bool is_entry_of(const struct departure *entry,
			const struct prefix *prefix,
			const struct address *neighbor)
{
	return entry->time_ms && prefix_equal(&entry->prefix, prefix) &&
	       address_equal(&entry->neighbor, neighbor);
}

/* Return the entry for a path, or the one that makes room for it. */
static struct departure *departure_place(const struct departures *departures,
					 const struct prefix *prefix,
					 uint32_t hash,
					 const struct address *neighbor)
{
	struct departure *set =
		&departures->entries[set_of_key(hash, neighbor)];
	struct departure *oldest = set;

	for (size_t i = 0; i < DEPARTURES_WAYS; i++) {
		if (is_entry_of(&set[i], prefix, neighbor))
			return &set[i];
		if (set[i].time_ms < oldest->time_ms)
			oldest = &set[i];
	}
	return oldest;
}

void departures_add(struct departures *departures, const struct prefix *prefix,
		    uint32_t hash, const struct address *neighbor,
		    enum departure_cause cause, uint64_t now_ms)
{
	struct departure *entry =
		departure_place(departures, prefix, hash, neighbor);
	uint16_t times = is_entry_of(entry, prefix, neighbor) ? entry->times :
								0;

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
	const struct departure *entry =
		departure_place(departures, prefix, hash, neighbor);

	return is_entry_of(entry, prefix, neighbor) ? entry : NULL;
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
	[DEPARTURE_STALE] = "not_announced_again",
	[DEPARTURE_SESSION] = "session_down",
};

const char *departure_cause_name(enum departure_cause cause)
{
	return cause_names[cause];
}
