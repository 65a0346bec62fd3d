// SPDX-License-Identifier: BSD-2-Clause
/* Flows and their packets, in the order of time. See sim_traffic.h. */

#include "sim_traffic.h"

#include "flow_hash.h"
#include "sandbox.h"
#include "world.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <stdlib.h>

enum {
	MAX_FLOWS = 1 << 16,
	DESTINATION_PORT = 443,
	ROUND_TRIP_US = 50 * SIM_US_IN_MS,
	LONGEST_S = 6 * 3600,
	OPAQUE_PERCENT = 3,
	SILENT_PERCENT = 10,
};

enum class {
	CLASS_WEB,
	CLASS_MEDIUM,
	CLASS_HEARTBEAT,
	CLASS_MINUTE,
	CLASS_MINUTES,
	CLASS_IDLE,
	CLASS_COUNT,
};

/* Flows of each class at once, and how many of them come in a second */
static const struct {
	uint32_t flows;
	double rate;
} classes[CLASS_COUNT] = {
	[CLASS_WEB] = { 2000, 500 },	   [CLASS_MEDIUM] = { 6000, 100 },
	[CLASS_HEARTBEAT] = { 4800, 4.4 }, [CLASS_MINUTE] = { 3600, 3.3 },
	[CLASS_MINUTES] = { 2400, 2.2 },   [CLASS_IDLE] = { 1200, 1.1 },
};

static double uniform(struct random_source *random)
{
	return (double)((random_u64(random) >> 11) + 1) / (1ULL << 53);
}

static double exponential(struct random_source *random, double mean)
{
	return -log(uniform(random)) * mean;
}

static double pareto(struct random_source *random, double least, double shape,
		     double most)
{
	double value = least / pow(uniform(random), 1 / shape);

	return value < most ? value : most;
}

static double log_normal(struct random_source *random, double median)
{
	double angle = 2 * M_PI * uniform(random);

	return median * exp(sqrt(-2 * log(uniform(random))) * cos(angle));
}

static double life_s(struct random_source *random, enum class class)
{
	if (class == CLASS_WEB)
		return exponential(random, 4);
	if (class == CLASS_MEDIUM)
		return pareto(random, 20, 1.5, LONGEST_S);
	return pareto(random, 300, 1.2, LONGEST_S);
}

/*
 * Return how much longer a flow lives that is met at some time: long flows are
 * met more often. The shape of a Pareto distribution is one less then.
 */
static double rest_s(struct random_source *random, enum class class)
{
	double whole;

	if (class == CLASS_WEB)
		return exponential(random, 4);
	if (class == CLASS_MEDIUM)
		whole = pareto(random, 20, 0.5, LONGEST_S);
	else
		whole = pareto(random, 300, 0.2, LONGEST_S);
	return whole * uniform(random);
}

static double pause_s(struct random_source *random, enum class class)
{
	switch (class) {
	case CLASS_WEB:
		return exponential(random, 0.5);
	case CLASS_MEDIUM:
		return log_normal(random, 2);
	case CLASS_HEARTBEAT:
		return 15 + 15 * uniform(random);
	case CLASS_MINUTE:
		return 60;
	case CLASS_MINUTES:
		return 120 + 180 * uniform(random);
	default:
		return pareto(random, 60, 1, 3600);
	}
}

uint32_t sim_client(struct random_source *random)
{
	return (uint32_t)random_u64(random) >> 2 | 1 << 24;
}

uint64_t sim_hash(uint32_t source, uint16_t port, bool opaque)
{
	const struct flow flow = {
		.source = { htonl(source) },
		.destination = { htonl(WORLD_FIRST_VIP) },
		.source_port = htons(port),
		.destination_port = htons(DESTINATION_PORT),
		.protocol = opaque ? IPPROTO_UDP : IPPROTO_TCP,
	};

	return flow_hash(&flow, HG_HASH_5_TUPLE, world_key);
}

static uint64_t us(double seconds)
{
	return (uint64_t)(seconds * SIM_US_IN_SECOND);
}

static bool is_before(const struct sim_traffic *traffic, uint32_t a, uint32_t b)
{
	return traffic->flows[traffic->heap[a]].next_us <
	       traffic->flows[traffic->heap[b]].next_us;
}

static void swap(struct sim_traffic *traffic, uint32_t a, uint32_t b)
{
	uint32_t other = traffic->heap[a];

	traffic->heap[a] = traffic->heap[b];
	traffic->heap[b] = other;
}

static void sink(struct sim_traffic *traffic)
{
	uint32_t at = 0, child;

	while ((child = 2 * at + 1) < traffic->heap_size) {
		if (child + 1 < traffic->heap_size &&
		    is_before(traffic, child + 1, child))
			child++;
		if (!is_before(traffic, child, at))
			return;
		swap(traffic, at, child);
		at = child;
	}
}

