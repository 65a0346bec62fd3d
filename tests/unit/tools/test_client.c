// SPDX-License-Identifier: BSD-2-Clause
/* One request and its reply, against a server in a child process. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"

enum {
	TIMEOUT_S = 1,
	LONG_REPLY = 300 * 1000,
};

static char folder[] = "/tmp/headgate-client-XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/ctl.sock",
		 folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* Accept one connection, read the request and let `answer` reply. */
static void serve(int listener, void (*answer)(int fd, const char *request))
{
	char request[256] = "";
	int fd = accept(listener, NULL, NULL);
	size_t used = 0;
	ssize_t length;

	while (!strchr(request, '\n')) {
		length = read(fd, request + used, sizeof(request) - used - 1);
		if (length <= 0)
			_exit(1);
		used += (size_t)length;
		request[used] = '\0';
	}
	answer(fd, request);
	close(fd);
	_exit(0);
}

/* Send a request to a server that replies by `answer`. */
static int ask(void (*answer)(int fd, const char *request), char **reply)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), error;
	pid_t child;

	assert_int_equal(bind(listener, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(listener, 1), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		serve(listener, answer);
	close(listener);
	error = client_request(address.sun_path, TIMEOUT_S, "{\"a\":1}\n",
			       reply);
	assert_int_equal(waitpid(child, NULL, 0), child);
	unlink(address.sun_path);
	return error;
}

static void write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);

		if (written < 0)
			return;
		data += written;
		size -= (size_t)written;
	}
}

static void answer_with_the_request(int fd, const char *request)
{
	write_all(fd, request, strlen(request));
}

static void answer_in_pieces(int fd, const char *request)
{
	(void)request;
	write_all(fd, "{\"a\"", 4);
	usleep(20 * 1000);
	write_all(fd, ":2}\n", 4);
}

static void answer_at_length(int fd, const char *request)
{
	char *line = malloc(LONG_REPLY + 1);

	(void)request;
	memset(line, 'x', LONG_REPLY);
	line[LONG_REPLY] = '\n';
	write_all(fd, line, LONG_REPLY + 1);
	free(line);
}

static void hang_up(int fd, const char *request)
{
	(void)request;
	write_all(fd, "{\"a\":", 5);
}

static void stay_silent(int fd, const char *request)
{
	(void)fd;
	(void)request;
	sleep(TIMEOUT_S + 1);
}

static void request_and_reply_are_one_line_each(void **state)
{
	char *reply;

	(void)state;
	assert_int_equal(ask(answer_with_the_request, &reply), 0);
	assert_string_equal(reply, "{\"a\":1}");
	free(reply);
}

static void a_reply_may_come_in_pieces(void **state)
{
	char *reply;

	(void)state;
	assert_int_equal(ask(answer_in_pieces, &reply), 0);
	assert_string_equal(reply, "{\"a\":2}");
	free(reply);
}

static void a_reply_may_be_long(void **state)
{
	char *reply;

	(void)state;
	assert_int_equal(ask(answer_at_length, &reply), 0);
	assert_int_equal(strlen(reply), LONG_REPLY);
	free(reply);
}

static void a_reply_that_is_cut_off_is_an_error(void **state)
{
	char *reply = NULL;

	(void)state;
	assert_int_equal(ask(hang_up, &reply), -ECONNRESET);
	assert_null(reply);
}

static void a_silent_agent_is_a_timeout(void **state)
{
	char *reply = NULL;

	(void)state;
	assert_int_equal(ask(stay_silent, &reply), -ETIMEDOUT);
	assert_null(reply);
}

static void a_missing_socket_is_an_error(void **state)
{
	char *reply = NULL;

	(void)state;
	assert_int_equal(client_request(address.sun_path, TIMEOUT_S, "{}\n",
					&reply),
			 -ENOENT);
}

static void a_path_too_long_for_a_socket_is_an_error(void **state)
{
	char path[200], *reply = NULL;

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(client_request(path, TIMEOUT_S, "{}\n", &reply),
			 -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_and_reply_are_one_line_each),
		cmocka_unit_test(a_reply_may_come_in_pieces),
		cmocka_unit_test(a_reply_may_be_long),
		cmocka_unit_test(a_reply_that_is_cut_off_is_an_error),
		cmocka_unit_test(a_silent_agent_is_a_timeout),
		cmocka_unit_test(a_missing_socket_is_an_error),
		cmocka_unit_test(a_path_too_long_for_a_socket_is_an_error),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
