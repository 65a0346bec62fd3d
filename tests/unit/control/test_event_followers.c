// SPDX-License-Identifier: BSD-2-Clause
/* Clients that follow events: a slow one waits, and learns what it missed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/session/speaker.h"
#include "control/event_followers.h"
#include "control/server.h"
#include "core/event_ring.h"
#include "core/log.h"
#include "core/work_turns.h"
#include "local_socket.h"

enum {
	TURN_US = 2000,
	MAX_TURNS = 100000,
	CLIENTS = EVENT_FOLLOWERS_MAX + 1,
	LINES_SIZE = 4 << 20,
};

static struct event_base *base;
static struct work_turns turns;
static struct server *server;
static struct event_followers followers;
static struct bgp_speaker speaker;
static const struct control_view view = { .speaker = &speaker };
static int clients[CLIENTS];
static char lines[LINES_SIZE];

/* Each line is a request to follow. */
static enum server_verdict take_request(struct server_client *client,
					void *context)
{
	char *line =
		evbuffer_readln(server_input(client), NULL, EVBUFFER_EOL_LF);
	struct json_object *request, *reply;

	(void)context;
	if (!line) {
		event_followers_wake(&followers);
		return SERVER_INCOMPLETE;
	}
	request = json_tokener_parse(line);
	reply = event_followers_add(&followers, &view, client, request);
	evbuffer_add_printf(server_output(client), "%s\n",
			    json_object_to_json_string(reply));
	json_object_put(request);
	json_object_put(reply);
	free(line);
	return SERVER_TAKEN;
}

static void on_closed(struct server_client *client, void *context)
{
	(void)context;
	event_followers_remove(&followers, client);
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
		.take = take_request,
		.closed = on_closed,
	};
	const struct local_socket local = local_socket_listen(CLIENTS);

	(void)state;
	base = event_base_new();
	assert_int_equal(work_turns_init(&turns, base, TURN_US), 0);
	TAILQ_INIT(&speaker.neighbors);
	event_followers_init(&followers, &turns);
	server = server_new(base, &turns, local.listener, &options);
	assert_non_null(server);
	for (size_t i = 0; i < CLIENTS; i++)
		clients[i] = local_socket_connect(&local);
	log_set_level(LOG_LEVEL_ERROR);
	return 0;
}

static int end(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	for (size_t i = 0; i < CLIENTS; i++)
		close(clients[i]);
	server_free(server);
	event_followers_release(&followers);
	work_turns_destroy(&turns);
	event_base_free(base);
	return 0;
}

static void follow(size_t client, const char *request)
{
	char line[128];
	int size = snprintf(line, sizeof(line), "%s\n", request);

	assert_int_equal(send(clients[client], line, (size_t)size, 0), size);
}

static void log_numbers(unsigned int from, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		log_event(EVENT_RELOAD_CHANGED, NULL, "number %u", from + i);
}

/* Read all lines that come while the loop turns. Return their size. */
static size_t read_lines(size_t client)
{
	unsigned int idle = 0;
	size_t used = 0;

	for (int i = 0; i < MAX_TURNS && idle < 50; i++) {
		ssize_t got = recv(clients[client], lines + used,
				   sizeof(lines) - used - 1, 0);

		turn();
		idle = got > 0 ? 0 : idle + 1;
		used += got > 0 ? (size_t)got : 0;
	}
	lines[used] = '\0';
	return used;
}

static unsigned int count_of(const char *word)
{
	unsigned int count = 0;

	for (const char *at = lines; (at = strstr(at, word)); at++)
		count++;
	return count;
}

/* The text of a request for the events from now on. */
static const char *from_now(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "{\"after\":%llu}",
		 (unsigned long long)event_ring_next(log_events_kept()) - 1);
	return text;
}

static void a_follower_gets_each_event_once_and_in_order(void **state)
{
	const char *at = lines;

	(void)state;
	log_numbers(1, 1);
	follow(0, from_now());
	read_lines(0);
	log_numbers(2, 100);
	read_lines(0);
	assert_int_equal(count_of("\"event\":{"), 100);
	assert_int_equal(count_of("number 1\""), 0);
	for (unsigned int i = 2; i < 102; i++) {
		char text[32];

		snprintf(text, sizeof(text), "number %u\"", i);
		at = strstr(at, text);
		assert_non_null(at);
	}
}

static void a_slow_follower_is_sent_how_many_it_missed(void **state)
{
	enum {
		FLOOD = 3 * EVENT_RING_SIZE,
	};
	unsigned int got;
	const char *at;
	unsigned long missed = 0;

	(void)state;
	follow(0, from_now());
	read_lines(0);
	/* It reads nothing meanwhile; the loop turns as before. */
	for (unsigned int i = 0; i < FLOOD; i += 64) {
		log_numbers(i, 64);
		turn();
	}
	assert_true(read_lines(0));
	got = count_of("\"event\":{");
	for (at = lines; (at = strstr(at, "{\"missed\":")); at++)
		missed += strtoul(at + strlen("{\"missed\":"), NULL, 10);
	assert_true(missed > 0);
	assert_int_equal(got + missed, FLOOD);
	assert_non_null(strstr(lines, "number 12287\""));
}

static void the_4097th_event_is_the_first_that_is_missed(void **state)
{
	(void)state;
	follow(0, from_now());
	/* Before the request is read. */
	log_numbers(0, EVENT_RING_SIZE + 1);
	read_lines(0);
	assert_non_null(strstr(lines, "{\"missed\":1}"));
	assert_int_equal(count_of("\"event\":{"), EVENT_RING_SIZE);
}

static void a_slow_follower_takes_nothing_from_others(void **state)
{
	(void)state;
	follow(0, from_now());
	follow(1, from_now());
	for (unsigned int i = 0; i < 50; i++)
		turn();
	for (unsigned int i = 0; i < EVENT_RING_SIZE; i += 64) {
		log_numbers(i, 64);
		read_lines(1);
		assert_int_equal(count_of("\"missed\""), 0);
		assert_int_equal(count_of("\"event\":{"), 64);
	}
}

static void only_what_the_filter_takes_is_sent(void **state)
{
	struct address rack;

	(void)state;
	address_parse("10.1.0.12", &rack);
	follow(0, "{\"neighbor\":\"10.1.0.12\"}");
	follow(1, "{\"neighbor\":\"unknown\"}");
	log_numbers(0, 10);
	log_event(EVENT_NEIGHBOR_UP,
		  &(struct event_objects){ .neighbor = &rack }, "it is up");
	read_lines(0);
	assert_int_equal(count_of("\"event\":{"), 1);
	assert_non_null(strstr(lines, "it is up"));
	read_lines(1);
	assert_int_equal(count_of("\"error\""), 1);
}

static void one_more_than_the_limit_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < CLIENTS; i++) {
		follow(i, from_now());
		for (unsigned int t = 0; t < 20; t++)
			turn();
	}
	read_lines(CLIENTS - 2);
	assert_int_equal(count_of("\"error\""), 0);
	read_lines(CLIENTS - 1);
	assert_non_null(strstr(lines, "limit of 16 followers reached"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_follower_gets_each_event_once_and_in_order, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_slow_follower_is_sent_how_many_it_missed, begin, end),
		cmocka_unit_test_setup_teardown(
			the_4097th_event_is_the_first_that_is_missed, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_slow_follower_takes_nothing_from_others, begin, end),
		cmocka_unit_test_setup_teardown(
			only_what_the_filter_takes_is_sent, begin, end),
		cmocka_unit_test_setup_teardown(
			one_more_than_the_limit_is_refused, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
