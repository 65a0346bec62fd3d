// SPDX-License-Identifier: BSD-2-Clause
/* Counters by HTTP. See metrics.h. */

#include "control/metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session/socket.h"
#include "bgp/session/speaker.h"
#include "control/counter_rows.h"
#include "control/gauge_list.h"
#include "control/http.h"
#include "control/reply.h"
#include "control/server.h"
#include "control/show_services.h"
#include "control/view.h"
#include "core/array.h"
#include "core/audit_report.h"
#include "core/log.h"
#include "core/takeover_report.h"
#include "datapath/datapath.h"
#include "steering/steering.h"

enum {
	MAX_HEAD_SIZE = 8192, /* bytes of a request; it has no body */
	MAX_SCRAPERS = 16,
	TIMEOUT_S = 10,
	REPLY_TIMEOUT_S = 30,
	ROWS_IN_PART = 16,
	PLACES_IN_PART = 64,
};

#define METRICS_PATH "/metrics"

struct metrics {
	struct server *server;
	const struct control_view *view;
};

/* The members of a counter, a metric each. */
static const struct unit {
	const char *name;
	size_t offset; /* in struct hg_counter */
} units[] = {
	{ "packets", offsetof(struct hg_counter, packets) },
	{ "bytes", offsetof(struct hg_counter, bytes) },
};

/* Escape the text: it may hold the name of an interface, with any character. */
static void write_label(struct evbuffer *out, const char *text)
{
	size_t plain = strcspn(text, "\"\\\n");

	for (; text[plain]; plain = strcspn(text, "\"\\\n")) {
		char odd = text[plain];

		evbuffer_add(out, text, plain);
		evbuffer_add_printf(out, "\\%c", odd == '\n' ? 'n' : odd);
		text += plain + 1;
	}
	evbuffer_add(out, text, plain);
}

static void write_sample(struct evbuffer *out, const struct counter_list *list,
			 const struct unit *unit, const struct counter_row *row)
{
	const char *counter = (const char *)&row->counter;
	char text[PREFIX_TEXT_SIZE];
	uint64_t value;

	memcpy(&value, counter + unit->offset, sizeof(value));
	evbuffer_add_printf(out, "headgate_%s_%s_total{%s=\"", list->name,
			    unit->name, list->key);
	write_label(out, counter_row_label(row, text));
	evbuffer_add_printf(out, "\"} %" PRIu64 "\n", value);
}

static void write_type(struct evbuffer *out, const struct counter_list *list,
		       const struct unit *unit)
{
	evbuffer_add_printf(out,
			    "# HELP headgate_%s_%s_total %s: %s.\n"
			    "# TYPE headgate_%s_%s_total counter\n",
			    list->name, unit->name, list->help, unit->name,
			    list->name, unit->name);
}

/* ------------------------------------------------------------- totals */

static uint64_t lines_lost(const struct control_view *view)
{
	(void)view;
	return log_lines_lost();
}

static uint64_t connections_refused(const struct control_view *view)
{
	return view->speaker->refused;
}

static uint64_t moved_without_window(const struct control_view *view)
{
	return steering_totals(view->steering).moved_without_window;
}

static uint64_t audit_differences(const struct control_view *view)
{
	return audit_report_total(view->audit).differences;
}

static uint64_t audit_repairs(const struct control_view *view)
{
	return audit_report_total(view->audit).repaired;
}

static uint64_t audit_rounds(const struct control_view *view)
{
	return view->audit->rounds;
}

static uint64_t is_in_sync(const struct control_view *view)
{
	return view->audit->in_sync;
}

static uint64_t is_taking_over(const struct control_view *view)
{
	return takeover_report_is_running(view->takeover);
}

static uint64_t takeover_left_s(const struct control_view *view)
{
	return takeover_report_left_s(view->takeover, clock_now_ms());
}

static uint64_t takeover_vips(const struct control_view *view)
{
	return view->takeover->vips_waiting;
}

static uint64_t takeover_nexthops(const struct control_view *view)
{
	return view->takeover->nexthops_waited_for;
}

/* Numbers of the agent as a whole */
static const struct total {
	const char *name;
	const char *help;
	uint64_t (*read)(const struct control_view *view);
} states[] = {
	{ "in_sync", "The kernel has what it should, as of the last audit",
	  is_in_sync },
	{ "takeover_running",
	  "The tables of a killed agent are being taken over", is_taking_over },
	{ "takeover_left_seconds",
	  "The time after which that ends at the latest", takeover_left_s },
	{ "takeover_vips_waiting", "VIPs that still have its tables",
	  takeover_vips },
	{ "takeover_nexthops_waited_for",
	  "Next hops of these tables that may still be announced",
	  takeover_nexthops },
};

