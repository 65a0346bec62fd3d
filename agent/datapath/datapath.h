/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_DATAPATH_H
#define DATAPATH_DATAPATH_H

/*
 * The kernel's half of Headgate as the agent sees it: load the XDP program,
 * attach it, fill its tables, read its counters. Nothing outside this room
 * knows libbpf.
 *
 * The way of a run: datapath_open() loads the program and creates its maps,
 * all empty, and attaches nothing. The tables may be filled now, so that a
 * program taken over from an earlier run is replaced by one that already knows
 * its next hops. Then datapath_add_port() for each interface, datapath_attach()
 * for each, and datapath_pin_maps() to let bpftool see the maps.
 * datapath_close() undoes it all, or leaves the program forwarding for the next
 * run to take over.
 *
 * In the pin directory stand the maps by their names and links/INTERFACE, one
 * bpf_link for each interface (a dot in a name becomes an underscore there,
 * bpffs allows none).
 *
 * Functions return 0 or -errno. Those that take a `struct datapath_error` fill
 * it on failure with what failed and what to do about it; it is untouched on
 * success.
 */

#include "core/address.h"
#include "headgate/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum datapath_sizes {
	DATAPATH_ERROR_SIZE = 512,
	DATAPATH_MAC_SIZE = 6,
};

/* The ifindex of the loopback, in every network namespace. */
enum {
	DATAPATH_LOOPBACK = 1,
};

struct datapath_error {
	char text[DATAPATH_ERROR_SIZE];
};

/* How the program hangs on an interface. */
enum datapath_mode {
	DATAPATH_AUTO, /* native, or generic where the driver has no native */
	DATAPATH_NATIVE,
	DATAPATH_GENERIC,
	DATAPATH_MODE_COUNT,
};

/* Names as in --xdp-mode, indexed by enum datapath_mode. */
extern const char *const datapath_mode_names[DATAPATH_MODE_COUNT];

struct datapath_options {
	const char *bpffs; /* pin directory, e.g. /sys/fs/bpf/headgate */
	enum datapath_mode mode;
	uint64_t hash_key;    /* the same on all nodes that steer alike */
	uint32_t icmp_rate;   /* as in struct hg_config */
	uint32_t table_size;  /* buckets of a group: a power of two */
	uint32_t group_count; /* groups there is room for */
};

struct datapath;

/*
 * Makes the pin directory where it is missing, locks it against a second agent
 * (-EBUSY), loads the program. The caller closes `*dp` with datapath_close().
 */
int datapath_open(const struct datapath_options *options, struct datapath **dp,
		  struct datapath_error *error);
/*
 * With `keep` the program stays attached and all pins in place; without it
 * links, pins and the links directory are removed. The pin directory itself
 * stays in both cases: it is what a next agent locks. NULL is legal.
 */
void datapath_close(struct datapath *dp, bool keep);

/*
 * Makes an interface a port, one that next hops may be behind; `mac` is its
 * own. Where there are several, all should be ports before the first one is
 * attached, or frames that should leave by a later one go to the kernel for a
 * moment. -EEXIST: it is a port already. -ENOSPC: HG_MAX_PORTS are.
 */
int datapath_add_port(struct datapath *dp, uint32_t ifindex, const char *name,
		      const uint8_t mac[DATAPATH_MAC_SIZE],
		      struct datapath_error *error);
/*
 * Attaches the program to a port, after making the interface one if it is not.
 * A link pinned by an earlier run is taken over without a gap. On failure the
 * interface is no port any more. -EBUSY: another XDP program has it. -EEXIST:
 * it is attached already.
 */
int datapath_attach(struct datapath *dp, uint32_t ifindex, const char *name,
		    const uint8_t mac[DATAPATH_MAC_SIZE],
		    struct datapath_error *error);
/*
 * Makes an interface no port any more and detaches it, also one that no longer
 * exists. -ENOENT: it is no port.
 */
int datapath_detach(struct datapath *dp, uint32_t ifindex);
/* True if an earlier run left the program attached: to be asked first. */
bool datapath_has_previous(const struct datapath *dp);
/*
 * Detaches interfaces that an earlier run left attached and this one has not
 * taken over: to be called when all interfaces are attached.
 */
void datapath_detach_stale(struct datapath *dp);
/*
 * Takes away all that an earlier run left, links and pins, for a run that ends
 * before it has taken them over.
 */
void datapath_remove_previous(struct datapath *dp);
/* DATAPATH_NATIVE or DATAPATH_GENERIC; DATAPATH_AUTO if it is not a port. */
enum datapath_mode datapath_mode(const struct datapath *dp, uint32_t ifindex);
/* To be called when the interface has got a new MAC. -ENOENT: no port. */
int datapath_update_port_mac(struct datapath *dp, uint32_t ifindex,
			     const uint8_t mac[DATAPATH_MAC_SIZE]);
