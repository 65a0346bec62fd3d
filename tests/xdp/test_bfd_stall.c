// SPDX-License-Identifier: BSD-2-Clause
/*
 * BFD while the event loop is late, as root: at the other end of the pair
 * (pair.h) a process sends packets in Up, whatever it gets. The loop is away for
 * longer than the detection time, and packets of a forger never end.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/bfd.h"
#include "pair.h"

enum numbers {
	INTERVAL_US = 50000,
	MULTIPLIER = 3,
	TICK_MS = 5,
	UP_MS = 5000, /* the first packets are a second apart */
	STALL_MS = 1000,
	SILENCE_MS = 3000, /* longest time to notice, on a busy machine */
	HOP_LIMIT = 255,
	SOURCE_PORT = 49200,
	FORGERIES = 64, /* in a row */
};

static const struct bfd_key no_key;
static pid_t server, sender, forger;
static struct event_base *base;
static struct bfd *bfd;
static struct bfd_peer *peer;
static unsigned int downs;
static enum bfd_state last_state;

static void on_changed(void *owner, void *context)
{
	enum bfd_state state = bfd_peer_session(peer)->state;

	(void)owner;
	(void)context;
	downs += last_state == BFD_STATE_UP && state != BFD_STATE_UP;
	last_state = state;
}

static void on_drained(void *context)
{
	(void)context;
}

static bool wait_for_state(enum bfd_state state, uint64_t limit_ms)
{
	const struct timeval tick = { .tv_usec = TICK_MS * CLOCK_US_PER_MS };
	uint64_t end = clock_now_ms() + limit_ms;

	while (bfd_peer_session(peer)->state != state && clock_now_ms() < end) {
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
	}
	return bfd_peer_session(peer)->state == state;
}

static void run_for(uint64_t ms)
{
	const struct timeval limit = clock_timeval_of_ms(ms);

	event_base_loopexit(base, &limit);
	event_base_dispatch(base);
}

/* Open a socket in the server's namespace, connected to our BFD port. */
static int open_server_socket(void)
{
	const struct sockaddr_in from = { .sin_family = AF_INET,
					  .sin_port = htons(SOURCE_PORT) };
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(BFD_SOCKET_PORT),
					.sin_addr.s_addr =
						inet_addr("10.0.0.1") };
	const int hops = HOP_LIMIT, yes = 1;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)server);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (setns(fd, CLONE_NEWNET))
		sandbox_die("setns");
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof(hops));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (const struct sockaddr *)&from, sizeof(from)) ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		sandbox_die("a socket at the server");
	return fd;
}

/* Start a process that sends these packets for as long as it lives. */
static pid_t start_sender(const struct bfd_packet *packet, int in_a_row,
			  useconds_t pause_us)
{
	pid_t child = fork();
	struct bfd_frame frame;
	int fd;

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open_server_socket();
	bfd_packet_build(packet, &frame);
	for (;;) {
		for (int i = 0; i < in_a_row; i++)
			if (send(fd, &frame, sizeof(frame), 0) < 0)
				usleep(1);
		if (pause_us)
			usleep(pause_us);
	}
}

static void stop_sender(pid_t *child)
{
	if (*child <= 0)
		return;
	kill(*child, SIGKILL);
	waitpid(*child, NULL, 0);
	*child = 0;
}

/* The neighbor says Init, then Up: so the session comes up. */
static void start_neighbor(void)
{
	struct bfd_packet packet = {
		.state = BFD_STATE_INIT,
		.detect_multiplier = MULTIPLIER,
		.my_discriminator = 7,
		.your_discriminator = bfd_peer_session(peer)->discriminator,
		.desired_min_tx_us = INTERVAL_US,
		.required_min_rx_us = INTERVAL_US,
	};

	sender = start_sender(&packet, 1, INTERVAL_US / 2);
	assert_true(wait_for_state(BFD_STATE_UP, UP_MS));
	stop_sender(&sender);
	packet.state = BFD_STATE_UP;
	sender = start_sender(&packet, 1, INTERVAL_US / 2);
	run_for(STALL_MS / 2);
	assert_int_equal(bfd_peer_session(peer)->state, BFD_STATE_UP);
	downs = 0;
}

static int set_up(void **state)
{
	const struct bfd_timing timing = { .interval_us = INTERVAL_US,
					   .multiplier = MULTIPLIER };
	const struct bfd_callbacks callbacks = { .changed = on_changed,
						 .drained = on_drained };
	const struct address remote = address_from_ipv4(inet_addr("10.0.0.2"));
	const struct address local = address_from_ipv4(inet_addr("10.0.0.1"));
	char error[128];

	(void)state;
	downs = 0;
	last_state = BFD_STATE_DOWN;
	sender = forger = 0;
	server = pair_build();
	base = event_base_new();
	if (bfd_new(base, &timing, &callbacks, NULL, &bfd, error,
		    sizeof(error)))
		fail_msg("%s", error);
	assert_int_equal(bfd_open(bfd, &remote, &no_key, NULL, &peer), 0);
	bfd_set_link(peer, if_nametoindex("hg0"), &local);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stop_sender(&sender);
	stop_sender(&forger);
	bfd_free(bfd);
	event_base_free(base);
	pair_end(server);
	return 0;
}

static void a_loop_that_stalls_takes_no_session_down(void **state)
{
	(void)state;
	start_neighbor();
	for (int i = 0; i < 5; i++) {
		usleep(STALL_MS * CLOCK_US_PER_MS);
		run_for(STALL_MS / 5);
	}
	assert_int_equal(downs, 0);
	assert_int_equal(bfd_peer_session(peer)->state, BFD_STATE_UP);
}

static void a_stall_does_not_hide_a_dead_neighbor(void **state)
{
	(void)state;
	start_neighbor();
	stop_sender(&sender);
	usleep(STALL_MS * CLOCK_US_PER_MS);
	assert_true(wait_for_state(BFD_STATE_DOWN, SILENCE_MS));
	assert_int_equal(downs, 1);
}

/* Packets of a session that is not ours fill the socket all the time. */
static void a_flood_does_not_hide_a_dead_neighbor(void **state)
{
	const struct bfd_packet forgery = {
		.state = BFD_STATE_UP,
		.detect_multiplier = MULTIPLIER,
		.my_discriminator = 8,
		.your_discriminator = ~bfd_peer_session(peer)->discriminator,
		.desired_min_tx_us = INTERVAL_US,
		.required_min_rx_us = INTERVAL_US,
	};

	(void)state;
	start_neighbor();
	forger = start_sender(&forgery, FORGERIES, 0);
	run_for(STALL_MS / 2);
	stop_sender(&sender);
	assert_true(wait_for_state(BFD_STATE_DOWN, SILENCE_MS));
}

#define STALL_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STALL_TEST(a_loop_that_stalls_takes_no_session_down),
		STALL_TEST(a_stall_does_not_hide_a_dead_neighbor),
		STALL_TEST(a_flood_does_not_hide_a_dead_neighbor),
	};

	log_set_level(LOG_LEVEL_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
