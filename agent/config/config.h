/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

/*
 * The configuration: the options of every room, filled from the command line
 * and from files by tables (option.h), which also write --help and the
 * canonical form that --check prints and that parses back to itself. The
 * types, limits, defaults and names of options belong to the rooms, which know
 * nothing of flags.
 *
 * Parsing does not stop at the first error: each is reported with its place, so
 * that one run names all of them. A configuration with errors is never used.
 *
 *	config, file	command line, files; order of stages
 *	option, flag	a row of a table; the table of all flags
 *	kind, entry	simple values; compound ones, with keys
 *	neighbor, vip, aggregate, path, confederation
 *			the keys of these values, and rules about them
 *	rule, community	rules of the routing policy
 *	filter		filters of VIPs
 *	parser		places and errors, shared by all of these
 *	check		rules that span several values; the host
 *	print		the canonical form and --help
 *	secrets		keys of two configurations, each kept once
 *	change		the difference between two configurations
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bgp/session/options.h"
#include "config/filter.h"
#include "control/options.h"
#include "core/bmp_report.h"
#include "core/log.h"
#include "datapath/options.h"
#include "fib/options.h"
#include "filter/options.h"
#include "nexthop/options.h"
#include "rib/options.h"
#include "steering/options.h"

enum config_sizes {
	AGENT_USER_SIZE = 33, /* LOGIN_NAME_MAX of shadow */
};

/* The fate of a system call that the agent does not need. */
enum agent_seccomp {
	AGENT_SECCOMP_ON,  /* it fails */
	AGENT_SECCOMP_LOG, /* it passes, and the kernel logs it */
	AGENT_SECCOMP_OFF,
	AGENT_SECCOMP_COUNT,
};

extern const char *const agent_seccomp_names[AGENT_SECCOMP_COUNT];

/* The fate of the program, its pins and the kernel's routes at the end. */
enum agent_on_exit {
	AGENT_EXIT_REMOVE,
	AGENT_EXIT_KEEP,
	AGENT_EXIT_COUNT,
};

extern const char *const agent_on_exit_names[AGENT_EXIT_COUNT];

/* The options of the agent itself. */
struct agent_options {
	uint32_t shutdown_delay_s;
	bool takeover;		 /* from an agent that runs */
	uint32_t takeover_max_s; /* until a previous run's tables are left */
	uint32_t start_max_s; /* until VIPs are announced without all servers */
	enum agent_on_exit on_exit;
	bool wait_interfaces; /* those that are missing at the start */
	enum agent_seccomp seccomp;
	enum log_level log_level;
	enum log_format log_format;
	char user[AGENT_USER_SIZE];    /* to run as; "": stay as started */
	uint32_t audit_interval_s;     /* 0: never */
	bool desync_stays;	       /* announced: --withdraw-on-desync no */
	char mrt_file[FILE_PATH_SIZE]; /* "": none */
	struct endpoint bmp[BMP_MAX_COLLECTORS];
	size_t bmp_count;
};

static inline bool agent_options_same_bmp(const struct agent_options *a,
					  const struct agent_options *b)
{
	bool same = a->bmp_count == b->bmp_count;

	for (size_t i = 0; same && i < a->bmp_count; i++)
		same = endpoint_equal(&a->bmp[i], &b->bmp[i]);
	return same;
}

static inline bool agent_options_equal(const struct agent_options *a,
				       const struct agent_options *b)
{
	return a->shutdown_delay_s == b->shutdown_delay_s &&
	       a->takeover == b->takeover &&
	       a->takeover_max_s == b->takeover_max_s &&
	       a->start_max_s == b->start_max_s && a->on_exit == b->on_exit &&
	       a->wait_interfaces == b->wait_interfaces &&
	       a->seccomp == b->seccomp && a->log_level == b->log_level &&
	       a->log_format == b->log_format && !strcmp(a->user, b->user) &&
	       a->audit_interval_s == b->audit_interval_s &&
	       a->desync_stays == b->desync_stays &&
	       !strcmp(a->mrt_file, b->mrt_file) &&
	       agent_options_same_bmp(a, b);
}

enum config_limits {
	CONFIG_MAX_SHUTDOWN_DELAY_S = 3600,
	CONFIG_AUDIT_INTERVAL_S = 10,
	CONFIG_MAX_AUDIT_INTERVAL_S = 3600,
	CONFIG_MAX_TAKEOVER_S = 3600,
};

/* One --interface, which two rooms have a part of. */
struct config_interface {
	char name[INTERFACE_SIZE];
	struct datapath_vlans vlans;
};

/* One --vip, which several rooms have a part of. */
struct config_vip {
	struct vip_options rib;
	uint32_t hash_fields; /* HG_HASH_FIELDS_COUNT: those of all VIPs */
	uint32_t window_s;    /* STEERING_NO_WINDOW: that of all VIPs */
	struct config_sources sources;
};

/*
 * One structure for each room. Their lists point into `lists`: a configuration
 * owns them, must outlive the rooms and is never copied.
 */
struct config {
	struct agent_options agent;
	struct bgp_options bgp;
	struct rib_options rib;
	struct nexthop_options nexthop;
	struct fib_options fib;
	struct steering_options steering;
	struct datapath_options datapath;
	struct control_options control;
	struct filter_options filter;
	struct config_lists {
		struct bgp_neighbor_options neighbors[BGP_MAX_NEIGHBORS];
		struct aggregate_options aggregates[RIB_MAX_AGGREGATES];
		struct static_path_options static_paths[RIB_MAX_STATIC_PATHS];
		struct policy_rule rules[POLICY_MAX_RULES];
		struct flowspec_rule filters[FILTER_MAX_RULES];
		struct config_interface interfaces[DATAPATH_MAX_INTERFACES];
		struct config_vip vip_entries[RIB_MAX_VIPS];
		size_t vip_count;
		/* Made of these entries. */
		struct vip_options vips[RIB_MAX_VIPS];
		struct prefix ranges[RIB_MAX_VIPS];
		struct steering_vip_fields vip_fields[RIB_MAX_VIPS];
		struct filter_vip_options filter_vips[RIB_MAX_VIPS];
	} lists;
};

/* A request of the command line besides configuration. */
enum config_request {
	CONFIG_RUN,
	CONFIG_CHECK,	/* --check */
	CONFIG_HELP,	/* --help */
	CONFIG_VERSION, /* --version */
};

/* Free the memory that values have beside the structure. */
void config_release(struct config *config);
/* Fill in the defaults. */
void config_init(struct config *config);
/*
 * Start from the defaults, read every --config file, then argv[1..], which
 * wins over the files wherever it stands. Errors go to `errors`, one a line,
 * as "FILE:LINE: message" or "headgate: message", and after the last one their
 * number. Returns that number; `config` is complete only at 0 and only if the
 * request is CONFIG_RUN or CONFIG_CHECK. `host_interfaces`: the names of the
 * host's interfaces, ended by NULL; NULL: interfaces are not checked.
 */
int config_parse(struct config *config, int argc, char **argv,
		 const char *const *host_interfaces,
		 enum config_request *request, FILE *errors);
/* The same for one file alone, open as `in` and called `name` in errors. */
int config_parse_stream(struct config *config, FILE *in, const char *name,
			FILE *errors);
/* Write the canonical form: every flag with its value, one a line. */
void config_print(const struct config *config, FILE *out);
/* Write the memory that the tables take, as a comment line of a file. */
void config_print_memory(const struct config *config, FILE *out);
/* Write --help. */
void config_print_help(FILE *out);

#endif
