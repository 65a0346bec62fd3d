// SPDX-License-Identifier: BSD-2-Clause
/* Counters by HTTP. See metrics.h. */

#include "control/metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/counter_list.h"
#include "core/array.h"

enum {
	MAX_HEADERS_SIZE = 8192,
	MAX_BODY_SIZE = 0, /* a request has no body */
	TIMEOUT_S = 10,
};

struct metrics {
	struct evhttp *http;
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

/* One metric while it is written. */
struct metric {
	struct evbuffer *out;
	const struct counter_list *list;
	const struct unit *unit;
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

static void write_sample(void *context, const struct counter_entry *entry)
{
	const struct metric *metric = context;
	const char *counter = (const char *)&entry->counter;
	uint64_t value;

	memcpy(&value, counter + metric->unit->offset, sizeof(value));
	evbuffer_add_printf(metric->out, "headgate_%s_%s_total{%s=\"",
			    metric->list->name, metric->unit->name,
			    metric->list->key);
	write_label(metric->out, entry->label);
	evbuffer_add_printf(metric->out, "\"} %" PRIu64 "\n", value);
}

void metrics_write(struct evbuffer *out, const struct control_view *view,
		   const struct counter_list *list)
{
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		struct metric metric = { out, list, &units[i] };

		evbuffer_add_printf(out,
				    "# HELP headgate_%s_%s_total %s: %s.\n"
				    "# TYPE headgate_%s_%s_total counter\n",
				    list->name, units[i].name, list->help,
				    units[i].name, list->name, units[i].name);
		list->visit(view, write_sample, &metric);
	}
}

static void on_metrics(struct evhttp_request *request, void *context)
{
	const struct metrics *metrics = context;
	struct evbuffer *out = evbuffer_new();

	if (!out) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	for (size_t i = 0; i < counter_list_count; i++)
		metrics_write(out, metrics->view, &counter_lists[i]);
	evhttp_add_header(evhttp_request_get_output_headers(request),
			  "Content-Type",
			  "text/plain; version=0.0.4; charset=utf-8");
	evhttp_send_reply(request, HTTP_OK, "OK", out);
	evbuffer_free(out);
}

static void set_limits(struct metrics *metrics)
{
	evhttp_set_allowed_methods(metrics->http,
				   EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(metrics->http, MAX_HEADERS_SIZE);
	evhttp_set_max_body_size(metrics->http, MAX_BODY_SIZE);
	evhttp_set_timeout(metrics->http, TIMEOUT_S);
	/* Other paths are answered by 404. */
	evhttp_set_cb(metrics->http, "/metrics", on_metrics, metrics);
}

int metrics_new(struct event_base *base, const struct endpoint *where,
		const struct control_view *view, struct metrics **out,
		char error[METRICS_ERROR_SIZE])
{
	struct metrics *metrics;
	char text[ADDRESS_TEXT_SIZE];
	int code = -ENOMEM;

	*out = NULL;
	if (!where->port)
		return 0;
	snprintf(error, METRICS_ERROR_SIZE, "out of memory");
	metrics = calloc(1, sizeof(*metrics));
	if (!metrics)
		return code;
	metrics->view = view;
	metrics->http = evhttp_new(base);
	if (!metrics->http)
		goto out;
	set_limits(metrics);
	address_format(&where->address, text);
	errno = 0;
	if (!evhttp_bind_socket_with_handle(metrics->http, text, where->port)) {
		/* libevent does not set errno for every failure. */
		code = errno ? -errno : -EADDRNOTAVAIL;
		snprintf(error, METRICS_ERROR_SIZE,
			 "--metrics %s port %u: %s; give an address of this "
			 "host and a free port, or port 0 to serve nowhere",
			 text, where->port, strerror(-code));
		goto out;
	}
	*out = metrics;
	return 0;
out:
	metrics_free(metrics);
	return code;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	if (metrics->http)
		evhttp_free(metrics->http);
	free(metrics);
}
