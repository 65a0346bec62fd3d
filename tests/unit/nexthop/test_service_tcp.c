// SPDX-License-Identifier: BSD-2-Clause
/*
 * The connection of a check: its steps, and whole connections with a model of a
 * server over a network that loses and repeats segments.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/array.h"
#include "nexthop/service_tcp.h"

enum {
	FIRST = 0xfffffff0u, /* ours; wraps around during the request */
	REQUEST = 100,
	SERVER_FIRST = 0xffffff00u,
	ROUNDS = 20000,
	STEPS = 400,
	LARGEST_PIECE = 40,
	OUT_OF_WINDOW = 1000000,
};

static struct service_segment from_server(uint8_t flags, uint32_t sequence,
					  uint32_t acknowledged)
{
	return (struct service_segment){
		.flags = flags,
		.sequence = sequence,
		.acknowledged = acknowledged,
	};
}

static struct service_segment with_data(const char *data, uint32_t sequence)
{
	struct service_segment segment =
		from_server(SERVICE_ACK, sequence, FIRST + 1 + REQUEST);

	segment.data = data;
	segment.data_size = (uint32_t)strlen(data);
	segment.data_present = segment.data_size;
	return segment;
}

static struct service_tcp_step take(struct service_tcp *tcp,
				    const struct service_segment *segment)
{
	assert_true(service_tcp_owns(tcp, segment));
	return service_tcp_take(tcp, segment);
}

static void connect_http(struct service_tcp *tcp)
{
	struct service_segment answer =
		from_server(SERVICE_SYN | SERVICE_ACK, SERVER_FIRST, FIRST + 1);

	assert_int_equal(service_tcp_begin(tcp, FIRST, REQUEST),
			 SERVICE_SEND_SYN);
	assert_int_equal(take(tcp, &answer).send, SERVICE_SEND_REQUEST);
}

/* ------------------------------------------------------------- steps */

static void a_syn_that_is_answered_passes(void **state)
{
	struct service_segment answer =
		from_server(SERVICE_SYN | SERVICE_ACK, SERVER_FIRST, FIRST + 1);
	struct service_segment sent = { 0 };
	struct service_tcp_step step;
	struct service_tcp tcp;

	(void)state;
	service_tcp_begin(&tcp, FIRST, 0);
	service_tcp_fill(&tcp, SERVICE_SEND_SYN, &sent);
	assert_int_equal(sent.sequence, FIRST);
	assert_int_equal(sent.flags, SERVICE_SYN);
	step = take(&tcp, &answer);
	assert_true(step.decided);
	assert_int_equal(step.result, SERVICE_PASSED);
	assert_int_equal(step.send, SERVICE_SEND_RST);
	service_tcp_fill(&tcp, step.send, &sent);
	assert_int_equal(sent.sequence, FIRST + 1);
	assert_int_equal(sent.flags, SERVICE_RST | SERVICE_ACK);
	assert_false(service_tcp_owns(&tcp, &answer));
}

static void a_reset_of_the_syn_is_a_refusal(void **state)
{
	struct service_segment reset =
		from_server(SERVICE_RST | SERVICE_ACK, 0, FIRST + 1);
	struct service_tcp_step step;
	struct service_tcp tcp;

	(void)state;
	service_tcp_begin(&tcp, FIRST, REQUEST);
	step = take(&tcp, &reset);
	assert_true(step.decided);
	assert_int_equal(step.result, SERVICE_REFUSED);
	assert_int_equal(step.send, SERVICE_SEND_NOTHING);
}

/* Those of others, and of connections that are over. */
static void segments_of_others_are_not_taken(void **state)
{
	struct service_segment segment =
		from_server(SERVICE_RST | SERVICE_ACK, 0, FIRST);
	struct service_tcp tcp;

	(void)state;
	service_tcp_begin(&tcp, FIRST, REQUEST);
	assert_false(service_tcp_owns(&tcp, &segment));
	segment.acknowledged = FIRST + 2; /* of a request not sent yet */
	assert_false(service_tcp_owns(&tcp, &segment));
	segment.acknowledged = FIRST + 1;
	segment.flags = SERVICE_RST; /* acknowledges nothing */
	assert_false(service_tcp_owns(&tcp, &segment));
	connect_http(&tcp);
	segment.flags = SERVICE_ACK;
	segment.acknowledged = FIRST + 1 + REQUEST;
	assert_true(service_tcp_owns(&tcp, &segment));
	segment.acknowledged++;
	assert_false(service_tcp_owns(&tcp, &segment));
}

