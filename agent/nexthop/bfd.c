// SPDX-License-Identifier: BSD-2-Clause
/* BFD sessions, their sockets and timers. See bfd.h. */

#include "nexthop/bfd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/clock.h"
#include "core/log.h"
#include "nexthop/address_bucket.h"
#include "nexthop/receive_buffer.h"
#include "nexthop/socket_event.h"

enum bfd_numbers {
	PEER_BUCKETS = 256,
	/* The pause for other work if packets come faster than we read. */
	READ_PAUSE_US = 5000,
	WARNING_INTERVAL_US = 10 * CLOCK_US_PER_S,
};

struct bfd_peer {
	struct bfd *bfd;
	struct bfd_session session;
	struct bfd_auth auth;
	struct bfd_endpoints endpoints;
	uint8_t mac[MAC_SIZE]; /* of the neighbor; zero: not known */
	void *owner;
	struct event *timer;
	int fd;
	LIST_ENTRY(bfd_peer) link;
};

LIST_HEAD(peer_list, bfd_peer);

/* The socket that receives in one family. */
struct bfd_receiver {
	struct bfd *bfd;
	struct event *event; /* NULL: the host has not this family */
	int reserved_fd;     /* owns the UDP port; 0: not open */
	struct receive_buffer buffer;
	uint64_t pause_until_us; /* no expiry reads before */
};

struct bfd {
	struct event_base *base;
	struct bfd_timing timing;
	struct bfd_callbacks callbacks;
	struct bfd_receiver ipv4;
	struct bfd_receiver ipv6;
	struct keyed_hash_secret secret; /* of `peers` */
	struct peer_list peers[PEER_BUCKETS];
	size_t peer_count;
	bool paused;
	uint64_t quiet_until_us; /* no dropped packet is logged before */
	uint64_t counts[BFD_COUNT_COUNT];
};

static const char *const count_names[BFD_COUNT_COUNT] = {
	[BFD_COUNT_ACCEPTED] = "accepted",
	[BFD_COUNT_MALFORMED] = "malformed",
	[BFD_COUNT_WRONG_HOP_LIMIT] = "wrong_hop_limit",
	[BFD_COUNT_NO_SESSION] = "no_session",
	[BFD_COUNT_WRONG_DISCRIMINATOR] = "wrong_discriminator",
	[BFD_COUNT_WRONG_MAC] = "wrong_mac",
	[BFD_COUNT_WRONG_KEY] = "wrong_key",
	[BFD_COUNT_UNPROVEN] = "unproven",
};

const char *bfd_count_name(enum bfd_count count)
{
	return count_names[count];
}

const uint64_t *bfd_counts(const struct bfd *bfd)
{
	return bfd->counts;
}

const struct bfd_session *bfd_peer_session(const struct bfd_peer *peer)
{
	return &peer->session;
}

static struct peer_list *peer_list_of(struct bfd *bfd,
				      const struct address *address)
{
	return &bfd->peers[address_bucket(&bfd->secret, address, PEER_BUCKETS)];
}

static struct bfd_peer *find_peer(struct bfd *bfd,
				  const struct bfd_datagram *datagram)
{
	struct bfd_peer *peer;

	LIST_FOREACH(peer, peer_list_of(bfd, &datagram->sender), link)
		if (peer->endpoints.ifindex == datagram->ifindex &&
		    address_equal(&peer->endpoints.remote, &datagram->sender))
			return peer;
	return NULL;
}

static void log_session_down(const struct event_objects *objects,
			     const struct bfd_session *session)
{
	const char *ours = bfd_diagnostic_name(session->diagnostic);
	const char *theirs = bfd_diagnostic_name(session->remote_diagnostic);

	if (session->diagnostic != BFD_DIAGNOSTIC_NEIGHBOR_DOWN)
		log_event(EVENT_BFD_DOWN, objects, "BFD is down: %s", ours);
	else if (session->remote_state == BFD_STATE_ADMIN_DOWN)
		log_event(EVENT_BFD_DOWN, objects,
			  "BFD is down: taken down by its administrator");
	else
		log_event(EVENT_BFD_DOWN, objects, "BFD is down: %s%s%s%s",
			  ours, theirs ? " (" : "", theirs ? theirs : "",
			  theirs ? ")" : "");
}

