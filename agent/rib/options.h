/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_OPTIONS_H
#define RIB_OPTIONS_H

/*
 * The options of the rib: plain values. The lists belong to the owner of the
 * structure and must outlive the rib. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/encapsulation.h"
#include "core/key_file.h"
#include "core/service_options.h"
#include "rib/policy/rule.h"

enum rib_options_limits {
	RIB_MAX_UPSTREAMS = 64, /* neighbors that VIPs are announced to */
	RIB_MAX_VIPS = 256,
	RIB_MAX_AGGREGATES = 64,
	RIB_MAX_STATIC_PATHS = 4096,
	RIB_MAX_DELAY_S = 3600,
	DISTANCE_MAX = 255, /* see distance.h */
	RIB_MAX_SIGNALS = 8,
	RIB_MAX_LINK_SPEED = 10000000, /* Mbit/s */
};

#define WEIGHT_MAX UINT32_MAX /* of a path; see weight.h */

/* AS_PATHs that may share a set. */
enum multipath_as_path {
	MULTIPATH_AS_PATH_EXACT,
	MULTIPATH_AS_PATH_SAME_PEER_AS,
	MULTIPATH_AS_PATH_RELAXED,
	MULTIPATH_AS_PATH_COUNT,
};

/* Member ASes of our confederation that may share a set. */
enum multipath_confederation {
	MULTIPATH_CONFEDERATION_RELAXED,
	MULTIPATH_CONFEDERATION_SAME_MEMBER_AS,
	MULTIPATH_CONFEDERATION_COUNT,
};

/* Paths of different neighboring ASes whose MEDs compare. */
enum compare_med {
	COMPARE_MED_NEVER,
	COMPARE_MED_BACKENDS, /* if both are from backends */
	COMPARE_MED_ALWAYS,
	COMPARE_MED_COUNT,
};

/* The MED of a path without one. */
enum missing_med {
	MISSING_MED_BEST,
	MISSING_MED_WORST,
	MISSING_MED_COUNT,
};

/* The effect of link bandwidths on the weights in a set. */
enum bandwidth_use {
	BANDWIDTH_USE,
	BANDWIDTH_USE_IF_ALL,
	BANDWIDTH_IGNORE,
	BANDWIDTH_COUNT,
};

/* The form of announcements of VIPs from backends. */
enum announce_as {
	ANNOUNCE_AS_ORIGIN, /* our own statement: statement.h */
	ANNOUNCE_AS_PATH,   /* the best path, with its attributes */
	ANNOUNCE_AS_COUNT,
};

/* Names as in the flags, indexed by these enums. */
extern const char *const multipath_as_path_names[MULTIPATH_AS_PATH_COUNT];
extern const char
	*const multipath_confederation_names[MULTIPATH_CONFEDERATION_COUNT];
extern const char *const announce_as_names[ANNOUNCE_AS_COUNT];
extern const char *const compare_med_names[COMPARE_MED_COUNT];
extern const char *const missing_med_names[MISSING_MED_COUNT];
extern const char *const bandwidth_use_names[BANDWIDTH_COUNT];

struct decision_options {
	uint32_t maximum_paths;	     /* when the best path is external */
	uint32_t maximum_paths_ibgp; /* when it is internal */
	enum multipath_as_path as_path;
	enum multipath_confederation confederation;
	bool skip_igp_cost;
	bool cluster_length; /* CLUSTER_LIST length replaces the IGP cost */
	bool count_confederation_path;
	bool ebgp_ibgp; /* external and internal paths share a set */
	bool ignore_origin;
	enum compare_med always_compare_med;
	enum missing_med missing_med;
	bool aigp; /* RFC 7311 */
	/* See weight.h. */
	enum bandwidth_use bandwidth_use;
	uint32_t bandwidth_unit; /* bytes per second, not 0 */
	uint32_t default_weight;
	bool add_path_weight;
	uint32_t full_link_speed; /* Mbit/s; 0: links count alike */
};

#define VIP_LINK_SPEED_OF_ALL UINT32_MAX

/* One --vip, with what is different for the VIPs in it. */
struct vip_options {
	struct prefix prefix;
	uint32_t min_nexthops;	  /* to stay announced; 0: as for all VIPs */
	uint32_t return_nexthops; /* to be announced again; 0: the same */
	uint32_t min_bandwidth;	  /* to be announced, in bandwidth_unit; or 0 */
	uint32_t maximum_paths;	  /* of both kinds; 0: as for all VIPs */
	/* X_COUNT: as for all VIPs. */
	enum multipath_as_path as_path;
	enum bandwidth_use bandwidth_use;
	uint32_t full_link_speed; /* VIP_LINK_SPEED_OF_ALL: as for all VIPs */
};

/* One --aggregate: announced for the VIPs inside it. */
struct aggregate_options {
	struct prefix prefix;
	bool summary_only; /* the VIPs are not announced themselves */
	bool as_set;	   /* AS_SET of all their ASes: RFC 9774 */
};

/* One --path: a server for the VIP that does not speak BGP. */
struct static_path_options {
	struct prefix prefix;
	struct address nexthop;
	uint32_t weight;
	uint32_t distance; /* see distance.h */
	/* How packets go to the server */
	enum hg_encapsulation encapsulation;
	bool bfd; /* only while its BFD session is up */
	struct key_file bfd_key;
	struct service_options service; /* how the server is checked */
};

struct import_options {
	uint32_t local_as;
	uint32_t confederation;	   /* its identifier (RFC 5065); 0: none */
	uint32_t local_identifier; /* host byte order, as the next one */
	uint32_t cluster_id;
	const struct vip_options *vips; /* nothing else is learned */
	size_t vip_count;
	const struct aggregate_options *aggregates;
	size_t aggregate_count;
};

/* Communities by which a server says beforehand what its path will do. */
struct signal_options {
	struct rule_community draining[RIB_MAX_SIGNALS];
	size_t draining_count;
	struct rule_community joining[RIB_MAX_SIGNALS];
	size_t joining_count;
};

struct rib_options {
	struct import_options import;
	struct decision_options decision;
	struct signal_options signals;
	const struct policy_rule *rules;
	size_t rule_count;
	const struct static_path_options *static_paths;
	size_t static_path_count;
	uint32_t min_nexthops; /* living next hops that an announcement needs */
	uint32_t announce_delay_s; /* how long it has them before */
	enum announce_as announce_as;
	bool announce_bandwidth; /* add route_bandwidth() to the best path */
};

extern const struct rib_options rib_options_default;
/* A VIP without keys; the prefix is zero. */
extern const struct vip_options vip_options_default;
/* A path without keys; prefix and next hop are zero. */
extern const struct static_path_options static_path_options_default;

/* True if decisions on the VIP differ from those on others. */
bool vip_options_decide(const struct vip_options *vip);
/* Return `all` with what the VIP has of its own. */
struct decision_options
vip_options_decision(const struct vip_options *vip,
		     const struct decision_options *all);

bool rib_static_paths_equal(const struct rib_options *a,
			    const struct rib_options *b);
bool rib_aggregates_equal(const struct import_options *a,
			  const struct import_options *b);
bool rib_options_equal(const struct rib_options *a,
		       const struct rib_options *b);

#endif
