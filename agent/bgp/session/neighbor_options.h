/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_OPTIONS_H
#define BGP_NEIGHBOR_OPTIONS_H

/*
 * One configured neighbor (--neighbor): an address, a prefix that peers may
 * connect from, or an interface with one link-local peer behind it. Plain
 * values, which can be copied and compared. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/exchange.h"
#include "bgp/codec/open.h"
#include "core/address.h"
#include "core/encapsulation.h"
#include "core/key_file.h"
#include "core/secret.h"
#include "core/service_options.h"
#include "core/sizes.h"

enum bgp_neighbor_options_sizes {
	NEIGHBOR_NAME_SIZE = 32,
	NEIGHBOR_TARGET_SIZE = PREFIX_TEXT_SIZE + INTERFACE_SIZE,
};

/* Limits and defaults. Times are in seconds. */
enum bgp_neighbor_limits {
	NEIGHBOR_HOLD_TIME = 90,
	/* A server that hangs must not keep its flows for 90 seconds. */
	NEIGHBOR_HOLD_TIME_BACKEND = 9,
	NEIGHBOR_DYNAMIC_LIMIT = 256,
	NEIGHBOR_MULTIHOP_TTL = 64,
	NEIGHBOR_TTL_SECURITY_HOPS = 1,
	NEIGHBOR_TCP_AO_ID = 1,
	NEIGHBOR_MAX_PREFIX_RESTART_TIME = 60,
	NEIGHBOR_MAX_PREFIX_BACKEND = 1000,
	NEIGHBOR_MAX_PATHS_BACKEND = 1024,
	/* For each prefix that it may announce: a whole plain message. */
	NEIGHBOR_MAX_ATTRIBUTES_BACKEND = 4096,
	NEIGHBOR_MAX_NEXTHOPS_BACKEND = 64,
	NEIGHBOR_MAX_NEXTHOPS = 1024,
	/* In --bandwidth-unit: 800 Gbit/s by default, the fastest port. */
	NEIGHBOR_MAX_BANDWIDTH_BACKEND = 800000,
	NEIGHBOR_MAX_WARM_UP = 3600, /* join-delay, slow-start */
};

/* The AS numbers that a neighbor may have. */
struct bgp_as_range {
	enum bgp_peer_kind kind;
	uint32_t first; /* both 0: any AS of this kind */
	uint32_t last;
};

/*
 * The interface alone is stored as the prefix of all link-local addresses and
 * the interface. Times are in seconds.
 */
