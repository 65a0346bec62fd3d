// SPDX-License-Identifier: BSD-2-Clause
/* The head of a request. See http.h. */

#include "control/pages/http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HTTP_VERSION "HTTP/1."
#define ACCEPT	     "Accept:"

enum {
	FULL_QUALITY = 1000,
};

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

/* Return what follows the header's name, up to the end of its line; or NULL. */
static const char *find_header(const char *text, const char *name, size_t *size)
{
	const char *line = text;

	while ((line = strchr(line, '\n'))) {
		line++;
		if (strncasecmp(line, name, strlen(name)))
			continue;
		line += strlen(name);
		*size = strcspn(line, "\r\n");
		return line;
	}
	return NULL;
}

/* Return the quality in the parameters behind a media type. */
static unsigned int quality_of(const char *parameters, size_t size)
{
	const char *end = parameters + size;

	for (const char *at = parameters; at + 1 < end; at++) {
		const char *name = at + 1 + strspn(at + 1, " \t");
		double value;

		if (*at != ';' || name + 2 > end || strncasecmp(name, "q=", 2))
			continue;
		value = strtod(name + 2, NULL);
		if (!(value > 0))
			return 0;
		return value < 1 ? (unsigned int)(value * FULL_QUALITY) :
				   FULL_QUALITY;
	}
	return FULL_QUALITY;
}

unsigned int http_quality(const char *text, const char *type)
{
	const size_t length = strlen(type);
	unsigned int best = 0;
	size_t size;
	const char *at = find_header(text, ACCEPT, &size), *end;

	for (end = at ? at + size : at; at && at < end;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma ? comma : end;
		size_t blank = strspn(at, " \t");
		unsigned int quality;

		at += blank < (size_t)(stop - at) ? blank : 0;
		if ((size_t)(stop - at) >= length &&
		    !strncasecmp(at, type, length) &&
		    strcspn(at + length, " \t;,\r\n") == 0) {
			quality = quality_of(at + length,
					     (size_t)(stop - at) - length);
			best = quality > best ? quality : best;
		}
		at = stop + 1;
	}
	return best;
}

/* Decode one character of a query at *text, and go behind it. */
static char decode_character(const char **text)
{
	char digits[3] = { 0 };
	long number = 0;

	if (**text == '+') {
		++*text;
		return ' ';
	}
	if (**text == '%' && isxdigit((unsigned char)(*text)[1]) &&
	    isxdigit((unsigned char)(*text)[2])) {
		memcpy(digits, *text + 1, 2);
		number = strtol(digits, NULL, 16);
	}
	if (!number)
		return *(*text)++;
	*text += sizeof(digits);
	return (char)number;
}

bool http_query(const char *path, const char *name, char *out, size_t size)
{
	const char *at = strchr(path, '?');
	const size_t length = strlen(name);
	size_t used = 0;

	while (at && (strncmp(at + 1, name, length) || at[1 + length] != '='))
		at = strchr(at + 1, '&');
	if (!at)
		return false;
	for (at += length + 2; *at && *at != '&';) {
		if (used + 1 >= size)
			return false;
		out[used++] = decode_character(&at);
	}
	out[used] = '\0';
	return true;
}
