// SPDX-License-Identifier: BSD-2-Clause
/* When to ask which service. See services.h. */

#include "nexthop/services.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/prober.h"
#include "nexthop/service_tunnel.h"

enum services_times {
	/* Packets of a check without an answer, within its timeout. */
	TRIES = 3,
	/* How long a check waits when too many run. */
	RETRY_MS = 100,
	NEW_ONES_FIRST = 0, /* a deadline before all others */
};

enum services_sizes {
	IPV4_HEADERS = 40, /* with that of TCP */
	IPV6_HEADERS = 60,
};

struct services {
	struct services_hooks hooks;
	uint16_t port, gue_port;
	struct service_table table;
	struct prober *prober;
	uint64_t results[SERVICE_RESULT_COUNT];
	uint32_t in_flight;
	uint64_t refused;
	bool slow_logged; /* that checks come less often than asked for */
};

static const struct service_options *
options_of(const struct service_check *check)
{
	return &check->profile->options;
}

static bool is_running(const struct service_check *check)
{
	return check->tcp.state != SERVICE_TCP_CLOSED;
}

/* ------------------------------------------------------------- packets */

static uint16_t mss_of(const struct nexthop *nexthop, bool ipv4)
{
	uint16_t headers = ipv4 ? IPV4_HEADERS : IPV6_HEADERS;

	return nexthop->mtu > headers ? (uint16_t)(nexthop->mtu - headers) : 0;
}

/*
 * Return an address of ours that the server answers to; zero: there is none. A
 * server behind a router cannot answer to a link-local one.
 */
static struct address source_of(const struct services *services,
				const struct nexthop *nexthop, bool ipv4)
{
	const struct services_hooks *hooks = &services->hooks;
	struct address own;

	if (nexthop->encapsulation &&
	    address_is_ipv4(&nexthop->outer_source) == ipv4)
		return nexthop->outer_source;
	own = hooks->own_address(nexthop->ifindex, ipv4, hooks->context);
	if (nexthop->encapsulation && address_is_link_local(&own))
		own = (struct address){ 0 };
	return own;
}

/* Send a packet to a next hop, as the program does. Returns 0 or -errno. */
static int send_to_nexthop(struct services *services,
			   const struct nexthop *nexthop, const uint8_t *packet,
			   size_t size)
{
	const struct services_hooks *hooks = &services->hooks;
	const struct service_tunnel tunnel = {
		.encapsulation = nexthop->encapsulation,
		.source = nexthop->outer_source,
		.destination = nexthop->address,
		.source_port = services->port,
		.gue_port = services->gue_port,
	};
	uint8_t outer[SERVICE_TUNNEL_SIZE];

	if (!nexthop->encapsulation)
		return hooks->send(nexthop->ifindex, nexthop->mac, packet, size,
				   hooks->context);
	if (address_is_zero(&tunnel.source))
		return -EADDRNOTAVAIL;
	size = service_tunnel_wrap(&tunnel, packet, size, outer);
	return hooks->send(nexthop->ifindex, nexthop->mac, outer, size,
			   hooks->context);
}

/* Send a segment of a check. Returns 0 or -errno. */
static int send_segment(struct services *services,
			const struct service_check *check,
			enum service_tcp_send what)
{
	const struct services_hooks *hooks = &services->hooks;
	const struct address *vip = &check->vip->node.prefix.address;
	const struct nexthop *nexthop = hooks->find_nexthop(
		&check->server->node.address, hooks->context);
	char request[SERVICE_REQUEST_SIZE];
	uint8_t packet[SERVICE_PACKET_SIZE];
	struct service_segment segment = {
		.destination = *vip,
		.source_port = services->port,
		.destination_port = options_of(check)->target.port,
	};
	bool ipv4 = address_is_ipv4(vip);
	size_t size;

	if (!nexthop || !nexthop_is_alive(nexthop))
		return -EHOSTUNREACH;
	segment.source = source_of(services, nexthop, ipv4);
	if (address_is_zero(&segment.source))
		return -EADDRNOTAVAIL;
	service_tcp_fill(&check->tcp, what, &segment);
	if (what == SERVICE_SEND_SYN)
		segment.mss = mss_of(nexthop, ipv4);
	if (what == SERVICE_SEND_REQUEST)
		service_http_request(&options_of(check)->target, vip, request);
	segment.data = request;
	size = service_segment_build(&segment, packet);
	return send_to_nexthop(services, nexthop, packet, size);
}

/* Answers count, and what is lost is sent again: an error is not one. */
static void send_if_any(struct services *services,
			const struct service_check *check,
			enum service_tcp_send what)
{
	if (what != SERVICE_SEND_NOTHING)
		send_segment(services, check, what);
}