static void log_session_change(const struct bfd_peer *peer,
			       enum bfd_state before)
{
	const struct event_objects objects = {
		.nexthop = &peer->endpoints.remote,
	};
	const struct bfd_session *session = &peer->session;
	char address[ADDRESS_TEXT_SIZE];

	if (session->state == BFD_STATE_UP)
		log_event(EVENT_BFD_UP, &objects, "BFD is up");
	else if (before == BFD_STATE_UP && session->state == BFD_STATE_DOWN)
		log_session_down(&objects, session);
	else
		log_debug("nexthop", "%s: BFD %s -> %s",
			  address_format(&peer->endpoints.remote, address),
			  bfd_state_name(before),
			  bfd_state_name(session->state));
}

static void send_packet(struct bfd_peer *peer, const struct bfd_packet *packet)
{
	uint8_t bytes[BFD_SIGNED_SIZE];
	char address[ADDRESS_TEXT_SIZE];
	struct bfd_frame frame;
	size_t size;
	int error;

	if (!peer->endpoints.ifindex || peer->bfd->paused)
		return;
	bfd_packet_build(packet, &frame);
	size = bfd_auth_sign(&peer->auth, &frame, bytes);
	error = bfd_socket_send(peer->fd, &peer->endpoints, bytes, size);
	/* The neighbor handles it like a lost packet. */
	if (error)
		log_debug("nexthop", "%s: BFD packet not sent: %s",
			  address_format(&peer->endpoints.remote, address),
			  strerror(-error));
}

static void arm_peer_timer(struct bfd_peer *peer, uint64_t now_us)
{
	uint64_t deadline = bfd_session_deadline(&peer->session);
	uint64_t wait_us = deadline > now_us ? deadline - now_us : 0;
	const struct timeval wait = clock_timeval_of_us(wait_us);

	if (deadline == BFD_SESSION_NEVER || peer->bfd->paused)
		evtimer_del(peer->timer);
	else
		evtimer_add(peer->timer, &wait);
}

/* Step the session and execute what it asks for. */
static void step_peer(struct bfd_peer *peer, enum bfd_event_type type,
		      const struct bfd_packet *packet, uint64_t now_us)
{
	const struct bfd_callbacks *callbacks = &peer->bfd->callbacks;
	enum bfd_state before = peer->session.state;
	enum bfd_state remote_before = peer->session.remote_state;
	const struct bfd_event event = {
		.type = type,
		.now_us = now_us,
		.random = arc4random(),
		.packet = packet,
	};
	struct bfd_packet out;

	if (bfd_session_step(&peer->session, &event, &out))
		send_packet(peer, &out);
	arm_peer_timer(peer, event.now_us);
	if (before != peer->session.state)
		log_session_change(peer, before);
	if (before != peer->session.state ||
	    remote_before != peer->session.remote_state)
		callbacks->changed(peer->owner, callbacks->context);
}

/* Log for a session's neighbor only: remote hosts must not fill the log. */
static bool may_warn(struct bfd *bfd)
{
	uint64_t now_us = clock_now_us();

	if (now_us < bfd->quiet_until_us)
		return false;
	bfd->quiet_until_us = now_us + WARNING_INTERVAL_US;
	return true;
}

static void warn_of_hop_limit(const struct bfd_datagram *datagram)
{
	log_event(EVENT_BFD_DROPPED,
		  &(struct event_objects){ .nexthop = &datagram->sender },
		  "BFD packets with hop limit %u dropped: look for a router in "
		  "between, or a forger (RFC 5881 5)",
		  datagram->hop_limit);
}

static void warn_of_mac(const struct bfd_peer *peer,
			const struct bfd_datagram *datagram)
{
	char right[MAC_TEXT_SIZE], wrong[MAC_TEXT_SIZE];

	log_event(
		EVENT_BFD_DROPPED,
		&(struct event_objects){ .nexthop = &datagram->sender },
		"BFD packets from %s dropped: the neighbor is at %s; look for "
		"a forger, or for a second host with its address",
		mac_format(datagram->mac, wrong), mac_format(peer->mac, right));
}