static const struct total totals[] = {
	{ "log_lines_lost", "Log lines that stderr did not take", lines_lost },
	{ "connections_refused", "BGP connections that were not admitted",
	  connections_refused },
	{ "moved_without_window",
	  "VIPs and tables that changed without an affinity window",
	  moved_without_window },
	{ "audit_differences",
	  "Differences that audits found between the kernel and what is wanted",
	  audit_differences },
	{ "audit_repairs", "Differences that audits repaired", audit_repairs },
	{ "audits", "Audits of the kernel that have begun", audit_rounds },
};

static void write_audit_kinds(struct evbuffer *out,
			      const struct control_view *view)
{
	evbuffer_add_printf(out,
			    "# HELP headgate_audit_findings_total Differences "
			    "that audits found, by kind.\n"
			    "# TYPE headgate_audit_findings_total counter\n");
	for (enum audit_kind kind = 0; kind < AUDIT_KIND_COUNT; kind++)
		evbuffer_add_printf(
			out,
			"headgate_audit_findings_total{kind=\"%s\"} %" PRIu64
			"\n",
			audit_kind_name(kind),
			view->audit->counts[kind].differences);
}

static void write_totals(struct evbuffer *out, const struct control_view *view)
{
	write_audit_kinds(out, view);
	for (size_t i = 0; i < COUNT_OF(states); i++)
		evbuffer_add_printf(out,
				    "# HELP headgate_%s %s.\n"
				    "# TYPE headgate_%s gauge\n"
				    "headgate_%s %" PRIu64 "\n",
				    states[i].name, states[i].help,
				    states[i].name, states[i].name,
				    states[i].read(view));
	for (size_t i = 0; i < COUNT_OF(totals); i++)
		evbuffer_add_printf(out,
				    "# HELP headgate_%s_total %s.\n"
				    "# TYPE headgate_%s_total counter\n"
				    "headgate_%s_total %" PRIu64 "\n",
				    totals[i].name, totals[i].help,
				    totals[i].name, totals[i].name,
				    totals[i].read(view));
}

/* ------------------------------------------------------------- gauges */

/* Write the next samples of a list. False: all are written. */
static bool write_gauges(struct evbuffer *out, const struct control_view *view,
			 const struct gauge_list *list, size_t *place)
{
	size_t count = list->count(view), end = *place + PLACES_IN_PART;
	char label[ADDRESS_TEXT_SIZE];
	uint64_t value;

	if (!*place)
		evbuffer_add_printf(out,
				    "# HELP headgate_%s %s.\n"
				    "# TYPE headgate_%s %s\n",
				    list->name, list->help, list->name,
				    list->type);
	for (; *place < count && *place < end; (*place)++) {
		if (!list->read(view, (uint32_t)*place, label, &value))
			continue;
		evbuffer_add_printf(out, "headgate_%s{%s=\"", list->name,
				    list->key);
		write_label(out, label);
		evbuffer_add_printf(out, "\"} %" PRIu64 "\n", value);
	}
	return *place < count;
}

/* ------------------------------------------------------------- the page */

struct page {
	struct reply reply;
	const struct control_view *view;
	bool totals_due;
	const struct counter_list *list, *end; /* being written, the last */
	size_t unit;
	size_t row;
	struct counter_rows rows; /* of the list */
	size_t gauges;		  /* lists of them that are written */
	size_t gauge;
};

/* A list for which memory is short is left out. */
static void begin_metrics(struct page *page)
{
	counter_rows_free(&page->rows);
	if (counter_rows_read(&page->rows, page->view, page->list))
		counter_rows_free(&page->rows);
}

/* Write a part of the gauges. False: that was the last one. */
static bool write_gauges_part(struct page *page, struct evbuffer *out)
{
	if (page->gauges == gauge_list_count)
		return false;
	if (write_gauges(out, page->view, &gauge_lists[page->gauges],
			 &page->gauge))
		return true;
	page->gauges++;
	page->gauge = 0;
	return true;
}

static bool write_page_part(struct reply *reply, struct evbuffer *out)
{
	struct page *page = (struct page *)reply;
	const struct unit *unit = &units[page->unit];

	if (page->totals_due) {
		write_totals(out, page->view);
		write_check_metrics(out, page->view);
	}
	page->totals_due = false;
	if (page->list == page->end)
		return write_gauges_part(page, out);
	if (!page->unit && !page->row)
		begin_metrics(page);
	if (!page->row)
		write_type(out, page->list, unit);
	for (size_t i = 0; i < ROWS_IN_PART && page->row < page->rows.count;
	     i++)
		write_sample(out, page->list, unit,
			     &page->rows.rows[page->row++]);
	if (page->row < page->rows.count)
		return true;
	page->row = 0;
	if (++page->unit == COUNT_OF(units)) {
		page->unit = 0;
		page->list++;
	}
	return true;
}

