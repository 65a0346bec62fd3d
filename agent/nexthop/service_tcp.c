// SPDX-License-Identifier: BSD-2-Clause
/* A client's TCP connection of one request. See service_tcp.h. */

#include "nexthop/service_tcp.h"

#include <string.h>

enum service_tcp_send service_tcp_begin(struct service_tcp *tcp, uint32_t first,
					uint16_t request_size)
{
	*tcp = (struct service_tcp){
		.state = SERVICE_TCP_SYN_SENT,
		.http = request_size != 0,
		.request_size = request_size,
		.first = first,
	};
	return SERVICE_SEND_SYN;
}

/* Return how many sequence numbers of ours a segment acknowledges. */
static uint32_t acknowledged(const struct service_tcp *tcp,
			     const struct service_segment *segment)
{
	return segment->acknowledged - tcp->first;
}

bool service_tcp_owns(const struct service_tcp *tcp,
		      const struct service_segment *segment)
{
	uint32_t sent = 1; /* the SYN has a number */

	if (tcp->state == SERVICE_TCP_CLOSED || !(segment->flags & SERVICE_ACK))
		return false;
	if (tcp->state != SERVICE_TCP_SYN_SENT)
		sent += tcp->request_size;
	return acknowledged(tcp, segment) >= 1 &&
	       acknowledged(tcp, segment) <= sent;
}

static struct service_tcp_step close_with(struct service_tcp *tcp,
					  enum service_tcp_send send,
					  enum service_result result)
{
	tcp->state = SERVICE_TCP_CLOSED;
	return (struct service_tcp_step){
		.send = send,
		.decided = true,
		.result = result,
	};
}

static struct service_tcp_step just_send(enum service_tcp_send send)
{
	return (struct service_tcp_step){ .send = send };
}

/* RFC 9293 3.10.7.3 */
static struct service_tcp_step
take_in_syn_sent(struct service_tcp *tcp, const struct service_segment *segment)
{
	if (segment->flags & SERVICE_RST)
		return close_with(tcp, SERVICE_SEND_NOTHING, SERVICE_REFUSED);
	if (!(segment->flags & SERVICE_SYN))
		return just_send(SERVICE_SEND_NOTHING);
	tcp->expected = segment->sequence + 1;
	if (!tcp->http)
		return close_with(tcp, SERVICE_SEND_RST, SERVICE_PASSED);
	tcp->state = SERVICE_TCP_REQUESTED;
	return just_send(SERVICE_SEND_REQUEST);
}

/* Keep the first bytes of the answer. */
static void keep_head(struct service_tcp *tcp,
		      const struct service_segment *segment)
{
	size_t room = sizeof(tcp->head) - tcp->head_size;
	size_t size = segment->data_present < room ? segment->data_present :
						     room;

	if (size)
		memcpy(tcp->head + tcp->head_size, segment->data, size);
	tcp->head_size = (uint8_t)(tcp->head_size + size);
}

static struct service_tcp_step judge_head(struct service_tcp *tcp, bool ended)
{
	static const enum service_result results[] = {
		[SERVICE_HTTP_INCOMPLETE] = SERVICE_NOT_HTTP,
		[SERVICE_HTTP_OK] = SERVICE_PASSED,
		[SERVICE_HTTP_ERROR] = SERVICE_STATUS,
		[SERVICE_HTTP_BAD] = SERVICE_NOT_HTTP,
	};
	struct service_tcp_step step = { .send = SERVICE_SEND_ACK };
	enum service_http_verdict verdict =
		service_http_judge(tcp->head, tcp->head_size, &step.status);

	if (verdict == SERVICE_HTTP_INCOMPLETE && !ended)
		return step;
	tcp->state = SERVICE_TCP_CLOSING;
	step.decided = true;
	step.result = results[verdict];
	return step;
}

