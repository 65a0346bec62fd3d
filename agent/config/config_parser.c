// SPDX-License-Identifier: BSD-2-Clause
/* Places, errors and the step all values go through. See config_parser.h. */

#include "config/config_parser.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "config/config_table.h"
#include "core/suggest.h"

enum {
	PLACE_SIZE = 256,
	METAVAR_SIZE = 80,
};

const char *config_place_format(const struct config_place *place, char *text,
				size_t size)
{
	if (place->file)
		snprintf(text, size, "%s:%u", place->file, place->line);
	else
		snprintf(text, size, "the command line");
	return text;
}

void config_point_at(struct config_parser *parser, const char *flag,
		     const char *value, const struct config_place *place)
{
	parser->flag = config_flag_find(flag);
	parser->value = value;
	parser->place = *place;
}

/* Starts a line of the report. */
static void begin_error(struct config_parser *parser)
{
	parser->error_count++;
	if (parser->place.file)
		fprintf(parser->errors, "%s:%u: ", parser->place.file,
			parser->place.line);
	else
		fputs("headgate: ", parser->errors);
}

void config_complain(struct config_parser *parser, const char *format, ...)
{
	va_list arguments;

	begin_error(parser);
	va_start(arguments, format);
	vfprintf(parser->errors, format, arguments);
	va_end(arguments);
	fputc('\n', parser->errors);
}

bool config_reject(struct config_parser *parser, const char *format, ...)
{
	const char *value = parser->value ? parser->value : "";
	va_list arguments;

	begin_error(parser);
	fprintf(parser->errors, "--%s%s%s: ", parser->flag->name,
		*value ? " " : "", value);
	va_start(arguments, format);
	vfprintf(parser->errors, format, arguments);
	va_end(arguments);
	fputc('\n', parser->errors);
	return false;
}

void config_complain_unknown(struct config_parser *parser, const char *word,
			     const char *dashes)
{
	struct suggestion suggestion = suggestion_for(word + strspn(word, "-"));

	for (size_t i = 0; i < config_flag_count; i++)
		suggestion_offer(&suggestion, config_flags[i].name);
	if (suggestion.name)
		config_complain(parser,
				"unknown flag '%s'; did you mean '%s%s'?", word,
				dashes, suggestion.name);
	else
		config_complain(parser,
				"unknown flag '%s'; headgate --help lists them",
				word);
}

void config_write_total(FILE *errors, int count)
{
	if (count)
		fprintf(errors, "%d error%s; nothing changed\n", count,
			count == 1 ? "" : "s");
}

static void point_to_lists(struct config *config)
{
	struct config_lists *lists = &config->lists;

	config->bgp.neighbors = lists->neighbors;
	config->rib.import.vips = lists->vips;
	config->rib.import.aggregates = lists->aggregates;
	config->rib.static_paths = lists->static_paths;
	config->rib.rules = lists->rules;
	config->nexthop.interfaces =
		(const char(*)[INTERFACE_SIZE])config->datapath.interfaces;
	config->fib.ranges = lists->ranges;
	config->steering.vip_fields = lists->vip_fields;
	config->steering.group_count = STEERING_GROUPS;
	config->datapath.group_count = STEERING_GROUPS;
	config->datapath.icmp_rate = DATAPATH_ICMP_RATE;
}

void config_parser_init(struct config_parser *parser, struct config *config,
			FILE *errors)
{
	assert(config_flag_count <= CONFIG_MAX_FLAGS);
	memset(config, 0, sizeof(*config));
	point_to_lists(config);
	*parser = (struct config_parser){ .config = config, .errors = errors };

	for (size_t i = 0; i < config_flag_count; i++) {
		parser->flag = &config_flags[i];
		parser->value = parser->flag->initial;
		if (parser->value)
			parser->flag->parse(parser, parser->flag,
					    parser->value);
	}
	assert(!parser->error_count);
}

static size_t index_of(const struct config_flag *flag)
{
	return (size_t)(flag - config_flags);
}

/*
 * True if the flag was given before from the same side: of two values in
 * files, or of two on the command line, nobody can say which was meant.
 */
static bool is_repeated(const struct config_parser *parser,
			const struct config_flag *flag)
{
	const struct config_place *first = &parser->first[index_of(flag)];

	return parser->given[index_of(flag)] && !flag->repeatable &&
	       !first->file == !parser->place.file;
}

static void complain_missing_value(struct config_parser *parser)
{
	char metavar[METAVAR_SIZE];

	config_complain(parser, "--%s: the value is missing; give %s",
			parser->flag->name,
			config_flag_metavar(parser->flag, metavar,
					    sizeof(metavar)));
}

static void complain_repeated(struct config_parser *parser)
{
	char text[PLACE_SIZE];

	config_reject(
		parser, "given before on %s; keep only one",
		config_place_format(&parser->first[index_of(parser->flag)],
				    text, sizeof(text)));
}

void config_apply(struct config_parser *parser, const struct config_flag *flag,
		  const char *value)
{
	bool repeated = is_repeated(parser, flag);

	parser->flag = flag;
	parser->value = value;
	if (!repeated)
		parser->first[index_of(flag)] = parser->place;
	parser->given[index_of(flag)] = true;

	if (config_flag_takes_value(flag) && (!value || !*value))
		complain_missing_value(parser);
	else if (flag->is_switch && value && *value)
		config_reject(parser, "takes no value; leave it out");
	else if (repeated)
		complain_repeated(parser);
	else
		flag->parse(parser, flag, value);
}
