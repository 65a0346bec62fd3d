// SPDX-License-Identifier: BSD-2-Clause
/* The canonical form, which parses back to itself, and --help. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../chance.h"
#include "config/flag.h"
#include "config_helpers.h"
#include "rib/distance.h"

enum {
	ROUND_TRIPS = 300,
};

static void print_to(char *text, const struct config *printed)
{
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	assert_non_null(out);
	config_print(printed, out);
	fclose(out);
}

/* All flags that have a value. */
static const char whole_text[] =
	"as 64512\n"
	"router-id 10.0.0.1\n"
	"confederation 0\n"
	"dynamic-limit 4096\n"
	"cluster-id 10.0.0.1\n"
	"neighbor 10.0.0.2,as=65001,role=none,port=179,hold-time=90\n"
	"neighbor 10.1.0.0/24,role=backend,passive,hold-time=9,"
	"limit=256,max-prefix=1000,max-attributes=4096000,max-bandwidth=800000\n"
	"shutdown-delay 3\n"
	"on-exit remove\n"
	"takeover-max 60\n"
	"start-max 10\n"
	"listen [::]:179\n"
	"maximum-paths 256\n"
	"maximum-paths-ibgp 256\n"
	"multipath-as-path relaxed\n"
	"multipath-confederation relaxed\n"
	"always-compare-med backends\n"
	"missing-med best\n"
	"link-bandwidth use-if-all\n"
	"bandwidth-unit 125000\n"
	"default-weight 1\n"
	"link-speed-weight 0\n"
	"announce-as origin\n"
	"min-nexthops 1\n"
	"announce-delay 0\n"
	"interface eth0\n"
	"vip 192.0.2.0/24\n"
	"probe-interval 300\n"
	"probe-count 4\n"
	"hold-down 0\n"
	"bfd-interval 300\n"
	"bfd-multiplier 3\n"
	"xdp-mode auto\n"
	"xdp-attach link\n"
	"hash-fields 5-tuple\n"
	"hash-seed-file /var/lib/headgate/hash-seed\n"
	"icmp-rate 1000\n"
	"instance 1\n"
	"handed-up-mark 0xfff00000\nhanded-up-priority 7272\n"
	"handed-up-table 7272000\n"
	"gue-port 6080\n"
	"table-size 16384\n"
	"groups 1024\n"
	"affinity-window 300\n"
	"drain-max 3600\n"
	"session-loss drain\n"
	"affinity-flows 262144\n"
	"bpffs /sys/fs/bpf/headgate\n"
	"control-socket /run/headgate/ctl.sock\n"
	"metrics 127.0.0.1:0\n"
	"seccomp on\n"
	"audit-interval 10\n"
	"withdraw-on-desync yes\n"
	"log-level info\n"
	"log-format auto\n";

static void the_canonical_form_has_every_flag(void **state)
{
	static char text[TEXT_SIZE];

	(void)state;
	assert_int_equal(parse_lines("neighbor 10.1.0.0/24,role=backend"), 0);
	print_to(text, &config);
	assert_string_equal(text, whole_text);
}

static void assert_round_trip(void)
{
	static char first[TEXT_SIZE], second[TEXT_SIZE];

	print_to(first, &config);
	if (parse_text(first))
		fail_msg("%s\n%s", errors, first);
	print_to(second, &config);
	assert_string_equal(first, second);
}

/* Distinct addresses outside of the VIPs, some of them ranges. */
static void random_neighbor(FILE *out, uint32_t number)
{
	static const char *const as[] = { "", ",as=65001", ",as=1-4294967295",
					  ",as=external", ",as=internal" };
	static const char *const role[] = { "", ",role=backend",
					    ",role=upstream", ",role=peer" };
	bool dynamic = chance_below(2), passive = chance_below(2);

	fprintf(out, "neighbor 10.%u.0.%u%s%s%s%s%s", number / 256,
		dynamic ? 0 : 1 + chance_below(255), dynamic ? "/16" : "",
		as[chance_below(5)], role[chance_below(4)],
		passive ? ",passive" : "",
		chance_below(2) ? ",multipath=no,aigp" : "");
	if (!dynamic && !passive && chance_below(2))
		fprintf(out, ",port=%u", 1 + chance_below(65535));
	if (dynamic && chance_below(2))
		fprintf(out, ",limit=%u", 1 + chance_below(65535));
	if (chance_below(2))
		fprintf(out, ",hold-time=%u",
			chance_below(2) ? 0 : 3 + chance_below(65533));
	fputc('\n', out);
}

static void random_lists(FILE *out)
{
	uint32_t interfaces = 1 + chance_below(DATAPATH_MAX_INTERFACES);
	uint32_t vips = 1 + chance_below(20), neighbors = 1 + chance_below(30);

	for (uint32_t i = 0; i < interfaces; i++)
		fprintf(out, "interface eth%u.%u%s\n", i, chance_below(4096),
			chance_below(2) ? ",vlans=native+1-9+11+4093-4094" :
					  "");
	for (uint32_t i = 0; i < vips; i++)
		fprintf(out, "vip 192.0.%u.0/%u\n", i, 24 + chance_below(9));
	for (uint32_t i = 0; i < neighbors; i++)
		random_neighbor(out, i * 256);
}

