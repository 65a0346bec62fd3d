// SPDX-License-Identifier: BSD-2-Clause
/*
 *	rib_bench [--peers N] [--prefixes N] [--seed N]
 *
 * Measures the decoder, the rib and the decision process alone, with every next
 * hop alive: each peer announces the same prefixes, all paths of a prefix are
 * equal, and the set of each route is all of them. The agent steers only as
 * many VIPs as its tables hold; here no VIP is steered and every set computed.
 *
 * Prints one line of JSON: CPU seconds and memory for the load, then CPU
 * seconds for the loss of one session. Fails if a set has the wrong size.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bgp/codec/message.h"
#include "bgp/codec/negotiated.h"
#include "bgp/codec/update.h"
#include "core/clock.h"
#include "rib/adj_rib_in.h"
#include "rib/rib.h"
#include "update_stream.h"

enum {
	LOCAL_AS = 64512,
	FIRST_AS = 65001,
	FIRST_ADDRESS = 0xac100101, /* 172.16.1.1 */
	LOCAL_ADDRESS = 0xac100001, /* 172.16.0.1 */
	MAX_PEERS = 64,
	/* bytes that the agent reads from a socket at one time */
	READ_SIZE = 65536,
};

struct bench_peer {
	struct rib_peer *peer;
	struct bgp_negotiated session;
	struct update_stream stream;
	struct reader input; /* rest of the stream */
};

struct bench {
	struct rib *rib;
	struct vip_options vips;
	unsigned int peer_count;
	struct bench_peer peers[MAX_PEERS];
	uint64_t members; /* in all sets together */
	struct bgp_scratch scratch;
};

/* ------------------------------------------------------------- the world */

static enum path_reason nexthop_lives(const struct address *nexthop,
				      uint32_t *igp_cost, void *context)
{
	(void)nexthop, (void)igp_cost, (void)context;
	return REASON_NONE;
}

static void nexthop_track(const struct address *nexthop, bool wanted,
			  void *context)
{
	(void)nexthop, (void)wanted, (void)context;
}

/*
 * Refuse every set: these are more VIPs than the tables hold, so they are
 * decided but not steered.
 */
static bool set_decided(const struct route *route, const struct member *members,
			void *context)
{
	(void)route, (void)members, (void)context;
	return false;
}

static void work_waiting(void *context)
{
	(void)context;
}

static void export_waiting(void *context)
{
	(void)context;
}

static struct rib *new_rib(struct bench *bench)
{
	const struct rib_options options = {
		.import = { .local_as = LOCAL_AS,
			    .vips = &bench->vips,
			    .vip_count = 1 },
		.decision = { .maximum_paths = MAX_PEERS,
			      .maximum_paths_ibgp = MAX_PEERS,
			      .as_path = MULTIPATH_AS_PATH_RELAXED },
		.min_nexthops = 1,
	};
	static const struct rib_hooks hooks = {
		.nexthop_check = nexthop_lives,
		.nexthop_track = nexthop_track,
		.set_decided = set_decided,
		.work_waiting = work_waiting,
		.export_waiting = export_waiting,
	};

	bench->vips = vip_options_default;
	prefix_parse("10.0.0.0/8", &bench->vips.prefix);
	return rib_new(&options, &hooks);
}

static int add_peer(struct bench *bench, uint32_t seed, uint32_t prefixes)
{
	struct bench_peer *new = &bench->peers[bench->peer_count];
	const struct update_shape shape = {
		.seed = seed,
		.as = FIRST_AS + bench->peer_count,
		.nexthop = FIRST_ADDRESS + bench->peer_count,
		.prefixes = prefixes,
	};
	const struct rib_peer_options options = {
		.source = { .address = address_from_ipv4(htonl(shape.nexthop)),
			    .identifier = shape.nexthop,
			    .as = shape.as,
			    .type = PEER_EXTERNAL },
		.role = NEIGHBOR_ROLE_BACKEND,
		.session = &new->session,
		.local_address = address_from_ipv4(htonl(LOCAL_ADDRESS)),
		.relation = BGP_ROLE_NONE,
	};

	new->session = (struct bgp_negotiated){
		.local_as = LOCAL_AS,
		.peer_as = shape.as,
		.as4 = true,
		.ebgp = true,
		.families = BGP_IPV4_UNICAST_BIT,
		.max_message = BGP_MAX_MESSAGE,
	};
	new->peer = rib_peer_up(bench->rib, &options);
	if (!new->peer || update_stream_announce(&shape, &new->stream))
		return -ENOMEM;
	new->input = reader_of(new->stream.data, new->stream.size);
	bench->peer_count++;
	return 0;
}

