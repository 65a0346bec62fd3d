/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_DATAPATH_H
#define DATAPATH_DATAPATH_H

/*
 * The datapath: loads the XDP program, attaches it, writes its tables and reads
 * its counters. Only this room knows libbpf and the skeleton.
 *
 *	datapath.c	load the program, pin and unpin its maps, close
 *	attach.c	ports: attach, take over from an earlier run, detach
 *	audit.c		what is in the kernel beside what is wanted
 *	pins.c		the pin directory and its lock
 *	tables.c	buckets and next hops, written through mapped memory
 *	vips.c		VIPs: single addresses by vip_table.c, prefixes in tries
 *	filters.c	filters of VIPs: lists, sources, slots
 *	vip_sweep.c	entries of VIPs that are not ours
 *	flows.c		records of flows that stay where they are
 *	counters.c	counters, summed over all CPUs, and the names of outcomes
 *	capture.c	captured frames
 *	run.c		the program on single frames, for tests and `explain`
 *	options.c	the options of this room, and their names
 *	failure.c	error texts, with libbpf's warnings
 *
 * A run goes like this: datapath_open() loads the program and creates its maps,
 * all empty, and attaches nothing. The caller may fill the tables now, so that
 * a program taken over from an earlier run is replaced by one that already
 * knows its next hops. Then come datapath_add_port() for each interface,
 * datapath_attach() for each, and datapath_pin_maps(), after which bpftool sees
 * the maps. datapath_close() undoes all of this, or leaves the program
 * forwarding for the next run to take over.
 *
 * The caller owns `struct datapath`, which owns the program, the maps and their
 * mapped memory, the links and the pin directory's lock. The tables' indices
 * (slots, buckets, counters) are the caller's to assign.
 *
 * The pin directory has the maps by their names, and links/INTERFACE, one
 * bpf_link for each interface (with underscores for dots in its name, because
 * bpffs allows no dots).
 *
 * Functions return 0 or -errno. Those that take a `struct datapath_error` fill
 * it on failure with what failed and what to do about it; on success it is
 * untouched.
 */

#include "core/address.h"
#include "datapath/options.h"
#include "headgate/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum datapath_sizes {
	DATAPATH_ERROR_SIZE = 512,
	DATAPATH_MAC_SIZE = 6,
};

/* The ifindex of the loopback, in every network namespace */
enum {
	DATAPATH_LOOPBACK = 1,
};

struct datapath_error {
	char text[DATAPATH_ERROR_SIZE];
};

struct audit_report;
struct datapath;

/*
 * Create the pin directory if it is missing, lock it against a second agent
 * (-EBUSY), load the program. The caller frees `*dp` with datapath_close().
 */
int datapath_open(const struct datapath_options *options, struct datapath **dp,
		  struct datapath_error *error);
/*
 * The same with the lock of an agent that hands over, which stays the caller's;
 * -1: none. -EBUSY if it is of another pin directory.
 */
int datapath_open_with(const struct datapath_options *options, int lock,
		       struct datapath **dp, struct datapath_error *error);
/* Return the descriptor whose owners have the lock of the pin directory. */
int datapath_lock(const struct datapath *dp);
/*
 * Close. With `keep` the program stays attached and all pins in place; without
 * it links, pins and the links directory are removed. The pin directory itself
 * stays in both cases, because the next agent locks it. `dp` may be NULL.
 */
void datapath_close(struct datapath *dp, bool keep);

/*
 * Make an interface a port, so that next hops may be behind it; `mac` is its
 * own. If there are several, all should be ports before the first one is
 * attached: until then frames for a next hop behind a missing port go to the
 * kernel. -EEXIST: it is a port already. -ENOSPC: there are HG_MAX_PORTS.
 */
int datapath_add_port(struct datapath *dp, uint32_t ifindex, const char *name,
		      const uint8_t mac[DATAPATH_MAC_SIZE],
		      struct datapath_error *error);
/*
 * Attach the program to an interface, which becomes a port if it is not one. A
 * link that an earlier run has pinned is taken over without a gap. On failure
 * the interface is not a port any more. -EBUSY: it has another XDP program.
 * -EEXIST: it is attached already.
 */
int datapath_attach(struct datapath *dp, uint32_t ifindex, const char *name,
		    const uint8_t mac[DATAPATH_MAC_SIZE],
		    struct datapath_error *error);
