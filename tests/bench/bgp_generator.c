// SPDX-License-Identifier: BSD-2-Clause
/*
 *	bgp_generator --target ADDRESS [--first I] [--peers N] [--prefixes N]
 *		[--seed N]
 *
 * Runs up to 64 BGP speakers, number I and the following ones, which load a
 * daemon with routes as fast as it takes them, or receive its announcements.
 * Speaker i is 172.16.0.(11+i) in AS 65001+i, an address that must be on this
 * host, and announces next hop 172.16.1.(1+i).
 *
 * Prints "established" when all sessions are up. Then it executes the commands
 * on stdin, one on each line, and prints "done" when the last byte has gone to
 * the kernel:
 *
 *	announce CYCLE	all prefixes; another number means other attributes
 *	withdraw	all prefixes
 *	drop		the first session, without a NOTIFICATION
 *	receive COUNT	send nothing, until each speaker has received COUNT
 *			prefixes that were not withdrawn again
 *	flap N PIN	the first prefix, N times, by the first speaker alone
 *
 * "flap" has all speakers withdraw that prefix first. It watches the agent's map
 * pinned at PIN and answers with nanoseconds: from sending the prefix until the
 * map has it, and from withdrawing it until the map does not:
 * {"announced":[...],"withdrawn":[...]}.
 *
 * "announce" and "withdraw" encode the streams and answer "ready"; "go" sends
 * them. The end of stdin ends the generator. Sessions have hold time 0 (RFC 4271
 * 4.2), so that nothing but these streams is sent.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/codec/message.h"
#include "bgp/codec/negotiated.h"
#include "bgp/codec/protocol.h"
#include "bgp/codec/update.h"
#include "core/wire.h"
#include "update_stream.h"
#include "vip_watch.h"

enum {
	MAX_SPEAKERS = 64,
	FIRST_AS = 65001,
	FIRST_ADDRESS = 0xac10000b, /* 172.16.0.11 */
	FIRST_NEXTHOP = 0xac100101, /* 172.16.1.1 */
	FIRST_PREFIX = 0x0a000000,  /* 10.0.0.0, of any stream */
	LINE_SIZE = 256,
	INPUT_SIZE = 65536,
	FLAPS_MAX = 1000,
	FLAP_PAUSE_MS = 5, /* until the agent is idle again */
};

struct speaker {
	int fd; /* -1: dropped */
	bool established;
	struct update_shape shape;
	struct update_stream stream;
	struct reader output; /* rest of the stream */
	uint32_t received;    /* prefixes that the daemon announces */
	size_t input_size;
	uint8_t input[INPUT_SIZE];
};

struct generator {
	struct in_addr target;
	unsigned int first;
	unsigned int count;
	struct speaker speakers[MAX_SPEAKERS];
};

/* ------------------------------------------------------------- sessions */

static int connect_from(uint32_t source, struct in_addr target)
{
	struct sockaddr_in local = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(source) };
	struct sockaddr_in remote = { .sin_family = AF_INET,
				      .sin_addr = target,
				      .sin_port = htons(BGP_PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int yes = 1;

	if (fd < 0)
		return -errno;
	/* A small UPDATE must not wait until another is acknowledged. */
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&local, sizeof(local)) ||
	    connect(fd, (struct sockaddr *)&remote, sizeof(remote))) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* RFC 4271 4.2, RFC 5492 4: IPv4 unicast and 4-byte AS numbers. */
static void write_open(struct writer *w, const struct speaker *speaker)
{
	const uint8_t capabilities[] = {
		BGP_CAPABILITY_MULTIPROTOCOL,
		4,
		0,
		BGP_AFI_IPV4,
		0,
		BGP_SAFI_UNICAST,
		BGP_CAPABILITY_AS4,
		BGP_AS4_SIZE,
	};
	const size_t size = sizeof(capabilities) + BGP_AS4_SIZE;
	size_t begin = bgp_message_begin(w, BGP_OPEN);

	writer_u8(w, BGP_VERSION);
	writer_u16(w, BGP_AS_TRANS);
	writer_u16(w, 0); /* hold time */
	writer_u32(w, speaker->shape.nexthop);
	writer_u8(w, (uint8_t)(size + 2)); /* size of this one parameter */
	writer_u8(w, BGP_PARAMETER_CAPABILITIES);
	writer_u8(w, (uint8_t)size);
	writer_bytes(w, capabilities, sizeof(capabilities));
	writer_u32(w, speaker->shape.as);
	bgp_message_end(w, begin);
}

