// SPDX-License-Identifier: BSD-2-Clause
/* Patterns for AS paths. See as_pattern.h. */

#include "rib/policy/as_pattern.h"

#include "bgp/codec/as_path.h"

_Static_assert(RULE_MAX_VALUES < 64, "a place for each word and the end");

static uint64_t place(size_t at)
{
	return (uint64_t)1 << at;
}

/* "*" may match no AS: the place before it leads to the place behind it. */
static uint64_t pass_runs(const struct as_pattern *pattern, uint64_t places)
{
	for (size_t i = 0; i < pattern->count; i++)
		if ((places & place(i)) &&
		    pattern->hops[i].hop.kind == RULE_HOP_RUN)
			places |= place(i + 1);
	return places;
}

/* Return the places that one more AS leads to from place `at`. */
static uint64_t next_places(const struct rule_hop *hop, size_t at, uint32_t as)
{
	switch (hop->kind) {
	case RULE_HOP_RUN:
		return place(at);
	case RULE_HOP_ONE:
		return place(at + 1);
	case RULE_HOP_AS:
		break;
	}
	return as >= hop->as.first && as <= hop->as.last ? place(at + 1) : 0;
}

static void step(const struct as_pattern *pattern, uint32_t as,
		 struct as_pattern_run *run)
{
	uint64_t next = 0;

	for (size_t i = 0; i < pattern->count; i++) {
		if (!(run->places & place(i)))
			continue;
		next |= next_places(&pattern->hops[i].hop, i, as);
		run->steps++;
	}
	run->places = pass_runs(pattern, next);
}

static bool is_confederation(const struct as_path_segment *segment)
{
	return segment->type == BGP_SEGMENT_CONFED_SEQUENCE ||
	       segment->type == BGP_SEGMENT_CONFED_SET;
}

bool as_pattern_matches(const struct as_pattern *pattern, struct reader path,
			struct as_pattern_run *run)
{
	struct as_path_segment segment;

	*run = (struct as_pattern_run){ .places = pass_runs(pattern, 1) };
	while (run->places && as_path_next(&path, BGP_AS4_SIZE, &segment)) {
		if (is_confederation(&segment))
			continue;
		while (run->places && segment.numbers.left)
			step(pattern, reader_u32(&segment.numbers), run);
	}
	return run->places & place(pattern->count);
}
