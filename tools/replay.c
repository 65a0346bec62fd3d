// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgate-replay: sends the messages of an MRT file, as --mrt of the agent writes
 * it, to an agent again. Each peer of the file has a session from its own address,
 * with its own OPEN, so this runs in a network namespace that has the addresses.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "mrt_reader.h"
#include "replay_peer.h"

enum replay_exit {
	REPLAY_OK,
	REPLAY_INCOMPLETE = 1,
	REPLAY_USAGE = 2,
};

enum {
	BGP_PORT = 179,
	TYPE_AT = 18, /* in a message's header */
	TEND_MS = 100,
	MAX_SPEED = 1000000,
};

static const char usage[] =
	"Usage: headgate-replay [OPTION]... FILE\n"
	"\n"
	"Send the messages of an MRT file (--mrt of headgate) to an agent again.\n"
	"Each peer of the file has a session from its own address, with its own\n"
	"OPEN: run this in a network namespace that has these addresses, beside an\n"
	"agent with the same configuration. Sessions with a key are not possible.\n"
	"\n"
	"  --to ADDRESS      Address of the agent. Default: that in the file.\n"
	"  --port N          Its port. Default: 179\n"
	"  --interface NAME  The link of link-local peers.\n"
	"  --speed N         Send N times as fast as it was received. Default: as\n"
	"                    fast as the agent takes it.\n"
	"  --end             End when all is sent. Default: keep the sessions, and\n"
	"                    with them the routes, until a signal.\n"
	"  --help            Print this text and exit.\n"
	"  --version         Print the version and exit.\n"
	"\n"
	"Exit codes: 0 everything was sent, 1 some of it was not, 2 usage.\n";

enum option_code {
	OPTION_TO = 256,
	OPTION_PORT,
	OPTION_INTERFACE,
	OPTION_SPEED,
	OPTION_END,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{ "to", required_argument, NULL, OPTION_TO },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "interface", required_argument, NULL, OPTION_INTERFACE },
	{ "speed", required_argument, NULL, OPTION_SPEED },
	{ "end", no_argument, NULL, OPTION_END },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

struct replay {
	struct replay_target target;
	unsigned int speed; /* 0: as fast as possible */
	bool ends;
	struct replay_peer **peers;
	size_t peer_count;
	uint64_t first_us; /* time of the first record */
	uint64_t began_us;
	uint64_t sent;
	uint64_t not_sent; /* messages of peers without a session */
};

static volatile sig_atomic_t is_ended;

static void on_end(int signal)
{
	(void)signal;
	is_ended = 1;
}

/* ------------------------------------------------------------- peers */

static struct replay_peer *find_peer(struct replay *replay,
				     const struct address *address)
{
	struct replay_peer *peer, **grown;

	for (size_t i = 0; i < replay->peer_count; i++)
		if (address_equal(&replay->peers[i]->address, address))
			return replay->peers[i];
	peer = calloc(1, sizeof(*peer));
	grown = realloc(replay->peers,
			(replay->peer_count + 1) * sizeof(*replay->peers));
	if (!peer || !grown) {
		fputs("headgate-replay: out of memory\n", stderr);
		exit(REPLAY_INCOMPLETE);
	}
	peer->address = *address;
	peer->fd = -1;
	snprintf(peer->why_down, sizeof(peer->why_down),
		 "the file has no OPEN of it before its other messages");
	replay->peers = grown;
	replay->peers[replay->peer_count++] = peer;
	return peer;
}

static void say_why_down(const struct replay_peer *peer)
{
	char text[ADDRESS_TEXT_SIZE];

	fprintf(stderr, "headgate-replay: %s: %s\n",
		address_format(&peer->address, text), peer->why_down);
}

/* Keep all sessions alive. */
static void tend_peers(struct replay *replay)
{
	uint64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < replay->peer_count; i++)
		if (!replay_peer_tend(replay->peers[i], now_ms))
			say_why_down(replay->peers[i]);
}

static void wait_and_tend(struct replay *replay, uint64_t wait_us)
{
	const struct timespec time = {
		.tv_nsec = (long)wait_us * CLOCK_NS_PER_US,
	};

	nanosleep(&time, NULL);
	tend_peers(replay);
}

/* ------------------------------------------------------------- records */

/* Wait until it is time for a record. */
static void keep_pace(struct replay *replay, uint64_t time_us)
{
	const uint64_t most_us = (uint64_t)TEND_MS * CLOCK_US_PER_MS;
	uint64_t due_us;

	if (!replay->speed)
		return;
	if (!replay->first_us)
		replay->first_us = time_us;
	if (time_us < replay->first_us)
		return;
	due_us =
		replay->began_us + (time_us - replay->first_us) / replay->speed;
	while (!is_ended && clock_now_us() < due_us) {
		uint64_t left_us = due_us - clock_now_us();

		wait_and_tend(replay, left_us < most_us ? left_us : most_us);
	}
}

/*
 * A file has the OPEN of a session that is up when another agent goes on with it,
 * and two of them when both ends dialled.
 */
static void replay_open(struct replay *replay, struct replay_peer *peer,
			const struct mrt_record *record)
{
	struct replay_target target = replay->target;

	if (peer->fd >= 0)
		return;
	if (address_is_zero(&target.address))
		target.address = record->local;
	if (replay_peer_connect(peer, &target, record->message)) {
		replay->sent++;
		return;
	}
	replay->not_sent++;
	say_why_down(peer);
}

