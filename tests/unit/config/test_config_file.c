// SPDX-License-Identifier: BSD-2-Clause
/* Files of flags, the command line, and how they come together. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_helpers.h"

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void make_path(char *path)
{
	int fd;

	strcpy(path, "/tmp/headgate-config-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
}

static void comments_blanks_and_equals_signs_are_read(void **state)
{
	(void)state;
	assert_int_equal(parse_text("# Edge of the farm\n"
				    "\n"
				    " \t \r\n"
				    "as=64512 # ours\r\n"
				    "  router-id\t10.0.0.1\n"
				    "interface = eth0\n"
				    "vip\t=192.0.2.0/24\t# service\n"
				    "bpffs /sys/fs/bpf/a#b\n"
				    "neighbor 10.0.0.2,as=65001"),
			 0);
	assert_string_equal(errors, "");
	assert_int_equal(config.bgp.as, 64512);
	assert_string_equal(config.datapath.interfaces[0], "eth0");
	assert_string_equal(config.datapath.bpffs, "/sys/fs/bpf/a#b");
}

static void two_errors_in_a_file_are_both_named_with_their_line(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbr 10.0.0.3\n"
				     "log-level debug\n"
				     "vip 198.51.100.10/24"),
			 2);
	assert_string_equal(errors,
			    "file:6: unknown flag 'neighbr'; did you mean "
			    "'neighbor'?\n"
			    "file:8: --vip 198.51.100.10/24: host bits are "
			    "set; did you mean 198.51.100.0/24?\n"
			    "2 errors; nothing changed\n");
}

static void a_single_valued_flag_given_twice_in_files_is_refused(void **state)
{
	(void)state;
	assert_error("as 64513",
		     "--as 64513: given before on file:1; keep only one");
}

static void flags_of_the_command_line_have_no_place_in_a_file(void **state)
{
	(void)state;
	assert_error("config /etc/headgate/more.conf",
		     "'config' is not for files; give --config on the command "
		     "line");
	assert_int_equal(parse_lines("check"), 1);
	assert_int_equal(parse_lines("help"), 1);
}

static void dashes_in_a_file_are_told(void **state)
{
	(void)state;
	assert_error("--log-level debug", "unknown flag '--log-level'; did you "
					  "mean 'log-level'?");
}

static void a_nul_byte_in_a_file_is_refused(void **state)
{
	char text[] = "as 64512\nrouter-id 1.1.1.1\0x\n";
	FILE *in = fmemopen(text, sizeof(text) - 1, "r");
	FILE *out = open_errors();
	int count;

	(void)state;
	count = config_parse_stream(&config, in, "file", out);
	fclose(out);
	fclose(in);
	assert_true(count > 0);
	assert_non_null(strstr(
		errors,
		"file:2: the line has a NUL byte; the file must be text\n"));
}

static void the_command_line_wins_over_files_in_any_order(void **state)
{
	char path[64], line[256];

	(void)state;
	make_path(path);
	write_file(path, required);
	snprintf(line, sizeof(line), "--as 1 --config %s --log-level error",
		 path);
	assert_int_equal(parse_words(line), 0);
	assert_int_equal(config.bgp.as, 1);
	snprintf(line, sizeof(line), "--config %s --as 1", path);
	assert_int_equal(parse_words(line), 0);
	assert_int_equal(config.bgp.as, 1);
	unlink(path);
}

static void lists_of_files_and_the_command_line_add_up(void **state)
{
	char path[64], line[256];

	(void)state;
	make_path(path);
	write_file(path, required);
	snprintf(line, sizeof(line), "--interface eth1 --config %s", path);
	assert_int_equal(parse_words(line), 0);
	assert_int_equal(config.datapath.interface_count, 2);
	assert_string_equal(config.datapath.interfaces[0], "eth0");
	assert_string_equal(config.datapath.interfaces[1], "eth1");
	unlink(path);
}

static void errors_of_files_and_the_command_line_come_in_one_run(void **state)
{
	char path[64], line[256], expected[512];

	(void)state;
	make_path(path);
	write_file(path, "nieghbor 10.0.0.1\n");
	snprintf(line, sizeof(line),
		 "--as 1 --router-id 1.1.1.1 --interface e --vip 1.0.0.0/8 "
		 "--neighbor 2.2.2.2 --config %s --config /nowhere/at.all "
		 "--vpi 3.0.0.0/8",
		 path);
	snprintf(
		expected, sizeof(expected),
		"%s:1: unknown flag 'nieghbor'; did you mean 'neighbor'?\n"
		"headgate: --config /nowhere/at.all: cannot be opened: No such "
		"file or directory\n"
		"headgate: unknown flag '--vpi'; did you mean '--vip'?\n"
		"3 errors; nothing changed\n",
		path);
	assert_int_equal(parse_words(line), 3);
	assert_string_equal(errors, expected);
	unlink(path);
}

static void a_directory_in_a_directory_is_no_file_of_flags(void **state)
{
	char outer[] = "/tmp/headgate-test-XXXXXX", inner[64], line[64];

	(void)state;
	assert_non_null(mkdtemp(outer));
	snprintf(inner, sizeof(inner), "%s/a.conf", outer);
	snprintf(line, sizeof(line), "--config %s", outer);
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(parse_words(line), 6);
	assert_non_null(strstr(errors, "/a.conf: cannot be read: Is a "
				       "directory\n"));
	rmdir(inner);
	rmdir(outer);
}

static void words_getopt_cannot_read_are_named_once_each(void **state)
{
	(void)state;
	assert_int_equal(
		parse_words("--version=yes -vip value stray --colour=1 --as"),
		9);
	assert_non_null(strstr(errors, "headgate: --version takes no value; "
				       "leave it out\n"));
	assert_non_null(strstr(errors, "headgate: unknown flag '-vip'; did you "
				       "mean '--vip'?\n"));
	assert_null(strstr(errors, "unexpected 'value'"));
	assert_non_null(strstr(errors, "headgate: unexpected 'stray'"));
	assert_non_null(strstr(errors, "headgate: unknown flag '--colour'; "
				       "headgate --help lists them\n"));
	assert_non_null(strstr(errors, "headgate: --as: the value is missing; "
				       "give N\n"));
}

static void assert_seed_of_file(mode_t mode, int count)
{
	char path[64], text[1024], line[256];

	make_path(path);
	snprintf(text, sizeof(text), "%shash-seed 0x%s\n", required, "5ec2e7");
	write_file(path, text);
	assert_int_equal(chmod(path, mode), 0);
	snprintf(line, sizeof(line), "--config %s", path);
	assert_int_equal(parse_words(line), count);
	assert_true(config.datapath.hash_key_given);
	assert_int_equal(config.datapath.hash_key, count ? 0 : 0x5ec2e7);
	assert_null(strstr(errors, "5ec2e7"));
	if (count) {
		snprintf(text, sizeof(text),
			 "%s:6: --hash-seed: %s is accessible to all users; "
			 "run chmod o= on it, or give --hash-seed-file\n",
			 path, path);
		assert_non_null(strstr(errors, text));
	}
	unlink(path);
}

static void a_seed_stands_in_a_private_file_only(void **state)
{
	char path[64], line[256];

	(void)state;
	assert_seed_of_file(0600, 0);
	assert_seed_of_file(0640, 0);
	assert_seed_of_file(0644, 1);
	assert_seed_of_file(0602, 1);
	make_path(path);
	write_file(path, required);
	snprintf(line, sizeof(line), "--config %s --hash-seed 0x5ec2e7", path);
	assert_int_equal(parse_words(line), 1);
	assert_string_equal(
		errors,
		"headgate: --hash-seed: not on the command line, which the "
		"list of processes shows to all users; give --hash-seed-file, "
		"or put it into a private --config file\n"
		"1 error; nothing changed\n");
	unlink(path);
}

static void a_seed_is_never_printed(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(parse_lines("hash-seed 305419896"), 0);
	config_print(&config, out);
	fclose(out);
	assert_null(strstr(text, "305419896"));
	assert_null(strstr(text, "hash-seed 0"));
	free(text);
	assert_error("hash-seed 0x12x", "--hash-seed: must be a number of at "
					"most 64 bits, decimal, or "
					"hexadecimal after 0x");
}

static void a_named_seed_file_is_right_or_absent(void **state)
{
	char path[64], line[256];

	(void)state;
	assert_int_equal(parse_lines("hash-seed-file /nowhere/seed"), 0);
	make_path(path);
	write_file(path, "0x0123456789abcdef\n");
	snprintf(line, sizeof(line), "hash-seed-file %s", path);
	assert_int_equal(parse_lines(line), 0);
	/* The start reads it. */
	assert_false(config.datapath.hash_key_given);
	assert_int_equal(config.datapath.hash_key, 0);
	write_file(path, "wrong\n");
	assert_int_equal(parse_lines(line), 1);
	assert_non_null(strstr(errors, "file:6: --hash-seed-file /tmp/"));
	assert_non_null(strstr(errors, "must be one line, 0x and 16"));
	strcat(line, "\nhash-seed 1");
	assert_int_equal(parse_lines(line), 1);
	assert_non_null(strstr(errors, "keep only one"));
	unlink(path);
}

