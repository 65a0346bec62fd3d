/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

/*
 * The configuration: the options of every room, filled from the command line
 * and from files by one table (config_table.c), which also writes --help and
 * the canonical form that --check prints and that parses back to itself. The
 * types, limits and names of options belong to the rooms, which know nothing of
 * flags.
 *
 * Parsing does not stop at the first error: each is reported with its place, so
 * that one run names all of them. A configuration with errors is never used.
 *
 *	config.c		command line, order of stages
 *	config_file.c		lines of a file
 *	config_parser.c		places and errors, shared by all of these
 *	config_values.c		a parser and a printer for each kind of value
 *	config_neighbor.c	the value of --neighbor
 *	config_neighbor_keys.c	the table of its keys
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

#include "bgp/session/options.h"
#include "control/options.h"
#include "core/log.h"
#include "datapath/options.h"
#include "fib/options.h"
#include "nexthop/options.h"
#include "rib/options.h"
#include "steering/options.h"

/* The options of the agent itself. */
struct agent_options {
	uint32_t shutdown_delay_s;
	enum log_level log_level;
};

enum config_limits {
	CONFIG_MAX_SHUTDOWN_DELAY_S = 3600,
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
	struct config_lists {
		struct bgp_neighbor_options neighbors[BGP_MAX_NEIGHBORS];
		struct vip_options vips[RIB_MAX_VIPS];
		struct prefix ranges[RIB_MAX_VIPS]; /* of the VIPs */
		struct steering_vip_fields vip_fields[RIB_MAX_VIPS];
		struct aggregate_options aggregates[RIB_MAX_AGGREGATES];
		struct static_path_options static_paths[RIB_MAX_STATIC_PATHS];
		struct policy_rule rules[POLICY_MAX_RULES];
	} lists;
};

/* What the command line asked for besides configuration. */
enum config_request {
	CONFIG_RUN,
	CONFIG_CHECK,	/* --check */
	CONFIG_HELP,	/* --help */
	CONFIG_VERSION, /* --version */
};

/* Fill in the defaults. */
void config_init(struct config *config);
/*
 * Start from the defaults, read every --config file, then argv[1..], which
 * wins over the files wherever it stands. Errors go to `errors`, one a line,
 * as "FILE:LINE: message" or "headgate: message", and after the last one their
 * number. Returns that number; `config` is complete only at 0 and only if the
 * request is CONFIG_RUN or CONFIG_CHECK. Uses getopt_long(), so one call at a
 * time. `host_interfaces`: the names of the host's interfaces, ended by NULL;
 * NULL: --interface is not checked against them.
 */
int config_parse(struct config *config, int argc, char **argv,
		 const char *const *host_interfaces,
		 enum config_request *request, FILE *errors);
/* The same for one file alone, open as `in` and called `name` in errors. */
int config_parse_stream(struct config *config, FILE *in, const char *name,
			FILE *errors);
/* Write the canonical form: every flag with its value, one a line. */
void config_print(const struct config *config, FILE *out);
/* Write --help. */
void config_print_help(FILE *out);

#endif
