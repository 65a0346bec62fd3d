// SPDX-License-Identifier: BSD-2-Clause
/*
 * The command line, and the order in which a configuration comes together:
 * defaults, files, command line, checks. See config.h.
 */

#include "config/config.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_check.h"
#include "config/config_file.h"
#include "config/config_parser.h"
#include "config/config_table.h"

enum {
	/* What getopt_long() returns for the first flag: above any letter. */
	FIRST_OPTION = 256,
	/* What it returns for a word that belongs to no flag. */
	STRAY_WORD = 1,
	MISSING_VALUE = ':',
	BAD_FLAG = '?',
};

/* Takes words in their order ('-') and keeps getopt_long() silent (':'). */
static const char no_short_options[] = "-:";

static void fill_options(struct option options[CONFIG_MAX_FLAGS + 1])
{
	memset(options, 0, (CONFIG_MAX_FLAGS + 1) * sizeof(*options));
	for (size_t i = 0; i < config_flag_count; i++)
		options[i] = (struct option){
			.name = config_flags[i].name,
			.has_arg = config_flag_takes_value(&config_flags[i]) ?
					   required_argument :
					   no_argument,
			.val = FIRST_OPTION + (int)i,
		};
}

static const struct config_flag *flag_of(int option)
{
	return &config_flags[option - FIRST_OPTION];
}

static void complain_unknown(struct config_parser *parser, const char *word)
{
	char *name = strndup(word, strcspn(word, "="));

	config_complain_unknown(parser, name ? name : word, "--");
	free(name);
}

static void complain_stray_word(struct config_parser *parser, const char *word)
{
	config_complain(parser,
			"unexpected '%s'; a value follows its flag, see "
			"headgate --help",
			word);
}

/* What getopt_long() could make nothing of; `option` is the flag, if known. */
static void complain_about(struct config_parser *parser, int code, int option,
			   const char *word)
{
	if (code == STRAY_WORD)
		complain_stray_word(parser, word);
	else if (option < FIRST_OPTION)
		complain_unknown(parser, word);
	else if (code == MISSING_VALUE)
		config_apply(parser, flag_of(option), NULL);
	else
		config_complain(parser, "--%s takes no value; leave it out",
				flag_of(option)->name);
}

/*
 * True for what follows from a bad flag and needs no error of its own: the
 * other letters of "-abc", and the word behind, which was to be its value.
 */
static bool is_aftermath(int code, int at, int bad_flag_at)
{
	return at == bad_flag_at ||
	       (code == STRAY_WORD && at == bad_flag_at + 1);
}

/*
 * One pass over the command line. Reads the flags of one stage; what is no
 * flag at all is reported by the last one.
 */
static void read_command_line(struct config_parser *parser, int argc,
			      char **argv, enum config_stage stage)
{
	struct option options[CONFIG_MAX_FLAGS + 1];
	bool complain = stage == CONFIG_STAGE_VALUE;
	int code, at, bad_flag_at = -1;

	fill_options(options);
	optind = 0; /* makes getopt_long() begin anew, with the word at 1 */
	for (;;) {
		at = optind ? optind : 1;
		code = getopt_long(argc, argv, no_short_options, options, NULL);
		if (code == -1)
			break;
		if (code >= FIRST_OPTION) {
			if (flag_of(code)->stage == stage)
				config_apply(parser, flag_of(code), optarg);
		} else if (complain && !is_aftermath(code, at, bad_flag_at)) {
			complain_about(parser, code, optopt, argv[at]);
			if (code == BAD_FLAG)
				bad_flag_at = at;
		}
	}
	while (complain && optind < argc)
		complain_stray_word(parser, argv[optind++]);
}

static bool uses_bfd(const struct config *config)
{
	for (size_t i = 0; i < config->rib.static_path_count; i++)
		if (config->lists.static_paths[i].bfd)
			return true;
	for (size_t i = 0; i < config->bgp.neighbor_count; i++)
		if (config->lists.neighbors[i].bfd)
			return true;
	return false;
}

/* Fill in values that follow from others. */
static void derive(struct config *config)
{
	struct import_options *import = &config->rib.import;
	struct decision_options *decision = &config->rib.decision;
	struct nexthop_options *nexthop = &config->nexthop;

	import->local_as = config->bgp.as;
	import->local_identifier = config->bgp.identifier;
	import->confederation = config->bgp.confederation.identifier;
	if (!import->cluster_id)
		import->cluster_id = import->local_identifier;
	if (!decision->maximum_paths_ibgp)
		decision->maximum_paths_ibgp = decision->maximum_paths;
	for (size_t i = 0; i < import->vip_count; i++)
		config->lists.ranges[i] = config->lists.vips[i].prefix;
	config->fib.range_count = import->vip_count;
	config->datapath.table_size = config->steering.table_size;
	nexthop->interface_count = config->datapath.interface_count;
	nexthop->bfd = uses_bfd(config);
}

static int finish(struct config_parser *parser)
{
	derive(parser->config);
	config_check(parser);
	config_write_total(parser->errors, parser->error_count);
	return parser->error_count;
}

void config_init(struct config *config)
{
	struct config_parser parser;

	config_parser_init(&parser, config, stderr);
	derive(config);
}

int config_parse(struct config *config, int argc, char **argv,
		 const char *const *host_interfaces,
		 enum config_request *request, FILE *errors)
{
	struct config_parser parser;

	config_parser_init(&parser, config, errors);
	parser.host_interfaces = host_interfaces;
	read_command_line(&parser, argc, argv, CONFIG_STAGE_REQUEST);
	*request = parser.request;
	if (parser.request == CONFIG_HELP || parser.request == CONFIG_VERSION)
		return 0;
	read_command_line(&parser, argc, argv, CONFIG_STAGE_FILE);
	read_command_line(&parser, argc, argv, CONFIG_STAGE_VALUE);
	return finish(&parser);
}

int config_parse_stream(struct config *config, FILE *in, const char *name,
			FILE *errors)
{
	struct config_parser parser;

	config_parser_init(&parser, config, errors);
	config_file_read(&parser, in, name);
	return finish(&parser);
}
