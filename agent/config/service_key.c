// SPDX-License-Identifier: BSD-2-Clause
/* The keys of checks. See service_key.h. */

#include "config/service_key.h"

#include <string.h>

#include "config/parser.h"
#include "core/array.h"

/* Indexed by enum service_kind. */
static const char *const kinds[] = {
	[SERVICE_TCP] = "tcp:",
	[SERVICE_HTTP] = "http:",
};

enum {
	PORT_TEXT_SIZE = sizeof("65535"),
	FIRST_VISIBLE = '!',
	LAST_VISIBLE = '~',
};

static bool read_port(const char *text, size_t length, uint16_t *port)
{
	char copy[PORT_TEXT_SIZE];
	uint64_t number;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (!kind_read_number(copy, UINT16_MAX, &number) || !number)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* A path goes into the line of a request as it is. */
static bool is_visible(const char *text)
{
	for (; *text; text++)
		if (*text < FIRST_VISIBLE || *text > LAST_VISIBLE)
			return false;
	return true;
}

static bool parse_service(struct parser *parser, const struct value *value)
{
	struct service_target target = { .kind = SERVICE_UNCHECKED };
	const char *rest = value->text;
	size_t digits;

	for (uint8_t i = SERVICE_TCP; i < COUNT_OF(kinds); i++)
		if (!strncmp(rest, kinds[i], strlen(kinds[i])))
			target.kind = i;
	rest += target.kind ? strlen(kinds[target.kind]) : 0;
	digits = strcspn(rest, "/");
	if (!target.kind || !read_port(rest, digits, &target.port) ||
	    (rest[digits] == '/') != (target.kind == SERVICE_HTTP))
		return parser_reject(parser,
				     "must be tcp:PORT, or http:PORT/PATH such "
				     "as http:80/health");
	if (strlen(rest + digits) >= sizeof(target.path) ||
	    !is_visible(rest + digits))
		return parser_reject(parser,
				     "the path must be at most %zu visible "
				     "ASCII characters",
				     sizeof(target.path) - 1);
	memcpy(target.path, rest + digits, strlen(rest + digits));
	*(struct service_target *)value->member = target;
	return true;
}

static void print_service(const struct value *value, FILE *out)
{
	const struct service_target *target = value->member;

	fprintf(out, "%s%u%s", kinds[target->kind], target->port, target->path);
}

const struct kind kind_service = { parse_service, print_service };

void service_key_finish(struct parser *parser, const struct entry_draft *draft,
			struct service_options *options)
{
	static const char *const keys[] = { "check-interval", "check-timeout",
					    "check-rise", "check-fall" };

	for (size_t i = 0; i < COUNT_OF(keys) && !options->target.kind; i++)
		if (entry_has(draft, keys[i]))
			parser_reject(parser,
				      "%s is for check; give that, too, or "
				      "remove %s",
				      keys[i], keys[i]);
	if (!options->target.kind)
		return;
	if (!options->interval_ms)
		options->interval_ms = SERVICE_INTERVAL_MS;
	if (!options->timeout_ms)
		options->timeout_ms = SERVICE_TIMEOUT_MS;
	if (!options->rise)
		options->rise = SERVICE_RISE;
	if (!options->fall)
		options->fall = SERVICE_FALL;
}
