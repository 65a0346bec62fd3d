// SPDX-License-Identifier: BSD-2-Clause
/* The values of --filter and sources=. See filter.h. */

#include "config/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/flowspec_text.h"
#include "config/kind.h"
#include "config/parser.h"
#include "config/vip.h"
#include "headgate/abi.h"

enum {
	FIRST_ROOM = 8,
};

/* ------------------------------------------------------------- --filter */

static bool parse_filter(struct parser *parser, const struct value *value)
{
	char error[FLOWSPEC_ERROR_SIZE];

	return flowspec_parse(value->text, value->member, error) ||
	       parser_reject(parser, "%s", error);
}

static void print_filter(const struct value *value, FILE *out)
{
	const struct flowspec_rule *rule = value->member;
	char buffer[FLOWSPEC_TEXT_SIZE];
	struct text text = text_of(buffer, sizeof(buffer));

	flowspec_show(&text, flowspec_rule_reader(rule), rule->ipv6);
	flowspec_actions_show(&text, &rule->actions);
	fputs(buffer, out);
}

const struct kind kind_filter = { parse_filter, print_filter };

static struct prefix destination_of(const struct flowspec_rule *rule)
{
	struct flowspec_component part = { 0 };

	flowspec_find(flowspec_rule_reader(rule), rule->ipv6,
		      FLOWSPEC_DESTINATION, &part);
	return part.prefix;
}

void filter_check_all(struct parser *parser)
{
	const struct config *config = parser->config;

	for (size_t i = 0; i < config->filter.rule_count; i++) {
		struct prefix vip = destination_of(&config->lists.filters[i]);
		char text[PREFIX_TEXT_SIZE];

		parser_point_at(parser, "filter", i);
		if (!vip_covers(config, &vip))
			parser_reject(parser,
				      "vip %s is not inside a --vip; give one "
				      "that is",
				      prefix_format(&vip, text));
	}
}

/* ------------------------------------------------------------- sources= */

void config_sources_free(struct config_sources *sources)
{
	free(sources->prefixes);
	free(sources->file);
	*sources = (struct config_sources){ 0 };
}

static bool add_source(struct parser *parser, struct config_sources *sources,
		       const char *text)
{
	size_t count = sources->count;

	if (count == HG_MAX_FILTER_SOURCES)
		return parser_reject(parser, "more than %d prefixes",
				     HG_MAX_FILTER_SOURCES);
	if (!(count & (count - 1)) && (!count || count >= FIRST_ROOM)) {
		size_t room = count ? 2 * count : FIRST_ROOM;
		struct prefix *grown =
			reallocarray(sources->prefixes, room, sizeof(*grown));

		if (!grown)
			return parser_reject(parser, "out of memory");
		sources->prefixes = grown;
	}
	if (!kind_read_prefix(parser, text, &sources->prefixes[count]))
		return false;
	sources->count++;
	return true;
}

/* Read one prefix a line; what is behind # is a comment. */
static bool read_sources(struct parser *parser, struct config_sources *sources,
			 const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	bool good = true;

	if (!in)
		return parser_reject(parser, "%s: %s", path, strerror(errno));
	while (good && getline(&line, &room, in) >= 0) {
		char *word;

		line[strcspn(line, "#\n")] = '\0';
		word = strtok(line, " \t\r");
		good = !word || add_source(parser, sources, word);
	}
	free(line);
	fclose(in);
	sources->file = strdup(path);
	return good &&
	       (sources->file || parser_reject(parser, "out of memory"));
}

static bool split_sources(struct parser *parser, struct config_sources *sources,
			  const char *text)
{
	char *copy = strdup(text), *rest = copy, *one;
	bool good = copy || parser_reject(parser, "out of memory");

	while (good && (one = strsep(&rest, "+")))
		good = add_source(parser, sources, one);
	free(copy);
	return good;
}

static bool parse_sources(struct parser *parser, const struct value *value)
{
	struct config_sources sources = { .given = true };
	bool good = *value->text == '/' ?
			    read_sources(parser, &sources, value->text) :
			    split_sources(parser, &sources, value->text);

	if (!good) {
		config_sources_free(&sources);
		return false;
	}
	config_sources_free(value->member);
	*(struct config_sources *)value->member = sources;
	return true;
}

static void print_sources(const struct value *value, FILE *out)
{
	const struct config_sources *sources = value->member;
	char text[PREFIX_TEXT_SIZE];

	if (sources->file) {
		fputs(sources->file, out);
		return;
	}
	for (uint32_t i = 0; i < sources->count; i++)
		fprintf(out, "%s%s", i ? "+" : "",
			prefix_format(&sources->prefixes[i], text));
}

const struct kind kind_sources = { parse_sources, print_sources };
