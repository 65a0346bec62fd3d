// SPDX-License-Identifier: BSD-2-Clause
/* The difference between two configurations, in words. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/change.h"
#include "config/entry.h"
#include "config/flag.h"
#include "config_helpers.h"
#include "core/array.h"

/* Two configurations behind `required`, and all changes, one a line. */
static const struct row {
	const char *before;
	const char *after;
	const char *changes;
} rows[] = {
	{ "", "", "" },
	{ "", "log-level info\nlisten [::]:179", "" },
	/* Single values. */
	{ "", "log-level debug", "log-level info -> debug" },
	{ "log-level debug", "", "log-level debug -> info" },
	{ "", "ignore-origin", "ignore-origin no -> yes" },
	{ "ignore-origin", "", "ignore-origin yes -> no" },
	{ "", "user headgate", "user none -> headgate" },
	{ "maximum-paths 8", "maximum-paths 9",
	  "maximum-paths 8 -> 9|maximum-paths-ibgp 8 -> 9" },
	{ "", "metrics 127.0.0.1:9100",
	  "metrics 127.0.0.1:0 -> 127.0.0.1:9100" },
	{ "metrics 127.0.0.1:9100", "metrics unix:/run/m.sock",
	  "metrics 127.0.0.1:9100 -> unix:/run/m.sock" },
	{ "shutdown-delay 3", "shutdown-delay 4\nicmp-rate 5",
	  "shutdown-delay 3 -> 4|icmp-rate 1000 -> 5" },
	/* Entries are found by what they are about, whatever their order. */
	{ "interface eth1\ninterface eth2", "interface eth2\ninterface eth1",
	  "" },
	{ "interface eth1", "interface eth2",
	  "interface eth1 removed|interface eth2 added" },
	{ "interface eth1,vlans=7", "interface eth1,vlans=native+7-9+20",
	  "interface eth1: vlans 7 -> native+7-9+20" },
	{ "interface eth1", "interface eth1,vlans=native",
	  "interface eth1: vlans default -> native" },
	{ "vip 203.0.113.0/24\nvip 198.51.100.0/24",
	  "vip 198.51.100.0/24\nvip 203.0.113.0/24,min-nexthops=2",
	  "vip 203.0.113.0/24: min-nexthops default -> 2" },
	{ "vip 203.0.113.0/24,hash-fields=src", "",
	  "vip 203.0.113.0/24 removed" },
	{ "vip 203.0.113.0/24,hash-fields=src", "vip 203.0.113.0/24",
	  "vip 203.0.113.0/24: hash-fields src -> default" },
	{ "", "aggregate 192.0.2.0/25", "aggregate 192.0.2.0/25 added" },
	{ "aggregate 192.0.2.0/25", "aggregate 192.0.2.0/25,summary-only",
	  "aggregate 192.0.2.0/25: summary-only no -> yes" },
	{ "path 192.0.2.1,via=10.0.0.4\npath 192.0.2.1,via=10.0.0.5",
	  "path 192.0.2.1,via=10.0.0.5,weight=2",
	  "path 192.0.2.1/32,via=10.0.0.4 removed|"
	  "path 192.0.2.1/32,via=10.0.0.5: weight 1 -> 2" },
	{ "draining-community 65000:1", "draining-community 65000:2",
	  "draining-community 65000:1 removed|"
	  "draining-community 65000:2 added" },
	/* Neighbors. */
	{ "neighbor 10.1.0.12,role=backend",
	  "neighbor 10.1.0.12,role=backend,hold-time=3",
	  "neighbor 10.1.0.12: hold-time 9 -> 3" },
	{ "neighbor 10.1.0.12", "neighbor 10.1.0.12,role=backend",
	  "neighbor 10.1.0.12: role none -> backend|"
	  "neighbor 10.1.0.12: hold-time 90 -> 9|"
	  "neighbor 10.1.0.12: max-prefix default -> 1000|"
	  "neighbor 10.1.0.12: max-attributes default -> 4096000|"
	  "neighbor 10.1.0.12: max-bandwidth default -> 800000" },
	{ "neighbor 10.1.0.0/24,as=65001",
	  "neighbor 10.1.0.0/24,as=65001-65009",
	  "neighbor 10.1.0.0/24: as 65001 -> 65001-65009" },
	{ "neighbor eth1,name=rack1/spine", "neighbor eth1",
	  "neighbor eth1: name rack1/spine -> default" },
	{ "neighbor 10.1.0.12\nneighbor fe80::1%eth1",
	  "neighbor 10.1.0.13\nneighbor fe80::1%eth1",
	  "neighbor 10.1.0.12 removed|neighbor 10.1.0.13 added" },
	/* Rules have places. */
	{ "rule deny from role peer\nrule allow from any",
	  "rule allow from any", "rule 1 removed" },
	{ "rule allow from any", "rule allow from any\nrule deny to any med 1",
	  "rule 2 added" },
	{ "rule deny to any\nrule deny from any\nrule allow from any",
	  "rule deny to any\nrule allow to any\nrule allow from any",
	  "rule 2 removed|rule 2 added" },
	{ "rule deny to any\nrule deny from any",
	  "rule deny from any\nrule deny to any",
	  "rule 1 removed|rule 2 removed|rule 1 added|rule 2 added" },
};