static void warn_of_key(const struct bfd_peer *peer,
			enum bfd_auth_verdict verdict)
{
	log_event(EVENT_BFD_DROPPED,
		  &(struct event_objects){ .nexthop = &peer->endpoints.remote },
		  "BFD packets dropped: %s; give both ends the same "
		  "authentication (RFC 5880 6.7)",
		  bfd_auth_verdict_text(verdict));
}

static bool is_from_its_mac(const struct bfd_peer *peer,
			    const struct bfd_datagram *datagram)
{
	static const uint8_t unknown[MAC_SIZE];

	return !memcmp(peer->mac, unknown, MAC_SIZE) ||
	       !memcmp(peer->mac, datagram->mac, MAC_SIZE);
}

/* Parse the packet, which must be signed if the session has a key. */
static enum bfd_count open_packet(struct bfd_peer *peer,
				  const struct bfd_datagram *datagram,
				  struct bfd_packet *packet)
{
	const void *data = datagram->payload;
	enum bfd_auth_verdict verdict;
	size_t size = datagram->size;
	struct bfd_frame plain;

	if (peer->auth.key.type != BFD_AUTH_NONE) {
		verdict = bfd_auth_open(
			&peer->auth, data, size, clock_now_us(),
			bfd_session_detection_time_us(&peer->session), &plain);
		if (verdict != BFD_AUTH_OK) {
			if (may_warn(peer->bfd))
				warn_of_key(peer, verdict);
			return BFD_COUNT_WRONG_KEY;
		}
		data = &plain;
		size = sizeof(plain);
	}
	return bfd_packet_parse(data, size, packet) == BFD_PACKET_OK ?
		       BFD_COUNT_ACCEPTED :
		       BFD_COUNT_MALFORMED;
}

/* Check a datagram of the neighbor: RFC 5880 6.8.6, 5881 5. */
static enum bfd_count judge_datagram(struct bfd_peer *peer,
				     const struct bfd_datagram *datagram,
				     struct bfd_packet *packet)
{
	enum bfd_count result = open_packet(peer, datagram, packet);

	if (result != BFD_COUNT_ACCEPTED)
		return result;
	if (!bfd_session_is_addressed(&peer->session, packet))
		return BFD_COUNT_WRONG_DISCRIMINATOR;
	if (!is_from_its_mac(peer, datagram)) {
		if (may_warn(peer->bfd))
			warn_of_mac(peer, datagram);
		return BFD_COUNT_WRONG_MAC;
	}
	return bfd_session_is_believed(&peer->session, packet) ?
		       BFD_COUNT_ACCEPTED :
		       BFD_COUNT_UNPROVEN;
}

static enum bfd_count handle_datagram(struct bfd *bfd,
				      const struct bfd_datagram *datagram)
{
	struct bfd_peer *peer = find_peer(bfd, datagram);
	struct bfd_packet packet;
	enum bfd_count result;

	if (datagram->hop_limit != BFD_SOCKET_HOP_LIMIT) {
		if (peer && may_warn(bfd))
			warn_of_hop_limit(datagram);
		return BFD_COUNT_WRONG_HOP_LIMIT;
	}
	if (!peer)
		return BFD_COUNT_NO_SESSION;
	result = judge_datagram(peer, datagram, &packet);
	if (result == BFD_COUNT_ACCEPTED)
		step_peer(peer, BFD_EVENT_PACKET, &packet, clock_now_us());
	return result;
}

static int read_packet(void *context)
{
	struct bfd_receiver *from = context;
	struct bfd_datagram datagram;
	int error = bfd_socket_receive(event_get_fd(from->event), &datagram);

	if (!error)
		from->bfd->counts[handle_datagram(from->bfd, &datagram)]++;
	return error;
}

static void on_bfd_readable(evutil_socket_t fd, short what, void *context)
{
	struct bfd_receiver *from = context;

	(void)fd;
	(void)what;
	receive_buffer_read(&from->buffer, read_packet, from);
	from->bfd->callbacks.drained(from->bfd->callbacks.context);
}

