/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_HTTP_H
#define NEXTHOP_SERVICE_HTTP_H

/* The request of a check by HTTP, and the first line of the answer. Pure. */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/service_options.h"

enum service_http_sizes {
	/* "HTTP/1.1 200", and the character behind it. */
	SERVICE_STATUS_LINE_SIZE = 13,
	SERVICE_REQUEST_SIZE = SERVICE_PATH_SIZE + ADDRESS_TEXT_SIZE + 96,
};

enum service_http_verdict {
	SERVICE_HTTP_INCOMPLETE,
	SERVICE_HTTP_OK,    /* 2xx or 3xx */
	SERVICE_HTTP_ERROR, /* another status */
	SERVICE_HTTP_BAD,   /* not a status line */
};

/*
 * Write a request of HTTP/1.0 (RFC 9112, with the Host that servers with many
 * names need). Returns its length.
 */
size_t service_http_request(const struct service_target *target,
			    const struct address *vip,
			    char request[SERVICE_REQUEST_SIZE]);
/*
 * Judge the first `size` bytes of an answer (RFC 9112 4). *status is set unless
 * it is incomplete or bad.
 */
enum service_http_verdict service_http_judge(const char *answer, size_t size,
					     uint16_t *status);

#endif
