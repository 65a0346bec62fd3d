// SPDX-License-Identifier: BSD-2-Clause
/* The request of a check, and status lines. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/array.h"
#include "nexthop/service_http.h"
#include "nexthop/service_segment.h"

static const struct {
	const char *answer;
	enum service_http_verdict expected;
	uint16_t status;
} cases[] = {
	{ "HTTP/1.1 200 OK\r\n", SERVICE_HTTP_OK, 200 },
	{ "HTTP/1.0 204\r\n", SERVICE_HTTP_OK, 204 },
	{ "HTTP/1.1 399 \n", SERVICE_HTTP_OK, 399 },
	{ "HTTP/1.1 301 Moved", SERVICE_HTTP_OK, 301 },
	{ "HTTP/1.1 199 Odd\r\n", SERVICE_HTTP_ERROR, 199 },
	{ "HTTP/1.1 400 Bad\r\n", SERVICE_HTTP_ERROR, 400 },
	{ "HTTP/1.1 500 Oops\r\n", SERVICE_HTTP_ERROR, 500 },
	{ "HTTP/1.1 999 \r\n", SERVICE_HTTP_ERROR, 999 },
	{ "HTTP/1.1 099 \r\n", SERVICE_HTTP_BAD, 0 },
	{ "HTTP/1.1 2000\r\n", SERVICE_HTTP_BAD, 0 },
	{ "HTTP/1.1 2x0 OK\r\n", SERVICE_HTTP_BAD, 0 },
	{ "HTTP/1.1  200 OK\r\n", SERVICE_HTTP_BAD, 0 },
	{ "HTTP/11 200 OK\r\n", SERVICE_HTTP_BAD, 0 },
	{ "http/1.1 200 OK\r\n", SERVICE_HTTP_BAD, 0 },
	{ "HTTP/1.1 200\t", SERVICE_HTTP_BAD, 0 },
	{ "SSH-2.0-x", SERVICE_HTTP_BAD, 0 },
	{ "H", SERVICE_HTTP_INCOMPLETE, 0 },
	{ "", SERVICE_HTTP_INCOMPLETE, 0 },
	{ "HTTP/1.1 200", SERVICE_HTTP_INCOMPLETE, 0 },
};

static void judges_status_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint16_t status = 0;
		enum service_http_verdict verdict = service_http_judge(
			cases[i].answer, strlen(cases[i].answer), &status);

		if (verdict != cases[i].expected || status != cases[i].status)
			fail_msg("%s: %d, %u", cases[i].answer, verdict,
				 status);
	}
}

/* A prefix of a good line is incomplete, whatever follows it. */
static void every_truncation_is_incomplete(void **state)
{
	static const char line[] = "HTTP/1.1 200 OK\r\n";
	uint16_t status = 0;

	(void)state;
	for (size_t size = 0; size < SERVICE_STATUS_LINE_SIZE; size++)
		assert_int_equal(service_http_judge(line, size, &status),
				 SERVICE_HTTP_INCOMPLETE);
	assert_int_equal(status, 0);
}

static void asks_for_the_path_at_the_vip(void **state)
{
	const struct service_target target = { SERVICE_HTTP, 8080, "/a?b=c" };
	char request[SERVICE_REQUEST_SIZE];
	struct address vip;
	size_t size;

	(void)state;
	address_parse("192.0.2.1", &vip);
	size = service_http_request(&target, &vip, request);
	assert_int_equal(size, strlen(request));
	assert_string_equal(request, "GET /a?b=c HTTP/1.0\r\n"
				     "Host: 192.0.2.1:8080\r\n"
				     "User-Agent: headgate\r\n"
				     "Connection: close\r\n\r\n");
	address_parse("2001:db8::1", &vip);
	service_http_request(&target, &vip, request);
	assert_non_null(strstr(request, "Host: [2001:db8::1]:8080\r\n"));
}

static void the_longest_request_fits_into_a_packet(void **state)
{
	struct service_target target = { SERVICE_HTTP, UINT16_MAX, "" };
	char request[SERVICE_REQUEST_SIZE];
	uint8_t packet[SERVICE_PACKET_SIZE];
	struct service_segment segment = { .data = request };
	struct address vip;

	(void)state;
	memset(target.path, 'x', sizeof(target.path) - 1);
	address_parse("2001:1db8:1111:2222:3333:4444:5555:6666", &vip);
	segment.source = segment.destination = vip;
	segment.data_size =
		(uint32_t)service_http_request(&target, &vip, request);
	assert_true(segment.data_size < sizeof(request));
	assert_int_not_equal(service_segment_build(&segment, packet), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_status_lines),
		cmocka_unit_test(every_truncation_is_incomplete),
		cmocka_unit_test(asks_for_the_path_at_the_vip),
		cmocka_unit_test(the_longest_request_fits_into_a_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