/* True if the MAC is that of a router, which would send a packet for the VIP back. */
static bool is_router(const struct services *services,
		      const struct service_vip *vip,
		      const uint8_t mac[MAC_SIZE])
{
	const struct services_hooks *hooks = &services->hooks;
	const struct service_check *check;

	TAILQ_FOREACH(check, &vip->checks, vip_link) {
		const struct nexthop *nexthop = hooks->find_nexthop(
			&check->server->node.address, hooks->context);

		if (nexthop && !memcmp(nexthop->mac, mac, MAC_SIZE))
			return nexthop->encapsulation;
	}
	return false;
}

/* Reset a connection that we do not know: RFC 9293 3.10.7.1. */
static void reset_unknown(struct services *services,
			  const struct service_vip *vip,
			  const struct service_segment *segment,
			  uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	const struct service_segment reset = {
		.source = segment->destination,
		.destination = segment->source,
		.source_port = segment->destination_port,
		.destination_port = segment->source_port,
		.sequence = segment->acknowledged,
		.flags = SERVICE_RST,
	};
	uint8_t packet[SERVICE_PACKET_SIZE];

	if (!(segment->flags & SERVICE_ACK) || segment->flags & SERVICE_RST ||
	    is_router(services, vip, mac))
		return;
	services->hooks.send(ifindex, mac, packet,
			     service_segment_build(&reset, packet),
			     services->hooks.context);
}

/* ------------------------------------------------------------- results */

static void log_change(const struct service_check *check, bool was_pending)
{
	const struct event_objects objects = {
		.vip = &check->vip->node.prefix,
		.nexthop = &check->server->node.address,
	};
	char vip[PREFIX_TEXT_SIZE], nexthop[ADDRESS_TEXT_SIZE];
	char why[SERVICE_TEXT_SIZE];

	address_format(&check->server->node.address, nexthop);
	service_state_describe(&check->state, why);
	if (check->state.verdict == SERVICE_FAILING)
		log_event(EVENT_SERVICE_FAILED, &objects,
			  "%s gets no new flows: %s", nexthop, why);
	else if (was_pending)
		log_debug("service", "%s: %s may get flows: %s",
			  prefix_format(&check->vip->node.prefix, vip), nexthop,
			  why);
	else
		log_event(EVENT_SERVICE_PASSED, &objects,
			  "%s may get flows again: %s", nexthop, why);
}

/* The fault is this host's: tell it once for each next hop, by the limiter. */
static void log_not_sent(const struct service_check *check, int error)
{
	log_event(EVENT_SERVICE_UNCHECKED,
		  &(struct event_objects){
			  .nexthop = &check->server->node.address },
		  "its services are not checked: %s; a check needs an "
		  "address of the VIP's family on the link, behind routers "
		  "not a link-local one",
		  strerror(-error));
}

static void take_result(struct services *services, struct service_check *check,
			enum service_result result, uint16_t status)
{
	const struct service_options *options = options_of(check);
	const struct services_hooks *hooks = &services->hooks;
	struct service_state state = check->state;
	enum service_verdict before = state.verdict;
	bool changed = service_state_take(&state, options->rise, options->fall,
					  result, status, clock_now_ms());

	services->results[result]++;
	service_table_set_state(&services->table, check, &state);
	if (!changed)
		return;
	log_change(check, before == SERVICE_PENDING);
	hooks->changed(check, hooks->context);
}

/* ------------------------------------------------------------- a check */

static void set_timer(struct services *services, struct service_check *check,
		      uint64_t deadline_ms)
{
	prober_set(services->prober, &check->timer, deadline_ms,
		   is_running(check));
}

/* The connection is closed: wait for the next check. */
static void rest(struct services *services, struct service_check *check)
{
	services->in_flight--;
	set_timer(services, check,
		  prober_now_ms(services->prober) +
			  options_of(check)->interval_ms);
}

static uint64_t check_end(const struct service_check *check)
{
	return check->began_ms + options_of(check)->timeout_ms;
}

/* Wait for an answer: the last time to the end, before in equal parts. */
static void wait_for_answer(struct services *services,
			    struct service_check *check, uint64_t now_ms)
{
	uint64_t next = now_ms + options_of(check)->timeout_ms / TRIES;
	uint64_t end = check_end(check);

	set_timer(services, check, next < end ? next : end);
}

