// SPDX-License-Identifier: BSD-2-Clause
/* The status page. See status_page.h. */

#include "control/pages/status_page.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/counter_rows.h"
#include "control/json.h"
#include "control/pages/html.h"
#include "control/pages/http.h"
#include "control/reply.h"
#include "control/show.h"
#include "control/show_vips.h"
#include "control/view.h"
#include "core/array.h"

enum page_part {
	PAGE_VERDICT,
	PAGE_TOTALS,
	PAGE_FILTER,
	PAGE_VIPS,
	PAGE_PAGER,
	PAGE_NEIGHBORS,
	PAGE_NEXTHOPS,
	PAGE_OUTCOMES,
	PAGE_EVENTS,
	PAGE_END,
};

#include "agent/control/pages/status_page_pieces.h"

enum {
	EVENTS_SHOWN = 50,
	NUMBER_SIZE = 24,
};

struct status_page {
	struct reply reply;
	const struct control_view *view;
	size_t piece;
	bool piece_written;
	struct reply *list; /* being written between two pieces, or NULL */
	struct reply_writer writer;
	char filter[PREFIX_TEXT_SIZE];
	uint64_t from;
	uint64_t matched; /* VIPs */
};

/* ------------------------------------------------------------- tables */

#define TABLE(list)                    \
	{                              \
		(list), COUNT_OF(list) \
	}

static const struct html_column vip_columns[] = {
	{ "prefix", HTML_HEADER },	 { "forwarding", HTML_STATE },
	{ "announced_to", HTML_NUMBER }, { "nexthops", HTML_NUMBER },
	{ "min_nexthops", HTML_NUMBER }, { "shares", HTML_SHARES },
	{ "packets", HTML_RATE },
};
static const struct html_column neighbor_columns[] = {
	{ "address", HTML_HEADER },
	{ "name", HTML_TEXT },
	{ "role", HTML_TEXT },
	{ "as", HTML_NUMBER },
	{ "state", HTML_STATE },
	{ "changed_s", HTML_AGE },
	{ "prefixes_accepted", HTML_NUMBER },
	{ "max_prefix", HTML_NUMBER },
	{ "prefixes_announced", HTML_NUMBER },
	{ "flaps", HTML_NUMBER },
	{ "last_error", HTML_TEXT },
};
static const struct html_column nexthop_columns[] = {
	{ "address", HTML_HEADER },
	{ "state", HTML_STATE },
	{ "alive", HTML_STATE },
	{ "since_s", HTML_AGE },
	{ "draining", HTML_TEXT },
	{ "interface", HTML_TEXT },
	{ "mac", HTML_TEXT },
	{ "buckets", HTML_NUMBER },
	{ "flows_recorded", HTML_NUMBER },
	{ "packets", HTML_RATE },
};
static const struct html_column outcome_columns[] = {
	{ "name", HTML_HEADER },
	{ "packets", HTML_RATE },
};
static const struct html_column event_columns[] = {
	{ "time", HTML_TEXT },
	{ "severity", HTML_STATE },
	{ "object", HTML_TEXT },
	{ "text", HTML_TEXT },
};

static const struct html_table vip_table = TABLE(vip_columns);
static const struct html_table neighbor_table = TABLE(neighbor_columns);
static const struct html_table nexthop_table = TABLE(nexthop_columns);
static const struct html_table outcome_table = TABLE(outcome_columns);
static const struct html_table event_table = TABLE(event_columns);

static void write_row_of(struct evbuffer *out, struct json_object *row,
			 const void *table)
{
	html_write_row(out, table, row);
}

/* The next part is the pager, which needs the number of VIPs. */
static void note_matched(struct evbuffer *out, const void *context,
			 const void *argument)
{
	struct status_page *page = (struct status_page *)(uintptr_t)argument;

	(void)out;
	page->matched = show_vips_matched(context);
}

static void write_vip(struct evbuffer *out, struct json_object *row,
		      const void *page)
{
	(void)page;
	html_write_row(out, &vip_table, row);
}

