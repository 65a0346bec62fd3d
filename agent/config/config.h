/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

/*
 * The configuration: one value for each flag, filled from the command line and
 * from files by one table (config_table.c), which also writes --help and the
 * canonical form that --check prints and that parses back to itself.
 *
 * Parsing never stops at the first error: each is reported with its place, so
 * that one run names all of them. A configuration with errors is never used.
 *
 * The way of a value:
 *	config.c		command line, the order of things
 *	config_file.c		lines of a file
 *	config_parser.c		places and errors, shared by all of these
 *	config_values.c		one parser and printer for each kind of value
 *	config_neighbor.c	the one value that has keys of its own
 *	config_neighbor_keys.c	the table of these keys
 *	config_path.c		the value of --path
 *	config_vip.c		the keys of --vip
 *	config_aggregate.c	the value of --aggregate
 *	config_confederation.c	the members of a confederation
 *	config_keys.c		keys behind other values
 *	config_rule*.c		rules of the routing policy
 *	config_check.c		rules that span several values; the host
 *	config_print.c		the canonical form and --help
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config_rule.h"
#include "core/address.h"
#include "core/log.h"
#include "core/secret.h"

enum config_limits {
	CONFIG_MAX_INTERFACES = 16,
	CONFIG_MAX_VIP_PREFIXES = 256,
	CONFIG_MAX_NEIGHBORS = 1024,
	CONFIG_MAX_TOLD = 64, /* neighbors that are told VIPs, at one time */
	CONFIG_MAX_PATHS = 4096,
	CONFIG_MAX_MEMBERS = 64,
	CONFIG_MAX_AGGREGATES = 64,
	CONFIG_MAX_RULES = 512,
	CONFIG_INTERFACE_SIZE = 16, /* IFNAMSIZ */
	CONFIG_PATH_SIZE = 100,	    /* fits sun_path with a suffix */
	NEIGHBOR_TARGET_SIZE = PREFIX_TEXT_SIZE + CONFIG_INTERFACE_SIZE,
	NEIGHBOR_NAME_SIZE = 32,
};

enum neighbor_role {
	NEIGHBOR_ROLE_NONE, /* exchanges nothing (RFC 8212) */
	NEIGHBOR_ROLE_BACKEND,
	NEIGHBOR_ROLE_UPSTREAM,
	NEIGHBOR_ROLE_PEER,
	NEIGHBOR_ROLE_COUNT,
};

/* Which AS a neighbor may have. */
enum neighbor_as {
	NEIGHBOR_AS_ANY,
	NEIGHBOR_AS_RANGE,    /* as_first..as_last, equal for a single one */
	NEIGHBOR_AS_EXTERNAL, /* any but ours */
	NEIGHBOR_AS_INTERNAL, /* ours */
};

/* Which routes are exchanged; the first of each kind is the default. */
enum neighbor_family {
	NEIGHBOR_FAMILY_BOTH,
	NEIGHBOR_FAMILY_IPV4,
	NEIGHBOR_FAMILY_IPV6,
	NEIGHBOR_FAMILY_COUNT,
};

/* Several paths for a prefix (RFC 7911), as seen from us. */
enum neighbor_add_path {
	NEIGHBOR_ADD_PATH_NONE,
	NEIGHBOR_ADD_PATH_RECEIVE,
	NEIGHBOR_ADD_PATH_SEND,
	NEIGHBOR_ADD_PATH_BOTH,
	NEIGHBOR_ADD_PATH_COUNT,
};

/* What is done about more prefixes than max-prefix. */
enum neighbor_max_prefix_action {
	NEIGHBOR_MAX_PREFIX_BLOCK, /* the others stay as they are */
	NEIGHBOR_MAX_PREFIX_RESTART,
	NEIGHBOR_MAX_PREFIX_WARN,
	NEIGHBOR_MAX_PREFIX_ACTION_COUNT,
};

/* May its paths share a set with those of others? */
enum neighbor_multipath {
	NEIGHBOR_MULTIPATH_YES,
	NEIGHBOR_MULTIPATH_NO,
	NEIGHBOR_MULTIPATH_COUNT,
};

/* What the neighbor is to us (RFC 9234 4.1). */
enum neighbor_relation {
	NEIGHBOR_RELATION_NONE,
	NEIGHBOR_RELATION_PROVIDER,
	NEIGHBOR_RELATION_CUSTOMER,
	NEIGHBOR_RELATION_PEER,
	NEIGHBOR_RELATION_RS,
	NEIGHBOR_RELATION_RS_CLIENT,
	NEIGHBOR_RELATION_COUNT,
};

/* The next hop of what we announce. */
enum neighbor_nexthop {
	NEIGHBOR_NEXTHOP_AUTO, /* unchanged where we reflect, else ourselves */
	NEIGHBOR_NEXTHOP_SELF,
	NEIGHBOR_NEXTHOP_UNCHANGED,
	NEIGHBOR_NEXTHOP_COUNT,
};

