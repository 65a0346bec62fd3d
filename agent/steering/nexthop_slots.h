/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_NEXTHOP_SLOTS_H
#define STEERING_NEXTHOP_SLOTS_H

/*
 * The entries of the map `nexthops`: the slot of each next hop and its value.
 */

#include "core/slot_table.h"
#include "headgate/abi.h"
#include "nexthop/nexthop.h"

struct steering_options;
struct steering_sink;
struct tracker;

/* Why a slot is in use. A next hop with windows and no buckets drains. */
enum nexthop_use {
	NEXTHOP_LISTED, /* a member of a table, without buckets */
	NEXTHOP_OWNER,	/* with buckets */
	NEXTHOP_WINDOW, /* the previous of a bucket */
	NEXTHOP_USE_COUNT,
};

/* A next hop that is back, and whose buckets or windows are as when it died. */
enum nexthop_return {
	NEXTHOP_NO_RETURN,
	NEXTHOP_RETURN_ASKED, /* it waits for the next look at all groups */
	NEXTHOP_RETURN_OPENS, /* in this look its buckets get their windows */
	NEXTHOP_RETURN_READY, /* they have them: it may be alive */
};

struct nexthop_slot_state {
	uint32_t uses[NEXTHOP_USE_COUNT];
	enum nexthop_return returning;
	bool lost;   /* its session ended, and it is not announced since */
	bool killed; /* so it counts as dead, whether it answers or not */
	uint32_t drains_since_s; /* 0: it does not drain */
	/* A previous run had it; it neither answered nor died since then. */
	bool unproven;
	bool adopted; /* and used until the tables are taken over */
};

struct nexthop_slots {
	const struct tracker *tracker;
	const struct steering_sink *sink;
	struct slot_table table;
	struct hg_nexthop *values; /* by slot: written last */
	struct hg_tunnel *tunnels; /* likewise */
	const struct steering_options *options;
	struct nexthop_slot_state *states; /* by slot */
	uint32_t lost_count;		   /* of them */
	uint32_t returns;		   /* of dead ones to life, so far */
	uint32_t returning_count;	   /* slots of which one is under way */
	bool windows;			   /* a return may need some */
	const uint32_t *now_s;		   /* the clock of the tables */
	/* Keep a next hop tracked while its slot is in use; NULL: do not. */
	void (*track)(const struct address *address, bool wanted,
		      void *context);
	/* A next hop of a previous run has packets inside others; or NULL. */
	void (*encapsulate)(const struct address *address,
			    enum hg_encapsulation encapsulation, void *context);
	/*
	 * The next hop that packets of a slot go to; NULL: there are none any
	 * more. Reported again if its route may have changed. NULL: no hook.
	 */
	void (*leads)(uint32_t slot, const struct address *address,
		      void *context);
	void *context;
};

int nexthop_slots_init(struct nexthop_slots *slots,
		       const struct steering_options *options,
		       const struct tracker *tracker,
		       const struct steering_sink *sink, const uint32_t *now_s);
void nexthop_slots_free(struct nexthop_slots *slots);

/* Acquire the slot of a next hop and write its state. NULL: none, or an error. */
struct slot *nexthop_slots_acquire(struct nexthop_slots *slots,
				   const struct address *address,
				   enum nexthop_use use);
/* Take one more reference on a slot that has one. */
void nexthop_slots_hold(struct nexthop_slots *slots, struct slot *slot,
			enum nexthop_use use);
void nexthop_slots_release(struct nexthop_slots *slots, struct slot *slot,
			   enum nexthop_use use);
/* Return the slot with this index. */
struct slot *nexthop_slots_at(const struct nexthop_slots *slots,
			      uint32_t index);
/* Return the slot, referenced or not, or NULL. */
struct slot *nexthop_slots_find(const struct nexthop_slots *slots,
				const struct address *address);
/*
 * Write the next hop's state; if it died, clear the alive bit first. One that is
 * back and has buckets or is in windows stays dead until returns_step() has looked
 * at all groups.
 * Returns 0 or an error of the sink; then the slot counts as not written.
 */
int nexthop_slots_write(struct nexthop_slots *slots, const struct slot *slot,
			const struct nexthop *nexthop);
/* Begin a look at all groups for the slots that wait for one. */
void nexthop_slots_begin_returns(struct nexthop_slots *slots);
/* It is over: let them be alive. Returns 0 or the last error of the sink. */
int nexthop_slots_end_returns(struct nexthop_slots *slots);
/* True if the program sends packets to the next hop in this slot. */
bool nexthop_slots_is_alive(const struct nexthop_slots *slots,
			    const struct slot *slot);
/* Its session ended, or it is announced again. `kill`: it counts as dead. */
int nexthop_slots_set_lost(struct nexthop_slots *slots, const struct slot *slot,
			   bool lost, bool kill);
/*
 * Go on with the slots as a previous run left them: `values` by slot, those with
 * a zero address unused. A next hop counts as alive until it is known to be dead,
 * and is in use until nexthop_slots_end_adoption().
 */
void nexthop_slots_adopt(struct nexthop_slots *slots,
			 const struct hg_nexthop *values);
void nexthop_slots_end_adoption(struct nexthop_slots *slots);
/*
 * Note until when flows stay on a next hop, for an agent that adopts the table.
 * An error is no harm: then they stay for a whole window.
 */
void nexthop_slots_note_held(struct nexthop_slots *slots, uint32_t index,
			     uint32_t until_s);
/* Clear the alive bit. Returns 0 or an error of the sink. */
int nexthop_slots_kill(struct nexthop_slots *slots, const struct slot *slot);

#endif