/* Begin a list whose rows follow in the next parts. */
static void begin_rows(struct status_page *page, const struct reply_list *list,
		       struct json_object *request)
{
	struct json_object *failure = NULL;

	page->list = reply_rows_new(page->view, list, request, &page->writer,
				    &failure);
	json_object_put(failure);
	json_object_put(request);
}

static void begin_vips(struct status_page *page)
{
	struct json_object *request = json_object_new_object();

	json_add_text(request, "filter", page->filter);
	json_add_number(request, "from", page->from);
	json_add_number(request, "limit", STATUS_PAGE_VIPS);
	page->writer = (struct reply_writer){ write_vip, note_matched, page };
	begin_rows(page, &show_vips, request);
}

static void begin_table(struct status_page *page, const struct reply_list *list,
			const struct html_table *table)
{
	page->writer =
		(struct reply_writer){ .row = write_row_of, .argument = table };
	begin_rows(page, list, json_object_new_object());
}

static void begin_events(struct status_page *page)
{
	struct json_object *request = json_object_new_object();

	json_add_number(request, "last", EVENTS_SHOWN);
	page->writer = (struct reply_writer){ .row = write_row_of,
					      .argument = &event_table };
	begin_rows(page, &show_events, request);
}

/* The outcomes are few. */
static void write_outcomes(const struct control_view *view,
			   struct evbuffer *out)
{
	struct counter_rows rows;

	if (!counter_rows_read(&rows, view, &counter_lists[0]))
		for (size_t i = 0; i < rows.count; i++) {
			struct json_object *row = json_object_new_object();

			json_add_text(row, "name", rows.rows[i].label);
			json_add_counter(row, &rows.rows[i].counter);
			html_write_row(out, &outcome_table, row);
			json_object_put(row);
		}
	counter_rows_free(&rows);
}

/* ------------------------------------------------------------- the head */

static struct json_object *status_figure(struct json_object *object,
					 const char *outer, const char *inner)
{
	return json_object_object_get(json_object_object_get(object, outer),
				      inner);
}

/* Write the verdict of `show status`, and its reasons. */
static void write_verdict(struct evbuffer *out, struct json_object *status)
{
	struct json_object *reasons = json_object_object_get(status, "reasons");
	const char *verdict = json_get_text(status, "verdict");
	size_t count = reasons ? json_object_array_length(reasons) : 0;

	evbuffer_add_printf(out, "<span class=\"verdict %s\">%s</span>",
			    verdict, verdict);
	for (size_t i = 0; i < count; i++) {
		evbuffer_add_printf(out, "%s ", i ? ";" : ":");
		html_write_text(out,
				json_object_get_string(
					json_object_array_get_idx(reasons, i)));
	}
}

/* Figures of `show status`: "NAME" or "NAME of OTHER". */
static const struct total {
	const char *title;
	const char *outer, *inner, *of;
} totals[] = {
	{ "Sessions", "neighbors", "established", "configured" },
	{ "VIPs learned", "vips", "learned", NULL },
	{ "VIPs forwarding", "vips", "forwarding", NULL },
	{ "VIPs announced", "vips", "announced", NULL },
	{ "Next hops alive", "nexthops", "alive", "total" },
	{ "Groups", "groups", "used", "maximum" },
};

static void write_totals_of(struct evbuffer *out, struct json_object *status)
{
	for (size_t i = 0; i < COUNT_OF(totals); i++) {
		const struct total *total = &totals[i];

		evbuffer_add_printf(out, "<div><dt>%s</dt><dd>%s", total->title,
				    json_object_get_string(
					    status_figure(status, total->outer,
							  total->inner)));
		if (total->of)
			evbuffer_add_printf(
				out, " of %s",
				json_object_get_string(status_figure(
					status, total->outer, total->of)));
		evbuffer_add_printf(out, "</dd></div>");
	}
	evbuffer_add_printf(out, "<div><dt>Version</dt><dd>%s</dd></div>",
			    json_object_get_string(
				    json_object_object_get(status, "version")));
}

