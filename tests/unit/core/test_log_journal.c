// SPDX-License-Identifier: BSD-2-Clause
/* Entries of the journal: their fields, and a journal that does not read. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/log_journal.h"

static char folder[] = "/tmp/headgate-journal-XXXXXX";
static char path[64];
static int reader = -1;
static struct log_journal journal;

static int begin(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	reader = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(
		bind(reader, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(log_journal_open(&journal), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(reader);
	close(journal.fd);
	unlink(path);
	rmdir(folder);
	return 0;
}

static struct log_journal_entry entry_about(struct event_about *about)
{
	return (struct log_journal_entry){
		.level = LOG_LEVEL_WARNING,
		.subsystem = "nexthop",
		.message = "warning nexthop: 10.1.0.12 rack1: dead",
		.event = "nexthop_dead",
		.about = about,
		.name = "rack1",
	};
}

static void an_entry_has_the_objects_as_fields(void **state)
{
	struct log_journal_entry entry;
	struct event_about about;
	struct address server;
	struct prefix vip;
	char text[1024] = "";

	(void)state;
	address_parse("10.1.0.12", &server);
	prefix_parse("192.0.2.1/32", &vip);
	event_about_set(&about, &(struct event_objects){ .nexthop = &server,
							 .neighbor = &server,
							 .interface = "eth0",
							 .vip = &vip });
	entry = entry_about(&about);
	assert_true(log_journal_send(&journal, path, &entry));
	assert_true(recv(reader, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text,
			    "MESSAGE=warning nexthop: 10.1.0.12 rack1: dead\n"
			    "PRIORITY=4\n"
			    "SYSLOG_IDENTIFIER=headgate\n"
			    "SUBSYSTEM=nexthop\n"
			    "EVENT=nexthop_dead\n"
			    "VIP=192.0.2.1/32\n"
			    "NEIGHBOR=10.1.0.12\n"
			    "NEXTHOP=10.1.0.12\n"
			    "INTERFACE=eth0\n"
			    "NAME=rack1\n");
}

/* The test ends, so no call waited. */
static void a_journal_that_does_not_read_is_not_waited_for(void **state)
{
	struct event_about about;
	struct log_journal_entry entry;
	unsigned int sent = 0;

	(void)state;
	event_about_set(&about, NULL);
	entry = entry_about(&about);
	while (log_journal_send(&journal, path, &entry))
		assert_true(sent++ < 1000000);
	assert_true(sent > 0);
}

static void without_a_journal_nothing_is_sent(void **state)
{
	struct event_about about;
	struct log_journal_entry entry;

	(void)state;
	event_about_set(&about, NULL);
	entry = entry_about(&about);
	assert_false(log_journal_send(&journal, "/tmp/no/such/socket", &entry));
}

static void stderr_is_the_journal_if_its_numbers_are_those_given(void **state)
{
	struct stat about;
	char text[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &about), 0);
	unsetenv("JOURNAL_STREAM");
	assert_false(log_journal_is_stderr());
	snprintf(text, sizeof(text), "%llu:%llu",
		 (unsigned long long)about.st_dev,
		 (unsigned long long)about.st_ino);
	setenv("JOURNAL_STREAM", text, 1);
	assert_true(log_journal_is_stderr());
	snprintf(text, sizeof(text), "%llu:%llu",
		 (unsigned long long)about.st_dev,
		 (unsigned long long)about.st_ino + 1);
	setenv("JOURNAL_STREAM", text, 1);
	assert_false(log_journal_is_stderr());
	setenv("JOURNAL_STREAM", "8:12x", 1);
	assert_false(log_journal_is_stderr());
	unsetenv("JOURNAL_STREAM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_entry_has_the_objects_as_fields, begin, end),
		cmocka_unit_test_setup_teardown(
			a_journal_that_does_not_read_is_not_waited_for, begin,
			end),
		cmocka_unit_test_setup_teardown(
			without_a_journal_nothing_is_sent, begin, end),
		cmocka_unit_test(
			stderr_is_the_journal_if_its_numbers_are_those_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
