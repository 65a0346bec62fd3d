// SPDX-License-Identifier: BSD-2-Clause
/* Lines to a stderr that takes them late, in part or never. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "core/log_sink.h"

enum {
	MANY = 100000, /* more lines than the ring and any pipe hold */
	DEADLINE_S = 20,
};

static struct log_sink sink;
static int reader, saved;

/* Make `writer` stderr, as blocking as a shell leaves it. */
static void open_sink(int writer)
{
	memset(&sink, 0, sizeof(sink));
	sink.fd = STDERR_FILENO;
	sink.may_block = true;
	saved = dup(STDERR_FILENO);
	dup2(writer, STDERR_FILENO);
	close(writer);
	log_sink_open(&sink);
	alarm(DEADLINE_S); /* a write that waits ends the test */
}

static void close_sink(void)
{
	alarm(0);
	if (sink.fd != STDERR_FILENO)
		close(sink.fd);
	dup2(saved, STDERR_FILENO);
	close(saved);
	if (reader >= 0)
		close(reader);
}

static void open_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	reader = ends[0];
	open_sink(ends[1]);
}

static void write_numbers(unsigned int from, unsigned int to)
{
	char line[64];

	for (unsigned int i = from; i < to; i++) {
		int size = snprintf(line, sizeof(line), "info test: %u\n", i);

		log_sink_write(&sink, line, (size_t)size);
	}
}

/* Read all lines that come; return their number, and the lost ones told. */
static unsigned int read_numbers(unsigned int *told)
{
	FILE *in = fdopen(dup(reader), "r");
	unsigned int lines = 0, number, count;
	bool more = true;
	char line[256];

	*told = 0;
	fcntl(reader, F_SETFL, O_NONBLOCK);
	while (more) {
		more = log_sink_flush(&sink);
		clearerr(in);
		while (fgets(line, sizeof(line), in)) {
			if (sscanf(line, "warning log: %u lines", &count) ==
			    1) {
				*told += count;
				continue;
			}
			assert_int_equal(sscanf(line, "info test: %u", &number),
					 1);
			assert_int_equal(number, lines++ + *told);
		}
	}
	fclose(in);
	return lines;
}

static void check_late_reader(void)
{
	unsigned int told, lines;

	write_numbers(0, MANY);
	assert_true(sink.lost > 0);
	lines = read_numbers(&told);
	assert_int_equal(told, sink.lost);
	assert_int_equal(lines + told, MANY);
}

static void a_pipe_that_is_read_late_gets_what_the_ring_held(void **state)
{
	(void)state;
	open_pipe();
	check_late_reader();
	/* The descriptor that others share blocks as before. */
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close_sink();
}

static void a_socket_that_is_read_late_likewise(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	reader = ends[0];
	open_sink(ends[1]);
	check_late_reader();
	close_sink();
}

static void a_shared_pipe_is_asked_before_a_write(void **state)
{
	(void)state;
	open_pipe();
	close(sink.fd);
	sink.fd = STDERR_FILENO;
	sink.may_block = true;
	check_late_reader();
	close_sink();
}

static void nothing_is_lost_that_the_ring_can_hold(void **state)
{
	unsigned int told;

	(void)state;
	open_pipe();
	write_numbers(0, 20000);
	assert_true(sink.used > 0);
	assert_int_equal(read_numbers(&told), 20000);
	assert_int_equal(sink.lost, 0);
	assert_int_equal(told, 0);
	close_sink();
}

static void a_stopped_terminal_does_not_hold_the_writer(void **state)
{
	int terminal;

	(void)state;
	assert_int_equal(openpty(&reader, &terminal, NULL, NULL, NULL), 0);
	open_sink(terminal);
	assert_int_equal(tcflow(STDERR_FILENO, TCOOFF), 0);
	write_numbers(0, MANY);
	assert_true(sink.lost > 0);
	assert_int_equal(tcflow(STDERR_FILENO, TCOON), 0);
	close_sink();
}

static void a_full_disk_loses_lines_and_says_so(void **state)
{
	(void)state;
	reader = -1;
	open_sink(open("/dev/full", O_WRONLY));
	write_numbers(0, MANY);
	assert_true(sink.lost > 0);
	assert_true(log_sink_flush(&sink));
	close_sink();
}

static void a_pipe_without_a_reader_is_not_kept_for(void **state)
{
	(void)state;
	open_pipe();
	close(reader);
	reader = -1;
	write_numbers(0, 100);
	assert_int_equal(sink.lost, 100);
	assert_int_equal(sink.used, 0);
	close_sink();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_pipe_that_is_read_late_gets_what_the_ring_held),
		cmocka_unit_test(a_socket_that_is_read_late_likewise),
		cmocka_unit_test(a_shared_pipe_is_asked_before_a_write),
		cmocka_unit_test(nothing_is_lost_that_the_ring_can_hold),
		cmocka_unit_test(a_stopped_terminal_does_not_hold_the_writer),
		cmocka_unit_test(a_full_disk_loses_lines_and_says_so),
		cmocka_unit_test(a_pipe_without_a_reader_is_not_kept_for),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
