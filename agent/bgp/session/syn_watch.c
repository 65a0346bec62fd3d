// SPDX-License-Identifier: BSD-2-Clause
/* Packet sockets for SYNs. See syn_watch.h. */

#include "bgp/session/syn_watch.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "bgp/session/speaker.h"
#include "core/array.h"
#include "core/clock.h"
#include "core/log.h"

enum syn_watch_numbers {
	FAMILIES = 2,
	/* In one turn, and the time to the next one: 320 a second. */
	READS = 32,
	PAUSE_MS = 100,
	HINT_SIZE = 256,
	/* Offsets from the IP header, and those from the TCP header. */
	IPV4_FRAGMENT = 6,
	IPV4_PROTOCOL = 9,
	IPV6_NEXT = 6,
	IPV6_TCP = 40,
	TCP_DESTINATION = 2,
	TCP_FLAGS = 13,
	OFFSET_MASK = 0x1fff,
	SYN_AND_ACK = 0x12,
	SYN = 0x02,
};

struct bgp_syn_watch {
	struct bgp_speaker *speaker;
	int fds[FAMILIES]; /* -1: not open */
	struct event *readable[FAMILIES];
	struct event *pause; /* timer: read again */
	struct bgp_attempts attempts;
};

/* Open a socket that receives what the filter passes, without link header. */
static int open_filtered(uint16_t ethertype, const struct sock_filter *program,
			 size_t size)
{
	const struct sock_fprog filter = {
		.len = (unsigned short)size,
		.filter = (struct sock_filter *)program,
	};
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htobe16(ethertype),
	};
	/* With protocol 0 it receives nothing until bind(). */
	int fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			sizeof(filter)) &&
	    !bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