static void begin_check(struct services *services, struct service_check *check)
{
	const struct service_target *target = &options_of(check)->target;
	uint64_t now = prober_now_ms(services->prober);
	char request[SERVICE_REQUEST_SIZE];
	size_t size = 0;
	int error;

	if (services->in_flight >= SERVICE_MAX_IN_FLIGHT) {
		set_timer(services, check, now + RETRY_MS);
		return;
	}
	if (target->kind == SERVICE_HTTP)
		size = service_http_request(
			target, &check->vip->node.prefix.address, request);
	services->in_flight++;
	check->began_ms = now;
	error = send_segment(services, check,
			     service_tcp_begin(&check->tcp, arc4random(),
					       (uint16_t)size));
	if (!error) {
		wait_for_answer(services, check, now);
		return;
	}
	service_tcp_abort(&check->tcp);
	if (error == -EADDRNOTAVAIL)
		log_not_sent(check, error);
	take_result(services, check, SERVICE_NOT_SENT, 0);
	rest(services, check);
}

/* The time of a check is over. */
static void end_check(struct services *services, struct service_check *check)
{
	bool decided = check->tcp.state == SERVICE_TCP_CLOSING;

	send_if_any(services, check, service_tcp_abort(&check->tcp));
	if (!decided)
		take_result(services, check, SERVICE_NO_ANSWER, 0);
	rest(services, check);
}

static void on_check_due(void *owner, void *context)
{
	struct services *services = context;
	struct service_check *check = owner;
	uint64_t now = prober_now_ms(services->prober);

	if (!is_running(check)) {
		begin_check(services, check);
	} else if (now >= check_end(check)) {
		end_check(services, check);
	} else {
		send_if_any(services, check, service_tcp_repeat(&check->tcp));
		wait_for_answer(services, check, now);
	}
}

/* ------------------------------------------------------------- answers */

/* Return the check that a segment belongs to, or NULL. */
static struct service_check *owner_of(const struct service_vip *vip,
				      const struct service_segment *segment)
{
	struct service_check *check;

	TAILQ_FOREACH(check, &vip->checks, vip_link)
		if (options_of(check)->target.port == segment->source_port &&
		    service_tcp_owns(&check->tcp, segment))
			return check;
	return NULL;
}

static void take_segment(struct services *services, struct service_check *check,
			 const struct service_segment *segment)
{
	uint64_t now = prober_now_ms(services->prober);
	struct service_tcp_step step = service_tcp_take(&check->tcp, segment);

	send_if_any(services, check, step.send);
	if (step.decided) {
		check->took_ms = (uint32_t)(now - check->began_ms);
		take_result(services, check, step.result, step.status);
	}
	if (!is_running(check))
		rest(services, check);
}

void services_take(struct services *services, const uint8_t *packet,
		   size_t size, uint32_t ifindex, const uint8_t mac[MAC_SIZE])
{
	struct service_segment segment;
	struct service_check *check;
	const struct service_vip *vip;
	struct prefix prefix;

	if (!service_segment_parse(packet, size, &segment) ||
	    segment.destination_port != services->port)
		return;
	prefix = prefix_of_address(&segment.source);
	vip = service_table_find_vip(&services->table, &prefix);
	if (!vip)
		return;
	check = owner_of(vip, &segment);
	if (check)
		take_segment(services, check, &segment);
	else
		reset_unknown(services, vip, &segment, ifindex, mac);
}

/* ------------------------------------------------------------- users */

static void begin_anew(struct services *services, struct service_check *check)
{
	struct service_state state = service_state_new(false, clock_now_ms());

	if (is_running(check)) {
		service_tcp_abort(&check->tcp);
		services->in_flight--;
	}
	service_table_set_state(&services->table, check, &state);
	set_timer(services, check, NEW_ONES_FIRST);
}

void services_nexthop_changed(struct services *services,
			      const struct nexthop *nexthop)
{
	struct service_server *server =
		service_table_find_server(&services->table, &nexthop->address);
	struct service_check *check;

	if (!server)
		return;
	if (!nexthop_is_alive(nexthop)) {
		server->lost = true;
		return;
	}
	if (!server->lost)
		return;
	server->lost = false;
	TAILQ_FOREACH(check, &server->checks, server_link)
		begin_anew(services, check);
	prober_wait(services->prober);
}

static void log_slow(struct services *services,
		     const struct service_options *options)
{
	uint32_t interval = prober_interval_ms(services->prober);

	if (services->slow_logged || interval <= options->interval_ms)
		return;
	services->slow_logged = true;
	log_event(EVENT_CHECKS_SLOW, NULL,
		  "%zu checks: each comes every %u ms or less often, as "
		  "all together send at most %d packets a second; raise "
		  "check-interval= or check fewer VIPs",
		  services->table.count, interval, SERVICE_RATE);
}

static void refuse_check(struct services *services, const struct prefix *vip,
			 const struct address *nexthop)
{
	const struct event_objects objects = { .vip = vip, .nexthop = nexthop };
	char to[ADDRESS_TEXT_SIZE];
	bool full = services->table.count >= SERVICE_MAX_CHECKS;

	services->refused++;
	log_event(EVENT_SERVICE_UNCHECKED, &objects,
		  "not checked at %s, and used as if it passed: %s; check "
		  "fewer VIPs",
		  address_format(nexthop, to),
		  full ? "limit of checks reached" : "out of memory");
}