static void page_free(struct reply *reply)
{
	struct page *page = (struct page *)reply;

	counter_rows_free(&page->rows);
	free(page);
}

static const struct reply_type page_type = {
	.write = write_page_part,
	.free = page_free,
};

void metrics_write(struct evbuffer *out, const struct control_view *view,
		   const struct counter_list *list)
{
	struct page page = {
		.view = view,
		.list = list,
		.end = list + 1,
		.gauges = gauge_list_count,
	};

	while (write_page_part(&page.reply, out))
		;
	counter_rows_free(&page.rows);
}

static struct reply *page_new(const struct control_view *view)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->reply.type = &page_type;
	page->view = view;
	page->totals_due = true;
	page->list = counter_lists;
	page->end = counter_lists + counter_list_count;
	return &page->reply;
}

/* ------------------------------------------------------------- HTTP */

static void write_status(struct server_client *client, const char *status,
			 const char *header)
{
	evbuffer_add_printf(server_output(client),
			    "HTTP/1.1 %s\r\n"
			    "Content-Type: text/plain; version=0.0.4; "
			    "charset=utf-8\r\n"
			    "%sConnection: close\r\n\r\n",
			    status, header);
}

/* True for the path with any query behind it. */
static bool is_our_path(const char *path)
{
	size_t size = strcspn(path, "?");

	return size == strlen(METRICS_PATH) &&
	       !memcmp(path, METRICS_PATH, size);
}

static void answer_http(struct server_client *client,
			const struct metrics *metrics,
			const struct http_request *request)
{
	struct reply *page = NULL;

	switch (request->method) {
	case HTTP_MALFORMED:
		write_status(client, "400 Bad Request", "");
		return;
	case HTTP_OTHER:
		write_status(client, "405 Method Not Allowed",
			     "Allow: GET, HEAD\r\n");
		return;
	case HTTP_GET:
	case HTTP_HEAD:
		break;
	}
	if (!is_our_path(request->path)) {
		write_status(client, "404 Not Found", "");
		return;
	}
	if (request->method == HTTP_GET) {
		page = page_new(metrics->view);
		if (!page) {
			write_status(client, "503 Service Unavailable", "");
			return;
		}
		server_begin_reply(client, page);
	}
	write_status(client, "200 OK", "");
}

/* Each connection has one request: a scraper makes one in many seconds. */
static enum server_verdict take_http(struct server_client *client,
				     void *context)
{
	struct evbuffer *input = server_input(client);
	struct http_request request;
	char head[MAX_HEAD_SIZE + 1];
	ev_ssize_t size = evbuffer_copyout(input, head, MAX_HEAD_SIZE);

	head[size < 0 ? 0 : size] = '\0';
	if (!http_head_is_whole(head) && size < MAX_HEAD_SIZE)
		return SERVER_INCOMPLETE;
	http_parse(head, &request);
	answer_http(client, context, &request);
	return SERVER_LAST;
}

/* ------------------------------------------------------------- life */

static int serve_metrics(struct event_base *base, struct work_turns *turns,
			 int listener, struct metrics *metrics)
{
	const struct server_options options = {
		.name = "metrics",
		.max_clients = MAX_SCRAPERS,
		.max_request = MAX_HEAD_SIZE,
		.timeout_s = TIMEOUT_S,
		.reply_timeout_s = REPLY_TIMEOUT_S,
		.take = take_http,
		.context = metrics,
	};

	metrics->server = server_new(base, turns, listener, &options);
	return metrics->server ? 0 : -ENOMEM;
}

int metrics_listener(const struct metrics *metrics)
{
	return metrics ? server_listener(metrics->server) : -1;
}

int metrics_new(struct event_base *base, struct work_turns *turns, int *given,
		const struct endpoint *where, const struct control_view *view,
		struct metrics **out, char error[METRICS_ERROR_SIZE])
{
	struct metrics *metrics;
	char text[ADDRESS_TEXT_SIZE];
	int listener;

	*out = NULL;
	if (!where->port)
		return 0;
	listener =
		bgp_socket_take_or_listen(given, &where->address, where->port);
	if (listener < 0) {
		snprintf(error, METRICS_ERROR_SIZE,
			 "--metrics %s port %u: %s; give an address of this "
			 "host and a free port, or port 0 to serve nowhere",
			 address_format(&where->address, text), where->port,
			 strerror(-listener));
		return listener;
	}
	metrics = calloc(1, sizeof(*metrics));
	if (metrics) {
		metrics->view = view;
		if (!serve_metrics(base, turns, listener, metrics)) {
			*out = metrics;
			return 0;
		}
	}
	free(metrics);
	snprintf(error, METRICS_ERROR_SIZE, "out of memory");
	return -ENOMEM;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	server_free(metrics->server);
	free(metrics);
}