/*
 * One --neighbor. A prefix that is not a host means dynamic, passive peers; an
 * interface alone, with the prefix of all link-local addresses, the one peer
 * behind it. Times are in seconds.
 */
struct neighbor_config {
	struct prefix prefix;
	char interface[CONFIG_INTERFACE_SIZE]; /* if link-local, else "" */
	char name[NEIGHBOR_NAME_SIZE];	       /* for people only; "": none */
	enum neighbor_as as_kind;
	uint32_t as_first; /* 0 unless as_kind is NEIGHBOR_AS_RANGE */
	uint32_t as_last;
	enum neighbor_role role;
	bool passive;
	uint16_t port;	       /* remote port; 0 if passive: we never connect */
	uint16_t hold_time;    /* proposed in OPEN; 0: no keepalives */
	uint16_t limit;	       /* of dynamic peers at one time; 0 if static */
	struct address source; /* to connect from; zero: the kernel's choice */
	uint16_t multihop; /* TTL to send with; 0: it is on a link of ours */
	uint16_t ttl_security; /* hops it may be away (RFC 5082); 0: any */
	char password_file[CONFIG_PATH_SIZE]; /* TCP-MD5; "": none */
	char tcp_ao_key_file[CONFIG_PATH_SIZE];
	uint16_t tcp_ao_id;	 /* of the key, in both directions */
	struct secret secret;	 /* what stands in either file */
	uint16_t delay_open;	 /* RFC 4271 8.1.1; 0: none */
	uint16_t min_hold_time;	 /* least to accept; 0: any */
	uint16_t send_hold_time; /* RFC 9687; 0: that of the RFC */
	enum neighbor_family family;
	enum neighbor_add_path add_path;
	bool extended_nexthop; /* RFC 8950 */
	bool graceful_restart; /* RFC 4724 */
	enum neighbor_relation relation;
	bool route_reflector_client; /* RFC 4456 */
	enum neighbor_nexthop nexthop;
	uint32_t max_prefix; /* of each family; 0: any number */
	enum neighbor_max_prefix_action max_prefix_action;
	uint16_t max_prefix_restart; /* stay down for; 0: not of that action */
	enum neighbor_multipath multipath;
	bool aigp; /* an external one, that may tell us AIGP: RFC 7311 3.1 */
	bool bfd;  /* the session ends when BFD says that the path failed */
};

/* RFC 5065. */
struct confederation {
	uint32_t identifier; /* the AS that others see; 0: there is none */
	uint32_t members[CONFIG_MAX_MEMBERS]; /* without our own AS */
	size_t member_count;
};

/* One --vip. Its numbers are of living next hops. */
struct vip_config {
	struct prefix prefix;
	uint32_t min_nexthops;	  /* to stay announced; 0: --min-nexthops */
	uint32_t return_nexthops; /* to be announced again; 0: the same */
	bool own_hash_fields;	  /* else it is --hash-fields */
	uint32_t hash_fields;	  /* enum hg_hash_fields */
};

/* One --aggregate: announced for the VIPs inside it. */
struct aggregate_config {
	struct prefix prefix;
	bool summary_only; /* they are not announced themselves */
	bool as_set;	   /* all their ASes in the AS_PATH: RFC 9774 */
};

/* One --path: a server that has the VIP and does not speak BGP. */
struct path_config {
	struct prefix prefix;
	struct address nexthop;
	uint32_t weight;
	uint32_t distance; /* rib/distance.h */
	bool bfd;	   /* only while its BFD session is up */
};

enum xdp_mode {
	XDP_MODE_AUTO,
	XDP_MODE_NATIVE,
	XDP_MODE_GENERIC,
};

enum xdp_attach {
	XDP_ATTACH_LINK,
};

enum multipath_as_path {
	MULTIPATH_AS_PATH_EXACT,
	MULTIPATH_AS_PATH_SAME_PEER_AS,
	MULTIPATH_AS_PATH_RELAXED,
};

/* The same for the AS numbers of our confederation. */
enum multipath_confederation {
	MULTIPATH_CONFEDERATION_RELAXED,
	MULTIPATH_CONFEDERATION_SAME_MEMBER_AS,
};

/* What a path without a MED has. */
enum missing_med {
	MISSING_MED_BEST,
	MISSING_MED_WORST,
};

/* What link bandwidths do to the weights in a set. */
enum bandwidth_use {
	BANDWIDTH_USE,
	BANDWIDTH_USE_IF_ALL,
	BANDWIDTH_IGNORE,
};

/* Where we are to be reached by TCP. */
struct endpoint {
	struct address address;
	uint16_t port; /* 0: nowhere */
};

