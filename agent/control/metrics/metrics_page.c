// SPDX-License-Identifier: BSD-2-Clause
/* The page of metrics. See metrics_page.h. */

#include "control/metrics/metrics_page.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/counter_rows.h"
#include "control/metrics/gauge_list.h"
#include "control/metrics/metric_tables.h"
#include "control/reply.h"
#include "core/array.h"

enum {
	ROWS_IN_PART = 64,
	NAME_SIZE = 128,
};

/* The members of a counter, a metric each. */
static const struct unit {
	const char *name;
	size_t offset; /* in struct hg_counter */
} units[] = {
	{ "packets", offsetof(struct hg_counter, packets) },
	{ "bytes", offsetof(struct hg_counter, bytes) },
};

static const struct metric_table *const tables[] = {
	&metric_agent,	   &metric_process,  &metric_interfaces,
	&metric_neighbors, &metric_nexthops, &metric_vips,
};

/* A place on the page; all zeroes are its beginning. */
struct page {
	struct reply reply;
	struct metric_source source;
	struct metric_out out;
	/* The table being written; behind the last, the list of counters. */
	size_t table, list, gauge;
	size_t metric; /* of the table, or unit of the list */
	size_t row;
	bool collected; /* the rows of the table or list */
	struct metric_rows rows;
	struct counter_rows counters;
};

/* ------------------------------------------------------------- tables */

/* Copy rows of the table. A table for which memory is short is left out. */
static void collect_part(struct page *page)
{
	const struct metric_table *table = tables[page->table];
	int left;

	page->rows.size = table->row_size;
	left = table->collect(&page->source, &page->rows);
	if (left < 0)
		metric_rows_free(&page->rows);
	page->collected = left <= 0;
}

static void end_table(struct page *page)
{
	metric_rows_free(&page->rows);
	page->metric = 0;
	page->collected = false;
	page->table++;
}

static void write_table_part(struct page *page)
{
	const struct metric_table *table = tables[page->table];
	const struct metric *metric = &table->metrics[page->metric];

	if (!page->collected) {
		collect_part(page);
		return;
	}
	if (!page->row)
		metric_write_head(&page->out, metric->name, metric->type,
				  metric->help);
	for (int i = 0; i < ROWS_IN_PART && page->row < page->rows.count; i++)
		metric_write_row(&page->out, table, metric,
				 page->rows.rows +
					 page->row++ * page->rows.size);
	if (page->row < page->rows.count)
		return;
	page->row = 0;
	if (++page->metric == table->count)
		end_table(page);
}

/* ------------------------------------------------------------- counters */

static void write_counter_head(const struct metric_out *out,
			       const struct counter_list *list,
			       const struct unit *unit)
{
	char name[NAME_SIZE], help[NAME_SIZE];

	snprintf(name, sizeof(name), "headgate_%s_%s_total", list->name,
		 unit->name);
	snprintf(help, sizeof(help), "%s: %s", list->help, unit->name);
	metric_write_head(out, name, METRIC_COUNTER, help);
}

static void write_counter_sample(struct evbuffer *out,
				 const struct counter_list *list,
				 const struct unit *unit,
				 const struct counter_row *row)
{
	const char *counter = (const char *)&row->counter;
	char text[PREFIX_TEXT_SIZE];
	uint64_t value;

	memcpy(&value, counter + unit->offset, sizeof(value));
	evbuffer_add_printf(out, "headgate_%s_%s_total{%s=\"", list->name,
			    unit->name, list->key);
	metric_write_label(out, counter_row_label(row, text));
	evbuffer_add_printf(out, "\"} %" PRIu64 "\n", value);
}

/* A list for which memory is short is left out. */
static void copy_counter_rows(struct page *page,
			      const struct counter_list *list)
{
	counter_rows_free(&page->counters);
	if (counter_rows_read(&page->counters, page->source.view, list))
		counter_rows_free(&page->counters);
	page->collected = true;
}

/* Write a part of a list. False: that was the last one. */
static bool write_counters_of(struct page *page,
			      const struct counter_list *list)
{
	const struct unit *unit = &units[page->metric];

	if (!page->collected) {
		copy_counter_rows(page, list);
		return true;
	}
	if (!page->row && !page->metric)
		counter_rows_sort(&page->counters, list);
	if (!page->row)
		write_counter_head(&page->out, list, unit);
	for (int i = 0; i < ROWS_IN_PART && page->row < page->counters.count;
	     i++)
		write_counter_sample(page->out.buffer, list, unit,
				     &page->counters.rows[page->row++]);
	if (page->row < page->counters.count)
		return true;
	page->row = 0;
	if (++page->metric < COUNT_OF(units))
		return true;
	page->metric = 0;
	page->collected = false;
	return false;
}

/* ------------------------------------------------------------- gauges */

/* Write a part of the samples of a list. False: that was the last one. */
static bool write_gauge_part(struct page *page, const struct gauge_list *list)
{
	const struct control_view *view = page->source.view;
	size_t count = list->count(view);
	char label[ADDRESS_TEXT_SIZE];
	struct evbuffer *out = page->out.buffer;
	uint64_t value;

	if (!page->row)
		metric_write_head(&page->out, list->name, list->type,
				  list->help);
	for (int i = 0; i < ROWS_IN_PART && page->row < count; i++) {
		if (!list->read(view, (uint32_t)page->row++, label, &value))
			continue;
		evbuffer_add_printf(out, "%s{%s=\"", list->name, list->key);
		metric_write_label(out, label);
		evbuffer_add_printf(out, "\"} %" PRIu64 "\n", value);
	}
	if (page->row < count)
		return true;
	page->row = 0;
	return false;
}

/* ------------------------------------------------------------- the page */

static bool write_page_part(struct reply *reply, struct evbuffer *buffer)
{
	struct page *page = (struct page *)reply;

	page->out.buffer = buffer;
	if (page->table < COUNT_OF(tables)) {
		write_table_part(page);
		return true;
	}
	if (page->list < counter_list_count) {
		page->list +=
			!write_counters_of(page, &counter_lists[page->list]);
		return true;
	}
	if (page->gauge < gauge_list_count) {
		page->gauge +=
			!write_gauge_part(page, &gauge_lists[page->gauge]);
		return true;
	}
	if (page->out.format == METRIC_OPENMETRICS)
		evbuffer_add_printf(buffer, "# EOF\n");
	return false;
}

static void page_free(struct reply *reply)
{
	struct page *page = (struct page *)reply;

	metric_rows_free(&page->rows);
	counter_rows_free(&page->counters);
	free(page);
}

static const struct reply_type page_type = {
	.write = write_page_part,
	.free = page_free,
};

void metrics_page_write_list(const struct metric_out *out,
			     const struct control_view *view,
			     const struct counter_list *list)
{
	struct page page = { .source.view = view, .out = *out };

	while (write_counters_of(&page, list))
		;
	counter_rows_free(&page.counters);
}

struct reply *metrics_page_new(const struct metric_source *source,
			       enum metric_format format)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->reply.type = &page_type;
	page->source = *source;
	page->out.format = format;
	return &page->reply;
}
