/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_TCP_H
#define NEXTHOP_SERVICE_TCP_H

/*
 * The client's side of one TCP connection of a check (RFC 9293). Pure.
 *
 * Each side says little: a SYN, one request that fits into a segment, and of the
 * answer only the first bytes count. So there is no window to manage and nothing
 * to reassemble: a segment that is not the next one is left to be sent again.
 * A check by TCP resets the connection when the SYN is answered, before the
 * service learns of it. One by HTTP lets the server finish its answer and close,
 * so that the service sees nothing unusual, and then resets, which leaves no
 * connection in TIME_WAIT.
 */

#include <stdbool.h>
#include <stdint.h>

#include "nexthop/service_http.h"
#include "nexthop/service_segment.h"
#include "nexthop/service_state.h"

enum service_tcp_state {
	SERVICE_TCP_CLOSED,
	SERVICE_TCP_SYN_SENT,
	SERVICE_TCP_REQUESTED,
	SERVICE_TCP_CLOSING, /* the result is known; the server finishes */
};

struct service_tcp {
	uint8_t state; /* enum service_tcp_state */
	bool http;     /* a request follows the handshake */
	uint8_t head_size;
	uint16_t request_size;
	uint32_t first;	   /* our initial sequence number */
	uint32_t expected; /* the next sequence number of the server */
	char head[SERVICE_STATUS_LINE_SIZE]; /* of the answer */
};

/* The segment to send next. */
enum service_tcp_send {
	SERVICE_SEND_NOTHING,
	SERVICE_SEND_SYN,
	SERVICE_SEND_REQUEST,
	SERVICE_SEND_ACK,
	SERVICE_SEND_RST,
};

/* The consequences of a segment. */
struct service_tcp_step {
	enum service_tcp_send send;
	bool decided; /* `result` and `status` are known by this segment */
	enum service_result result;
	uint16_t status;
};

/*
 * Begin a connection. `first` must be hard to guess; `request_size` is that of
 * the request, 0 for a check of TCP alone. Returns what to send: a SYN.
 */
enum service_tcp_send service_tcp_begin(struct service_tcp *tcp, uint32_t first,
					uint16_t request_size);
/*
 * True if a segment of the right addresses and ports may be of this connection:
 * it acknowledges something that was sent.
 */
bool service_tcp_owns(const struct service_tcp *tcp,
		      const struct service_segment *segment);
/* Take such a segment. */
struct service_tcp_step service_tcp_take(struct service_tcp *tcp,
					 const struct service_segment *segment);
/* Return what to send again after a time without an answer. */
enum service_tcp_send service_tcp_repeat(const struct service_tcp *tcp);
/* Give up. Returns what to send. */
enum service_tcp_send service_tcp_abort(struct service_tcp *tcp);
/*
 * Fill in sequence numbers, flags and, for a request, the size of the data of
 * what is sent.
 */
void service_tcp_fill(const struct service_tcp *tcp, enum service_tcp_send send,
		      struct service_segment *segment);

#endif
