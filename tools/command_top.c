// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl top: live rates by VIP and next hop, outcomes that do not forward, and
 * the last events. Fits into 80 columns. Keys: p, b and n sort, / filters, q ends.
 */

#include "command.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <json-c/json.h>

#include "core/clock.h"
#include "rates.h"
#include "value.h"
#include "verdict.h"
#include "watch.h"

enum {
	COLUMNS = 80,
	DEFAULT_LINES = 24,
	LEAST_ROWS = 3,
	MOST_ROWS = 4096,
	EVENTS_SHOWN = 4,
	FILTER_SIZE = 64,
	BITS_PER_BYTE = 8,
};

enum sort {
	SORT_PACKETS,
	SORT_BYTES,
	SORT_NAME,
	SORT_COUNT,
};

static const char *const sort_names[SORT_COUNT] = { "packets", "bits", "name" };

struct row {
	const char *name;
	uint64_t packet_rate;
	uint64_t byte_rate;
};

struct top {
	const struct ask_options *options;
	struct json_object *before; /* the counters of the last time */
	double before_s;
	enum sort sort;
	char filter[FILTER_SIZE];
	bool typing; /* the filter */
	bool ends;
	bool is_terminal;
	struct termios saved;
};

/* ------------------------------------------------------------- asking */

static double seconds_now(void)
{
	return (double)clock_read_ns(CLOCK_MONOTONIC) / CLOCK_NS_PER_S;
}

static enum exit_code ask_show(const struct top *top, const char *what,
			       struct json_object **reply)
{
	struct ask_options options = *top->options;
	struct json_object *request = ask_request("show");

	options.json = false;
	ask_add(request, "what", what);
	if (!strcmp(what, "events"))
		json_object_object_add(request, "last",
				       json_object_new_int64(EVENTS_SHOWN));
	return ask(&options, request, reply);
}

/* ------------------------------------------------------------- rows */

static int by_packets(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->packet_rate < y->packet_rate) -
	       (x->packet_rate > y->packet_rate);
}

static int by_bytes(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->byte_rate < y->byte_rate) - (x->byte_rate > y->byte_rate);
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int (*const comparisons[SORT_COUNT])(const void *a, const void *b) = {
	by_packets,
	by_bytes,
	by_name,
};

