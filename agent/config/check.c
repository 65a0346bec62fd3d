// SPDX-License-Identifier: BSD-2-Clause
/* Rules that span several values, or need the host. See check.h. */

#include "config/check.h"

#include <errno.h>
#include <unistd.h>

#include "config/aggregate.h"
#include "config/confederation.h"
#include "config/filter.h"
#include "config/flag.h"
#include "config/neighbor.h"
#include "config/parser.h"
#include "config/path.h"
#include "config/vip.h"
#include "core/seed_file.h"

static void check_required(struct parser *parser)
{
	char metavar[OPTION_CHOICES_SIZE];

	parser->place = (struct place){ .file = NULL };
	for (size_t i = 0; i < flag_count; i++) {
		const struct option *flag = &flag_table[i];

		if (flag->traits & OPTION_REQUIRED && !parser->given[i])
			parser_complain(parser, "--%s %s is missing",
					flag->name,
					option_metavar(flag, metavar));
	}
}

static void check_interfaces(struct parser *parser)
{
	const struct datapath_options *datapath = &parser->config->datapath;

	for (size_t i = 0; i < datapath->interface_count; i++) {
		parser_point_at(parser, "interface", i);
		parser_check_repeated(parser);
		parser_check_interface(
			parser, parser->config->lists.interfaces[i].name);
	}
}

/*
 * A file that is named must be right, or absent: the start makes it. Of root, it is
 * read before --user counts, and stays closed to a reload, which keeps the seed.
 */
static void check_hash_seed(struct parser *parser)
{
	const struct datapath_options *datapath = &parser->config->datapath;
	bool named = parser->given[flag_find("hash-seed-file") - flag_table];
	char error[SEED_FILE_ERROR_SIZE];
	uint64_t seed;
	int code;

	if (!named)
		return;
	parser_point_at(parser, "hash-seed-file", 0);
	if (datapath->hash_key_given) {
		parser_reject(parser, "--hash-seed is given, too; keep only "
				      "one");
		return;
	}
	if (parser->syntax_only)
		return;
	code = seed_file_read(datapath->hash_seed_file, &seed, error);
	if (code == -EACCES && geteuid())
		return;
	if (code && code != -ENOENT)
		parser_complain(parser, "--hash-seed-file %s", error);
}

/* The flow fills the host bits of the source, at most a word of them. */
static void check_outer_sources(struct parser *parser)
{
	const struct steering_options *steering = &parser->config->steering;
	const struct prefix *sources = steering->outer_sources;

	for (size_t i = 0; i < steering->outer_source_count; i++) {
		bool ipv4 = address_is_ipv4(&sources[i].address);

		parser_point_at(parser, "encap-source", i);
		parser_check_repeated(parser);
		if (!ipv4 &&
		    sources[i].length <
			    ADDRESS_BITS_IPV6 - STEERING_OUTER_SOURCE_BITS)
			parser_reject(parser, "must be a /96 or longer");
		if (i && ipv4 == address_is_ipv4(&sources[0].address))
			parser_reject(parser,
				      "is the second one of its family; "
				      "keep only one");
	}
}

static void check_collectors(struct parser *parser)
{
	const struct agent_options *agent = &parser->config->agent;

	for (size_t i = 0; i < agent->bmp_count; i++) {
		parser_point_at(parser, "bmp", i);
		parser_check_repeated(parser);
		if (!agent->bmp[i].port ||
		    address_is_zero(&agent->bmp[i].address))
			parser_reject(parser, "must be the address and port of "
					      "a collector");
	}
}

/* The rules of a further instance come behind those of the others. */
static void check_instance(struct parser *parser)
{
	const struct fib_options *fib = &parser->config->fib;
	uint32_t further = fib->instance - 1;
	const struct handed_up_options *options = &fib->handed_up;

	parser_point_at(parser, "instance", 0);
	if (options->priority + further * HANDED_UP_PRIORITIES >
	    HANDED_UP_MAX_PRIORITY)
		parser_reject(parser, "no room for its rules behind "
				      "--handed-up-priority; lower that");
	if (options->table >
	    UINT32_MAX - HANDED_UP_TABLES - further * HANDED_UP_TABLES)
		parser_reject(parser, "no room for its tables behind "
				      "--handed-up-table; lower that");
}

void check_config(struct parser *parser)
{
	check_required(parser);
	check_interfaces(parser);
	check_hash_seed(parser);
	check_instance(parser);
	check_outer_sources(parser);
	check_collectors(parser);
	vip_check_all(parser);
	filter_check_all(parser);
	neighbor_check_all(parser);
	path_check_all(parser);
	aggregate_check_all(parser);
	confederation_check(parser);
}