static struct config *parse_more(const char *lines)
{
	struct config *parsed = calloc(1, sizeof(*parsed));
	FILE *out = open_errors();
	char text[TEXT_SIZE];
	FILE *in;

	assert_non_null(parsed);
	snprintf(text, sizeof(text), "%s%s\n", required, lines);
	in = fmemopen(text, strlen(text), "r");
	assert_non_null(in);
	if (config_parse_stream(parsed, in, "file", out)) {
		fclose(out);
		fail_msg("%.500s\n%.200s", errors, lines);
	}
	fclose(out);
	fclose(in);
	return parsed;
}

/* Return all changes with their effects, in one line; the caller frees. */
static char *describe(const struct changes *changes)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < changes->count; i++) {
		if (i)
			fputc('|', out);
		change_print(changes, &changes->list[i], out);
	}
	fclose(out);
	return text;
}

/* Cut the effect behind the last colon of each change. */
static void cut_effects(char *text)
{
	char *to = text;

	while (*text) {
		char *end = text + strcspn(text, "|"), *last = end;

		for (char *at = text; at < end; at++)
			if (!strncmp(at, ": ", 2))
				last = at;
		memmove(to, text, (size_t)(last - text));
		to += last - text;
		text = end;
		if (*text)
			*to++ = *text++;
	}
	*to = '\0';
}

static void says_what_has_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct config *before = parse_more(rows[i].before);
		struct config *after = parse_more(rows[i].after);
		struct changes changes;
		char *text;

		assert_int_equal(changes_find(&changes, before, after), 0);
		text = describe(&changes);
		cut_effects(text);
		assert_string_equal(text, rows[i].changes);
		free(text);
		changes_free(&changes);
		free(before);
		free(after);
	}
}

static void assert_has_effect(const struct option *option)
{
	if (option->effect == EFFECT_UNDECIDED)
		fail_msg("%s: no effect of a change; give one", option->name);
}

/* A new flag or key says what a reload does when it changes. */
static void each_flag_and_key_has_an_effect(void **state)
{
	(void)state;
	for (size_t i = 0; i < flag_count; i++) {
		const struct entry *entry = flag_table[i].entry;

		assert_has_effect(&flag_table[i]);
		for (size_t k = 0; entry && k < entry->key_count; k++)
			assert_has_effect(&entry->keys[k]);
	}
}

static const char *const effects[EFFECT_COUNT] = {
	[EFFECT_LIVE] = "log-level info -> debug: counts at once",
	[EFFECT_CONNECT] =
		"log-level info -> debug: counts from the next connection on",
	[EFFECT_JUDGE] = "log-level info -> debug: 14 routes are judged again",
	[EFFECT_DECIDE] =
		"log-level info -> debug: 14 routes are decided again",
	[EFFECT_RESET] = "log-level info -> debug: 14 sessions are reset",
	[EFFECT_RESTART] = "log-level info -> debug: needs a restart",
};

