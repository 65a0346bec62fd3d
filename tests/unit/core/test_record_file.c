// SPDX-License-Identifier: BSD-2-Clause
/* Records are whole in the file, or counted as lost. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/record_file.h"

enum {
	RECORD = 1000,
	LIMIT = 64 << 10,
	PATH_SIZE = 64,
	WAIT_US = 1000,
};

static char folder[PATH_SIZE];
static char path[2 * PATH_SIZE];
static char error[RECORD_FILE_ERROR_SIZE];
static uint8_t record[RECORD];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/record_file.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/records", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char moved[2 * PATH_SIZE];

	(void)state;
	snprintf(moved, sizeof(moved), "%s/moved", folder);
	unlink(path);
	unlink(moved);
	return rmdir(folder);
}

static off_t size_of(const char *name)
{
	struct stat about;

	return stat(name, &about) ? -1 : about.st_size;
}

static struct record_file *open_records(void)
{
	struct record_file *file;

	assert_int_equal(record_file_new(path, &file, error), 0);
	return file;
}

/* Wait until all records are written or lost. */
static struct record_file_report settle(struct record_file *file,
					uint64_t records)
{
	struct record_file_report report = record_file_report(file);

	while (report.records + report.lost < records) {
		usleep(WAIT_US);
		report = record_file_report(file);
	}
	return report;
}

static void records_are_appended_to_a_private_file(void **state)
{
	struct record_file *file = open_records();
	struct stat about;

	(void)state;
	for (int i = 0; i < 100; i++)
		record_file_add(file, record, RECORD);
	record_file_free(file);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(about.st_size, 100 * RECORD);
	file = open_records();
	record_file_add(file, record, RECORD);
	assert_int_equal(settle(file, 1).bytes, RECORD);
	record_file_free(file);
	assert_int_equal(size_of(path), 101 * RECORD);
}

static void
a_record_that_fills_the_buffer_fits_and_one_more_byte_is_lost(void **state)
{
	uint8_t *large = calloc(1, RECORD_FILE_ROOM + 1);
	struct record_file *file = open_records();
	struct record_file_report report;

	(void)state;
	record_file_add(file, large, RECORD_FILE_ROOM + 1);
	assert_int_equal(settle(file, 1).lost, 1);
	record_file_add(file, large, RECORD_FILE_ROOM);
	report = settle(file, 2);
	assert_int_equal(report.records, 1);
	assert_int_equal(report.lost, 1);
	assert_int_equal(report.why_lost, -ENOBUFS);
	record_file_free(file);
	assert_int_equal(size_of(path), RECORD_FILE_ROOM);
	free(large);
}

/* A limit of the file's size is as a full disk, but for the errno. */
static void a_full_disk_cuts_no_record(void **state)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	const struct rlimit limit = { LIMIT, RLIM_INFINITY };
	struct record_file *file = open_records();
	struct record_file_report report;
	uint64_t added = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (; added < 100; added++) {
		record_file_add(file, record, RECORD);
		settle(file, added + 1);
	}
	report = record_file_report(file);
	assert_int_equal(report.records, LIMIT / RECORD);
	assert_true(report.failing);
	assert_int_equal(report.why_lost, -EFBIG);
	assert_int_equal(size_of(path), LIMIT / RECORD * RECORD);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	record_file_add(file, record, RECORD);
	assert_false(settle(file, added + 1).failing);
	record_file_free(file);
	assert_int_equal(size_of(path), (LIMIT / RECORD + 1) * RECORD);
}

static void a_file_that_was_moved_is_made_again(void **state)
{
	struct record_file *file = open_records();
	char moved[2 * PATH_SIZE];

	(void)state;
	snprintf(moved, sizeof(moved), "%s/moved", folder);
	record_file_add(file, record, RECORD);
	settle(file, 1);
	assert_int_equal(rename(path, moved), 0);
	record_file_add(file, record, RECORD);
	settle(file, 2);
	assert_int_equal(record_file_reopen(file, error), 0);
	record_file_add(file, record, RECORD);
	record_file_free(file);
	assert_int_equal(size_of(moved), 2 * RECORD);
	assert_int_equal(size_of(path), RECORD);
}

/* Try to open the path: `why` is part of the error. */
static void refuse(const char *why)
{
	struct record_file *file = NULL;

	assert_true(record_file_new(path, &file, error) < 0);
	assert_null(file);
	assert_non_null(strstr(error, why));
}

static void what_is_no_file_is_refused_and_stays(void **state)
{
	char good[sizeof(path)];

	(void)state;
	assert_int_equal(symlink("/dev/null", path), 0);
	refuse("a symbolic link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	refuse("not a regular file");
	assert_int_equal(unlink(path), 0);
	memcpy(good, path, sizeof(good));
	snprintf(path, sizeof(path), "%s", folder);
	refuse("Is a directory");
	snprintf(path, sizeof(path), "%s/none/records", folder);
	refuse("its directory does not exist");
	memcpy(path, good, sizeof(path));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_appended_to_a_private_file),
		TEST(a_record_that_fills_the_buffer_fits_and_one_more_byte_is_lost),
		TEST(a_full_disk_cuts_no_record),
		TEST(a_file_that_was_moved_is_made_again),
		TEST(what_is_no_file_is_refused_and_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
