// SPDX-License-Identifier: BSD-2-Clause
/* The head of a request of HTTP. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/pages/http.h"

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

static unsigned int quality(const char *accept, const char *type)
{
	char head[256];

	snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n",
		 accept);
	return http_quality(head, type);
}

static void a_type_is_wanted_as_much_as_accept_says(void **state)
{
	(void)state;
	assert_int_equal(quality("Accept: text/plain", "text/plain"), 1000);
	assert_int_equal(quality("accept:a/b, TEXT/plain;q=0.5", "text/plain"),
			 500);
	assert_int_equal(quality("Accept: a/b;v=1;q=0.2,a/b;q=0.7", "a/b"),
			 700);
	assert_int_equal(quality("Accept: a/b; q=7", "a/b"), 1000);
	assert_int_equal(quality("Accept: a/b;q=0", "a/b"), 0);
	assert_int_equal(quality("Accept: a/b;q=-1", "a/b"), 0);
	assert_int_equal(quality("Accept: a/b;q=", "a/b"), 0);
	assert_int_equal(quality("Accept: a/b;", "a/b"), 1000);
}

static void a_type_that_is_not_named_is_not_wanted(void **state)
{
	(void)state;
	assert_int_equal(quality("Accept: a/bc", "a/b"), 0);
	assert_int_equal(quality("Accept: */*", "a/b"), 0);
	assert_int_equal(quality("Accept:", "a/b"), 0);
	assert_int_equal(quality("Accept: ,,", "a/b"), 0);
	assert_int_equal(quality("X-Accept: a/b", "a/b"), 0);
	assert_int_equal(http_quality("", "a/b"), 0);
	assert_int_equal(http_quality("Accept: a/b", "a/b"), 0);
}

/* The head may end anywhere: at most MAX_HEAD_SIZE bytes are looked at. */
static void a_cut_head_is_read_up_to_its_end(void **state)
{
	static const char whole[] = "GET / HTTP/1.1\r\nAccept: a/b ; q=0.5 , c";
	char *cut;

	(void)state;
	for (size_t size = 0; size < sizeof(whole); size++) {
		cut = strndup(whole, size);
		assert_non_null(cut);
		assert_in_range(http_quality(cut, "a/b"), 0, 1000);
		free(cut);
	}
}

static void a_query_is_decoded(void **state)
{
	char value[16];

	(void)state;
	assert_true(http_query("/?q=a&from=12", "from", value, sizeof(value)));
	assert_string_equal(value, "12");
	assert_true(http_query("/?q=a%2F+%3c&x", "q", value, sizeof(value)));
	assert_string_equal(value, "a/ <");
	assert_true(http_query("/?q=%", "q", value, sizeof(value)));
	assert_string_equal(value, "%");
	assert_true(http_query("/?q=%4", "q", value, sizeof(value)));
	assert_string_equal(value, "%4");
	assert_true(http_query("/?q=%00%zz", "q", value, sizeof(value)));
	assert_string_equal(value, "%00%zz");
	assert_true(http_query("/?q=", "q", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(http_query("/?qq=1", "q", value, sizeof(value)));
	assert_false(http_query("/q=1", "q", value, sizeof(value)));
	assert_true(
		http_query("/?q=123456789012345", "q", value, sizeof(value)));
	assert_false(
		http_query("/?q=1234567890123456", "q", value, sizeof(value)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_and_head_are_known_and_others_are_not),
		cmocka_unit_test(what_is_no_request_is_malformed),
		cmocka_unit_test(a_long_path_is_cut),
		cmocka_unit_test(a_head_ends_with_an_empty_line),
		cmocka_unit_test(a_query_is_decoded),
		cmocka_unit_test(a_type_is_wanted_as_much_as_accept_says),
		cmocka_unit_test(a_type_that_is_not_named_is_not_wanted),
		cmocka_unit_test(a_cut_head_is_read_up_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
