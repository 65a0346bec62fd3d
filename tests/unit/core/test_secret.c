// SPDX-License-Identifier: BSD-2-Clause
/* Secrets read from files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/secret.h"

static char path[64];
static struct secret secret;
static char error[SECRET_ERROR_SIZE];

static int make_file(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/headgate-test-XXXXXX");
	fd = mkstemp(path);
	close(fd);
	memset(&secret, 0, sizeof(secret));
	return fd < 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int read_text(const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	error[0] = '\0';
	return secret_read(path, &secret, error);
}

static void assert_refused(int code, const char *why)
{
	assert_true(code < 0);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, why));
}

static void line_ends_and_blanks_behind_are_no_part_of_it(void **state)
{
	(void)state;
	assert_int_equal(read_text("two words \t\r\n\n"), 0);
	assert_int_equal(secret.size, 9);
	assert_memory_equal(secret.bytes, "two words", 9);
	assert_int_equal(read_text(" x"), 0);
	assert_memory_equal(secret.bytes, " x", 2);
}

static void eighty_bytes_are_the_longest(void **state)
{
	char text[SECRET_MAX + 3];

	(void)state;
	memset(text, 'k', sizeof(text));
	text[SECRET_MAX] = '\n';
	text[SECRET_MAX + 1] = '\0';
	assert_int_equal(read_text(text), 0);
	assert_int_equal(secret.size, SECRET_MAX);
	text[SECRET_MAX] = 'k';
	assert_refused(read_text(text), "longer than 80 bytes");
	assert_null(strstr(error, "kkk"));
}

static void an_empty_file_is_no_key(void **state)
{
	(void)state;
	assert_refused(read_text(""), ": empty");
	assert_refused(read_text("\n \n"), ": empty");
	assert_int_equal(secret.size, 0);
}

static void a_file_that_all_may_read_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(path, 0604), 0);
	assert_refused(read_text("key"), "chmod o= on it");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(read_text("key"), 0);
}

static void a_file_that_others_own_or_change_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(path, 0660), 0);
	assert_refused(read_text("key"), "chmod g-w on it");
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid()) /* only root may give a file away */
		return;
	assert_int_equal(chown(path, 65534, 0), 0);
	assert_refused(read_text("key"), "owned by another user");
}

/* Return the flags of the mapping that has this address: proc(5). */
static const char *flags_of_memory(const void *address, char line[512])
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	unsigned long from, to, at = (unsigned long)address;
	bool here = false;

	assert_non_null(maps);
	while (fgets(line, 512, maps)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = at >= from && at < to;
		if (here && !strncmp(line, "VmFlags:", strlen("VmFlags:")))
			break;
	}
	fclose(maps);
	return line;
}

static void its_memory_is_locked_and_not_dumped(void **state)
{
	char line[512];

	(void)state;
	assert_int_equal(read_text("key"), 0);
	flags_of_memory(secret.bytes, line);
#ifndef __SANITIZE_ADDRESS__ /* it turns mlock(2) into nothing */
	assert_non_null(strstr(line, " lo"));
#endif
	assert_non_null(strstr(line, " dd"));
	assert_non_null(strstr(line, " wf"));
}

static void a_pipe_is_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(secret_read(path, &secret, error), "not a regular file");
}

static void a_missing_file_is_named(void **state)
{
	(void)state;
	assert_true(secret_read("/none/key", &secret, error) < 0);
	assert_string_equal(error, "/none/key: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			line_ends_and_blanks_behind_are_no_part_of_it,
			make_file, remove_file),
		cmocka_unit_test_setup_teardown(eighty_bytes_are_the_longest,
						make_file, remove_file),
		cmocka_unit_test_setup_teardown(an_empty_file_is_no_key,
						make_file, remove_file),
		cmocka_unit_test_setup_teardown(
			a_file_that_all_may_read_is_refused, make_file,
			remove_file),
		cmocka_unit_test_setup_teardown(
			a_file_that_others_own_or_change_is_refused, make_file,
			remove_file),
		cmocka_unit_test_setup_teardown(
			its_memory_is_locked_and_not_dumped, make_file,
			remove_file),
		cmocka_unit_test_setup_teardown(a_pipe_is_not_waited_for,
						make_file, remove_file),
		cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