/* Send the OPEN and, without waiting, the KEEPALIVE that accepts the peer's. */
static int send_open(const struct speaker *speaker)
{
	uint8_t bytes[BGP_MAX_MESSAGE];
	struct writer w = writer_of(bytes, sizeof(bytes));

	write_open(&w, speaker);
	bgp_message_encode_keepalive(&w);
	return write(speaker->fd, bytes, w.used) == (ssize_t)w.used ? 0 : -EIO;
}

static int start_speaker(struct speaker *speaker, unsigned int index,
			 struct in_addr target)
{
	speaker->shape.as = FIRST_AS + index;
	speaker->shape.nexthop = FIRST_NEXTHOP + index;
	speaker->fd = connect_from(FIRST_ADDRESS + index, target);
	if (speaker->fd < 0)
		return speaker->fd;
	if (fcntl(speaker->fd, F_SETFL, O_NONBLOCK))
		return -errno;
	return send_open(speaker);
}

static uint32_t count_routes(struct bgp_nlri nlri)
{
	struct bgp_path_key route;
	uint32_t count = 0;

	while (bgp_nlri_next(&nlri, &route))
		count++;
	return count;
}

/*
 * Count the announced prefixes. A prefix that is announced twice would count
 * twice.
 */
static int read_update(struct speaker *speaker, struct reader body)
{
	static const struct bgp_negotiated negotiated = {
		.ebgp = true,
		.as4 = true,
		.families = BGP_IPV4_UNICAST_BIT,
		.max_message = BGP_MAX_MESSAGE,
	};
	const struct bgp_decode_context context = { .negotiated = &negotiated };
	struct bgp_scratch scratch;
	struct bgp_update update;

	/* The first AS of the path is not checked. */
	if (bgp_update_decode(&context, body, &scratch, &update) ==
	    BGP_VERDICT_RESET)
		return -EPROTO;
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		speaker->received += count_routes(update.announced[part].nlri);
		speaker->received -= count_routes(update.withdrawn[part]);
	}
	return 0;
}

static int read_messages(struct speaker *speaker)
{
	const uint8_t *data = speaker->input;
	size_t size = speaker->input_size;
	struct bgp_message frame;
	enum bgp_message_status result;
	int error = 0;

	while (!error &&
	       (result = bgp_message_next(data, size, BGP_MAX_MESSAGE,
					  &frame)) == BGP_MESSAGE_OK) {
		if (frame.type == BGP_NOTIFICATION)
			return -ECONNRESET;
		if (frame.type == BGP_KEEPALIVE)
			speaker->established = true;
		if (frame.type == BGP_UPDATE)
			error = read_update(speaker, frame.body);
		data += frame.size;
		size -= frame.size;
	}
	memmove(speaker->input, data, size);
	speaker->input_size = size;
	return error ? error : result == BGP_MESSAGE_ERROR ? -EPROTO : 0;
}

static int receive_bytes(struct speaker *speaker)
{
	ssize_t count = read(speaker->fd, speaker->input + speaker->input_size,
			     sizeof(speaker->input) - speaker->input_size);

	if (count < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!count)
		return -ECONNRESET;
	speaker->input_size += (size_t)count;
	return read_messages(speaker);
}

static int transmit_bytes(struct speaker *speaker)
{
	ssize_t count =
		write(speaker->fd, speaker->output.data, speaker->output.left);

	if (count < 0)
		return errno == EAGAIN ? 0 : -errno;
	reader_take(&speaker->output, (size_t)count);
	return 0;
}

/* ------------------------------------------------------------- together */

/* Wait once, then read and write on each session that is ready. */
static int poll_sessions(struct generator *generator)
{
	struct pollfd polls[MAX_SPEAKERS];
	int error = 0;

	for (unsigned int i = 0; i < generator->count; i++) {
		const struct speaker *speaker = &generator->speakers[i];

		polls[i] =
			(struct pollfd){ .fd = speaker->fd, .events = POLLIN };
		if (speaker->output.left)
			polls[i].events |= POLLOUT;
	}
	if (poll(polls, generator->count, -1) < 0)
		return -errno;
	for (unsigned int i = 0; i < generator->count && !error; i++) {
		if (polls[i].revents & POLLOUT)
			error = transmit_bytes(&generator->speakers[i]);
		else if (polls[i].revents)
			error = receive_bytes(&generator->speakers[i]);
	}
	return error;
}

