/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_HTTP_H
#define CONTROL_HTTP_H

/*
 * The head of an HTTP request (RFC 9112 3), as far as the server of metrics
 * needs it. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

enum http_limits {
	HTTP_PATH_SIZE = 512, /* a longer path is not ours, either way */
};

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OTHER,
	HTTP_MALFORMED, /* not a request of HTTP/1.x */
};

struct http_request {
	enum http_method method;
	char path[HTTP_PATH_SIZE]; /* cut */
};

/* True if the empty line that ends a head is in the text. */
bool http_head_is_whole(const char *text);
/* Read the request line at the start of the text. */
void http_parse(const char *text, struct http_request *request);
/*
 * Return how much the header Accept of a head wants a media type, such as
 * "text/plain", in thousandths (RFC 9110 12.4.2). 0: it is not named there.
 */
unsigned int http_quality(const char *text, const char *type);
/*
 * Find a value in the query of a path and decode it, "q" in "/?q=192.0.2&from=0".
 * False: it is not there, or does not fit.
 */
bool http_query(const char *path, const char *name, char *out, size_t size);

#endif