/* Pins every map by its name, in place of the pins of an earlier run. */
int datapath_pin_maps(struct datapath *dp, struct datapath_error *error);

/*
 * Writers. Packets see each change at once. -EINVAL: the index is outside the
 * table; slot HG_NEXTHOP_NONE of the next hops cannot be written.
 */
int datapath_set_nexthop(struct datapath *dp, uint32_t slot,
			 const struct hg_nexthop *nexthop);
/* One store: takes the next hop out of, or back into, all its buckets. */
int datapath_set_alive(struct datapath *dp, uint32_t slot, bool alive);
/* One store of the whole bucket. `index` counts through all groups. */
int datapath_set_bucket(struct datapath *dp, uint32_t index,
			struct hg_bucket bucket);
int datapath_get_bucket(const struct datapath *dp, uint32_t index,
			struct hg_bucket *bucket);
/*
 * Of either family, a single address or more; a packet takes the longest prefix
 * that its destination is in. -E2BIG, -ENOSPC: there is no room for more.
 */
int datapath_set_vip(struct datapath *dp, const struct prefix *prefix,
		     const struct hg_vip *vip);
/* -ENOENT: there is no such VIP. */
int datapath_delete_vip(struct datapath *dp, const struct prefix *prefix);

/* Readers: the sum over all CPUs. */
int datapath_read_vip_counter(const struct datapath *dp, uint32_t index,
			      struct hg_counter *sum);
int datapath_read_nexthop_counter(const struct datapath *dp, uint32_t slot,
				  struct hg_counter *sum);
int datapath_read_outcome_counter(const struct datapath *dp,
				  enum hg_outcome outcome,
				  struct hg_counter *sum);
int datapath_read_event_counter(const struct datapath *dp, enum hg_event event,
				struct hg_counter *sum);
/* Sets a counter to zero, for a new owner of its index. */
int datapath_clear_vip_counter(struct datapath *dp, uint32_t index);
int datapath_clear_nexthop_counter(struct datapath *dp, uint32_t slot);

/*
 * Capture: copies of frames for VIPs, as they came in, with what was decided
 * about them. One at a time.
 */
struct datapath_capture {
	const struct address *vip; /* only frames for this one; NULL: for all */
	uint32_t interval;	   /* one frame of so many, at random; 0: all */
	/* `frame` has record->captured_size bytes. */
	void (*captured)(void *context, const struct hg_capture *record,
			 const uint8_t *frame);
	/* So many were captured and lost since: the reader was too slow. */
	void (*lost)(void *context, uint64_t count);
	void *context;
};

/*
 * Until datapath_capture_stop(). `capture` is copied, its `vip` too. -EBUSY: there is
 * a capture already. The callbacks are called by datapath_capture_read().
 */
int datapath_capture_start(struct datapath *dp,
			   const struct datapath_capture *capture,
			   struct datapath_error *error);
/* Readable when there is something to be read; -1: there is no capture. */
int datapath_capture_fd(const struct datapath *dp);
void datapath_capture_read(struct datapath *dp);
/* Legal when there is none. What was not read is lost. */
void datapath_capture_stop(struct datapath *dp);

/* The kernel's id of the program, as `bpftool prog` shows it; 0 if unknown. */
uint32_t datapath_program_id(const struct datapath *dp);
/* The word for an outcome in JSON and metrics: "forwarded_tx" and so on. */
const char *hg_outcome_name(enum hg_outcome outcome);
/* The same for an event. */
const char *hg_event_name(enum hg_event event);

/*
 * Runs the program once on a frame as if it had come in by `ifindex`, without
 * sending anything; counters count it. `*out_size` is the room in `out`, then
 * the size of the frame the program left there. `action` is an enum xdp_action.
 * -EINVAL: the frame is too short or too long for the kernel. -EOPNOTSUPP: the
 * kernel (before 5.15) cannot say by which interface a frame came in, unless it
 * is DATAPATH_LOOPBACK.
 */
int datapath_test_run(const struct datapath *dp, const void *frame, size_t size,
		      uint32_t ifindex, void *out, size_t *out_size,
		      uint32_t *action);

/* What the program says of a frame. */
struct datapath_explanation {
	enum hg_outcome outcome;
	uint32_t slot;	 /* of the next hop; HG_NEXTHOP_NONE */
	uint32_t action; /* enum xdp_action that the program returned */
	uint8_t destination_mac[DATAPATH_MAC_SIZE]; /* that it then had */
};

/*
 * Runs the program on a frame, and the same code once more to be told the
 * outcome: both must mean the same. -EINVAL, -EOPNOTSUPP: as above.
 */
int datapath_explain(const struct datapath *dp, const void *frame, size_t size,
		     uint32_t ifindex,
		     struct datapath_explanation *explanation);

#endif