struct config {
	uint32_t as;
	struct confederation confederation;
	uint32_t router_id; /* host byte order, as the next one */
	uint32_t cluster_id;
	char interfaces[CONFIG_MAX_INTERFACES][CONFIG_INTERFACE_SIZE];
	size_t interface_count;
	enum xdp_mode xdp_mode;
	enum xdp_attach xdp_attach;
	struct vip_config vips[CONFIG_MAX_VIP_PREFIXES];
	size_t vip_count;
	struct neighbor_config neighbors[CONFIG_MAX_NEIGHBORS];
	size_t neighbor_count;
	struct path_config paths[CONFIG_MAX_PATHS];
	size_t path_count;
	uint32_t bfd_interval; /* milliseconds */
	uint32_t bfd_multiplier;
	struct aggregate_config aggregates[CONFIG_MAX_AGGREGATES];
	size_t aggregate_count;
	struct policy_rule rules[CONFIG_MAX_RULES];
	size_t rule_count;
	struct endpoint listen;
	uint32_t maximum_paths;
	uint32_t maximum_paths_ibgp;
	enum multipath_as_path multipath_as_path;
	enum multipath_confederation multipath_confederation;
	bool multipath_ebgp_ibgp;
	bool multipath_cluster_length;
	bool skip_igp_cost;
	bool count_confederation_path;
	bool always_compare_med;
	enum missing_med missing_med;
	bool aigp;
	enum bandwidth_use link_bandwidth;
	uint32_t bandwidth_unit; /* bytes per second */
	uint32_t default_weight;
	bool add_path_weight;
	bool announce_bandwidth;
	uint32_t min_nexthops;
	uint32_t announce_delay; /* seconds */
	uint32_t shutdown_delay; /* the same */
	uint32_t hash_fields;	 /* enum hg_hash_fields */
	uint64_t hash_seed;
	uint32_t table_size; /* buckets of a group, a power of two */
	char control_socket[CONFIG_PATH_SIZE];
	struct endpoint metrics;
	char bpffs[CONFIG_PATH_SIZE];
	enum log_level log_level;
};

/* What the command line asked for besides configuration. */
enum config_request {
	CONFIG_RUN,
	CONFIG_CHECK,	/* --check */
	CONFIG_HELP,	/* --help */
	CONFIG_VERSION, /* --version */
};

/* Fills in the defaults. */
void config_init(struct config *config);
/*
 * Starts from the defaults, reads every --config file, then argv[1..], which
 * wins over the files wherever it stands. Errors go to `errors`, one a line,
 * as "FILE:LINE: message" or "headgate: message", and after the last one their
 * number. Returns that number; `config` is complete only at 0 and only if the
 * request is CONFIG_RUN or CONFIG_CHECK. Uses getopt_long(), so one call at a
 * time. `host_interfaces`: the names of the interfaces there are, ended by
 * NULL; NULL if --interface is not to be held against them.
 */
int config_parse(struct config *config, int argc, char **argv,
		 const char *const *host_interfaces,
		 enum config_request *request, FILE *errors);
/* The same for one file alone, open as `in` and called `name` in errors. */
int config_parse_stream(struct config *config, FILE *in, const char *name,
			FILE *errors);
/* Writes the canonical form: every flag with its value, one a line. */
void config_print(const struct config *config, FILE *out);
/* Writes --help, out of the same table. */
void config_print_help(FILE *out);

/* True if the neighbor is a range of addresses that connect to us. */
bool neighbor_is_dynamic(const struct neighbor_config *neighbor);
/* True if it is whoever is the one peer behind an interface. */
bool neighbor_is_interface(const struct neighbor_config *neighbor);
/* True if its AS cannot be other than ours. */
bool neighbor_is_internal(const struct neighbor_config *neighbor,
			  uint32_t local_as);
/* True if all ASes it may have are those of other members. */
bool neighbor_is_member(const struct neighbor_config *neighbor,
			const struct confederation *confederation);
const char *neighbor_role_name(enum neighbor_role role);
/* True if a path or a neighbor asks for BFD. */
bool config_uses_bfd(const struct config *config);
/* "5-tuple", ... */
const char *config_hash_fields_name(uint32_t hash_fields);
/* The same back; false if it is none of them. */
bool config_hash_fields_read(const char *name, uint32_t *hash_fields);
/* By which fields flows to a VIP are told apart, an address or a prefix. */
uint32_t config_hash_fields_of(const struct config *config,
			       const struct prefix *vip);
/* "65001", "65001-65010", "external", "internal" or "any". */
const char *neighbor_as_format(const struct neighbor_config *neighbor,
			       char *text, size_t size);
/* "10.0.0.0/24", "10.0.0.2", "fe80::1%eth0" or "eth0", as it is configured. */
const char *neighbor_target_format(const struct neighbor_config *neighbor,
				   char text[NEIGHBOR_TARGET_SIZE]);

#endif
