// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two speakers that dial each other at the same time: a search through every
 * order of the events of both connections. Each must end with one connection,
 * the same one at both sides.
 *
 * Side and connection HIGH: the speaker with the higher identifier, and the
 * connection that it dialled. A speaker is either ours or does exactly what RFC
 * 4271 6.8 says. Timers do not run: no order may need one to recover.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/codec/collision.h"

enum side {
	HIGH,
	LOW,
	SIDES,
};

enum kind {
	OURS,
	BY_THE_LETTER,
};

enum message {
	NOTHING,
	OPEN,
	KEEPALIVE,
	NOTIFICATION,
	END, /* of the stream */
};

enum {
	QUEUE = 8,
	SEEN = 1 << 12, /* slots, a power of two */
	FNV_PRIME = 0x01000193,
	FNV_BASIS = 0x811c9dc5,
};

/* All members are bytes, so that worlds can be compared as memory. */
struct half {
	uint8_t state; /* enum bgp_state */
	uint8_t paused;
	uint8_t attached; /* the socket exists: connected or accepted */
	uint8_t size;
	uint8_t queue[QUEUE]; /* messages on the way to this side */
};

struct world {
	struct half half[SIDES][SIDES]; /* connection, then side */
	uint8_t dialled[SIDES];		/* the handshake is done: connection */
	uint8_t downs[SIDES];		/* sessions that ended */
};

struct search {
	enum kind kind[SIDES];
	unsigned int ends;
	unsigned int bad_ends; /* not one connection, the same for both */
	unsigned int downs;    /* most sessions that one side lost on the way */
	unsigned int seen_count;
	uint8_t seen_used[SEEN];
	struct world seen[SEEN];
};

static const struct bgp_open opens[SIDES] = {
	[HIGH] = { .identifier = 2, .as = 1 },
	[LOW] = { .identifier = 1, .as = 2 },
};

static struct search search;

static bool is_incoming(enum side connection, enum side side)
{
	return connection != side;
}

/* Messages that arrive after the socket is closed are lost. */
static void send_message(struct world *w, enum side connection, enum side from,
			 enum message message)
{
	struct half *to = &w->half[connection][!from];

	if (to->attached && to->state == BGP_STATE_IDLE)
		return;
	assert_true(to->size < QUEUE);
	to->queue[to->size++] = message;
}

static void close_half(struct world *w, enum side connection, enum side side)
{
	struct half *half = &w->half[connection][side];

	if (w->dialled[connection])
		send_message(w, connection, side, END);
	half->attached = true;
	half->paused = false;
	half->size = 0;
	memset(half->queue, 0, sizeof(half->queue));
	w->half[!connection][side].paused = false;
}

static void handle(struct world *w, enum side connection, enum side side,
		   enum bgp_event event);

static void session_up(struct world *w, enum side connection, enum side side)
{
	const struct half *other = &w->half[!connection][side];

	if (search.kind[side] == OURS &&
	    bgp_collision_ends_other(&opens[side], &opens[!side],
				     is_incoming(connection, side),
				     other->state))
		handle(w, !connection, side, BGP_EVENT_COLLISION_LOST);
}

static void handle(struct world *w, enum side connection, enum side side,
		   enum bgp_event event)
{
	struct half *half = &w->half[connection][side];
	struct bgp_transition t = bgp_fsm_step(half->state, event);

	/* No side dials twice: there is no time for it. */
	if (t.actions & BGP_ACTION_START_CONNECT_RETRY)
		t.next = BGP_STATE_IDLE;
	half->state = t.next;
	if (t.actions & BGP_ACTION_SEND_NOTIFICATION)
		send_message(w, connection, side, NOTIFICATION);
	if (t.actions & BGP_ACTION_SESSION_DOWN)
		w->downs[side]++;
	if (t.actions & BGP_ACTION_CLOSE)
		close_half(w, connection, side);
	if (t.actions & BGP_ACTION_SEND_OPEN)
		send_message(w, connection, side, OPEN);
	if (t.actions & BGP_ACTION_SEND_KEEPALIVE)
		send_message(w, connection, side, KEEPALIVE);
	if (t.actions & BGP_ACTION_SESSION_UP)
		session_up(w, connection, side);
}

/* ------------------------------------------------------------- the rules */

/* True if the connection loses. */
static bool ours_collides(struct world *w, enum side connection, enum side side)
{
	struct half *other = &w->half[!connection][side];
	enum bgp_collision verdict = bgp_collision_resolve(
		&opens[side], &opens[!side], is_incoming(connection, side),
		other->state);

	if (verdict == BGP_COLLISION_PAUSE_OTHER)
		other->paused = true;
	return verdict == BGP_COLLISION_DROP_NEW;
}

/* RFC 4271 6.8 to the letter, and BIRD. */
static bool letter_collides(struct world *w, enum side connection,
			    enum side side)
{
	const struct half *other = &w->half[!connection][side];

	if (other->state == BGP_STATE_ESTABLISHED)
		return true;
	if (other->state != BGP_STATE_OPEN_CONFIRM)
		return false;
	if (connection == LOW)
		return true;
	handle(w, !connection, side, BGP_EVENT_COLLISION_LOST);
	return false;
}

static void take_open(struct world *w, enum side connection, enum side side)
{
	bool lost = search.kind[side] == OURS ?
			    ours_collides(w, connection, side) :
			    letter_collides(w, connection, side);

	handle(w, connection, side,
	       lost ? BGP_EVENT_COLLISION_LOST : BGP_EVENT_OPEN_RECEIVED);
}

