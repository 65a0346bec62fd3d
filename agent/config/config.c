// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command line, and the order in which a configuration comes together:
 * defaults, files, command line, checks. See config.h.
 */

#include "config/config.h"

#include <string.h>

#include "config/check.h"
#include "config/file.h"
#include "config/flag.h"
#include "config/option.h"
#include "config/parser.h"
#include "config/warn.h"

const char *const agent_seccomp_names[AGENT_SECCOMP_COUNT] = {
	[AGENT_SECCOMP_ON] = "on",
	[AGENT_SECCOMP_LOG] = "log",
	[AGENT_SECCOMP_OFF] = "off",
};

const char *const agent_on_exit_names[AGENT_EXIT_COUNT] = {
	[AGENT_EXIT_REMOVE] = "remove",
	[AGENT_EXIT_KEEP] = "keep",
};

/* ------------------------------------------------------------- defaults */

enum {
	DEFAULT_TAKEOVER_S = 60,
	DEFAULT_SHUTDOWN_DELAY_S = 3,
	DEFAULT_START_S = 10,
};

static void set_defaults(struct config *config)
{
	struct config_lists *lists = &config->lists;

	memset(config, 0, sizeof(*config));
	config->agent.log_level = LOG_LEVEL_INFO;
	config->agent.audit_interval_s = CONFIG_AUDIT_INTERVAL_S;
	config->agent.takeover_max_s = DEFAULT_TAKEOVER_S;
	config->agent.start_max_s = DEFAULT_START_S;
	config->agent.shutdown_delay_s = DEFAULT_SHUTDOWN_DELAY_S;
	config->bgp = bgp_options_default;
	config->rib = rib_options_default;
	config->nexthop = nexthop_options_default;
	config->steering = steering_options_default;
	config->datapath = datapath_options_default;
	config->control = control_options_default;

	config->bgp.neighbors = lists->neighbors;
	config->rib.import.vips = lists->vips;
	config->rib.import.aggregates = lists->aggregates;
	config->rib.static_paths = lists->static_paths;
	config->rib.rules = lists->rules;
	config->nexthop.interfaces =
		(const char(*)[INTERFACE_SIZE])config->datapath.interfaces;
	config->fib = fib_options_default;
	config->fib.ranges = lists->ranges;
	config->steering.vip_fields = lists->vip_fields;
	config->filter.rules = lists->filters;
	config->filter.vips = lists->filter_vips;
}

void config_release(struct config *config)
{
	struct config_lists *lists = &config->lists;

	for (size_t i = 0; i < lists->vip_count; i++)
		config_sources_free(&lists->vip_entries[i].sources);
}

static bool uses_bfd(const struct config *config)
{
	for (size_t i = 0; i < config->rib.static_path_count; i++)
		if (config->rib.static_paths[i].bfd)
			return true;
	for (size_t i = 0; i < config->bgp.neighbor_count; i++)
		if (config->bgp.neighbors[i].bfd)
			return true;
	return false;
}

/* Give each room its part of the VIPs. */
static void derive_vips(struct config *config)
{
	struct config_lists *lists = &config->lists;
	size_t own = 0;

	for (size_t i = 0; i < lists->vip_count; i++) {
		const struct config_vip *vip = &lists->vip_entries[i];

		lists->vips[i] = vip->rib;
		lists->ranges[i] = vip->rib.prefix;
		lists->filter_vips[i] = (struct filter_vip_options){
			.vip = vip->rib.prefix,
			.has_sources = vip->sources.given,
			.sources = vip->sources.prefixes,
			.source_count = vip->sources.count,
		};
		if (vip->hash_fields != HG_HASH_FIELDS_COUNT ||
		    vip->window_s != STEERING_NO_WINDOW)
			lists->vip_fields[own++] = (struct steering_vip_fields){
				vip->rib.prefix, vip->hash_fields, vip->window_s
			};
	}
	config->rib.import.vip_count = lists->vip_count;
	config->fib.range_count = lists->vip_count;
	config->filter.vip_count = lists->vip_count;
	config->steering.vip_fields_count = own;
}

static void derive_interfaces(struct config *config)
{
	struct datapath_options *datapath = &config->datapath;

	for (size_t i = 0; i < datapath->interface_count; i++) {
		const struct config_interface *interface =
			&config->lists.interfaces[i];

		memcpy(datapath->interfaces[i], interface->name,
		       sizeof(datapath->interfaces[i]));
		datapath->vlans[i] = interface->vlans;
	}
}

static bool uses_link_speeds(const struct config *config)
{
	const struct config_lists *lists = &config->lists;
	bool used = config->rib.decision.full_link_speed;

	for (size_t i = 0; i < lists->vip_count; i++) {
		uint32_t speed = lists->vip_entries[i].rib.full_link_speed;

		used |= speed && speed != VIP_LINK_SPEED_OF_ALL;
	}
	return used;
}