bool datapath_is_port(const struct datapath *dp, uint32_t ifindex);
/*
 * True if the program was attached to the interface. The kernel detaches it from
 * one that is being removed, before the removal is reported.
 */
bool datapath_is_attached(const struct datapath *dp, uint32_t ifindex);
/*
 * Detach an interface and remove its port, even if the interface no longer
 * exists. -ENOENT: it is not a port.
 */
int datapath_detach(struct datapath *dp, uint32_t ifindex);
/*
 * True if an earlier run has left the program attached. Valid until the first
 * attach.
 */
bool datapath_has_previous(const struct datapath *dp);
/*
 * Detach interfaces that an earlier run has left attached and this run has not
 * taken over. Call it when all interfaces are attached.
 */
void datapath_detach_stale(struct datapath *dp);
/*
 * Remove all links and pins that an earlier run has left, for a run that ends
 * before it has taken them over.
 */
void datapath_remove_previous(struct datapath *dp);
/*
 * Return DATAPATH_NATIVE or DATAPATH_GENERIC; DATAPATH_AUTO if the interface is
 * not a port.
 */
enum datapath_mode datapath_mode(const struct datapath *dp, uint32_t ifindex);

/* Return the id of the XDP program that an interface has now; 0: none. */
uint32_t datapath_attached_program(uint32_t ifindex);

/* Check that each port still has our link and program, and repair it. */
void datapath_audit_links(struct datapath *dp, struct audit_report *report);
/*
 * Check the links, the pins, and what the
 * program reads besides tables. Repair what differs. All in one go.
 */
void datapath_audit(struct datapath *dp, struct audit_report *report);
/* Check what tells the program whether to look for prefixes, once they are right. */
void datapath_audit_prefixes(struct datapath *dp, struct audit_report *report);
/* Set the port's MAC when it has changed. -ENOENT: it is not a port. */
int datapath_update_port_mac(struct datapath *dp, uint32_t ifindex,
			     const uint8_t mac[DATAPATH_MAC_SIZE]);
/*
 * Say of which VLANs the program takes frames on a port, and whether it takes
 * those without one. Until then it takes all. -ENOENT: it is not a port.
 */
int datapath_set_port_vlans(struct datapath *dp, uint32_t ifindex,
			    const struct hg_port_vlans *vlans, bool untagged);
/*
 * Say whether a port takes frames that came in by other ports. Until then it does;
 * if not, they go to the kernel. Returns true if that is a change.
 */
bool datapath_set_redirects(struct datapath *dp, uint32_t ifindex, bool takes);
bool datapath_takes_redirects(const struct datapath *dp, uint32_t ifindex);
/*
 * Return the program that routes of the kernel put packets inside others with, for
 * the next hop in their mark; negative: there are no marks.
 */
int datapath_tunnel_program(const struct datapath *dp);
/* Pin every map by its name, in place of the pins of an earlier run. */
int datapath_pin_maps(struct datapath *dp, struct datapath_error *error);

/* Forward packets for VIPs from addresses that send nothing, or drop them. */
void datapath_accept_martians(struct datapath *dp, bool accept);

/*
 * The tables of a previous run whose program forwards. If they fit they are
 * adopted: they are ours from the start, with all that is in them. Else the
 * program of this run has new ones, and those can be read at most.
 */
bool datapath_is_adopted(const struct datapath *dp);
/* True if they can be read, until datapath_end_inheritance(). */
bool datapath_inherits(const struct datapath *dp);
uint32_t datapath_inherited_table_size(const struct datapath *dp);
/* True if flows have other hashes in them than in ours. */
bool datapath_inherited_is_rehashed(const struct datapath *dp);
typedef void datapath_vip_visit_fn(const struct prefix *prefix,
				   const struct hg_vip *vip, void *context);
/* Visit each of their VIPs. The visitor must not change the tables. */
void datapath_inherited_vips(const struct datapath *dp,
			     datapath_vip_visit_fn *visit, void *context);
/* Read a bucket of a group, and its previous slot. Returns 0 or -EINVAL. */
int datapath_inherited_bucket(const struct datapath *dp, uint32_t group,
			      uint32_t bucket, struct hg_bucket *word,
			      uint16_t *previous);
/* Read a next hop. Returns 0 or -EINVAL. */
int datapath_inherited_nexthop(const struct datapath *dp, uint32_t slot,
			       struct hg_nexthop *nexthop);
void datapath_end_inheritance(struct datapath *dp);