/* A side with a session turns a second connection away, as neighbor.c does. */
static void attach(struct world *w, enum side connection, enum side side)
{
	struct half *half = &w->half[connection][side];
	bool busy = w->half[!connection][side].state == BGP_STATE_ESTABLISHED;

	half->attached = true;
	if (is_incoming(connection, side) && busy) {
		send_message(w, connection, side, NOTIFICATION);
		close_half(w, connection, side);
		return;
	}
	if (is_incoming(connection, side))
		handle(w, connection, side, BGP_EVENT_START_PASSIVE);
	handle(w, connection, side, BGP_EVENT_TCP_CONNECTED);
}

static void take(struct world *w, enum side connection, enum side side)
{
	struct half *half = &w->half[connection][side];
	enum message message = half->queue[0];

	memmove(half->queue, half->queue + 1, QUEUE - 1);
	half->queue[QUEUE - 1] = NOTHING;
	half->size--;
	switch (message) {
	case OPEN:
		take_open(w, connection, side);
		break;
	case KEEPALIVE:
		handle(w, connection, side, BGP_EVENT_KEEPALIVE_RECEIVED);
		break;
	case NOTIFICATION:
		handle(w, connection, side, BGP_EVENT_NOTIFICATION_RECEIVED);
		break;
	case END:
		handle(w, connection, side, BGP_EVENT_TCP_FAILED);
		break;
	case NOTHING:
		fail();
	}
}

/* ------------------------------------------------------------- all orders */

/* Remember a world. True if it is new. */
static bool remember(const struct world *w)
{
	const uint8_t *bytes = (const uint8_t *)w;
	uint32_t hash = FNV_BASIS;

	for (size_t i = 0; i < sizeof(*w); i++)
		hash = (hash ^ bytes[i]) * FNV_PRIME;
	for (;; hash++) {
		uint32_t slot = hash % SEEN;

		if (search.seen_used[slot] &&
		    memcmp(&search.seen[slot], w, sizeof(*w)))
			continue;
		if (search.seen_used[slot])
			return false;
		search.seen_used[slot] = true;
		search.seen[slot] = *w;
		assert_true(++search.seen_count < SEEN / 2);
		return true;
	}
}

static void judge(const struct world *w)
{
	unsigned int same = 0, open = 0;

	for (int c = 0; c < SIDES; c++) {
		uint8_t high = w->half[c][HIGH].state;
		uint8_t low = w->half[c][LOW].state;

		same += high == BGP_STATE_ESTABLISHED && high == low;
		open += (high != BGP_STATE_IDLE) + (low != BGP_STATE_IDLE);
	}
	search.ends++;
	search.bad_ends += same != 1 || open != SIDES;
	for (int s = 0; s < SIDES; s++)
		if (w->downs[s] > search.downs)
			search.downs = w->downs[s];
}

static bool can_attach(const struct world *w, enum side connection,
		       enum side side)
{
	const struct half *half = &w->half[connection][side];

	return w->dialled[connection] && !half->attached;
}

static bool can_take(const struct half *half)
{
	return half->attached && half->state != BGP_STATE_IDLE && half->size &&
	       !half->paused;
}

static void explore(const struct world *w);

/* Try every possible next event at one end of a connection. */
static bool step(const struct world *w, enum side connection, enum side side)
{
	struct world next = *w;

	if (can_attach(w, connection, side))
		attach(&next, connection, side);
	else if (can_take(&w->half[connection][side]))
		take(&next, connection, side);
	else
		return false;
	explore(&next);
	return true;
}

static bool shake_hands(const struct world *w, enum side connection)
{
	struct world next = *w;

	if (w->dialled[connection] ||
	    w->half[connection][connection].state != BGP_STATE_CONNECT)
		return false;
	next.dialled[connection] = true;
	explore(&next);
	return true;
}

static void explore(const struct world *w)
{
	bool moved = false;

	if (!remember(w))
		return;
	for (int c = 0; c < SIDES; c++) {
		moved |= shake_hands(w, c);
		for (int s = 0; s < SIDES; s++)
			moved |= step(w, c, s);
	}
	if (!moved)
		judge(w);
}

static void search_all(enum kind high, enum kind low)
{
	struct world start;

	memset(&search, 0, sizeof(search));
	memset(&start, 0, sizeof(start));
	search.kind[HIGH] = high;
	search.kind[LOW] = low;
	for (int c = 0; c < SIDES; c++)
		start.half[c][c].state = BGP_STATE_CONNECT;
	explore(&start);
	print_message("%u worlds, %u ends, %u of them bad\n", search.seen_count,
		      search.ends, search.bad_ends);
	assert_true(search.ends > 1);
}

/* The reason for collision.h; it also shows that the search finds errors. */
static void two_by_the_letter_may_close_both_connections(void **state)
{
	(void)state;
	search_all(BY_THE_LETTER, BY_THE_LETTER);
	assert_true(search.bad_ends > 0);
}

static void two_of_ours_always_end_with_one_connection(void **state)
{
	(void)state;
	search_all(OURS, OURS);
	assert_int_equal(search.bad_ends, 0);
	assert_true(search.downs <= 1);
}

static void a_higher_peer_by_the_letter_always_finds_one(void **state)
{
	(void)state;
	search_all(BY_THE_LETTER, OURS);
	assert_int_equal(search.bad_ends, 0);
	assert_true(search.downs <= 1);
}

static void a_lower_peer_by_the_letter_always_finds_one(void **state)
{
	(void)state;
	search_all(OURS, BY_THE_LETTER);
	assert_int_equal(search.bad_ends, 0);
	assert_true(search.downs <= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_by_the_letter_may_close_both_connections),
		cmocka_unit_test(two_of_ours_always_end_with_one_connection),
		cmocka_unit_test(a_higher_peer_by_the_letter_always_finds_one),
		cmocka_unit_test(a_lower_peer_by_the_letter_always_finds_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