static void random_config(FILE *out)
{
	static const char *const fields[] = { "5-tuple", "3-tuple", "src-dst",
					      "src",	 "dst",	    "packet" };
	static const char *const listen[] = { "0.0.0.0:0", "[::]:179",
					      "10.0.0.1:1179" };
	static const char *const switches[] = {
		"aigp",
		"add-path-weight",
		"always-compare-med",
		"announce-bandwidth",
		"count-confederation-path",
		"ignore-origin",
		"multipath-cluster-length",
		"multipath-ebgp-ibgp",
		"skip-igp-cost",
	};
	uint32_t paths = 1 + chance_below(4095);

	fprintf(out, "as %u\nrouter-id 10.0.%u.1\n", 64512 + chance_below(1000),
		chance_below(256));
	random_lists(out);
	fprintf(out, "listen %s\nmetrics %s\n", listen[chance_below(3)],
		listen[chance_below(3)]);
	fprintf(out, "hash-fields %s\ntable-size %u\ngroups %u\n",
		fields[chance_below(6)], 256U << chance_below(9),
		1 + chance_below(HG_MAX_GROUPS));
	fprintf(out, "hash-seed 0x%x%08x\n", chance_below(UINT32_MAX),
		chance_below(UINT32_MAX));
	fprintf(out, "maximum-paths %u\nmin-nexthops %u\n", paths,
		1 + chance_below(paths));
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (chance_below(2))
			fprintf(out, "%s\n", switches[i]);
	fprintf(out, "missing-med %s\nbandwidth-unit %u\n",
		chance_below(2) ? "best" : "worst",
		1 + chance_below(UINT32_MAX));
	if (chance_below(2))
		fprintf(out, "maximum-paths-ibgp %u\n", 1 + chance_below(4095));
	fprintf(out, "bpffs /b%u\ncontrol-socket /s%u\n", chance_below(99),
		chance_below(99));
}

static void the_canonical_form_parses_back_to_itself(void **state)
{
	static char text[TEXT_SIZE];

	(void)state;
	chance_begin();
	for (int i = 0; i < ROUND_TRIPS; i++) {
		FILE *out = fmemopen(text, sizeof(text), "w");

		random_config(out);
		fclose(out);
		if (parse_text(text))
			fail_msg("%s\n%s", errors, text);
		assert_round_trip();
	}
}

/* Parse the lines and return the comment about their memory. */
static const char *memory_of(const char *lines)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	assert_int_equal(parse_lines(lines), 0);
	config_print_memory(&config, out);
	fclose(out);
	return text;
}

static void the_memory_of_all_buckets_is_a_comment(void **state)
{
	(void)state;
	assert_string_equal(
		memory_of(""),
		"# memory of all buckets: 96 MiB, 1024 groups of 16384\n"
		"# memory of flow records: 44 MiB, 262144 flows\n");
	assert_string_equal(
		memory_of("groups 4096\ntable-size 65536\n"
			  "affinity-window 0"),
		"# memory of all buckets: 1024 MiB, 4096 groups of 65536\n");
	assert_string_equal(
		memory_of("groups 100\ntable-size 256\naffinity-window 0"),
		"# memory of all buckets: 0.09766 MiB, 100 groups of 256\n");
}

static void help_names_every_flag_within_80_columns(void **state)
{
	static char text[TEXT_SIZE];
	static const char *const names[] = {
		"--config",	     "--check",	    "--as",
		"--neighbor",	     "--hash-seed", "auto|native|generic",
		"hold-time=SECONDS",
	};
	FILE *out = fmemopen(text, sizeof(text), "w");
	char *rest = text, *line;

	(void)state;
	config_print_help(out);
	fclose(out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(text, names[i]));
	while ((line = strsep(&rest, "\n"))) {
		if (strlen(line) > 80)
			fail_msg("too long: %s", line);
		if (*line && line[strlen(line) - 1] == ' ')
			fail_msg("blanks at the end: %s", line);
	}
}

/* Lines are folded at blanks, so these do not count. */
static char *without_blanks(const char *text)
{
	char *copy = test_malloc(strlen(text) + 1), *end = copy;

	for (; *text; text++)
		if (*text != ' ' && *text != '\n')
			*end++ = *text;
	*end = '\0';
	return copy;
}

static void help_cuts_nothing_off(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, sizeof(text), "w");
	char *help;

	(void)state;
	config_print_help(out);
	fclose(out);
	help = without_blanks(text);
	for (size_t i = 0; i < flag_count; i++) {
		char *whole = without_blanks(flag_table[i].help);

		if (!strstr(help, whole))
			fail_msg("--%s is cut", flag_table[i].name);
		test_free(whole);
	}
	test_free(help);
}

/* Numbers that stand in the text are those of the rooms. */
static void help_names_the_numbers_of_the_rooms(void **state)
{
	static char text[TEXT_SIZE];
	char expected[128], *help;
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	config_print_help(out);
	fclose(out);
	help = without_blanks(text);
	snprintf(expected, sizeof(expected), "Default:%dforbackends,else%d.",
		 NEIGHBOR_HOLD_TIME_BACKEND, NEIGHBOR_HOLD_TIME);
	assert_non_null(strstr(help, expected));
	snprintf(expected, sizeof(expected), "BGPhas%doutsideand%dinside",
		 DISTANCE_EXTERNAL, DISTANCE_INTERNAL);
	assert_non_null(strstr(help, expected));
	snprintf(expected, sizeof(expected), "morethan%uunitsas%u.", WEIGHT_MAX,
		 WEIGHT_MAX);
	assert_non_null(strstr(help, expected));
	test_free(help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_canonical_form_has_every_flag),
		cmocka_unit_test(the_canonical_form_parses_back_to_itself),
		cmocka_unit_test(the_memory_of_all_buckets_is_a_comment),
		cmocka_unit_test(help_names_every_flag_within_80_columns),
		cmocka_unit_test(help_cuts_nothing_off),
		cmocka_unit_test(help_names_the_numbers_of_the_rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
