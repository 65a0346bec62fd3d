// SPDX-License-Identifier: BSD-2-Clause
/* Filters as JSON. See show_filters.h. */

#include "control/show_filters.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "control/json.h"
#include "control/reply.h"
#include "control/show.h"
#include "core/clock.h"
#include "datapath/filters.h"
#include "filter/book.h"
#include "filter/words.h"

enum {
	NS_PER_MS = 1000000,
};

static void add_filter_name(struct json_object *out,
			    const struct filter_row *row)
{
	char match[FILTER_WORDS_SIZE], action[FILTER_WORDS_SIZE];

	json_add_text(out, "origin", filter_origin_names[row->origin]);
	json_add(out, "neighbor",
		 address_is_zero(&row->neighbor) ?
			 NULL :
			 json_of_address(&row->neighbor));
	json_add_text(out, "match", filter_match_words(row, match));
	json_add_text(out, "action", filter_action_words(row, action));
}

struct json_object *show_filter_in(const struct control_view *view,
				   uint32_t slot)
{
	size_t index = filter_book_find(view->filters, (uint16_t)slot);
	struct json_object *out;
	struct filter_row row;

	if (index == SIZE_MAX)
		return NULL;
	filter_book_row(view->filters, index, &row);
	out = json_object_new_object();
	add_filter_name(out, &row);
	return out;
}

/* Return for how many seconds nothing has matched; NULL: nothing ever has. */
static struct json_object *age_of_hit(uint64_t last_ns)
{
	uint64_t last_ms = last_ns / NS_PER_MS;

	return last_ns ? json_object_new_uint64(json_age_s(last_ms)) : NULL;
}

static struct json_object *filter_json(const struct control_view *view,
				       const struct filter_row *row)
{
	struct json_object *out = json_object_new_object();
	struct hg_filter_use use = { 0 };

	if (row->slot)
		datapath_read_filter(view->datapath, row->slot, &use);
	add_filter_name(out, row);
	json_add(out, "in_force", json_object_new_boolean(row->slot != 0));
	json_add_text(out, "reason", row->refusal);
	json_add_number(out, "packets", use.matched.packets);
	json_add_number(out, "bytes", use.matched.bytes);
	json_add_number(out, "dropped_packets", use.dropped.packets);
	json_add_number(out, "dropped_bytes", use.dropped.bytes);
	json_add(out, "last_hit_s", age_of_hit(use.last_ns));
	return out;
}

static int collect_filters(const struct control_view *view,
			   struct reply_keys *keys)
{
	size_t count = filter_book_count(view->filters);
	uint32_t *indices = calloc(count ? count : 1, sizeof(*indices));

	if (!indices)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		indices[i] = (uint32_t)i;
	keys->keys = indices;
	keys->count = count;
	return 0;
}

static struct json_object *filter_row(const struct control_view *view,
				      const void *key, const void *context)
{
	uint32_t index = *(const uint32_t *)key;
	struct filter_row row;

	(void)context;
	if (index >= filter_book_count(view->filters))
		return NULL;
	filter_book_row(view->filters, index, &row);
	return filter_json(view, &row);
}

const struct reply_list show_filters = {
	.name = "filters",
	.key_size = sizeof(uint32_t),
	.collect = collect_filters,
	.row = filter_row,
};