struct bgp_neighbor_options {
	struct prefix prefix;
	char interface[INTERFACE_SIZE]; /* if link-local, else "" */
	char name[NEIGHBOR_NAME_SIZE];	/* for people only; "": none */
	struct bgp_as_range as;
	enum neighbor_role role;
	bool passive;
	uint16_t port;	       /* remote port; 0 if passive: we never connect */
	uint16_t hold_time;    /* proposed in OPEN; 0: no keepalives */
	uint16_t limit;	       /* of dynamic peers at one time; 0 if static */
	struct address source; /* to connect from; zero: the kernel's choice */
	uint16_t multihop; /* TTL to send with; 0: it is on a link of ours */
	uint16_t ttl_security; /* hops it may be away (RFC 5082); 0: any */
	char password_file[FILE_PATH_SIZE]; /* TCP-MD5; "": none */
	char tcp_ao_key_file[FILE_PATH_SIZE];
	uint16_t tcp_ao_id;	 /* of the key, in both directions */
	struct secret secret;	 /* content of either file */
	uint16_t delay_open;	 /* RFC 4271 8.1.1; 0: none */
	uint16_t min_hold_time;	 /* least to accept; 0: any */
	bool hold_time_zero;	 /* of peers of a prefix is accepted */
	bool keep_on_link_down;	 /* silence alone ends the session then */
	uint16_t send_hold_time; /* RFC 9687; 0: the default of the RFC */
	uint32_t families;	 /* enum bgp_family_bits, to exchange */
	uint32_t add_path;	 /* enum bgp_add_path, as seen from us */
	bool extended_nexthop;	 /* RFC 8950 */
	bool graceful_restart;	 /* RFC 4724 */
	/* The neighbor's role to us (RFC 9234 4.1), or BGP_ROLE_NONE. */
	enum bgp_role relation;
	bool route_reflector_client; /* RFC 4456 */
	enum neighbor_nexthop nexthop;
	/* How packets go to its servers; COUNT: as it says (RFC 9012) */
	enum hg_encapsulation encapsulation;
	uint32_t max_prefix; /* of each family; 0: any number */
	enum neighbor_max_prefix_action max_prefix_action;
	uint16_t max_prefix_restart; /* stay down for; 0: not of that action */
	struct neighbor_vips vips;
	uint32_t max_paths;	   /* of one prefix (RFC 7911); 0: any number */
	uint32_t max_attributes;   /* bytes, of its paths; 0: any number */
	uint32_t max_nexthops;	   /* of its paths; 0: any number */
	uint32_t max_bandwidth;	   /* a higher one counts as this; 0: any */
	uint8_t max_prefix_length; /* longer ones are refused; 0: none */
	bool blackhole;		   /* its BLACKHOLE counts: RFC 7999 */
	bool flowspec;		   /* its Flow Specifications: RFC 8955 */
	bool pass_attributes;	   /* of VIPs that it announces, upstream */
	bool remove_private_as;	   /* from the paths announced to it */
	bool as_override;	   /* its AS in them is replaced by ours */
	bool multipath_off;	   /* its paths share no set with others */
	bool aigp; /* accept AIGP from an external neighbor: RFC 7311 3.1 */
	uint16_t join_delay; /* seconds out of sets after it came up */
	uint16_t slow_start; /* seconds until its paths have their weight */
	bool bfd; /* the session ends when BFD says that the path failed */
	struct key_file bfd_key;
	struct service_options service; /* how its VIPs are checked */
};

/* Names of --neighbor's family and add-path, indexed by bits; some are NULL. */
extern const char *const bgp_families_names[BGP_ALL_FAMILIES + 1];
extern const char *const bgp_add_path_names[BGP_ADD_PATH_BOTH + 1];

/* Names of --neighbor's encap, by enum hg_encapsulation and behind it. */
extern const char *const neighbor_encap_names[HG_ENCAPSULATION_COUNT + 1];

/* A neighbor without keys; the prefix is zero. */
extern const struct bgp_neighbor_options bgp_neighbor_options_default;

bool bgp_neighbor_options_equal(const struct bgp_neighbor_options *a,
				const struct bgp_neighbor_options *b);

/* True if the neighbor is a range of addresses that connect to us. */
bool neighbor_is_dynamic(const struct bgp_neighbor_options *neighbor);
/* True if the neighbor is the one peer behind an interface. */
bool neighbor_is_interface(const struct bgp_neighbor_options *neighbor);
/* True if its sessions run over IPv6. */
bool neighbor_is_over_ipv6(const struct bgp_neighbor_options *neighbor);
/* True if its AS cannot be other than ours. */
bool neighbor_is_internal(const struct bgp_neighbor_options *neighbor,
			  uint32_t local_as);
/*
 * Return the next hops that paths from the neighbor may have: those of its key,
 * else a backend's own. A neighbor inside our AS that is configured by its own
 * address is the place of a route reflector, and may have any.
 */
enum neighbor_nexthop
neighbor_learned_nexthop(const struct bgp_neighbor_options *neighbor,
			 bool internal);
/* Write "65001", "65001-65010", "external", "internal" or "any". */
const char *bgp_as_range_format(const struct bgp_as_range *as, char *text,
				size_t size);
/* Write "10.0.0.0/24", "10.0.0.2", "fe80::1%eth0" or "eth0". */
const char *neighbor_target_format(const struct bgp_neighbor_options *neighbor,
				   char text[NEIGHBOR_TARGET_SIZE]);

#endif