/* Read what waits. False: there is more, or there was in this pause. */
static bool read_before_expiry(struct bfd_receiver *from)
{
	if (clock_now_us() < from->pause_until_us)
		return false;
	if (receive_buffer_read(&from->buffer, read_packet, from))
		return true;
	from->pause_until_us = clock_now_us() + READ_PAUSE_US;
	return false;
}

static void retry_expiry(struct bfd_peer *peer)
{
	const struct timeval pause = clock_timeval_of_us(READ_PAUSE_US);

	evtimer_add(peer->timer, &pause);
}

/*
 * Step the session. If the event loop is late, packets of the neighbor may be
 * waiting: its silence counts after they are read (RFC 5880 6.8.4).
 */
static void on_peer_timer(evutil_socket_t fd, short what, void *context)
{
	struct bfd_peer *peer = context;
	struct bfd *bfd = peer->bfd;
	struct bfd_receiver *from = address_is_ipv4(&peer->endpoints.remote) ?
					    &bfd->ipv4 :
					    &bfd->ipv6;
	uint64_t now_us = clock_now_us();

	(void)fd;
	(void)what;
	if (now_us >= peer->session.expire_us && !read_before_expiry(from))
		retry_expiry(peer);
	else
		step_peer(peer, BFD_EVENT_TIMER, NULL, now_us);
	bfd->callbacks.drained(bfd->callbacks.context);
}

static bool is_discriminator_used(const struct bfd *bfd, uint32_t discriminator)
{
	const struct bfd_peer *peer;

	for (size_t i = 0; i < PEER_BUCKETS; i++)
		LIST_FOREACH(peer, &bfd->peers[i], link)
			if (peer->session.discriminator == discriminator)
				return true;
	return false;
}

/* Return one that is unique and hard to guess: RFC 5880 6.8.1, 9. */
static uint32_t new_discriminator(const struct bfd *bfd)
{
	uint32_t discriminator;

	do
		discriminator = arc4random();
	while (!discriminator || is_discriminator_used(bfd, discriminator));
	return discriminator;
}

/* Return 0 if there may be a session with the address, or -errno. */
static int check_room(const struct bfd *bfd, bool ipv4)
{
	if (bfd->peer_count == BFD_MAX_PEERS)
		return -ENOSPC;
	return ipv4 || bfd->ipv6.event ? 0 : -EAFNOSUPPORT;
}

/* Add a peer with a socket, which is closed if there is no memory: NULL. */
static struct bfd_peer *add_bfd_peer(struct bfd *bfd,
				     const struct address *address, void *owner,
				     int fd)
{
	struct bfd_peer *peer = calloc(1, sizeof(*peer));

	if (peer)
		peer->timer = evtimer_new(bfd->base, on_peer_timer, peer);
	if (!peer || !peer->timer) {
		free(peer);
		close(fd);
		return NULL;
	}
	peer->bfd = bfd;
	peer->owner = owner;
	peer->fd = fd;
	peer->endpoints.remote = *address;
	LIST_INSERT_HEAD(peer_list_of(bfd, address), peer, link);
	bfd->peer_count++;
	return peer;
}

int bfd_open(struct bfd *bfd, const struct address *address,
	     const struct bfd_key *key, void *owner, struct bfd_peer **created)
{
	bool ipv4 = address_is_ipv4(address);
	int error = check_room(bfd, ipv4);
	struct bfd_peer *peer;
	int fd;

	if (error)
		return error;
	fd = bfd_socket_open(ipv4);
	if (fd < 0)
		return fd;
	peer = add_bfd_peer(bfd, address, owner, fd);
	if (!peer)
		return -ENOMEM;
	bfd_auth_init(&peer->auth, key, arc4random());
	bfd_session_init(&peer->session, &bfd->timing, new_discriminator(bfd),
			 clock_now_us());
	*created = peer;
	return 0;
}