/* ------------------------------------------------------------- measuring */

static double cpu_seconds(void)
{
	return (double)clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) / CLOCK_NS_PER_S;
}

/* Return the resident memory in bytes, 0 if unknown. */
static long resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Process one message. False at the end of the stream, or without memory. */
static bool receive_message(struct bench *bench, struct bench_peer *from)
{
	const struct bgp_decode_context context = { .negotiated =
							    &from->session };
	struct bgp_message frame;
	struct bgp_update update;

	if (bgp_message_next(from->input.data, from->input.left,
			     BGP_MAX_MESSAGE, &frame) != BGP_MESSAGE_OK)
		return false;
	reader_take(&from->input, frame.size);
	return bgp_update_decode(&context, frame.body, &bench->scratch,
				 &update) == BGP_VERDICT_OK &&
	       !adj_rib_in_update(bench->rib, from->peer, &update);
}

/*
 * Process all streams like the agent's event loop: a read from each peer, then
 * the decision.
 */
static void load_routes(struct bench *bench)
{
	size_t left;

	do {
		left = 0;
		for (unsigned int i = 0; i < bench->peer_count; i++) {
			struct bench_peer *from = &bench->peers[i];
			size_t stop = from->input.left > READ_SIZE ?
					      from->input.left - READ_SIZE :
					      0;

			while (from->input.left > stop &&
			       receive_message(bench, from))
				;
			left += from->input.left;
		}
		rib_process(bench->rib);
	} while (left);
	while (rib_process(bench->rib))
		;
}

static uint64_t count_members(const struct bench *bench)
{
	const struct route *route = NULL;
	uint64_t members = 0;

	while ((route = rib_next(bench->rib, route)))
		members += route->selected;
	return members;
}

static int expect_members(const struct bench *bench, uint64_t expected)
{
	uint64_t members = count_members(bench);

	if (members == expected)
		return 0;
	fprintf(stderr, "rib_bench: the sets have %llu members, not %llu\n",
		(unsigned long long)members, (unsigned long long)expected);
	return 1;
}

static void lose_session(struct bench *bench)
{
	rib_peer_down(bench->rib, bench->peers[0].peer);
	while (rib_process(bench->rib))
		;
}

static int measure_rib(struct bench *bench, uint32_t prefixes)
{
	long before_bytes = resident_bytes(), load_bytes;
	double before = cpu_seconds(), load_s, loss_s;
	int failed;

	load_routes(bench);
	load_s = cpu_seconds() - before;
	load_bytes = resident_bytes() - before_bytes;
	failed = expect_members(bench, (uint64_t)bench->peer_count * prefixes);
	before = cpu_seconds();
	lose_session(bench);
	loss_s = cpu_seconds() - before;
	failed |= expect_members(bench,
				 (uint64_t)(bench->peer_count - 1) * prefixes);
	printf("{\"load_cpu_s\":%.3f,\"load_bytes\":%ld,\"loss_cpu_s\":%.3f}\n",
	       load_s, load_bytes, loss_s);
	return failed;
}

int main(int argc, char **argv)
{
	static const struct option flags[] = {
		{ "peers", required_argument, NULL, 'p' },
		{ "prefixes", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 },
	};
	unsigned long peers = 10, prefixes = 100000, seed = 1;
	static struct bench bench;
	int flag, failed = 0;

	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		if (flag == 'p')
			peers = strtoul(optarg, NULL, 10);
		else if (flag == 'n')
			prefixes = strtoul(optarg, NULL, 10);
		else if (flag == 's')
			seed = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	bench.rib = new_rib(&bench);
	while (bench.rib && bench.peer_count < peers && !failed)
		failed = add_peer(&bench, (uint32_t)seed, (uint32_t)prefixes);
	if (!bench.rib || failed) {
		fprintf(stderr, "rib_bench: %s\n", strerror(ENOMEM));
		return 1;
	}
	failed = measure_rib(&bench, (uint32_t)prefixes);
	rib_free(bench.rib);
	for (unsigned int i = 0; i < bench.peer_count; i++)
		update_stream_free(&bench.peers[i].stream);
	return failed;
}