/*
 * Ask another question, or at other times, from now on. The verdict stays until
 * the answers say otherwise, so that no flow moves for it. Without memory the
 * check goes on as it was.
 */
static void follow_options(struct services *services,
			   struct service_check *check,
			   const struct service_options *options)
{
	if (service_options_equal(options_of(check), options))
		return;
	if (is_running(check)) {
		send_if_any(services, check, service_tcp_abort(&check->tcp));
		services->in_flight--;
	}
	service_table_set_options(&services->table, check, options);
	set_timer(services, check, NEW_ONES_FIRST);
	prober_wait(services->prober);
}

const struct service_check *services_want(struct services *services,
					  const struct prefix *vip,
					  const struct address *nexthop,
					  const struct service_options *options,
					  bool assumed)
{
	struct service_table *table = &services->table;
	struct service_state state;
	struct service_check *check;

	if (!prefix_is_host(vip))
		return NULL;
	check = service_table_find(table, vip, nexthop);
	if (check) {
		follow_options(services, check, options);
		return check;
	}
	state = service_state_new(assumed, clock_now_ms());
	if (table->count < SERVICE_MAX_CHECKS &&
	    !prober_reserve(services->prober, table->count + 1))
		check = service_table_add(table, vip, nexthop, options, &state);
	if (!check) {
		refuse_check(services, vip, nexthop);
		return NULL;
	}
	set_timer(services, check, NEW_ONES_FIRST);
	log_slow(services, options);
	prober_wait(services->prober);
	return check;
}

const struct service_check *services_find(const struct services *services,
					  const struct prefix *vip,
					  const struct address *nexthop)
{
	return service_table_find(&services->table, vip, nexthop);
}

const uint32_t *services_counts(const struct services *services,
				const struct address *nexthop)
{
	const struct service_server *server =
		service_table_find_server(&services->table, nexthop);

	return server ? server->counts : NULL;
}

bool services_begin(struct services *services, const struct prefix *vip)
{
	struct service_vip *its = service_table_find_vip(&services->table, vip);
	struct service_check *check;

	if (!its)
		return false;
	TAILQ_FOREACH(check, &its->checks, vip_link)
		check->kept = false;
	return true;
}

void services_keep(struct services *services, const struct prefix *vip,
		   const struct address *nexthop)
{
	struct service_check *check =
		service_table_find(&services->table, vip, nexthop);

	if (check)
		check->kept = true;
}

static void remove_check(struct services *services, struct service_check *check)
{
	services->in_flight -= is_running(check);
	prober_remove(services->prober, &check->timer);
	service_table_remove(&services->table, check);
}

void services_end(struct services *services, const struct prefix *vip)
{
	struct service_vip *its = service_table_find_vip(&services->table, vip);
	struct service_check *check = its ? TAILQ_FIRST(&its->checks) : NULL;

	while (check) {
		struct service_check *next = TAILQ_NEXT(check, vip_link);

		if (!check->kept)
			remove_check(services, check);
		check = next;
	}
}

struct services_totals services_totals(const struct services *services)
{
	struct services_totals totals = {
		.in_flight = services->in_flight,
		.refused = services->refused,
		.interval_ms = prober_interval_ms(services->prober),
	};

	memcpy(totals.checks, services->table.counts, sizeof(totals.checks));
	memcpy(totals.results, services->results, sizeof(totals.results));
	return totals;
}

/* ------------------------------------------------------------- life */

static bool on_read_answers(void *context)
{
	struct services *services = context;

	return services->hooks.read_answers(services->hooks.context);
}

static void on_turn_done(void *context)
{
	services_wait(context);
}

void services_wait(struct services *services)
{
	prober_wait(services->prober);
}

struct services *services_new(struct event_base *base, uint16_t port,
			      uint16_t gue_port,
			      const struct services_hooks *hooks)
{
	struct services *services = calloc(1, sizeof(*services));
	const struct prober_callbacks callbacks = {
		.read_answers = on_read_answers,
		.due = on_check_due,
		.done = on_turn_done,
		.context = services,
	};

	if (!services)
		return NULL;
	services->hooks = *hooks;
	services->port = port;
	services->gue_port = gue_port;
	services->prober = prober_new(base, SERVICE_RATE, &callbacks);
	if (services->prober)
		return services;
	free(services);
	return NULL;
}

void services_free(struct services *services)
{
	if (!services)
		return;
	service_table_free(&services->table);
	prober_free(services->prober);
	free(services);
}