static bool is_busy(const struct generator *generator)
{
	for (unsigned int i = 0; i < generator->count; i++)
		if (!generator->speakers[i].established ||
		    generator->speakers[i].output.left)
			return true;
	return false;
}

static int run_until_idle(struct generator *generator)
{
	int error = 0;

	while (!error && is_busy(generator))
		error = poll_sessions(generator);
	return error;
}

static bool have_all_received(const struct generator *generator, uint32_t count)
{
	for (unsigned int i = 0; i < generator->count; i++)
		if (generator->speakers[i].received != count)
			return false;
	return true;
}

static int receive_until(struct generator *generator, uint32_t count)
{
	int error = 0;

	while (!error && !have_all_received(generator, count))
		error = poll_sessions(generator);
	return error;
}

/* ------------------------------------------------------------- commands */

static void print_answer(const char *word)
{
	puts(word);
	fflush(stdout);
}

typedef int encode_fn(const struct update_shape *shape,
		      struct update_stream *out);

static int prepare_streams(struct generator *generator, encode_fn *encode,
			   uint32_t cycle)
{
	int error = 0;

	for (unsigned int i = 0; i < generator->count && !error; i++) {
		struct speaker *speaker = &generator->speakers[i];

		update_stream_free(&speaker->stream);
		if (speaker->fd < 0)
			continue;
		speaker->shape.cycle = cycle;
		error = encode(&speaker->shape, &speaker->stream);
	}
	return error;
}

static int send_streams(struct generator *generator)
{
	for (unsigned int i = 0; i < generator->count; i++) {
		struct speaker *speaker = &generator->speakers[i];

		speaker->output =
			reader_of(speaker->stream.data, speaker->stream.size);
	}
	return run_until_idle(generator);
}

static int drop_first(struct generator *generator)
{
	close(generator->speakers[0].fd);
	generator->speakers[0].fd = -1;
	return 0;
}

/* ------------------------------------------------------------- flaps */

struct flaps {
	struct vip_watch watch;
	struct update_stream announce;
	struct update_stream withdraw;
	unsigned int count;
	uint64_t announced[FLAPS_MAX]; /* the time of each */
	uint64_t withdrawn[FLAPS_MAX];
};

/*
 * Send a stream by one speaker; returns the time until the prefix is there, or
 * gone.
 */
static int flap_once(struct speaker *speaker, const struct flaps *flaps,
		     bool announce, uint64_t *took)
{
	const struct update_stream *stream = announce ? &flaps->announce :
							&flaps->withdraw;
	uint64_t begin = vip_watch_now(), end;

	if (write(speaker->fd, stream->data, stream->size) !=
	    (ssize_t)stream->size)
		return -EIO;
	end = vip_watch_wait(&flaps->watch, htonl(FIRST_PREFIX), announce);
	if (!end)
		return -ETIMEDOUT;
	*took = end - begin;
	poll(NULL, 0, FLAP_PAUSE_MS);
	return 0;
}

static int flap_prefix(struct generator *generator, struct flaps *flaps)
{
	struct speaker *first = &generator->speakers[0];
	uint64_t ignored;
	int error = 0;

	for (unsigned int i = 1; i < generator->count; i++)
		if (write(generator->speakers[i].fd, flaps->withdraw.data,
			  flaps->withdraw.size) < 0)
			return -errno;
	error = flap_once(first, flaps, false, &ignored);
	for (unsigned int i = 0; i < flaps->count && !error; i++) {
		error = flap_once(first, flaps, true, &flaps->announced[i]);
		if (!error)
			error = flap_once(first, flaps, false,
					  &flaps->withdrawn[i]);
	}
	return error;
}

static void print_times(const char *name, const uint64_t *times,
			unsigned int count)
{
	printf("\"%s\":[", name);
	for (unsigned int i = 0; i < count; i++)
		printf("%s%" PRIu64, i ? "," : "", times[i]);
	printf("]");
}

