// SPDX-License-Identifier: BSD-2-Clause
/* HTTP of checks. See service_http.h. */

#include "nexthop/service_http.h"

#include <stdbool.h>
#include <stdio.h>

/* A digit stands for any digit, and $ for the end of the status. */
static const char pattern[SERVICE_STATUS_LINE_SIZE + 1] = "HTTP/0.0 000$";

enum status_line {
	STATUS_OFFSET = 9,
	STATUS_DIGITS = 3,
	STATUS_FIRST_OK = 200,
	STATUS_END_OK = 400,
	STATUS_FIRST = 100,
	DECIMAL = 10,
};

size_t service_http_request(const struct service_target *target,
			    const struct address *vip,
			    char request[SERVICE_REQUEST_SIZE])
{
	char text[ADDRESS_TEXT_SIZE];
	bool ipv4 = address_is_ipv4(vip);
	int length = snprintf(request, SERVICE_REQUEST_SIZE,
			      "GET %s HTTP/1.0\r\n"
			      "Host: %s%s%s:%u\r\n"
			      "User-Agent: headgate\r\n"
			      "Connection: close\r\n\r\n",
			      target->path, ipv4 ? "" : "[",
			      address_format(vip, text), ipv4 ? "" : "]",
			      target->port);

	return (size_t)length;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool fits(char wanted, char c)
{
	if (wanted == '0')
		return is_digit(c);
	if (wanted == '$')
		return c == ' ' || c == '\r' || c == '\n';
	return c == wanted;
}

enum service_http_verdict service_http_judge(const char *answer, size_t size,
					     uint16_t *status)
{
	uint16_t number = 0;

	if (size > SERVICE_STATUS_LINE_SIZE)
		size = SERVICE_STATUS_LINE_SIZE;
	for (size_t i = 0; i < size; i++)
		if (!fits(pattern[i], answer[i]))
			return SERVICE_HTTP_BAD;
	if (size < SERVICE_STATUS_LINE_SIZE)
		return SERVICE_HTTP_INCOMPLETE;
	for (size_t i = 0; i < STATUS_DIGITS; i++)
		number = (uint16_t)(number * DECIMAL +
				    (answer[STATUS_OFFSET + i] - '0'));
	if (number < STATUS_FIRST)
		return SERVICE_HTTP_BAD;
	*status = number;
	return number >= STATUS_FIRST_OK && number < STATUS_END_OK ?
		       SERVICE_HTTP_OK :
		       SERVICE_HTTP_ERROR;
}