static void write_head_part(struct status_page *page, enum page_part part,
			    struct evbuffer *out)
{
	struct json_object *reply = show_status(page->view, NULL);
	struct json_object *status = json_object_object_get(reply, "status");

	if (part == PAGE_VERDICT)
		write_verdict(out, status);
	else
		write_totals_of(out, status);
	json_object_put(reply);
}

static void write_link(const struct status_page *page, struct evbuffer *out,
		       uint64_t from, const char *text)
{
	evbuffer_add_printf(out, " <a href=\"/?q=");
	html_write_query(out, page->filter);
	evbuffer_add_printf(out, "&amp;from=%" PRIu64 "\">%s</a>", from, text);
}

static void write_pager(const struct status_page *page, struct evbuffer *out)
{
	uint64_t end = page->from + STATUS_PAGE_VIPS;

	if (!page->matched) {
		evbuffer_add_printf(out, "no VIP");
		return;
	}
	evbuffer_add_printf(out, "%" PRIu64 " to %" PRIu64 " of %" PRIu64,
			    page->from + 1,
			    end < page->matched ? end : page->matched,
			    page->matched);
	if (page->from)
		write_link(page, out,
			   page->from > STATUS_PAGE_VIPS ?
				   page->from - STATUS_PAGE_VIPS :
				   0,
			   "previous");
	if (end < page->matched)
		write_link(page, out, end, "next");
}

/* ------------------------------------------------------------- the page */

/* Write the part behind a piece, or begin its list. */
static void begin_part(struct status_page *page, enum page_part part,
		       struct evbuffer *out)
{
	switch (part) {
	case PAGE_VERDICT:
	case PAGE_TOTALS:
		write_head_part(page, part, out);
		return;
	case PAGE_FILTER:
		html_write_text(out, page->filter);
		return;
	case PAGE_VIPS:
		begin_vips(page);
		return;
	case PAGE_PAGER:
		write_pager(page, out);
		return;
	case PAGE_NEIGHBORS:
		begin_table(page, &show_neighbors, &neighbor_table);
		return;
	case PAGE_NEXTHOPS:
		begin_table(page, &show_nexthops, &nexthop_table);
		return;
	case PAGE_OUTCOMES:
		write_outcomes(page->view, out);
		return;
	case PAGE_EVENTS:
		begin_events(page);
		return;
	case PAGE_END:
		return;
	}
}

static bool write_status_part(struct reply *reply, struct evbuffer *out)
{
	struct status_page *page = (struct status_page *)reply;
	enum page_part part = page_pieces[page->piece].part;

	if (page->list) {
		if (page->list->type->write(page->list, out))
			return true;
		reply_free(page->list);
		page->list = NULL;
	} else {
		const char *text = page_pieces[page->piece].text;

		evbuffer_add(out, text, strlen(text));
		begin_part(page, part, out);
		if (page->list)
			return true;
	}
	return page_pieces[page->piece++].part != PAGE_END;
}

static void status_page_free(struct reply *reply)
{
	struct status_page *page = (struct status_page *)reply;

	reply_free(page->list);
	free(page);
}

struct reply *status_page_new(const struct control_view *view, const char *path)
{
	static const struct reply_type type = {
		.write = write_status_part,
		.free = status_page_free,
	};
	struct status_page *page = calloc(1, sizeof(*page));
	char number[NUMBER_SIZE];

	if (!page)
		return NULL;
	page->reply.type = &type;
	page->view = view;
	http_query(path, "q", page->filter, sizeof(page->filter));
	if (http_query(path, "from", number, sizeof(number)) &&
	    number[0] != '-')
		page->from = strtoull(number, NULL, 10);
	return &page->reply;
}

const char *status_page_headers(void)
{
	return "Content-Security-Policy: " STATUS_PAGE_POLICY "\r\n"
	       "X-Content-Type-Options: nosniff\r\n"
	       "Referrer-Policy: no-referrer\r\n"
	       "Cache-Control: no-store\r\n";
}
