/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_OPTIONS_H
#define DATAPATH_OPTIONS_H

/* The options of the datapath: plain values. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sizes.h"
#include "headgate/abi.h"

enum datapath_options_limits {
	DATAPATH_MAX_INTERFACES = 16,
	DATAPATH_VLAN_BITS = 64,
	DATAPATH_VLAN_WORDS = HG_VLAN_IDS / DATAPATH_VLAN_BITS,
};

/* How the program runs on an interface. */
enum datapath_mode {
	DATAPATH_AUTO, /* native, or generic if the driver has no native mode */
	DATAPATH_NATIVE,
	DATAPATH_GENERIC,
	DATAPATH_MODE_COUNT,
};

/* How the program is attached. */
enum datapath_attach_kind {
	DATAPATH_ATTACH_LINK, /* a pinned bpf_link */
	DATAPATH_ATTACH_COUNT,
};

/* Names as in --xdp-mode and --xdp-attach, indexed by these enums. */
extern const char *const datapath_mode_names[DATAPATH_MODE_COUNT];
extern const char *const datapath_attach_names[DATAPATH_ATTACH_COUNT];

/* The VLANs whose frames are taken on an interface */
struct datapath_vlans {
	bool given; /* else: those that have a device here, and untagged */
	bool untagged;
	uint64_t ids[DATAPATH_VLAN_WORDS]; /* one bit for each */
};

struct datapath_options {
	char bpffs[FILE_PATH_SIZE]; /* pin directory */
	enum datapath_mode mode;
	enum datapath_attach_kind attach;
	/* Key of the flow hash, the same on all nodes that steer alike. */
	uint64_t hash_key;
	bool hash_key_given; /* by the configuration; else by the file */
	char hash_seed_file[FILE_PATH_SIZE];
	/* For tests; with a factor of 0, one is drawn. */
	struct hg_vip_secret vip_secret;
	uint32_t icmp_rate;	 /* as in struct hg_config */
	uint32_t handed_up_mark; /* likewise */
	bool accept_martians;	 /* as in struct hg_control */
	uint32_t table_size;	 /* buckets of a group: a power of two */
	uint32_t group_count;	 /* number of groups that fit */
	/*
	 * Flows that `flows_pinned` has room for; the other flow maps have room
	 * for half as many. 0: no flow is ever recorded.
	 */
	uint32_t flow_records;
	bool virtual_clock; /* for tests: as in struct hg_config */
	/* Interfaces to attach to, by name; they need not exist yet. */
	char interfaces[DATAPATH_MAX_INTERFACES][INTERFACE_SIZE];
	struct datapath_vlans vlans[DATAPATH_MAX_INTERFACES];
	size_t interface_count;
};

extern const struct datapath_options datapath_options_default;

bool datapath_options_equal(const struct datapath_options *a,
			    const struct datapath_options *b);
bool datapath_vlans_have(const struct datapath_vlans *vlans, uint32_t id);
/* Take these VLANs by the outermost tag, whatever is behind it. */
void datapath_vlans_expand(const struct datapath_vlans *vlans,
			   struct hg_port_vlans *taken);
/* Return the bytes that the buckets of all groups take, in use or not. */
uint64_t datapath_options_memory(const struct datapath_options *options);
/* Return about how many bytes the flow maps take, in use or not. */
uint64_t datapath_options_flow_memory(const struct datapath_options *options);
/* Return the number of flows that a flow map has room for. */
uint32_t datapath_options_flow_room(const struct datapath_options *options,
				    enum hg_flow_map map);

#endif