static void push(struct sim_traffic *traffic, uint32_t flow)
{
	uint32_t at = traffic->heap_size++;

	traffic->heap[at] = flow;
	while (at && is_before(traffic, at, (at - 1) / 2)) {
		swap(traffic, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void add_flow(struct sim_traffic *traffic, enum class class,
		     uint64_t now_us, bool old)
{
	struct random_source *random = &traffic->random;
	struct sim_flow *flow;
	uint32_t index;

	if (!traffic->unused_count)
		sandbox_die("more flows than MAX_FLOWS");
	index = traffic->unused[--traffic->unused_count];
	flow = &traffic->flows[index];
	*flow = (struct sim_flow){
		.source = sim_client(random),
		.port = 1024 + random_below(random, 60000),
		.class = class,
		.packets = old ? 2 : 0,
		.opaque = random_below(random, 100) < OPAQUE_PERCENT,
		.silent_end = random_below(random, 100) < SILENT_PERCENT,
		.last_us = now_us,
		.next_us = now_us,
		.end_us = now_us + us(old ? rest_s(random, class) :
					    life_s(random, class)),
	};
	if (old)
		flow->next_us += us(pause_s(random, class) * uniform(random));
	if (flow->next_us > flow->end_us)
		flow->next_us = flow->end_us;
	flow->hash = sim_hash(flow->source, flow->port, flow->opaque);
	push(traffic, index);
}

static double all_rates(const struct sim_traffic *traffic)
{
	double sum = 0;

	for (enum class class = 0; class < CLASS_COUNT; class ++)
		sum += classes[class].rate;
	return sum * traffic->scale;
}

static void add_next_flow(struct sim_traffic *traffic)
{
	double rate = all_rates(traffic) / traffic->scale;
	double at = uniform(&traffic->random) * rate;
	enum class class = 0;

	while (class + 1 < CLASS_COUNT && at > classes[class].rate)
		at -= classes[class ++].rate;
	add_flow(traffic, class, traffic->next_flow_us, false);
	traffic->next_flow_us +=
		us(exponential(&traffic->random, 1 / all_rates(traffic)));
}

void sim_traffic_start(struct sim_traffic *traffic, uint64_t seed, double scale)
{
	*traffic = (struct sim_traffic){
		.random = { seed },
		.scale = scale,
		.flows = calloc(MAX_FLOWS, sizeof(*traffic->flows)),
		.heap = calloc(MAX_FLOWS, sizeof(*traffic->heap)),
		.unused = calloc(MAX_FLOWS, sizeof(*traffic->unused)),
	};
	if (!traffic->flows || !traffic->heap || !traffic->unused)
		sandbox_die("calloc");
	while (traffic->unused_count < MAX_FLOWS) {
		traffic->unused[traffic->unused_count] = traffic->unused_count;
		traffic->unused_count++;
	}
	for (enum class class = 0; class < CLASS_COUNT; class ++)
		for (uint32_t i = 0; i < classes[class].flows * scale; i++)
			add_flow(traffic, class, 0, true);
}

void sim_traffic_stop(struct sim_traffic *traffic)
{
	free(traffic->flows);
	free(traffic->heap);
	free(traffic->unused);
}

/* Set the time of the flow's next packet; false: it has sent its last one. */
static bool plan(struct sim_traffic *traffic, struct sim_flow *flow)
{
	uint64_t now = flow->next_us;

	if (flow->ending || (flow->silent_end && now >= flow->end_us))
		return false;
	if (now >= flow->end_us) {
		flow->ending = true;
		flow->next_us = now + ROUND_TRIP_US;
		return true;
	}
	if (flow->packets < 2)
		flow->next_us += ROUND_TRIP_US;
	else
		flow->next_us += us(pause_s(&traffic->random, flow->class));
	if (flow->next_us > flow->end_us)
		flow->next_us = flow->end_us > now ? flow->end_us : now;
	return true;
}

uint64_t sim_traffic_next_us(const struct sim_traffic *traffic)
{
	uint64_t next = traffic->flows[traffic->heap[0]].next_us;

	return next < traffic->next_flow_us ? next : traffic->next_flow_us;
}

struct sim_packet sim_traffic_next(struct sim_traffic *traffic)
{
	struct sim_packet packet = {};
	struct sim_flow *flow;

	while (traffic->next_flow_us <=
	       traffic->flows[traffic->heap[0]].next_us)
		add_next_flow(traffic);
	flow = &traffic->flows[traffic->heap[0]];
	packet.flow = flow;
	packet.time_us = flow->next_us;
	packet.kind = flow->packets ? SIM_DATA : SIM_FIRST;
	if (flow->packets < 2)
		flow->packets++;
	if (!flow->ending && packet.kind == SIM_DATA &&
	    flow->next_us >= flow->end_us && !flow->silent_end)
		packet.kind = SIM_LAST;
	if (!plan(traffic, flow)) {
		traffic->unused[traffic->unused_count++] = traffic->heap[0];
		traffic->heap[0] = traffic->heap[--traffic->heap_size];
	}
	sink(traffic);
	return packet;
}