/*
 * Writers. Packets see each change at once. -EINVAL: the index is outside the
 * table; slot HG_NEXTHOP_NONE of the next hops cannot be written.
 */
int datapath_set_nexthop(struct datapath *dp, uint32_t slot,
			 const struct hg_nexthop *nexthop);
/* Write its outer header, before the next hop becomes alive. */
int datapath_set_tunnel(struct datapath *dp, uint32_t slot,
			const struct hg_tunnel *tunnel);
/* Read a next hop. -EINVAL: the slot is outside the table. */
int datapath_get_nexthop(const struct datapath *dp, uint32_t slot,
			 struct hg_nexthop *nexthop);
/* Read its outer header. -EINVAL: likewise. */
int datapath_get_tunnel(const struct datapath *dp, uint32_t slot,
			struct hg_tunnel *tunnel);
/* Take the next hop out of, or back into, all its buckets, by one store. */
int datapath_set_alive(struct datapath *dp, uint32_t slot, bool alive);
/*
 * Write `count` buckets, each by one store. `first` is group x table size +
 * bucket. -EINVAL: the buckets are not all inside the table; none is written.
 */
int datapath_set_buckets(struct datapath *dp, uint32_t first,
			 const struct hg_bucket *buckets, uint32_t count);
int datapath_get_bucket(const struct datapath *dp, uint32_t index,
			struct hg_bucket *bucket);
/*
 * Write the previous slots of `count` buckets, each by one store; indices as
 * above. Write one before its bucket becomes `moving`. -EINVAL: the buckets are
 * not all inside the table, or flow_records is 0; none is written.
 */
int datapath_set_previous(struct datapath *dp, uint32_t first,
			  const uint16_t *slots, uint32_t count);
int datapath_get_previous(const struct datapath *dp, uint32_t index,
			  uint16_t *slot);
/*
 * Add or replace a VIP of either family, a single address or a prefix; a packet
 * belongs to the longest one that contains its destination. -E2BIG, -ENOSPC: no
 * room for more.
 */
int datapath_set_vip(struct datapath *dp, const struct prefix *prefix,
		     const struct hg_vip *vip);
/* Delete a VIP. -ENOENT: there is no such VIP. */
int datapath_delete_vip(struct datapath *dp, const struct prefix *prefix);
/* Read the entry of a VIP. -ENOENT: there is none. */
int datapath_get_vip(struct datapath *dp, const struct prefix *prefix,
		     struct hg_vip *vip);

/* A walk over all entries of VIPs; zeroes: its beginning */
struct datapath_vip_sweep {
	uint32_t table;
	uint32_t place;	    /* of the table */
	struct prefix last; /* of the trie */
	bool started;	    /* `last` is set */
	/* Set by the caller. */
	bool (*is_wanted)(const struct prefix *vip, void *context);
	void *context;
	/* Results: entries removed, and the first of them. */
	uint32_t removed;
	struct prefix first;
};

/*
 * Look at some entries and remove those that are not wanted, and those where a
 * search does not find them. False: these were the last ones.
 */
bool datapath_sweep_vips(struct datapath *dp, struct datapath_vip_sweep *sweep);

/* Readers: the sum over all CPUs */
int datapath_read_vip_counter(const struct datapath *dp, uint32_t index,
			      struct hg_counter *sum);
int datapath_read_nexthop_counter(const struct datapath *dp, uint32_t slot,
				  struct hg_counter *sum);
int datapath_read_outcome_counter(const struct datapath *dp,
				  enum hg_outcome outcome,
				  struct hg_counter *sum);
int datapath_read_event_counter(const struct datapath *dp, enum hg_event event,
				struct hg_counter *sum);
int datapath_read_flow_count(const struct datapath *dp, enum hg_flow_map map,
			     struct hg_flow_count *sum);
/* Set a counter to zero, for a new owner of its index. */
int datapath_clear_vip_counter(struct datapath *dp, uint32_t index);
int datapath_clear_nexthop_counter(struct datapath *dp, uint32_t slot);

/* The record of a flow */
struct datapath_flow {
	uint64_t signature;
	struct hg_flow flow;
};

enum datapath_flow_limits {
	DATAPATH_MIN_FLOWS = 64,  /* room that a read of flows needs */
	DATAPATH_MAX_FLOWS = 128, /* the most that one read returns */
};

/* A place in a walk over a flow map; zeroes: before the first record */
struct datapath_flows_cursor {
	uint32_t batch; /* the kernel's */
	bool started;
};

