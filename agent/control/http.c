// SPDX-License-Identifier: BSD-2-Clause
/* The request line. See http.h. */

#include "control/http.h"

#include <stdio.h>
#include <string.h>

#define HTTP_VERSION "HTTP/1."

bool http_head_is_whole(const char *text)
{
	return strstr(text, "\r\n\r\n") || strstr(text, "\n\n");
}

static enum http_method method_of(const char *word, size_t size)
{
	if (size == strlen("GET") && !memcmp(word, "GET", size))
		return HTTP_GET;
	if (size == strlen("HEAD") && !memcmp(word, "HEAD", size))
		return HTTP_HEAD;
	return size ? HTTP_OTHER : HTTP_MALFORMED;
}

void http_parse(const char *text, struct http_request *request)
{
	size_t method = strcspn(text, " \r\n");
	const char *path = text + method + (text[method] == ' ');
	size_t size = strcspn(path, " \r\n");
	const char *version = path + size + (path[size] == ' ');

	*request = (struct http_request){ .method = HTTP_MALFORMED };
	if (text[method] != ' ' || path[size] != ' ' || !size ||
	    strncmp(version, HTTP_VERSION, strlen(HTTP_VERSION)))
		return;
	request->method = method_of(text, method);
	snprintf(request->path, sizeof(request->path), "%.*s", (int)size, path);
}
