// SPDX-License-Identifier: BSD-2-Clause
/* In which turn of the event loop the clients of a socket are answered. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/server.h"
#include "core/clock.h"
#include "core/work_turns.h"
#include "local_socket.h"

enum {
	CLIENTS = 3,
	LONG_US = 60000000, /* as long as any turn of a test */
	SHORT_US = 100,
	MAX_TURNS = 16,
};

static struct event_base *base;
static struct work_turns turns;
static struct server *server;
static int clients[CLIENTS];
static uint64_t request_us; /* that each request takes */

/* Answer a line with the same line. */
static enum server_verdict echo_line(struct server_client *client,
				     void *context)
{
	const uint64_t end_us = clock_now_us() + request_us;
	char *line =
		evbuffer_readln(server_input(client), NULL, EVBUFFER_EOL_LF);
	bool is_last;

	(void)context;
	if (!line)
		return SERVER_INCOMPLETE;
	is_last = !strcmp(line, "last");
	evbuffer_add_printf(server_output(client), "%s\n", line);
	free(line);
	while (clock_now_us() < end_us)
		;
	return is_last ? SERVER_LAST : SERVER_TAKEN;
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static int begin(void **state)
{
	const struct server_options options = {
		.name = "test",
		.max_clients = CLIENTS,
		.max_request = 1024,
		.timeout_s = 60,
		.take = echo_line,
	};
	const struct local_socket local = local_socket_listen(CLIENTS);

	(void)state;
	base = event_base_new();
	assert_int_equal(work_turns_init(&turns, base, LONG_US), 0);
	server = server_new(base, &turns, local.listener, &options);
	assert_non_null(server);
	request_us = 0;
	for (size_t i = 0; i < CLIENTS; i++)
		clients[i] = local_socket_connect(&local);
	turn();
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < CLIENTS; i++)
		close(clients[i]);
	server_free(server);
	work_turns_destroy(&turns);
	event_base_free(base);
	return 0;
}

static void send_text(size_t client, const char *text)
{
	assert_int_equal(send(clients[client], text, strlen(text), 0),
			 strlen(text));
}

/* True if the client has received exactly `text`. */
static bool has_received(size_t client, const char *text)
{
	char got[64];
	ssize_t size = recv(clients[client], got, sizeof(got), 0);

	if (size < 0)
		assert_int_equal(errno, EAGAIN);
	return size == (ssize_t)strlen(text) &&
	       !memcmp(got, text, (size_t)size);
}

static void a_request_is_answered_in_the_turn_in_which_it_is_read(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 3; round++) {
		for (size_t i = 0; i < CLIENTS; i++)
			send_text(i, "now\n");
		turn();
		for (size_t i = 0; i < CLIENTS; i++)
			assert_true(has_received(i, "now\n"));
		turn(); /* ends the request: see on_client_output() */
		turn();
	}
}

static void requests_wait_when_the_time_of_the_turn_is_spent(void **state)
{
	size_t answered = 0;

	(void)state;
	turns.turn_us = SHORT_US;
	request_us = 2 * SHORT_US;
	for (size_t i = 0; i < CLIENTS; i++)
		send_text(i, "wait\n");
	for (unsigned int i = 0; i < CLIENTS; i++) {
		size_t before = answered;

		turn();
		for (size_t j = 0; j < CLIENTS; j++)
			answered += has_received(j, "wait\n");
		/* One piece of work in each turn, and one that was left. */
		assert_in_range(answered - before, 0, 2);
	}
	for (unsigned int i = 0; i < MAX_TURNS && answered < CLIENTS; i++) {
		turn();
		for (size_t j = 0; j < CLIENTS; j++)
			answered += has_received(j, "wait\n");
	}
	assert_int_equal(answered, CLIENTS);
}

static void requests_in_one_packet_are_answered_one_by_one(void **state)
{
	(void)state;
	send_text(0, "a\nb\nc\n");
	turn();
	assert_true(has_received(0, "a\n"));
	for (unsigned int i = 0; i < MAX_TURNS; i++)
		turn();
	assert_true(has_received(0, "b\nc\n"));
}

static void a_client_is_closed_after_its_last_answer(void **state)
{
	char byte;

	(void)state;
	send_text(0, "last\n");
	turn();
	assert_true(has_received(0, "last\n"));
	assert_int_equal(recv(clients[0], &byte, 1, 0), 0);
	send_text(1, "other\n");
	turn();
	assert_true(has_received(1, "other\n"));
}

/* The client ends before its request's turn comes. */
static void a_client_that_waits_may_go(void **state)
{
	(void)state;
	turns.turn_us = SHORT_US;
	request_us = 2 * SHORT_US;
	for (size_t i = 0; i < CLIENTS; i++)
		send_text(i, "gone\n");
	turn();
	server_hang_up(server);
	for (unsigned int i = 0; i < MAX_TURNS; i++)
		turn();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_request_is_answered_in_the_turn_in_which_it_is_read,
			begin, end),
		cmocka_unit_test_setup_teardown(
			requests_wait_when_the_time_of_the_turn_is_spent, begin,
			end),
		cmocka_unit_test_setup_teardown(
			requests_in_one_packet_are_answered_one_by_one, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_client_is_closed_after_its_last_answer, begin, end),
		cmocka_unit_test_setup_teardown(a_client_that_waits_may_go,
						begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