static void a_reset_needs_the_next_number(void **state)
{
	struct service_segment reset = from_server(SERVICE_RST | SERVICE_ACK,
						   SERVER_FIRST + OUT_OF_WINDOW,
						   FIRST + 1);
	struct service_tcp tcp;

	(void)state;
	connect_http(&tcp);
	assert_false(take(&tcp, &reset).decided);
	reset.sequence = SERVER_FIRST + 1;
	assert_int_equal(take(&tcp, &reset).result, SERVICE_RESET);
}

/* The result comes with the status; the server may end as it likes. */
static void the_server_finishes_its_answer(void **state)
{
	struct service_segment head = with_data("HTTP/1.1 2", SERVER_FIRST + 1);
	struct service_segment rest = with_data("04 x", SERVER_FIRST + 11);
	struct service_segment more = with_data("body", SERVER_FIRST + 15);
	struct service_tcp_step step;
	struct service_tcp tcp;

	(void)state;
	connect_http(&tcp);
	assert_int_equal(take(&tcp, &more).send, SERVICE_SEND_ACK);
	assert_int_equal(tcp.expected, SERVER_FIRST + 1);
	assert_false(take(&tcp, &head).decided);
	step = take(&tcp, &rest);
	assert_true(step.decided);
	assert_int_equal(step.result, SERVICE_PASSED);
	assert_int_equal(step.send, SERVICE_SEND_ACK);
	more.flags |= SERVICE_FIN;
	step = take(&tcp, &more);
	assert_false(step.decided);
	assert_int_equal(step.send, SERVICE_SEND_RST);
	assert_int_equal(tcp.state, SERVICE_TCP_CLOSED);
}

static const struct {
	const char *answer;
	enum service_result result;
	uint16_t status;
} answers[] = {
	{ "HTTP/1.1 200 OK\r\n\r\n", SERVICE_PASSED, 200 },
	{ "HTTP/1.0 503 Busy\r\n\r\n", SERVICE_STATUS, 503 },
	{ "220 mail.example ESMTP\r\n", SERVICE_NOT_HTTP, 0 },
	{ "HTTP/1.1", SERVICE_NOT_HTTP, 0 },
	{ "", SERVICE_NOT_HTTP, 0 },
};

static void an_answer_that_ends_is_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct service_segment segment =
			with_data(answers[i].answer, SERVER_FIRST + 1);
		struct service_tcp_step step;
		struct service_tcp tcp;

		connect_http(&tcp);
		segment.flags |= SERVICE_FIN;
		step = take(&tcp, &segment);
		assert_true(step.decided);
		assert_int_equal(step.result, answers[i].result);
		assert_int_equal(step.status, answers[i].status);
		assert_int_equal(tcp.state, SERVICE_TCP_CLOSED);
	}
}

/* ------------------------------------------------------------- the model */

/* A server with one connection, and what it says. */
struct server {
	bool refuses;
	const char *answer;
	bool connected, served;
	uint32_t client_next; /* sequence number that it waits for */
	uint32_t done;	      /* bytes of the answer that are acknowledged */
};

/* Return what the server sends now; no flags: nothing. */
static struct service_segment server_speaks(struct server *server,
					    const struct service_tcp *tcp)
{
	uint32_t length = (uint32_t)strlen(server->answer);
	struct service_segment out =
		from_server(SERVICE_ACK, SERVER_FIRST + 1 + server->done,
			    server->client_next);

	(void)tcp;
	if (!server->connected)
		return from_server(SERVICE_SYN | SERVICE_ACK, SERVER_FIRST,
				   server->client_next);
	if (!server->served)
		return out;
	out.data = server->answer + server->done;
	out.data_size = length - server->done;
	if (out.data_size > LARGEST_PIECE)
		out.data_size = LARGEST_PIECE;
	if (out.data_size)
		out.data_size = 1 + (uint32_t)random() % out.data_size;
	out.data_present = out.data_size;
	if (server->done + out.data_size == length)
		out.flags |= SERVICE_FIN;
	return out;
}

/* The server takes a segment of ours. Returns true if it answers. */
static bool server_takes(struct server *server,
			 const struct service_segment *in)
{
	if (in->flags & SERVICE_SYN)
		server->client_next = in->sequence + 1;
	if (in->flags & (SERVICE_SYN | SERVICE_RST))
		return in->flags & SERVICE_SYN;
	server->connected = true;
	if (in->data_size && in->sequence == server->client_next) {
		server->client_next += in->data_size;
		server->served = true;
	}
	if (in->acknowledged - SERVER_FIRST - 1 > server->done &&
	    in->acknowledged - SERVER_FIRST - 1 <= strlen(server->answer))
		server->done = in->acknowledged - SERVER_FIRST - 1;
	return true;
}