static void replay_message(struct replay *replay, struct replay_peer *peer,
			   const struct mrt_record *record)
{
	unsigned int type = record->message.data[TYPE_AT];

	if (type == REPLAY_OPEN) {
		replay_open(replay, peer, record);
		return;
	}
	if (peer->fd < 0) {
		if (!replay->not_sent++)
			say_why_down(peer);
		return;
	}
	if (replay_peer_send(peer, record->message)) {
		replay->sent++;
	} else {
		replay->not_sent++;
		say_why_down(peer);
	}
	if (type == REPLAY_NOTIFICATION)
		replay_peer_close(peer);
}

static void replay_record(struct replay *replay,
			  const struct mrt_record *record)
{
	struct replay_peer *peer;

	if (record->kind == MRT_RECORD_OTHER)
		return;
	keep_pace(replay, record->time_us);
	peer = find_peer(replay, &record->peer);
	if (record->kind == MRT_RECORD_MESSAGE)
		replay_message(replay, peer, record);
	else if (record->session_ends)
		replay_peer_close(peer);
	tend_peers(replay);
}

static bool is_any_up(const struct replay *replay)
{
	for (size_t i = 0; i < replay->peer_count; i++)
		if (replay->peers[i]->fd >= 0)
			return true;
	return false;
}

static enum replay_exit replay_records(struct replay *replay,
				       struct reader file)
{
	struct mrt_record record;

	replay->began_us = clock_now_us();
	while (!is_ended && mrt_reader_next(&file, &record))
		replay_record(replay, &record);
	if (file.failed)
		fputs("headgate-replay: the file ends within a record, or has "
		      "a malformed one; the records before are sent\n",
		      stderr);
	printf("%" PRIu64 " messages of %zu peers sent, %" PRIu64 " not sent\n",
	       replay->sent, replay->peer_count, replay->not_sent);
	fflush(stdout);
	while (!replay->ends && !is_ended && is_any_up(replay))
		wait_and_tend(replay, (uint64_t)TEND_MS * CLOCK_US_PER_MS);
	return file.failed || replay->not_sent || !replay->sent ?
		       REPLAY_INCOMPLETE :
		       REPLAY_OK;
}

/* ------------------------------------------------------------- the file */

static enum replay_exit fail_file(const char *path, const char *why)
{
	fprintf(stderr, "headgate-replay: %s: %s\n", path, why);
	return REPLAY_INCOMPLETE;
}

static enum replay_exit replay_file(struct replay *replay, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum replay_exit code;
	struct stat about;
	void *bytes;

	if (fd < 0 || fstat(fd, &about))
		return fail_file(path, strerror(errno));
	if (!about.st_size)
		return fail_file(path, "empty");
	bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd,
		     0);
	close(fd);
	if (bytes == MAP_FAILED)
		return fail_file(path, strerror(errno));
	code = replay_records(replay, reader_of(bytes, (size_t)about.st_size));
	munmap(bytes, (size_t)about.st_size);
	return code;
}

/* ------------------------------------------------------------- options */

static bool read_number(const char *text, unsigned int most,
			unsigned int *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !value || value > most)
		return false;
	*number = (unsigned int)value;
	return true;
}

/* Set an option. False: its value makes no sense. */
static bool set_option(struct replay *replay, int option, const char *value)
{
	unsigned int number;

	switch (option) {
	case OPTION_TO:
		return address_parse(value, &replay->target.address);
	case OPTION_PORT:
		if (!read_number(value, UINT16_MAX, &number))
			return false;
		replay->target.port = (uint16_t)number;
		return true;
	case OPTION_INTERFACE:
		replay->target.ifindex = if_nametoindex(value);
		return replay->target.ifindex;
	case OPTION_SPEED:
		return read_number(value, MAX_SPEED, &replay->speed);
	default:
		replay->ends = true;
		return true;
	}
}

/* Read the options. Returns the file's name, or NULL with the code to end with. */
static const char *read_options(struct replay *replay, int argc, char **argv,
				enum replay_exit *code)
{
	int option;

	*code = REPLAY_OK;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >=
	       0) {
		if (option == OPTION_HELP || option == OPTION_VERSION) {
			fputs(option == OPTION_HELP ?
				      usage :
				      "headgate-replay " HEADGATE_VERSION "\n",
			      stdout);
			return NULL;
		}
		*code = REPLAY_USAGE;
		if (option == '?')
			return NULL;
		if (!set_option(replay, option, optarg)) {
			fprintf(stderr,
				"headgate-replay: '%s': not a value of this "
				"option; see --help\n",
				optarg);
			return NULL;
		}
	}
	*code = REPLAY_USAGE;
	if (optind == argc - 1)
		return argv[optind];
	fputs("headgate-replay: give one file; see --help\n", stderr);
	return NULL;
}

int main(int argc, char **argv)
{
	const struct sigaction end = { .sa_handler = on_end };
	struct replay replay = { .target.port = BGP_PORT };
	enum replay_exit code;
	const char *path = read_options(&replay, argc, argv, &code);

	if (!path)
		return code;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	code = replay_file(&replay, path);
	for (size_t i = 0; i < replay.peer_count; i++) {
		replay_peer_close(replay.peers[i]);
		free(replay.peers[i]);
	}
	free(replay.peers);
	return code;
}
