// SPDX-License-Identifier: BSD-2-Clause
/* Large communities. See large_community.h. */

#include "bgp/codec/large_community.h"

#include "bgp/codec/protocol.h"

#include <string.h>

enum {
	SIZE = BGP_LARGE_COMMUNITY_SIZE,
};

/* The order of bytes on the wire is the order of the numbers. */
static int compare_members(const uint8_t *list, size_t a, size_t b)
{
	return memcmp(list + a * SIZE, list + b * SIZE, SIZE);
}

static void swap_members(uint8_t *list, size_t a, size_t b)
{
	uint8_t kept[SIZE];

	memcpy(kept, list + a * SIZE, SIZE);
	memcpy(list + a * SIZE, list + b * SIZE, SIZE);
	memcpy(list + b * SIZE, kept, SIZE);
}

/* Sink member `at` of a heap to its place among the first `count`. */
static void sink_member(uint8_t *list, size_t at, size_t count)
{
	size_t child;

	while ((child = 2 * at + 1) < count) {
		if (child + 1 < count &&
		    compare_members(list, child, child + 1) < 0)
			child++;
		if (compare_members(list, at, child) >= 0)
			return;
		swap_members(list, at, child);
		at = child;
	}
}

/* Sort by heapsort: in place, O(n log n) for any list a peer may send. */
static void sort_members(uint8_t *list, size_t count)
{
	for (size_t at = count / 2; at--;)
		sink_member(list, at, count);
	while (count > 1) {
		swap_members(list, 0, --count);
		sink_member(list, 0, count);
	}
}

/* True if each member is greater than the one before it. */
static bool is_ascending(struct reader list)
{
	for (size_t i = 1; i < list.left / SIZE; i++)
		if (compare_members(list.data, i - 1, i) >= 0)
			return false;
	return true;
}

/* Remove repetitions from a sorted list. Return how many members remain. */
static size_t remove_repeated(uint8_t *list, size_t count)
{
	size_t kept = 1;

	for (size_t i = 1; i < count; i++)
		if (compare_members(list, kept - 1, i))
			memmove(list + kept++ * SIZE, list + i * SIZE, SIZE);
	return kept;
}

struct reader large_community_list_unique(struct reader list, struct writer *w)
{
	size_t count = list.left / SIZE, kept;
	uint8_t *copy;

	if (is_ascending(list))
		return list;
	copy = writer_take(w, list.left);
	if (!copy)
		return list;
	memcpy(copy, list.data, list.left);
	sort_members(copy, count);
	kept = remove_repeated(copy, count);
	return kept == count ? list : reader_of(copy, kept * SIZE);
}

static struct large_community read_member(struct reader *list)
{
	struct large_community community;

	community.administrator = reader_u32(list);
	community.local[0] = reader_u32(list);
	community.local[1] = reader_u32(list);
	return community;
}

void large_community_show(struct text *text, struct reader *list)
{
	struct large_community one = read_member(list);

	text_add(text, "%u:%u:%u", one.administrator, one.local[0],
		 one.local[1]);
}
