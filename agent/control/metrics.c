// SPDX-License-Identifier: BSD-2-Clause
/* Metrics by HTTP. See metrics.h. */

#include "control/metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session/socket.h"
#include "control/metrics/metrics_page.h"
#include "control/metrics/vip_memory.h"
#include "control/pages/api.h"
#include "control/pages/http.h"
#include "control/pages/status_page.h"
#include "control/reply.h"
#include "control/server.h"
#include "control/unix_listener.h"
#include "control/view.h"
#include "core/array.h"
#include "rib/export.h"

enum {
	MAX_HEAD_SIZE = 8192, /* bytes of a request; it has no body */
	MAX_SCRAPERS = 16,
	TIMEOUT_S = 10,
	REPLY_TIMEOUT_S = 30,
};

#define OPENMETRICS "application/openmetrics-text"
#define PLAIN	    "text/plain"
#define HTML	    "text/html"
#define JSON	    "application/json"
#define API	    "/api/v1/"

struct metrics {
	struct server *server;
	const struct control_view *view;
	struct vip_memory vips;
};

/* A request, and how the client is answered. */
struct exchange {
	struct server_client *client;
	struct metrics *metrics;
	struct http_request request;
	const char *head; /* the request with its headers */
};

/* ------------------------------------------------------------- HTTP */

static void write_status(const struct exchange *exchange, const char *status,
			 const char *type, const char *header)
{
	evbuffer_add_printf(server_output(exchange->client),
			    "HTTP/1.1 %s\r\n"
			    "Content-Type: %s; charset=utf-8\r\n"
			    "%sConnection: close\r\n\r\n",
			    status, type, header);
}

static void write_plain(const struct exchange *exchange, const char *status,
			const char *text)
{
	write_status(exchange, status, PLAIN, "");
	if (exchange->request.method == HTTP_GET)
		evbuffer_add_printf(server_output(exchange->client), "%s\n",
				    text);
}

/* Prometheus names both and prefers OpenMetrics; a browser names neither. */
static enum metric_format wanted_format(const char *head)
{
	unsigned int quality = http_quality(head, OPENMETRICS);

	return quality && quality >= http_quality(head, PLAIN) ?
		       METRIC_OPENMETRICS :
		       METRIC_TEXT;
}

static void answer_metrics(struct exchange *exchange)
{
	const struct metric_source source = { exchange->metrics->view,
					      &exchange->metrics->vips };
	enum metric_format format = wanted_format(exchange->head);
	struct reply *page = NULL;

	if (exchange->request.method == HTTP_GET) {
		page = metrics_page_new(&source, format);
		if (!page) {
			write_status(exchange, "503 Service Unavailable", PLAIN,
				     "");
			return;
		}
		server_begin_reply(exchange->client, page);
	}
	write_status(exchange, "200 OK",
		     format == METRIC_OPENMETRICS ? OPENMETRICS
			     "; version=1.0.0" :
						    PLAIN "; version=0.0.4",
		     "");
}

/* An answer says that the event loop turns. */
static void answer_livez(struct exchange *exchange)
{
	write_plain(exchange, "200 OK", "ok");
}

/* True while VIPs may be announced: the program steers. */
static void answer_readyz(struct exchange *exchange)
{
	enum export_reason obstacle =
		export_obstacle(exchange->metrics->view->rib);

	if (obstacle == EXPORT_ANNOUNCED)
		write_plain(exchange, "200 OK", "ok");
	else
		write_plain(exchange, "503 Service Unavailable",
			    export_reason_name(obstacle));
}

static void answer_status(struct exchange *exchange)
{
	struct reply *page = NULL;

	if (exchange->request.method == HTTP_GET) {
		page = status_page_new(exchange->metrics->view,
				       exchange->request.path);
		if (!page) {
			write_status(exchange, "503 Service Unavailable", PLAIN,
				     "");
			return;
		}
		server_begin_reply(exchange->client, page);
	}
	write_status(exchange, "200 OK", HTML, status_page_headers());
}

static void answer_api(struct exchange *exchange)
{
	struct evbuffer *out = server_output(exchange->client);
	struct json_object *answer = NULL;
	bool found;
	struct reply *reply = api_answer(exchange->metrics->view,
					 exchange->request.path + strlen(API),
					 &answer, &found);

	write_status(exchange, found ? "200 OK" : "404 Not Found", JSON,
		     "X-Content-Type-Options: nosniff\r\n"
		     "Cache-Control: no-store\r\n");
	if (exchange->request.method != HTTP_GET) {
		reply_free(reply);
		json_object_put(answer);
	} else if (reply) {
		server_begin_reply(exchange->client, reply);
	} else {
		reply_write_json(out, answer);
		evbuffer_add(out, "\n", 1);
	}
}

static const struct page {
	const char *path;
	void (*answer)(struct exchange *exchange);
} pages[] = {
	{ "/", answer_status },
	{ "/metrics", answer_metrics },
	{ "/livez", answer_livez },
	{ "/readyz", answer_readyz },
};

/* Return the page of a path with any query behind it, or NULL. */
static const struct page *find_page(const char *path)
{
	size_t size = strcspn(path, "?");

	for (size_t i = 0; i < COUNT_OF(pages); i++)
		if (size == strlen(pages[i].path) &&
		    !memcmp(path, pages[i].path, size))
			return &pages[i];
	return NULL;
}

static void answer_http(struct exchange *exchange)
{
	const struct page *page;

	switch (exchange->request.method) {
	case HTTP_MALFORMED:
		write_status(exchange, "400 Bad Request", PLAIN, "");
		return;
	case HTTP_OTHER:
		write_status(exchange, "405 Method Not Allowed", PLAIN,
			     "Allow: GET, HEAD\r\n");
		return;
	case HTTP_GET:
	case HTTP_HEAD:
		break;
	}
	page = find_page(exchange->request.path);
	if (!strncmp(exchange->request.path, API, strlen(API)))
		answer_api(exchange);
	else if (page)
		page->answer(exchange);
	else
		write_status(exchange, "404 Not Found", PLAIN, "");
}

/* Each connection has one request: a scraper makes one in many seconds. */
static enum server_verdict take_http(struct server_client *client,
				     void *context)
{
	struct evbuffer *input = server_input(client);
	char head[MAX_HEAD_SIZE + 1];
	ev_ssize_t size = evbuffer_copyout(input, head, MAX_HEAD_SIZE);
	struct exchange exchange = {
		.client = client,
		.metrics = context,
		.head = head,
	};

	head[size < 0 ? 0 : size] = '\0';
	if (!http_head_is_whole(head) && size < MAX_HEAD_SIZE)
		return SERVER_INCOMPLETE;
	http_parse(head, &exchange.request);
	answer_http(&exchange);
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
	if (!where->port && !where->path[0])
		return 0;
	listener = where->path[0] ?
			   unix_listener_take_or_open(given, BGP_MAX_GIVEN,
						      where->path) :
			   bgp_socket_take_or_listen(given, &where->address,
						     where->port);
	if (listener < 0 && where->path[0]) {
		snprintf(error, METRICS_ERROR_SIZE,
			 "--metrics unix:%s: %s; give a path at which nothing "
			 "stands, in a directory of the agent",
			 where->path, strerror(-listener));
		return listener;
	}
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
	vip_memory_free(&metrics->vips);
	free(metrics);
}