static void assert_text(const struct changes *changes, uint64_t touched,
			enum option_effect effect, const char *wanted)
{
	char *text;

	changes->list[0].touched = touched;
	changes->list[0].effect = effect;
	text = describe(changes);
	assert_string_equal(text, wanted);
	free(text);
}

static void says_the_effect(void **state)
{
	struct config *before = parse_more("");
	struct config *after = parse_more("log-level debug");
	struct changes changes;

	(void)state;
	assert_int_equal(changes_find(&changes, before, after), 0);
	for (int effect = EFFECT_LIVE; effect < EFFECT_COUNT; effect++) {
		assert_text(&changes, 14, effect, effects[effect]);
		assert_non_null(change_effect_names[effect]);
		assert_true(changes_have(&changes, effect));
	}
	assert_false(changes_have(&changes, EFFECT_LIVE));
	assert_text(&changes, 1, EFFECT_RESET,
		    "log-level info -> debug: session is reset");
	assert_text(&changes, 0, EFFECT_RESET,
		    "log-level info -> debug: no session is reset");
	assert_text(&changes, 1, EFFECT_JUDGE,
		    "log-level info -> debug: 1 route is judged again");
	changes_free(&changes);
	free(before);
	free(after);
}

/* Write a key file of the test's own; return the line that names it. */
static const char *key_line(const char *path, const char *key)
{
	static char line[TEXT_SIZE];
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(key, out);
	fclose(out);
	assert_int_equal(chmod(path, 0600), 0);
	snprintf(line, sizeof(line), "neighbor 10.1.0.12,password-file=%s",
		 path);
	return line;
}

static void another_key_in_the_same_file_is_a_change(void **state)
{
	char path[] = "/tmp/test_change.XXXXXX", wanted[TEXT_SIZE];
	int fd = mkstemp(path);
	struct config *before, *same, *after;
	struct changes changes;
	char *text;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	before = parse_more(key_line(path, "first secret"));
	same = parse_more(key_line(path, "first secret"));
	after = parse_more(key_line(path, "second secret"));
	unlink(path);
	assert_int_equal(changes_find(&changes, before, same), 0);
	assert_int_equal(changes.count, 0);
	changes_free(&changes);
	assert_int_equal(changes_find(&changes, before, after), 0);
	assert_int_equal(changes.count, 1);
	text = describe(&changes);
	snprintf(
		wanted, sizeof(wanted),
		"neighbor 10.1.0.12: password-file %s has another key: ", path);
	assert_int_equal(strncmp(text, wanted, strlen(wanted)), 0);
	assert_null(strstr(text, "secret"));
	free(text);
	changes_free(&changes);
	free(before);
	free(same);
	free(after);
}

static void the_seed_is_never_written(void **state)
{
	char path[] = "/tmp/test_change.XXXXXX", line[TEXT_SIZE];
	int fd = mkstemp(path);
	struct config *before = parse_more("");
	struct config *after = calloc(1, sizeof(*after));
	char *argv[] = { "headgate", "--config", path, NULL };
	FILE *out = fdopen(fd, "w"), *err = open_errors();
	struct changes changes;
	char *text;

	(void)state;
	assert_non_null(out);
	assert_int_equal(chmod(path, 0600), 0);
	snprintf(line, sizeof(line), "%shash-seed 12345\n", required);
	fputs(line, out);
	fclose(out);
	assert_int_equal(config_parse(after, 3, argv, NULL, &request, err), 0);
	fclose(err);
	unlink(path);
	assert_int_equal(changes_find(&changes, before, after), 0);
	assert_int_equal(changes.count, 1);
	text = describe(&changes);
	assert_int_equal(strncmp(text, "hash-seed changed: ", 19), 0);
	free(text);
	changes_free(&changes);
	free(before);
	free(after);
}