/*
 * Read the next records of a flow map into `out`, which has room for `max`, and
 * say in `count` how many there are. Returns 0 if there may be more, -ENOENT if
 * these are the last ones (`count` may be 0 in both cases). A record that is
 * added during a walk may be missed. -EINVAL: `max` is below
 * DATAPATH_MIN_FLOWS.
 */
int datapath_read_flows(const struct datapath *dp, enum hg_flow_map map,
			struct datapath_flows_cursor *cursor,
			struct datapath_flow *out, uint32_t max,
			uint32_t *count);
/* Read the record of one flow. -ENOENT: there is none. */
int datapath_find_flow(const struct datapath *dp, enum hg_flow_map map,
		       uint64_t signature, struct hg_flow *flow);
/*
 * Delete records and count them in *deleted. Those that are gone already are no
 * error.
 */
int datapath_delete_flows(struct datapath *dp, enum hg_flow_map map,
			  const uint64_t *signatures, uint32_t count,
			  uint32_t *deleted);
/* Return the number of records that a flow map has room for. */
uint32_t datapath_flow_room(const struct datapath *dp, enum hg_flow_map map);

/*
 * Capture: copies of frames for VIPs as they came in, with the decision on
 * each. Only one capture can run.
 */
struct datapath_capture {
	const struct address *vip; /* only frames for this VIP; NULL: for all */
	uint32_t interval; /* one frame in this many, at random; 0: all */
	/* `frame` has record->captured_size bytes. */
	void (*captured)(void *context, const struct hg_capture *record,
			 const uint8_t *frame);
	/* `count` more frames were lost: the reader was too slow. */
	void (*lost)(void *context, uint64_t count);
	void *context;
};

/*
 * Start a capture, which runs until datapath_capture_stop(). `capture` is
 * copied, its `vip` too. datapath_capture_read() calls the callbacks. -EBUSY:
 * another capture is running.
 */
int datapath_capture_start(struct datapath *dp,
			   const struct datapath_capture *capture,
			   struct datapath_error *error);
/*
 * Return a descriptor that is readable when there are records; -1 without a
 * capture.
 */
int datapath_capture_fd(const struct datapath *dp);
void datapath_capture_read(struct datapath *dp);
/* Stop the capture, if any. Unread records are lost. */
void datapath_capture_stop(struct datapath *dp);

/*
 * Return the kernel's id of the program, as `bpftool prog` shows it; 0 if
 * unknown.
 */
uint32_t datapath_program_id(const struct datapath *dp);
/* Return the name of an outcome in JSON and metrics, such as "forwarded_tx". */
const char *hg_outcome_name(enum hg_outcome outcome);
/* Return the name of an event, a rule or a flow map. */
const char *hg_event_name(enum hg_event event);
const char *hg_rule_name(enum hg_rule rule);
const char *hg_flow_map_name(enum hg_flow_map map);

/*
 * Run the program once on a frame as if it had come in by `ifindex`. Nothing is
 * sent, but counters count it. `*out_size` is the room in `out`, then the size
 * of the frame that the program left there. `action` is an enum xdp_action.
 * -EINVAL: the frame is too short or too long for the kernel. -EOPNOTSUPP: a
 * kernel before 5.15 takes no ingress interface other than DATAPATH_LOOPBACK.
 */
int datapath_test_run(const struct datapath *dp, const void *frame, size_t size,
		      uint32_t ifindex, void *out, size_t *out_size,
		      uint32_t *action);

enum {
	/* Ethernet with two tags, IPv6, UDP or GRE */
	DATAPATH_HEAD_SIZE = 14 + 8 + 40 + 8,
};

/* The program's decision on a frame */
struct datapath_explanation {
	enum hg_outcome outcome;
	uint32_t slot;	 /* of the next hop, or HG_NEXTHOP_NONE */
	uint32_t action; /* enum xdp_action of the outcome */
	uint8_t head[DATAPATH_HEAD_SIZE]; /* of the frame afterwards */
	size_t head_size;
	struct hg_explanation details;
};

/*
 * Run `explain` on a frame: it decides and rewrites like the program, but
 * counts and records nothing. -EINVAL, -EOPNOTSUPP: as above.
 */
int datapath_explain(const struct datapath *dp, const void *frame, size_t size,
		     uint32_t ifindex,
		     struct datapath_explanation *explanation);

#endif
