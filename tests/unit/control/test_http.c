// SPDX-License-Identifier: BSD-2-Clause
/* The request line of HTTP. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/http.h"

static struct http_request request;

static enum http_method method_of_line(const char *line)
{
	http_parse(line, &request);
	return request.method;
}

static void get_and_head_are_known_and_others_are_not(void **state)
{
	(void)state;
	assert_int_equal(method_of_line("GET /metrics HTTP/1.1\r\n\r\n"),
			 HTTP_GET);
	assert_string_equal(request.path, "/metrics");
	assert_int_equal(method_of_line("HEAD / HTTP/1.0\n\n"), HTTP_HEAD);
	assert_string_equal(request.path, "/");
	assert_int_equal(method_of_line("POST /metrics HTTP/1.1\r\n"),
			 HTTP_OTHER);
	assert_int_equal(method_of_line("GETS /metrics HTTP/1.1\r\n"),
			 HTTP_OTHER);
	assert_int_equal(method_of_line("get / HTTP/1.1\r\n"), HTTP_OTHER);
}

static void what_is_no_request_is_malformed(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"GET",
		"GET ",
		"GET /",
		"GET / ",
		"GET / HTTP/2\r\n",
		"GET  HTTP/1.1\r\n",
		" / HTTP/1.1\r\n",
		"GET /\r\nHTTP/1.1\r\n",
		"\r\n\r\n",
		"GET\r\n/ HTTP/1.1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(method_of_line(lines[i]), HTTP_MALFORMED);
}

static void a_long_path_is_cut(void **state)
{
	char line[1024];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "GET /", strlen("GET /"));
	strcpy(line + 1000, " HTTP/1.1\r\n");
	assert_int_equal(method_of_line(line), HTTP_GET);
	assert_int_equal(strlen(request.path), HTTP_PATH_SIZE - 1);
}

static void a_head_ends_with_an_empty_line(void **state)
{
	(void)state;
	assert_true(http_head_is_whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_true(http_head_is_whole("GET / HTTP/1.1\n\nrest"));
	assert_false(http_head_is_whole("GET / HTTP/1.1\r\n"));
	assert_false(http_head_is_whole("GET / HTTP/1.1\r\nHost: a\r\n\r"));
	assert_false(http_head_is_whole(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_and_head_are_known_and_others_are_not),
		cmocka_unit_test(what_is_no_request_is_malformed),
		cmocka_unit_test(a_long_path_is_cut),
		cmocka_unit_test(a_head_ends_with_an_empty_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
