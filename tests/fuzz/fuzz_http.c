// SPDX-License-Identifier: BSD-2-Clause
/* Requests to the server of metrics. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/pages/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	MAX_HEAD = 8192,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[MAX_HEAD + 1];
	struct http_request request;
	char value[32];

	if (size > MAX_HEAD)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	http_head_is_whole(text);
	http_parse(text, &request);
	http_quality(text, "text/plain");
	http_query(request.path, "q", value, sizeof(value));
	if (strlen(request.path) >= HTTP_PATH_SIZE ||
	    strpbrk(request.path, " \r\n"))
		abort();
	return 0;
}