void bfd_close(struct bfd_peer *peer)
{
	const struct bfd_event end = {
		.type = BFD_EVENT_END,
		.now_us = clock_now_us(),
	};
	struct bfd_packet out;

	if (!peer)
		return;
	if (bfd_session_step(&peer->session, &end, &out))
		send_packet(peer, &out);
	LIST_REMOVE(peer, link);
	peer->bfd->peer_count--;
	event_free(peer->timer);
	close(peer->fd);
	explicit_bzero(&peer->auth, sizeof(peer->auth));
	free(peer);
}

/* ------------------------------------------------------------- handover */

static void hold_receiver(struct bfd_receiver *receiver, bool held)
{
	if (receiver->event && held)
		event_del(receiver->event);
	else if (receiver->event)
		event_add(receiver->event, NULL);
}

void bfd_pause(struct bfd *bfd)
{
	struct bfd_peer *peer;

	if (bfd->paused)
		return;
	bfd->paused = true;
	hold_receiver(&bfd->ipv4, true);
	hold_receiver(&bfd->ipv6, true);
	for (size_t i = 0; i < PEER_BUCKETS; i++)
		LIST_FOREACH(peer, &bfd->peers[i], link)
			evtimer_del(peer->timer);
}

/* Send what is due, and wait for what is due next; an orphan ends. */
static void let_peer_go_on(struct bfd_peer *peer, uint64_t now_us)
{
	if (!peer->owner) {
		bfd_close(peer);
		return;
	}
	peer->session.send_us = now_us;
	/* Silence counts once the packets that wait are read. */
	if (now_us >= peer->session.expire_us)
		retry_expiry(peer);
	else
		step_peer(peer, BFD_EVENT_TIMER, NULL, now_us);
}

void bfd_go_on(struct bfd *bfd)
{
	struct bfd_peer *peer, *next;
	uint64_t now_us = clock_now_us();

	if (!bfd->paused)
		return;
	bfd->paused = false;
	hold_receiver(&bfd->ipv4, false);
	hold_receiver(&bfd->ipv6, false);
	for (size_t i = 0; i < PEER_BUCKETS; i++)
		for (peer = LIST_FIRST(&bfd->peers[i]); peer; peer = next) {
			next = LIST_NEXT(peer, link);
			let_peer_go_on(peer, now_us);
		}
}

void bfd_send_all(struct bfd *bfd)
{
	uint64_t now_us = clock_now_us();
	struct bfd_peer *peer;

	for (size_t i = 0; i < PEER_BUCKETS; i++)
		LIST_FOREACH(peer, &bfd->peers[i], link) {
			if (now_us >= peer->session.expire_us)
				continue;
			peer->session.send_us = now_us;
			step_peer(peer, BFD_EVENT_TIMER, NULL, now_us);
		}
}

int bfd_port_fd(const struct bfd *bfd, enum bfd_port port)
{
	int fd = port == BFD_PORT_IPV4 ? bfd->ipv4.reserved_fd :
					 bfd->ipv6.reserved_fd;

	return fd ? fd : -1;
}

int bfd_export(const struct bfd_peer *peer, struct bfd_given *given)
{
	*given = (struct bfd_given){
		.endpoints = peer->endpoints,
		.session = peer->session,
		.auth = peer->auth,
	};
	given->auth.key.secret = (struct secret){ 0 };
	memcpy(given->mac, peer->mac, MAC_SIZE);
	return peer->fd;
}

static int drop_packet(void *context)
{
	const struct bfd_receiver *from = context;
	struct bfd_datagram datagram;

	return bfd_socket_receive(event_get_fd(from->event), &datagram);
}

/* Drop what the other process has read, too. */
static void drop_input(struct bfd_receiver *receiver)
{
	if (receiver->event)
		receive_buffer_read(&receiver->buffer, drop_packet, receiver);
}