static bool is_lost(void)
{
	return random() % 4 == 0;
}

/* Send a segment of ours, and take what the server says to it. */
static void exchange(struct server *server, struct service_tcp *tcp,
		     enum service_tcp_send send, struct service_tcp_step *found)
{
	for (int i = 0; i < STEPS && send != SERVICE_SEND_NOTHING; i++) {
		struct service_segment ours = { 0 }, theirs;
		struct service_tcp_step step;

		service_tcp_fill(tcp, send, &ours);
		if (is_lost() || !server_takes(server, &ours))
			return;
		theirs = server->refuses ?
				 from_server(SERVICE_RST | SERVICE_ACK, 0,
					     server->client_next) :
				 server_speaks(server, tcp);
		if (is_lost() || !service_tcp_owns(tcp, &theirs))
			return;
		step = service_tcp_take(tcp, &theirs);
		if (step.decided) {
			assert_false(found->decided);
			*found = step;
		}
		send = step.send;
	}
}

static void check_connection(const char *answer, bool refuses, bool http,
			     enum service_result expected)
{
	struct server server = { .answer = answer, .refuses = refuses };
	struct service_tcp_step found = { 0 };
	struct service_tcp tcp;
	enum service_tcp_send send =
		service_tcp_begin(&tcp, (uint32_t)random(), http ? REQUEST : 0);

	for (int i = 0; i < STEPS && tcp.state != SERVICE_TCP_CLOSED; i++) {
		exchange(&server, &tcp, send, &found);
		send = service_tcp_repeat(&tcp);
	}
	assert_int_equal(tcp.state, SERVICE_TCP_CLOSED);
	assert_true(found.decided);
	assert_int_equal(found.result, expected);
	assert_int_equal(service_tcp_abort(&tcp), SERVICE_SEND_NOTHING);
}

static void loss_never_changes_a_result(void **state)
{
	static const char body[] = "HTTP/1.1 200 OK\r\nX: y\r\n\r\n"
				   "a body that takes a few more segments";

	(void)state;
	srandom(1);
	for (int i = 0; i < ROUNDS; i++) {
		size_t n = (size_t)random() % COUNT_OF(answers);

		check_connection(answers[n].answer, false, true,
				 answers[n].result);
		check_connection(body, false, true, SERVICE_PASSED);
		check_connection(body, true, true, SERVICE_REFUSED);
		check_connection(body, false, false, SERVICE_PASSED);
		check_connection(body, true, false, SERVICE_REFUSED);
	}
}

/* Whatever comes, in whatever order: no step decides twice. */
static void random_segments_do_no_harm(void **state)
{
	(void)state;
	srandom(2);
	for (int i = 0; i < ROUNDS; i++) {
		bool decided = false;
		struct service_tcp tcp;

		service_tcp_begin(&tcp, FIRST, random() % 2 ? REQUEST : 0);
		for (int j = 0; j < 20; j++) {
			struct service_segment segment = with_data(
				answers[random() % COUNT_OF(answers)].answer,
				SERVER_FIRST + (uint32_t)random() % 30);
			struct service_tcp_step step;

			segment.flags = (uint8_t)(random() % 32);
			segment.acknowledged =
				FIRST + (uint32_t)random() % (REQUEST + 3);
			segment.data_present =
				(size_t)random() % (segment.data_size + 1);
			if (!service_tcp_owns(&tcp, &segment))
				continue;
			step = service_tcp_take(&tcp, &segment);
			assert_false(step.decided && decided);
			decided |= step.decided;
			assert_true(tcp.head_size <= sizeof(tcp.head));
		}
		assert_true(decided || tcp.state != SERVICE_TCP_CLOSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_that_is_answered_passes),
		cmocka_unit_test(a_reset_of_the_syn_is_a_refusal),
		cmocka_unit_test(segments_of_others_are_not_taken),
		cmocka_unit_test(a_reset_needs_the_next_number),
		cmocka_unit_test(the_server_finishes_its_answer),
		cmocka_unit_test(an_answer_that_ends_is_judged),
		cmocka_unit_test(loss_never_changes_a_result),
		cmocka_unit_test(random_segments_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