/* Fill in values that follow from others. */
static void derive(struct config *config)
{
	struct import_options *import = &config->rib.import;
	struct decision_options *decision = &config->rib.decision;

	derive_vips(config);
	derive_interfaces(config);
	import->local_as = config->bgp.as;
	import->local_identifier = config->bgp.identifier;
	import->confederation = config->bgp.confederation.identifier;
	if (!import->cluster_id)
		import->cluster_id = import->local_identifier;
	if (!decision->maximum_paths_ibgp)
		decision->maximum_paths_ibgp = decision->maximum_paths;
	config->datapath.table_size = config->steering.table_size;
	config->datapath.group_count = config->steering.group_count;
	config->datapath.flow_records =
		steering_has_windows(&config->steering) ?
			config->steering.flow_records :
			0;
	config->datapath.handed_up_mark = config->fib.handed_up.mark;
	config->nexthop.interface_count = config->datapath.interface_count;
	config->nexthop.bfd = uses_bfd(config);
	config->nexthop.link_speeds = uses_link_speeds(config);
}

void config_init(struct config *config)
{
	set_defaults(config);
	derive(config);
}

/* ------------------------------------------------------------- command line */

static void complain_stray(struct parser *parser, const char *word)
{
	parser_complain(parser,
			"unexpected '%s'; a value follows its flag, see "
			"headgate --help",
			word);
}

/* Return the flag "--NAME" or "--NAME=VALUE", which may be abbreviated. */
static const struct option *find_abbreviated(const char *word)
{
	size_t length = strcspn(word + 2, "=");
	const struct option *found = NULL;
	size_t matches = 0;

	if (strncmp(word, "--", 2))
		return NULL;
	for (size_t i = 0; i < flag_count; i++) {
		const char *name = flag_table[i].name;

		if (strncmp(name, word + 2, length))
			continue;
		found = &flag_table[i];
		matches++;
		if (strlen(name) == length)
			return found;
	}
	return matches == 1 ? found : NULL;
}

/* True if the next word is the value of a flag that may stand alone. */
static bool takes_word(const struct option *flag, const char *word)
{
	return !flag->kind->bare && word &&
	       (!flag->implied || option_choice(flag->names, flag->name_count,
						word) < flag->name_count);
}

/* Read a flag and its value, if it is of this stage. Return the last word. */
static char **read_flag(struct parser *parser, char **word,
			enum option_stage stage)
{
	const struct option *flag = find_abbreviated(*word);
	const char *value = strchr(*word, '=');

	if (!flag) {
		if (stage == OPTION_VALUE)
			flag_complain_unknown(parser, *word, "--");
		/* The next word was to be the value of this one. */
		return word[1] && word[1][0] != '-' ? word + 1 : word;
	}
	if (value)
		value++;
	else if (takes_word(flag, word[1]))
		value = *++word;
	if (flag->kind->bare && value && stage == OPTION_VALUE)
		parser_complain(parser, "--%s takes no value; leave it out",
				flag->name);
	else if (flag->stage == stage && !(flag->kind->bare && value))
		parser_apply(parser, flag, value);
	return word;
}

/* Read the flags of one stage; the last stage reports all other words. */
static void read_command_line(struct parser *parser, char **words,
			      enum option_stage stage)
{
	bool flags_end = false;

	parser->place = (struct place){ .file = NULL };
	for (char **word = words; *word; word++) {
		if (!flags_end && !strcmp(*word, "--"))
			flags_end = true;
		else if (!flags_end && word[0][0] == '-' && word[0][1])
			word = read_flag(parser, word, stage);
		else if (stage == OPTION_VALUE)
			complain_stray(parser, *word);
	}
}

/* ------------------------------------------------------------- all of it */

static int finish(struct parser *parser)
{
	int count;

	derive(parser->config);
	parser->config->datapath.hash_key_given =
		parser->given[flag_find("hash-seed") - flag_table];
	check_config(parser);
	if (parser->request == CONFIG_CHECK && !parser->error_count)
		warn_config(parser);
	count = parser->error_count;
	parser_release(parser);
	if (count)
		fprintf(parser->errors, "%d error%s; nothing changed\n", count,
			count == 1 ? "" : "s");
	return count;
}

int config_parse(struct config *config, int argc, char **argv,
		 const char *const *host_interfaces,
		 enum config_request *request, FILE *errors)
{
	struct parser parser;
	char **words = argv + (argc > 0);

	set_defaults(config);
	parser_init(&parser, config, errors);
	read_command_line(&parser, words, OPTION_REQUEST);
	parser.host_interfaces = parser.syntax_only ? NULL : host_interfaces;
	*request = parser.request;
	if (parser.request == CONFIG_HELP || parser.request == CONFIG_VERSION)
		return 0;
	read_command_line(&parser, words, OPTION_FILE);
	read_command_line(&parser, words, OPTION_VALUE);
	return finish(&parser);
}

int config_parse_stream(struct config *config, FILE *in, const char *name,
			FILE *errors)
{
	struct parser parser;

	set_defaults(config);
	parser_init(&parser, config, errors);
	file_read(&parser, in, name);
	return finish(&parser);
}