/* Write 812.4k, 5.1G. */
static void write_rate(char text[16], uint64_t rate)
{
	static const char units[] = " kMGTP";
	double value = (double)rate;
	size_t unit = 0;

	while (value >= 1000 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (unit)
		snprintf(text, 16, "%.1f%c", value, units[unit]);
	else
		snprintf(text, 16, "%" PRIu64, rate);
}

/* Take the rows of a list that the filter takes; returns their number. */
static size_t take_rows(const struct top *top, struct json_object *list,
			const char *key, struct row rows[MOST_ROWS])
{
	size_t length = json_object_is_type(list, json_type_array) ?
				json_object_array_length(list) :
				0;
	size_t count = 0;

	for (size_t i = 0; i < length && count < MOST_ROWS; i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		const char *name = json_object_get_string(value_at(entry, key));

		if (!name || !strstr(name, top->filter))
			continue;
		rows[count++] = (struct row){
			.name = name,
			.packet_rate = json_object_get_uint64(
				value_at(entry, "packet_rate")),
			.byte_rate = json_object_get_uint64(
				value_at(entry, "byte_rate")),
		};
	}
	qsort(rows, count, sizeof(*rows), comparisons[top->sort]);
	return count;
}

static void print_rows(const struct top *top, const char *title,
		       struct json_object *list, const char *key, size_t most)
{
	static struct row rows[MOST_ROWS];
	size_t count = take_rows(top, list, key, rows);

	printf("%-46s %10s %10s\n", title, "PACKETS/S", "BIT/S");
	for (size_t i = 0; i < count && i < most; i++) {
		char packets[16], bits[16];

		write_rate(packets, rows[i].packet_rate);
		write_rate(bits, rows[i].byte_rate * BITS_PER_BYTE);
		printf("%-46.46s %10s %10s\n", rows[i].name, packets, bits);
	}
	if (count > most)
		printf("and %zu more\n", count - most);
}

/* Print the outcomes with a rate that are no forwarding. */
static void print_drops(struct json_object *list)
{
	size_t length = json_object_is_type(list, json_type_array) ?
				json_object_array_length(list) :
				0;
	bool found = false;

	fputs("DROPS/S", stdout);
	for (size_t i = 0; i < length; i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		const char *name =
			json_object_get_string(value_at(entry, "name"));
		uint64_t rate =
			json_object_get_uint64(value_at(entry, "packet_rate"));

		if (!name || !rate || strncmp(name, "drop", strlen("drop")))
			continue;
		printf("  %s %" PRIu64, name, rate);
		found = true;
	}
	puts(found ? "" : "  none");
}

static void print_events(struct json_object *list)
{
	size_t length = json_object_is_type(list, json_type_array) ?
				json_object_array_length(list) :
				0;

	for (size_t i = 0; i < length; i++) {
		struct json_object *event = json_object_array_get_idx(list, i);
		char line[COLUMNS + 1] = "";
		FILE *out = fmemopen(line, sizeof(line), "w");

		if (!out)
			return;
		value_expand(event, "{age_s} ago  ", out);
		if (value_at(event, "object"))
			value_expand(event, "{object}: ", out);
		value_expand(event, "{text}", out);
		fclose(out);
		line[COLUMNS - 1] = '\0';
		for (char *at = line; *at; at++)
			if ((unsigned char)*at < ' ')
				*at = '?';
		puts(line);
	}
}

/* ------------------------------------------------------------- the screen */

static size_t screen_lines(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return DEFAULT_LINES;
	return size.ws_row;
}

static void print_head(const struct top *top, struct json_object *status)
{
	fputs("headgate ", stdout);
	value_expand(status, "{version}, up {uptime_s}, ", stdout);
	printf("%s, by %s", verdict_title(verdict_health(status)),
	       sort_names[top->sort]);
	if (top->filter[0] || top->typing)
		printf(", /%s", top->filter);
	putchar('\n');
}

static void print_screen(const struct top *top, struct json_object *counters,
			 struct json_object *status, struct json_object *events)
{
	/* Beside the rows there are titles, drops, blanks and events. */
	size_t other = EVENTS_SHOWN + 9, lines = screen_lines();
	size_t rows = lines > other ? (lines - other) / 2 : 0;

	if (rows < LEAST_ROWS)
		rows = LEAST_ROWS;
	print_head(top, value_at(status, "status"));
	print_rows(top, "VIP", value_at(counters, "counters.vips"), "prefix",
		   rows);
	putchar('\n');
	print_rows(top, "NEXT HOP", value_at(counters, "counters.nexthops"),
		   "address", rows);
	putchar('\n');
	print_drops(value_at(counters, "counters.outcomes"));
	print_events(value_at(events, "events"));
	fflush(stdout);
}

/* Ask for all parts, and print them once there are rates. */
static enum exit_code show_top(struct top *top)
{
	struct json_object *counters = NULL, *status = NULL, *events = NULL;
	enum exit_code code = ask_show(top, "counters", &counters);
	double now_s = seconds_now();

	if (!code)
		code = ask_show(top, "status", &status);
	if (!code)
		code = ask_show(top, "events", &events);
	if (!code && top->before) {
		rates_add(counters, top->before, now_s - top->before_s);
		print_screen(top, counters, status, events);
	}
	if (!code) {
		json_object_put(top->before);
		top->before = counters;
		top->before_s = now_s;
	}
	json_object_put(status);
	json_object_put(events);
	return code;
}

/* ------------------------------------------------------------- keys */

static void take_filter_key(struct top *top, char key)
{
	size_t length = strlen(top->filter);

	if (key == '\r' || key == '\n') {
		top->typing = false;
	} else if ((key == '\b' || key == '\177') && length) {
		top->filter[length - 1] = '\0';
	} else if (key >= ' ' && length + 1 < sizeof(top->filter)) {
		top->filter[length] = key;
		top->filter[length + 1] = '\0';
	}
}

static void take_key(struct top *top, char key)
{
	if (top->typing) {
		take_filter_key(top, key);
		return;
	}
	if (key == 'q')
		top->ends = true;
	else if (key == 'p')
		top->sort = SORT_PACKETS;
	else if (key == 'b')
		top->sort = SORT_BYTES;
	else if (key == 'n')
		top->sort = SORT_NAME;
	else if (key == '/')
		top->filter[0] = '\0';
	top->typing = key == '/';
}

/* Wait for the next time, and take the keys that come meanwhile. */
static void wait_for_keys(struct top *top)
{
	double end_s = seconds_now() + watch_interval(top->options);
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	while (!top->ends) {
		double left_s = end_s - seconds_now();
		char key;

		if (left_s <= 0 ||
		    poll(&input, 1, (int)(left_s * CLOCK_MS_PER_S) + 1) <= 0)
			return;
		if (read(STDIN_FILENO, &key, 1) != 1)
			return;
		take_key(top, key);
	}
}

static void begin_terminal(struct top *top)
{
	struct termios raw;

	top->is_terminal = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) &&
			   !tcgetattr(STDIN_FILENO, &top->saved);
	if (!top->is_terminal)
		return;
	raw = top->saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void end_terminal(const struct top *top)
{
	if (top->is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &top->saved);
}

static void wait_for_next(struct top *top)
{
	struct ask_options quiet = *top->options;

	if (top->is_terminal) {
		wait_for_keys(top);
		fputs("\033[H\033[2J", stdout);
		return;
	}
	quiet.json = true; /* no clock: the ages of events tell */
	watch_next(&quiet);
}

enum exit_code command_top(const struct ask_options *options, int count,
			   char **words)
{
	struct ask_options repeated = *options;
	struct top top = { .options = options };
	enum exit_code code;

	if (count > 1) {
		fprintf(stderr,
			"headgatectl: top: unexpected '%s'; see --help\n",
			words[1]);
		return EXIT_USAGE;
	}
	if (count)
		snprintf(top.filter, sizeof(top.filter), "%s", words[0]);
	repeated.watch = true;
	begin_terminal(&top);
	code = show_top(&top);
	/* The first time has no rates. */
	for (unsigned int i = 0; !top.ends && watch_goes_on(&repeated, code, i);
	     i++) {
		wait_for_next(&top);
		if (!top.ends)
			code = show_top(&top);
	}
	end_terminal(&top);
	json_object_put(top.before);
	return code ? code : ask_flush();
}
