// SPDX-License-Identifier: BSD-2-Clause
/* Folders of files, warnings of --check, and --check=syntax. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"

enum {
	PATH_SIZE = 128,
	MAX_WORDS = 16,
};

#define NAMES "--as=1", "--router-id=1.1.1.1", "--interface=eth0"
#define USUAL                                                                 \
	NAMES, "--vip=2001:db8:77::/48", "--neighbor=10.0.0.1,role=upstream", \
		"--neighbor=10.0.0.2,role=backend"

static struct config config;
static char *errors;
static char folder[] = "/tmp/headgate-test-XXXXXX";

static int parse(const char *check, const char *const *more)
{
	static const char *const host[] = { "eth0", NULL };
	char *words[MAX_WORDS] = { (char *)"headgate", (char *)check };
	enum config_request request;
	size_t count = 2, size;
	FILE *out;
	int result;

	while (*more)
		words[count++] = (char *)*more++;
	free(errors);
	out = open_memstream(&errors, &size);
	result = config_parse(&config, (int)count, words, host, &request, out);
	fclose(out);
	return result;
}

#define PARSE(check, ...) \
	parse(check, (const char *const[]){ __VA_ARGS__, NULL })

static void write_file(const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void remove_file(const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static void files_of_a_folder_are_read_by_name(void **state)
{
	char flag[PATH_SIZE];

	(void)state;
	write_file("20-b.conf", "neighbor 10.0.0.4,role=backend\n");
	write_file("10-a.conf", "neighbor 10.0.0.3,role=backend\n");
	write_file("notes.txt", "neighbor 10.0.0.5\n");
	write_file(".hidden.conf", "neighbor 10.0.0.6\n");
	write_file(".conf", "neighbor 10.0.0.7\n");
	snprintf(flag, sizeof(flag), "--config=%s", folder);
	assert_int_equal(PARSE("--check", USUAL, flag), 0);
	assert_int_equal(config.bgp.neighbor_count, 4);
	assert_int_equal(address_ipv4(&config.bgp.neighbors[0].prefix.address),
			 __builtin_bswap32(0x0a000003));
	assert_int_equal(address_ipv4(&config.bgp.neighbors[1].prefix.address),
			 __builtin_bswap32(0x0a000004));
	assert_string_equal(errors, "");
}

static void an_error_names_the_file_of_the_folder(void **state)
{
	char flag[PATH_SIZE], expected[PATH_SIZE];

	(void)state;
	write_file("20-b.conf", "\nneighbor 10.0.0.2,role=backend\n");
	snprintf(flag, sizeof(flag), "--config=%s", folder);
	snprintf(expected, sizeof(expected), "given before on %s/20-b.conf:2",
		 folder);
	assert_int_equal(PARSE("--check", USUAL, flag), 1);
	assert_non_null(strstr(errors, expected));
}

static void a_good_configuration_has_no_warnings(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--check", USUAL), 0);
	assert_string_equal(errors, "");
	assert_int_equal(PARSE("--check", NAMES, "--vip=2001:db8:77::/48",
			       "--neighbor=10.0.0.1,role=peer"),
			 0);
	assert_string_equal(errors, "");
}

static void neighbors_without_a_role_are_warned_about(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--check", USUAL, "--neighbor=10.0.0.9"), 0);
	assert_string_equal(errors,
			    "headgate: warning: --neighbor 10.0.0.9: without a "
			    "role and rules, nothing is learned from it or "
			    "announced to it; give role=\n");
	assert_int_equal(PARSE("--check", USUAL, "--neighbor=10.0.0.9",
			       "--rule=allow from any"),
			 0);
	assert_string_equal(errors, "");
}

static void missing_ends_are_warned_about(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--check", NAMES, "--vip=2001:db8:77::/48",
			       "--neighbor=10.0.0.2,role=backend"),
			 0);
	assert_string_equal(errors, "headgate: warning: no neighbor has "
				    "role=upstream: VIPs are announced to "
				    "none\n");
	assert_int_equal(PARSE("--check", NAMES, "--vip=2001:db8:77::/48",
			       "--neighbor=10.0.0.2,role=upstream"),
			 0);
	assert_non_null(strstr(errors, "no VIP gets a server"));
	assert_int_equal(PARSE("--check", NAMES, "--vip=2001:db8:77::/48",
			       "--path=2001:db8:77::1,via=2001:db8::7",
			       "--neighbor=10.0.0.2,role=upstream"),
			 0);
	assert_string_equal(errors, "");
}

static void own_addresses_inside_of_vips_are_warned_about(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--check", USUAL, "--vip=127.0.0.0/8"), 0);
	assert_non_null(strstr(errors, "warning: --vip 127.0.0.0/8: has "
				       "127.0.0.1, an address of this host"));
}

static void the_run_itself_does_not_warn(void **state)
{
	(void)state;
	assert_int_equal(
		PARSE("--log-level=info", USUAL, "--neighbor=10.0.0.9"), 0);
	assert_string_equal(errors, "");
}

static void syntax_needs_nothing_of_the_host(void **state)
{
	static const char key[] = "--neighbor=10.0.0.9,role=backend,"
				  "password-file=/nowhere/key";

	(void)state;
	assert_int_equal(PARSE("--check", USUAL, key, "--interface=eth7",
			       "--vip=127.0.0.0/8"),
			 2);
	assert_int_equal(PARSE("--check=syntax", USUAL, key, "--interface=eth7",
			       "--vip=127.0.0.0/8"),
			 0);
	assert_string_equal(errors, "");
	assert_int_equal(PARSE("--check=syntax", USUAL, "--vip=x"), 1);
	assert_int_equal(PARSE("--check=syntx", USUAL), 1);
	assert_non_null(strstr(errors, "must be all or syntax; did you mean "
				       "'syntax'?"));
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	remove_file("20-b.conf");
	remove_file("10-a.conf");
	remove_file("notes.txt");
	remove_file(".hidden.conf");
	remove_file(".conf");
	free(errors);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_a_folder_are_read_by_name),
		cmocka_unit_test(an_error_names_the_file_of_the_folder),
		cmocka_unit_test(a_good_configuration_has_no_warnings),
		cmocka_unit_test(neighbors_without_a_role_are_warned_about),
		cmocka_unit_test(missing_ends_are_warned_about),
		cmocka_unit_test(own_addresses_inside_of_vips_are_warned_about),
		cmocka_unit_test(the_run_itself_does_not_warn),
		cmocka_unit_test(syntax_needs_nothing_of_the_host),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
