// SPDX-License-Identifier: BSD-2-Clause
/* The file with the seed of the flow hash. */

#include <errno.h>
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

#include "core/seed_file.h"

enum {
	PATH_SIZE = 128,
};

static char folder[PATH_SIZE], state_folder[PATH_SIZE], path[PATH_SIZE];
static char other[PATH_SIZE], error[SEED_FILE_ERROR_SIZE];
static uint64_t seed;
static bool made;

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/headgate-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(state_folder, sizeof(state_folder), "%.80s/state", folder);
	snprintf(path, sizeof(path), "%.90s/seed", state_folder);
	snprintf(other, sizeof(other), "%.90s/other", folder);
	seed = 0;
	made = false;
	error[0] = '\0';
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	rmdir(path);
	rmdir(state_folder);
	return rmdir(folder); /* fails if a temporary file is left */
}

static int load_seed(void)
{
	return seed_file_load(path, &seed, &made, error);
}

static void write_text(const char *text, mode_t mode)
{
	FILE *out;

	mkdir(state_folder, 0700);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(chmod(path, mode), 0);
}

static void assert_refused(int code, const char *why)
{
	assert_int_equal(load_seed(), code);
	assert_false(made);
	assert_non_null(strstr(error, path));
	if (!strstr(error, why))
		fail_msg("%s", error);
}

static void
the_first_start_makes_a_file_that_its_owner_alone_reads(void **state)
{
	struct stat about;
	uint64_t first;

	(void)state;
	assert_int_equal(load_seed(), 0);
	assert_true(made);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(stat(state_folder, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	first = seed;
	assert_int_equal(load_seed(), 0);
	assert_false(made);
	assert_true(seed == first);
}

static void each_host_draws_another_seed(void **state)
{
	uint64_t first;

	(void)state;
	assert_int_equal(load_seed(), 0);
	first = seed;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(load_seed(), 0);
	assert_true(seed != first);
}

static void a_copied_file_gives_its_seed(void **state)
{
	(void)state;
	write_text("0x0123456789abcdEF\n", 0600);
	assert_int_equal(load_seed(), 0);
	assert_true(seed == 0x0123456789abcdef);
	write_text("0xffffffffffffffff", 0400);
	assert_int_equal(load_seed(), 0);
	assert_true(seed == UINT64_MAX);
}

static void refuses_every_other_content_and_does_not_print_it(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"0x",
		"0x123456789abcdef\n",
		"0x00123456789abcdef\n",
		"0x0123456789abcdeg\n",
		"0123456789abcdef00\n",
		"0X0123456789abcdef\n",
		"0x0123456789abcdef\n\n",
		"0x0123456789abcdef \n",
		" 0x0123456789abcdef",
		"-x0123456789abcdef",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_text(bad[i], 0600);
		assert_refused(-EINVAL, "must be one line, 0x and 16");
		assert_null(strstr(error, "23456789"));
	}
	assert_true(seed == 0);
}

static void refuses_every_truncation(void **state)
{
	char text[] = "0x0123456789abcdef\n";

	(void)state;
	for (size_t size = sizeof(text) - 2; size-- > 0;) {
		text[size] = '\0';
		write_text(text, 0600);
		assert_refused(-EINVAL, "remove it to get a new seed");
	}
}

static void refuses_a_file_that_others_can_access(void **state)
{
	(void)state;
	write_text("0x0123456789abcdef\n", 0600);
	for (mode_t bit = 01; bit <= 040; bit <<= 1) {
		assert_int_equal(chmod(path, 0600 | bit), 0);
		assert_refused(-EPERM, "run chmod 600 on it");
	}
}

static void refuses_a_file_of_another_user(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	write_text("0x0123456789abcdef\n", 0600);
	assert_int_equal(chown(path, 65534, 0), 0);
	assert_refused(-EPERM, "owned by another user");
}

static void refuses_links_and_what_is_no_file(void **state)
{
	FILE *out = fopen(other, "w");

	(void)state;
	assert_non_null(out);
	fputs("0x0123456789abcdef\n", out);
	fclose(out);
	chmod(other, 0600);
	mkdir(state_folder, 0700);
	assert_int_equal(symlink(other, path), 0);
	assert_refused(-ELOOP, "symbolic link");
	unlink(path);
	/* One that leads nowhere is not followed to make a file there. */
	assert_int_equal(symlink("/nowhere/file", path), 0);
	assert_refused(-ELOOP, "symbolic link");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(-EINVAL, "not a regular file");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_refused(-EINVAL, "not a regular file");
}

static void names_a_place_that_cannot_be_written(void **state)
{
	char far[2 * PATH_SIZE];

	(void)state;
	snprintf(far, sizeof(far), "%s/a/b/seed", folder);
	assert_int_equal(seed_file_load(far, &seed, &made, error), -ENOENT);
	assert_non_null(strstr(error, far));
	assert_non_null(strstr(error, "--hash-seed-file"));
	assert_false(made);
}

static void reading_makes_nothing(void **state)
{
	(void)state;
	assert_int_equal(seed_file_read(path, &seed, error), -ENOENT);
	assert_int_equal(access(state_folder, F_OK), -1);
}

static void a_digest_is_the_same_for_the_same_seed_only(void **state)
{
	char first[SEED_DIGEST_SIZE], second[SEED_DIGEST_SIZE];

	(void)state;
	assert_string_equal(seed_digest(1, first), seed_digest(1, second));
	assert_int_equal(strlen(first), SEED_DIGEST_SIZE - 1);
	for (unsigned int bit = 0; bit < 64; bit++)
		assert_string_not_equal(first,
					seed_digest(1 ^ 1ULL << bit, second));
	/* All nodes and versions agree on it. */
	assert_string_equal(seed_digest(0, first), "f1687fb4");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_start_makes_a_file_that_its_owner_alone_reads),
		TEST(each_host_draws_another_seed),
		TEST(a_copied_file_gives_its_seed),
		TEST(refuses_every_other_content_and_does_not_print_it),
		TEST(refuses_every_truncation),
		TEST(refuses_a_file_that_others_can_access),
		TEST(refuses_a_file_of_another_user),
		TEST(refuses_links_and_what_is_no_file),
		TEST(names_a_place_that_cannot_be_written),
		TEST(reading_makes_nothing),
		cmocka_unit_test(a_digest_is_the_same_for_the_same_seed_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