int bfd_adopt(struct bfd *bfd, const struct bfd_given *given, int fd,
	      const struct bfd_key *key, void *owner, struct bfd_peer **created)
{
	const struct address *address = &given->endpoints.remote;
	int error = check_room(bfd, address_is_ipv4(address));
	struct bfd_peer *peer;

	if (error) {
		close(fd);
		return error;
	}
	if (!bfd->paused) {
		bfd_pause(bfd);
		drop_input(&bfd->ipv4);
		drop_input(&bfd->ipv6);
	}
	peer = add_bfd_peer(bfd, address, owner, fd);
	if (!peer)
		return -ENOMEM;
	peer->session = given->session;
	peer->auth = given->auth;
	peer->auth.key = *key;
	peer->endpoints = given->endpoints;
	memcpy(peer->mac, given->mac, MAC_SIZE);
	*created = peer;
	return 0;
}

/* ------------------------------------------------------------- links */

void bfd_set_link(struct bfd_peer *peer, uint32_t ifindex,
		  const struct address *local)
{
	bool begins = !peer->endpoints.ifindex && ifindex;

	peer->endpoints.ifindex = ifindex;
	peer->endpoints.local = *local;
	if (begins)
		arm_peer_timer(peer, clock_now_us());
}

void bfd_set_mac(struct bfd_peer *peer, const uint8_t mac[MAC_SIZE])
{
	memcpy(peer->mac, mac, MAC_SIZE);
}

/* `port`: the socket that owns the port, taken from there; -1: make one. */
static int listen_in_family(struct bfd *bfd, bool ipv4, int *port,
			    struct bfd_receiver *receiver)
{
	int fd = *port < 0 ? bfd_socket_reserve(ipv4) : *port;

	if (fd < 0)
		return fd;
	*port = -1;
	receiver->reserved_fd = fd;
	fd = bfd_socket_listen(ipv4);
	if (fd < 0)
		return fd;
	receiver->bfd = bfd;
	receive_buffer_init(&receiver->buffer, fd);
	receiver->event = event_new(bfd->base, fd, EV_READ | EV_PERSIST,
				    on_bfd_readable, receiver);
	if (!receiver->event) {
		close(fd);
		return -ENOMEM;
	}
	return event_add(receiver->event, NULL) ? -ENOMEM : 0;
}

static int listen_in_both(struct bfd *bfd, int ports[BFD_PORT_COUNT])
{
	int error =
		listen_in_family(bfd, true, &ports[BFD_PORT_IPV4], &bfd->ipv4);

	if (!error)
		error = listen_in_family(bfd, false, &ports[BFD_PORT_IPV6],
					 &bfd->ipv6);
	return error == -EAFNOSUPPORT && bfd->ipv4.event ? 0 : error;
}

int bfd_new(struct event_base *base, const struct bfd_timing *timing,
	    const struct bfd_callbacks *callbacks, int ports[BFD_PORT_COUNT],
	    struct bfd **created, char *text, size_t size)
{
	int none[BFD_PORT_COUNT] = { -1, -1 };
	struct bfd *bfd = calloc(1, sizeof(*bfd));
	int error = -ENOMEM;

	if (bfd) {
		bfd->base = base;
		bfd->timing = *timing;
		bfd->callbacks = *callbacks;
		error = keyed_hash_draw(&bfd->secret);
		if (!error)
			error = listen_in_both(bfd, ports ? ports : none);
	}
	if (error) {
		snprintf(text, size, "BFD: UDP port %d not opened: %s%s",
			 BFD_SOCKET_PORT, strerror(-error),
			 error == -EADDRINUSE ?
				 " (another BFD daemon runs on this host: stop "
				 "it, or remove bfd)" :
				 "");
		bfd_free(bfd);
		return error;
	}
	*created = bfd;
	return 0;
}

static void close_receiver(struct bfd_receiver *receiver)
{
	socket_event_free(receiver->event);
	if (receiver->reserved_fd)
		close(receiver->reserved_fd);
}

void bfd_set_timing(struct bfd *bfd, const struct bfd_timing *timing)
{
	bfd->timing = *timing;
}

void bfd_free(struct bfd *bfd)
{
	if (!bfd)
		return;
	for (size_t i = 0; i < PEER_BUCKETS; i++)
		while (!LIST_EMPTY(&bfd->peers[i]))
			bfd_close(LIST_FIRST(&bfd->peers[i]));
	close_receiver(&bfd->ipv4);
	close_receiver(&bfd->ipv6);
	free(bfd);
}