#define LOAD(size, at) BPF_STMT(BPF_LD | BPF_##size | BPF_ABS, (unsigned)(at))
#define LOAD_TCP(size, at) \
	BPF_STMT(BPF_LD | BPF_##size | BPF_IND, (unsigned)(at))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define IF_ANY(bits, skip)  BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, skip, 0)

static int open_syn_ipv4(uint16_t port)
{
	const struct sock_filter program[] = {
		LOAD(B, SKF_AD_OFF + SKF_AD_PKTTYPE),
		UNLESS(PACKET_HOST, 11),
		LOAD(B, IPV4_PROTOCOL),
		UNLESS(IPPROTO_TCP, 9),
		LOAD(H, IPV4_FRAGMENT),
		IF_ANY(OFFSET_MASK, 7),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		LOAD_TCP(H, TCP_DESTINATION),
		UNLESS(port, 4),
		LOAD_TCP(B, TCP_FLAGS),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN_AND_ACK),
		UNLESS(SYN, 1),
		BPF_STMT(BPF_RET | BPF_K, BGP_SYN_MAX_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return open_filtered(ETH_P_IP, program, COUNT_OF(program));
}

static int open_syn_ipv6(uint16_t port)
{
	const struct sock_filter program[] = {
		LOAD(B, SKF_AD_OFF + SKF_AD_PKTTYPE),
		UNLESS(PACKET_HOST, 8),
		LOAD(B, IPV6_NEXT),
		UNLESS(IPPROTO_TCP, 6),
		LOAD(H, IPV6_TCP + TCP_DESTINATION),
		UNLESS(port, 4),
		LOAD(B, IPV6_TCP + TCP_FLAGS),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN_AND_ACK),
		UNLESS(SYN, 1),
		BPF_STMT(BPF_RET | BPF_K, BGP_SYN_MAX_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};

	return open_filtered(ETH_P_IPV6, program, COUNT_OF(program));
}

/* Log the first time that the attempts of a peer show what is wrong. */
static void log_attempt(const struct bgp_attempt *attempt,
			const struct bgp_neighbor_options *options)
{
	char hint[HINT_SIZE];

	if (attempt->count == BGP_ATTEMPTS_TOLD &&
	    bgp_attempt_hint(attempt, options, attempt->last_ms, hint,
			     sizeof(hint)))
		log_event(EVENT_NEIGHBOR_SILENT,
			  &(struct event_objects){
				  .neighbor = &attempt->last.from,
			  },
			  "does not connect: %s", hint);
}

/* Note a SYN of a neighbor; no other host's is kept. */
static void note_syn(struct bgp_syn_watch *watch, const struct bgp_syn *syn)
{
	const struct bgp_neighbor_options *options;
	const struct bgp_attempt *attempt;

	options = bgp_speaker_options_of(watch->speaker, &syn->from);
	if (!options)
		return;
	attempt = bgp_attempts_note(&watch->attempts, syn,
				    neighbor_is_dynamic(options),
				    clock_now_ms());
	if (attempt)
		log_attempt(attempt, options);
}

/* Read a packet. False: none is waiting. */
static bool read_syn(struct bgp_syn_watch *watch, int fd)
{
	uint8_t data[BGP_SYN_MAX_SIZE];
	struct sockaddr_ll link = { .sll_ifindex = 0 };
	socklen_t size = sizeof(link);
	struct bgp_syn syn;
	ssize_t got = recvfrom(fd, data, sizeof(data), 0,
			       (struct sockaddr *)&link, &size);

	if (got < 0)
		return errno == EINTR;
	if (!bgp_syn_parse(data, (size_t)got, &syn))
		return true;
	syn.from = address_scoped(&syn.from, (uint32_t)link.sll_ifindex);
	note_syn(watch, &syn);
	return true;
}

/* Stop to listen for a moment: a flood of SYNs waits and is lost in the kernel. */
static void on_syn_readable(evutil_socket_t fd, short what, void *context)
{
	const struct timeval pause = clock_timeval_of_ms(PAUSE_MS);
	struct bgp_syn_watch *watch = context;

	(void)what;
	for (int i = 0; i < READS; i++)
		if (!read_syn(watch, fd))
			return;
	for (int i = 0; i < FAMILIES; i++)
		if (watch->readable[i])
			event_del(watch->readable[i]);
	evtimer_add(watch->pause, &pause);
}

static void on_pause_over(evutil_socket_t fd, short what, void *context)
{
	struct bgp_syn_watch *watch = context;

	(void)fd;
	(void)what;
	for (int i = 0; i < FAMILIES; i++)
		if (watch->readable[i])
			event_add(watch->readable[i], NULL);
}

/* Watch an open socket. Returns 0 or -errno. */
static int watch_socket(struct bgp_syn_watch *watch, int i)
{
	if (watch->fds[i] < 0)
		return watch->fds[i];
	watch->readable[i] = event_new(watch->speaker->base, watch->fds[i],
				       EV_READ | EV_PERSIST, on_syn_readable,
				       watch);
	return watch->readable[i] && !event_add(watch->readable[i], NULL) ?
		       0 :
		       -ENOMEM;
}

int bgp_syn_watch_new(struct bgp_speaker *speaker, struct bgp_syn_watch **out)
{
	struct bgp_syn_watch *watch = calloc(1, sizeof(*watch));
	uint16_t port = speaker->options.listen.port;
	int error = 0;

	if (!watch)
		return -ENOMEM;
	watch->speaker = speaker;
	watch->fds[0] = open_syn_ipv4(port);
	watch->fds[1] = open_syn_ipv6(port);
	watch->pause = evtimer_new(speaker->base, on_pause_over, watch);
	if (!watch->pause)
		error = -ENOMEM;
	for (int i = 0; i < FAMILIES && !error; i++)
		error = watch_socket(watch, i);
	if (error) {
		bgp_syn_watch_free(watch);
		return error;
	}
	*out = watch;
	return 0;
}

void bgp_syn_watch_free(struct bgp_syn_watch *watch)
{
	if (!watch)
		return;
	for (int i = 0; i < FAMILIES; i++) {
		if (watch->readable[i])
			event_free(watch->readable[i]);
		if (watch->fds[i] >= 0)
			close(watch->fds[i]);
	}
	if (watch->pause)
		event_free(watch->pause);
	free(watch);
}

void bgp_syn_watch_connected(struct bgp_syn_watch *watch,
			     const struct address *from)
{
	if (watch)
		bgp_attempts_forget(&watch->attempts, from);
}

bool bgp_syn_watch_hint(const struct bgp_syn_watch *watch,
			const struct address *from,
			const struct bgp_neighbor_options *options, char *text,
			size_t size)
{
	uint64_t now = clock_now_ms();
	const struct bgp_attempt *attempt =
		watch ? bgp_attempts_find(&watch->attempts, from, now) : NULL;

	return attempt && bgp_attempt_hint(attempt, options, now, text, size);
}

static bool is_known_neighbor(const struct bgp_speaker *speaker,
			      const struct address *from)
{
	const struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (address_equal(&neighbor->address, from))
			return true;
	return false;
}

bool bgp_syn_watch_stranger(const struct bgp_syn_watch *watch, size_t place,
			    struct address *from)
{
	const struct bgp_neighbor_options *options;
	const struct bgp_attempt *attempt;
	char hint[HINT_SIZE];

	if (!watch)
		return false;
	attempt = &watch->attempts.entries[place];
	if (!attempt->count ||
	    is_known_neighbor(watch->speaker, &attempt->last.from))
		return false;
	options = bgp_speaker_options_of(watch->speaker, &attempt->last.from);
	if (!options || !bgp_syn_watch_hint(watch, &attempt->last.from, options,
					    hint, sizeof(hint)))
		return false;
	*from = attempt->last.from;
	return true;
}

struct bgp_neighbor *bgp_syn_watch_show(const struct bgp_syn_watch *watch,
					const struct address *from)
{
	const struct bgp_neighbor_options *options =
		watch ? bgp_speaker_options_of(watch->speaker, from) : NULL;
	const struct bgp_attempt *attempt =
		options ? bgp_attempts_find(&watch->attempts, from,
					    clock_now_ms()) :
			  NULL;
	struct bgp_neighbor *neighbor =
		attempt ? bgp_neighbor_new(watch->speaker, options, from) :
			  NULL;

	if (neighbor)
		neighbor->accepted_ms = attempt->last_ms;
	return neighbor;
}