static int measure_flaps(struct generator *generator, unsigned int count,
			 const char *pin)
{
	struct update_shape shape = generator->speakers[0].shape;
	static struct flaps flaps;
	int error;

	shape.prefixes = 1;
	flaps.count = count;
	error = update_stream_announce(&shape, &flaps.announce);
	if (!error)
		error = update_stream_withdraw(&shape, &flaps.withdraw);
	if (!error)
		error = vip_watch_open(&flaps.watch, pin);
	if (!error) {
		error = flap_prefix(generator, &flaps);
		vip_watch_close(&flaps.watch);
	}
	update_stream_free(&flaps.announce);
	update_stream_free(&flaps.withdraw);
	if (error)
		return error;
	printf("{");
	print_times("announced", flaps.announced, count);
	printf(",");
	print_times("withdrawn", flaps.withdrawn, count);
	print_answer("}");
	return 0;
}

static int handle_flap(struct generator *generator, const char *line)
{
	char pin[LINE_SIZE];
	unsigned int count;

	if (sscanf(line, "flap %u %255s", &count, pin) != 2 || !count ||
	    count > FLAPS_MAX)
		return -EINVAL;
	return measure_flaps(generator, count, pin);
}

static int handle_command(struct generator *generator, const char *line)
{
	const char *answer = "done";
	unsigned int cycle, count;
	int error = -EINVAL;

	if (!strncmp(line, "flap ", strlen("flap ")))
		return handle_flap(generator, line);
	if (!strcmp(line, "go\n")) {
		error = send_streams(generator);
	} else if (!strcmp(line, "drop\n")) {
		error = drop_first(generator);
	} else if (sscanf(line, "receive %u", &count) == 1) {
		error = receive_until(generator, count);
	} else if (!strcmp(line, "withdraw\n")) {
		error = prepare_streams(generator, update_stream_withdraw, 0);
		answer = "ready";
	} else if (sscanf(line, "announce %u", &cycle) == 1) {
		error = prepare_streams(generator, update_stream_announce,
					cycle);
		answer = "ready";
	}
	if (!error)
		print_answer(answer);
	return error;
}

static int run_generator(struct generator *generator)
{
	char line[LINE_SIZE];
	int error = 0;

	for (unsigned int i = 0; i < generator->count && !error; i++)
		error = start_speaker(&generator->speakers[i],
				      generator->first + i, generator->target);
	if (!error)
		error = run_until_idle(generator);
	if (!error)
		print_answer("established");
	while (!error && fgets(line, sizeof(line), stdin))
		error = handle_command(generator, line);
	return error;
}

/* ------------------------------------------------------------- options */

static bool parse_options(struct generator *generator, int argc, char **argv)
{
	static const struct option flags[] = {
		{ "target", required_argument, NULL, 't' },
		{ "first", required_argument, NULL, 'f' },
		{ "peers", required_argument, NULL, 'p' },
		{ "prefixes", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 },
	};
	struct update_shape shape = { .seed = 1, .prefixes = 1000 };
	bool ok = false;
	int flag;

	generator->count = 1;
	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		if (flag == 't')
			ok = inet_pton(AF_INET, optarg, &generator->target);
		else if (flag == 'f')
			generator->first = (unsigned int)atoi(optarg);
		else if (flag == 'p')
			generator->count = (unsigned int)atoi(optarg);
		else if (flag == 'n')
			shape.prefixes = (uint32_t)atoi(optarg);
		else if (flag == 's')
			shape.seed = (uint32_t)atoi(optarg);
		else
			return false;
	}
	for (unsigned int i = 0; i < MAX_SPEAKERS; i++)
		generator->speakers[i].shape = shape;
	return ok && generator->count && generator->count <= MAX_SPEAKERS;
}

int main(int argc, char **argv)
{
	static struct generator generator;
	int error;

	if (!parse_options(&generator, argc, argv)) {
		fputs("usage: bgp_generator --target ADDRESS [--first I] [--peers N] [--prefixes N] [--seed N]\n",
		      stderr);
		return 2;
	}
	error = run_generator(&generator);
	if (error)
		fprintf(stderr, "bgp_generator: %s\n", strerror(-error));
	for (unsigned int i = 0; i < generator.count; i++)
		update_stream_free(&generator.speakers[i].stream);
	return error ? 1 : 0;
}
