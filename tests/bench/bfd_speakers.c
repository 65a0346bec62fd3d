// SPDX-License-Identifier: BSD-2-Clause
/*
 *	bfd_speakers --local ADDRESS --remote ADDRESS --link NAME [--count N]
 *		[--interval MS] [--multiplier N]
 *
 * Runs N BFD sessions (RFC 5880, 5881) with the agent at the remote address, from
 * the local address and those that follow it, which must be on this host. Each
 * line on stdin ends a period; one line on stdout describes it: the sessions that
 * are up, how often one left Up in the period, and by how much this program woke
 * up too late at most:
 *
 *	{"up": 300, "left_up": 0, "own_delay_ms": 0.2}
 *
 * It has the agent's own state machine and a real-time priority, so that a session
 * is lost only if the agent is silent. The end of stdin ends it.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "nexthop/bfd_session.h"
#include "nexthop/bfd_socket.h"

enum {
	MAX_SESSIONS = 4096,
	TICK_MS = 1,
};

struct speakers {
	struct bfd_timing timing;
	struct bfd_endpoints endpoints; /* of the first session */
	uint32_t first;			/* its local address, host byte order */
	unsigned int count;
	struct bfd_session sessions[MAX_SESSIONS];
	int receiver;
	int sender;
	unsigned int left_up; /* in this period, as the next one */
	uint64_t own_delay_us;
};

/* Step a session and send what it asks for. */
static void step_speaker(struct speakers *speakers, unsigned int index,
			 enum bfd_event_type type,
			 const struct bfd_packet *packet)
{
	struct bfd_session *session = &speakers->sessions[index];
	struct bfd_endpoints endpoints = speakers->endpoints;
	enum bfd_state before = session->state;
	const struct bfd_event event = {
		.type = type,
		.now_us = clock_now_us(),
		.random = (uint32_t)random(),
		.packet = packet,
	};
	struct bfd_packet out;
	struct bfd_frame frame;

	if (bfd_session_step(session, &event, &out)) {
		endpoints.local =
			address_from_ipv4(htonl(speakers->first + index));
		bfd_packet_build(&out, &frame);
		bfd_socket_send(speakers->sender, &endpoints, &frame,
				sizeof(frame));
	}
	speakers->left_up += before == BFD_STATE_UP &&
			     session->state != BFD_STATE_UP;
}

/*
 * Our discriminators are places in `sessions` from 1. The agent knows them from
 * our first packets, so one without says nothing that could not wait.
 */
static void receive_packets(struct speakers *speakers)
{
	struct bfd_datagram datagram;
	struct bfd_packet packet;

	while (!bfd_socket_receive(speakers->receiver, &datagram)) {
		if (bfd_packet_parse(datagram.payload, datagram.size,
				     &packet) != BFD_PACKET_OK ||
		    !packet.your_discriminator ||
		    packet.your_discriminator > speakers->count)
			continue;
		step_speaker(speakers, packet.your_discriminator - 1,
			     BFD_EVENT_PACKET, &packet);
	}
}

/* Send what is due. Packets that wait are read before: silence must be real. */
static void run_timers(struct speakers *speakers)
{
	uint64_t now_us = clock_now_us();

	for (unsigned int i = 0; i < speakers->count; i++)
		if (bfd_session_deadline(&speakers->sessions[i]) <= now_us)
			step_speaker(speakers, i, BFD_EVENT_TIMER, NULL);
}

static void print_period(struct speakers *speakers)
{
	unsigned int up = 0;

	for (unsigned int i = 0; i < speakers->count; i++)
		up += speakers->sessions[i].state == BFD_STATE_UP;
	printf("{\"up\": %u, \"left_up\": %u, \"own_delay_ms\": %.2f}\n", up,
	       speakers->left_up,
	       (double)speakers->own_delay_us / CLOCK_US_PER_MS);
	fflush(stdout);
	speakers->left_up = 0;
	speakers->own_delay_us = 0;
}

/* Note how much later than after one tick this is. */
static void note_delay(struct speakers *speakers, uint64_t before_us)
{
	uint64_t passed_us = clock_now_us() - before_us;

	if (passed_us > TICK_MS * CLOCK_US_PER_MS + speakers->own_delay_us)
		speakers->own_delay_us = passed_us - TICK_MS * CLOCK_US_PER_MS;
}

static void run_speakers(struct speakers *speakers)
{
	struct pollfd polls[] = {
		{ .fd = speakers->receiver, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	char line[16];

	for (;;) {
		uint64_t before_us = clock_now_us();

		poll(polls, 2, TICK_MS);
		note_delay(speakers, before_us);
		receive_packets(speakers);
		run_timers(speakers);
		if (!polls[1].revents)
			continue;
		if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
			return;
		print_period(speakers);
	}
}

static int start_speakers(struct speakers *speakers)
{
	const struct sched_param priority = { .sched_priority = 1 };
	int reserved = bfd_socket_reserve(true);

	if (reserved < 0)
		return reserved;
	speakers->receiver = bfd_socket_listen(true);
	speakers->sender = bfd_socket_open(true);
	if (speakers->receiver < 0)
		return speakers->receiver;
	if (speakers->sender < 0)
		return speakers->sender;
	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		fprintf(stderr, "bfd_speakers: no real-time priority: %s\n",
			strerror(errno));
	for (unsigned int i = 0; i < speakers->count; i++)
		bfd_session_init(&speakers->sessions[i], &speakers->timing,
				 i + 1, clock_now_us());
	return 0;
}

static bool parse_options(struct speakers *speakers, int argc, char **argv)
{
	static const struct option flags[] = {
		{ "local", required_argument, NULL, 'l' },
		{ "remote", required_argument, NULL, 'r' },
		{ "link", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "interval", required_argument, NULL, 't' },
		{ "multiplier", required_argument, NULL, 'm' },
		{ 0 },
	};
	struct in_addr local = { 0 }, remote = { 0 };
	int flag;

	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		if (flag == 'l')
			inet_pton(AF_INET, optarg, &local);
		else if (flag == 'r')
			inet_pton(AF_INET, optarg, &remote);
		else if (flag == 'i')
			speakers->endpoints.ifindex = if_nametoindex(optarg);
		else if (flag == 'c')
			speakers->count = (unsigned int)atoi(optarg);
		else if (flag == 't')
			speakers->timing.interval_us =
				(uint32_t)atoi(optarg) * CLOCK_US_PER_MS;
		else if (flag == 'm')
			speakers->timing.multiplier = (uint8_t)atoi(optarg);
		else
			return false;
	}
	speakers->first = ntohl(local.s_addr);
	speakers->endpoints.remote = address_from_ipv4(remote.s_addr);
	return local.s_addr && remote.s_addr && speakers->endpoints.ifindex &&
	       speakers->count && speakers->count <= MAX_SESSIONS;
}

int main(int argc, char **argv)
{
	static struct speakers speakers = {
		.timing = { .interval_us = 50000, .multiplier = 3 },
		.count = 1,
	};
	int error;

	if (!parse_options(&speakers, argc, argv)) {
		fprintf(stderr, "bfd_speakers: see the head of its source\n");
		return 2;
	}
	error = start_speakers(&speakers);
	if (error) {
		fprintf(stderr, "bfd_speakers: %s\n", strerror(-error));
		return 1;
	}
	run_speakers(&speakers);
	return 0;
}