/* Return the effect of the only change between two configurations. */
static enum option_effect effect_between(const char *before, const char *after)
{
	struct config *a = parse_more(before), *b = parse_more(after);
	enum option_effect effect;
	struct changes changes;

	assert_int_equal(changes_find(&changes, a, b), 0);
	assert_int_equal(changes.count, 1);
	effect = changes.list[0].effect;
	changes_free(&changes);
	free(a);
	free(b);
	return effect;
}

static void an_effect_may_depend_on_both_values(void **state)
{
	(void)state;
	/* A neighbor that comes resets no session, one that goes does. */
	assert_int_equal(effect_between("", "neighbor 10.1.0.12"), EFFECT_LIVE);
	assert_int_equal(effect_between("neighbor 10.1.0.12", ""),
			 EFFECT_RESET);
	/* The first window needs tables that have room for flows. */
	assert_int_equal(effect_between("affinity-window 300",
					"affinity-window 20"),
			 EFFECT_LIVE);
	assert_int_equal(effect_between("", "affinity-window 0"), EFFECT_LIVE);
	assert_int_equal(effect_between("affinity-window 0", ""),
			 EFFECT_RESTART);
	assert_int_equal(effect_between("affinity-window 0",
					"affinity-window 0\nvip 203.0.113.0/24,"
					"affinity=5"),
			 EFFECT_RESTART);
	assert_int_equal(
		effect_between("path 192.0.2.1,via=10.0.0.4,check=tcp:81",
			       "path 192.0.2.1,via=10.0.0.4,check=tcp:80"),
		EFFECT_DECIDE);
	assert_int_equal(effect_between("", "table-size 1024"), EFFECT_RESTART);
	assert_int_equal(effect_between("", "rule deny from any"),
			 EFFECT_JUDGE);
}

static void only_some_keys_reset_a_neighbor(void **state)
{
	struct config *one = parse_more("neighbor 10.1.0.12,role=backend");
	struct config *same = parse_more(
		"neighbor 10.1.0.12,role=backend,name=a,max-prefix=7,"
		"vips=192.0.2.0/28");
	struct config *other =
		parse_more("neighbor 10.1.0.12,role=backend,hold-time=30");
	const struct bgp_neighbor_options *before = &one->bgp.neighbors[1];

	(void)state;
	assert_false(change_resets_neighbor(before, before));
	assert_false(change_resets_neighbor(before, &same->bgp.neighbors[1]));
	assert_true(change_resets_neighbor(before, &other->bgp.neighbors[1]));
	free(one);
	free(same);
	free(other);
}

/* The order of many entries costs no search for each. */
static void an_entry_in_front_of_many_is_one_change(void **state)
{
	enum {
		MANY = 1000
	};
	char *lines = calloc(MANY, 64), *more = calloc(MANY + 1, 64);
	struct config *before, *after;
	struct changes changes;
	size_t used = 0;

	(void)state;
	for (unsigned int i = 0; i < MANY; i++)
		used += (size_t)sprintf(lines + used,
					"neighbor 10.2.%u.%u,role=backend\n",
					i / 250, i % 250 + 1);
	sprintf(more, "neighbor 10.9.9.9\n%s", lines);
	before = parse_more(lines);
	after = parse_more(more);
	assert_int_equal(changes_find(&changes, before, after), 0);
	assert_int_equal(changes.count, 1);
	assert_int_equal(changes.list[0].effect, EFFECT_LIVE);
	changes_free(&changes);
	free(before);
	free(after);
	free(lines);
	free(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_has_changed),
		cmocka_unit_test(each_flag_and_key_has_an_effect),
		cmocka_unit_test(says_the_effect),
		cmocka_unit_test(another_key_in_the_same_file_is_a_change),
		cmocka_unit_test(the_seed_is_never_written),
		cmocka_unit_test(an_effect_may_depend_on_both_values),
		cmocka_unit_test(only_some_keys_reset_a_neighbor),
		cmocka_unit_test(an_entry_in_front_of_many_is_one_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