static void words_behind_two_dashes_are_unexpected(void **state)
{
	(void)state;
	assert_int_equal(parse_words("-- --as 1"), 7);
	assert_non_null(strstr(errors, "unexpected '--as'"));
}

static void help_and_version_work_beside_anything(void **state)
{
	(void)state;
	assert_int_equal(parse_words("--nonsense --config /nowhere --help"), 0);
	assert_int_equal(request, CONFIG_HELP);
	assert_int_equal(parse_words("--as x --version"), 0);
	assert_int_equal(request, CONFIG_VERSION);
}

static void check_is_a_request_beside_a_configuration(void **state)
{
	(void)state;
	assert_int_equal(parse_words("--check"), 5);
	assert_int_equal(request, CONFIG_CHECK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_blanks_and_equals_signs_are_read),
		cmocka_unit_test(
			two_errors_in_a_file_are_both_named_with_their_line),
		cmocka_unit_test(
			a_single_valued_flag_given_twice_in_files_is_refused),
		cmocka_unit_test(
			flags_of_the_command_line_have_no_place_in_a_file),
		cmocka_unit_test(dashes_in_a_file_are_told),
		cmocka_unit_test(a_nul_byte_in_a_file_is_refused),
		cmocka_unit_test(the_command_line_wins_over_files_in_any_order),
		cmocka_unit_test(lists_of_files_and_the_command_line_add_up),
		cmocka_unit_test(
			errors_of_files_and_the_command_line_come_in_one_run),
		cmocka_unit_test(a_seed_stands_in_a_private_file_only),
		cmocka_unit_test(a_seed_is_never_printed),
		cmocka_unit_test(a_named_seed_file_is_right_or_absent),
		cmocka_unit_test(
			a_directory_in_a_directory_is_no_file_of_flags),
		cmocka_unit_test(words_getopt_cannot_read_are_named_once_each),
		cmocka_unit_test(words_behind_two_dashes_are_unexpected),
		cmocka_unit_test(help_and_version_work_beside_anything),
		cmocka_unit_test(check_is_a_request_beside_a_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