/* Take data, or the end of the answer, or both. */
static struct service_tcp_step take_data(struct service_tcp *tcp,
					 const struct service_segment *segment)
{
	bool ended = segment->flags & SERVICE_FIN;
	struct service_tcp_step step = just_send(SERVICE_SEND_ACK);

	tcp->expected += segment->data_size;
	if (tcp->state == SERVICE_TCP_REQUESTED) {
		keep_head(tcp, segment);
		step = judge_head(tcp, ended);
	}
	if (ended) {
		tcp->state = SERVICE_TCP_CLOSED;
		step.send = SERVICE_SEND_RST;
	}
	return step;
}

static struct service_tcp_step
take_connected(struct service_tcp *tcp, const struct service_segment *segment)
{
	/* RFC 9293 3.10.7.4: a reset must have the next number. */
	if (segment->flags & SERVICE_RST && segment->sequence != tcp->expected)
		return just_send(SERVICE_SEND_NOTHING);
	if (segment->flags & SERVICE_RST && tcp->state == SERVICE_TCP_CLOSING) {
		tcp->state = SERVICE_TCP_CLOSED;
		return just_send(SERVICE_SEND_NOTHING);
	}
	if (segment->flags & SERVICE_RST)
		return close_with(tcp, SERVICE_SEND_NOTHING, SERVICE_RESET);
	if (segment->flags & SERVICE_SYN) /* our ACK was lost */
		return just_send(service_tcp_repeat(tcp));
	if (!segment->data_size && !(segment->flags & SERVICE_FIN))
		return just_send(SERVICE_SEND_NOTHING);
	if (segment->sequence != tcp->expected)
		return just_send(SERVICE_SEND_ACK);
	return take_data(tcp, segment);
}

struct service_tcp_step service_tcp_take(struct service_tcp *tcp,
					 const struct service_segment *segment)
{
	switch (tcp->state) {
	case SERVICE_TCP_SYN_SENT:
		return take_in_syn_sent(tcp, segment);
	case SERVICE_TCP_REQUESTED:
	case SERVICE_TCP_CLOSING:
		return take_connected(tcp, segment);
	default:
		return just_send(SERVICE_SEND_NOTHING);
	}
}

enum service_tcp_send service_tcp_repeat(const struct service_tcp *tcp)
{
	switch (tcp->state) {
	case SERVICE_TCP_SYN_SENT:
		return SERVICE_SEND_SYN;
	case SERVICE_TCP_REQUESTED:
		return SERVICE_SEND_REQUEST;
	case SERVICE_TCP_CLOSING:
		return SERVICE_SEND_ACK;
	default:
		return SERVICE_SEND_NOTHING;
	}
}

enum service_tcp_send service_tcp_abort(struct service_tcp *tcp)
{
	/* To a SYN that nothing answers, a reset would say nothing. */
	enum service_tcp_send send =
		tcp->state == SERVICE_TCP_REQUESTED ||
				tcp->state == SERVICE_TCP_CLOSING ?
			SERVICE_SEND_RST :
			SERVICE_SEND_NOTHING;

	tcp->state = SERVICE_TCP_CLOSED;
	return send;
}

void service_tcp_fill(const struct service_tcp *tcp, enum service_tcp_send send,
		      struct service_segment *segment)
{
	static const uint8_t flags[] = {
		[SERVICE_SEND_SYN] = SERVICE_SYN,
		[SERVICE_SEND_REQUEST] = SERVICE_ACK | SERVICE_PSH,
		[SERVICE_SEND_ACK] = SERVICE_ACK,
		[SERVICE_SEND_RST] = SERVICE_RST | SERVICE_ACK,
	};

	segment->flags = flags[send];
	segment->sequence = tcp->first;
	if (send == SERVICE_SEND_SYN)
		return;
	segment->sequence += 1;
	segment->acknowledged = tcp->expected;
	if (send == SERVICE_SEND_REQUEST)
		segment->data_size = tcp->request_size;
	else
		segment->sequence += tcp->request_size;
}
