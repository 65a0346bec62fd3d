// SPDX-License-Identifier: BSD-2-Clause
/* Levels of the users of the control socket. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/permission.h"

enum {
	ROOT = 0,
	AGENT = 900,
	USER = 1000,
	READERS = 50,
	ADMINS = 51,
	SOCKET_GROUP = 52,
	OTHERS = 53,
};

static struct permission both = {
	.own_user = AGENT,
	.has_read = true,
	.has_change = true,
	.read = READERS,
	.change = ADMINS,
	.socket = SOCKET_GROUP,
};

static enum control_level level(const struct permission *permission, uid_t user,
				gid_t primary, gid_t further)
{
	gid_t groups[] = { primary, further };
	const struct permission_peer peer = { user, groups, 2 };

	return permission_level(permission, &peer);
}

static void root_and_the_agents_user_may_change(void **state)
{
	(void)state;
	assert_int_equal(level(&both, ROOT, OTHERS, OTHERS), CONTROL_CHANGE);
	assert_int_equal(level(&both, AGENT, OTHERS, OTHERS), CONTROL_CHANGE);
}

static void groups_count_as_primary_and_as_supplementary_ones(void **state)
{
	(void)state;
	assert_int_equal(level(&both, USER, ADMINS, OTHERS), CONTROL_CHANGE);
	assert_int_equal(level(&both, USER, OTHERS, ADMINS), CONTROL_CHANGE);
	assert_int_equal(level(&both, USER, READERS, ADMINS), CONTROL_CHANGE);
	assert_int_equal(level(&both, USER, READERS, OTHERS), CONTROL_READ);
	assert_int_equal(level(&both, USER, OTHERS, READERS), CONTROL_READ);
	assert_int_equal(level(&both, USER, OTHERS, SOCKET_GROUP),
			 CONTROL_READ);
	assert_int_equal(level(&both, USER, OTHERS, OTHERS), CONTROL_NOTHING);
}

static void groups_that_do_not_exist_give_nothing(void **state)
{
	const struct permission none = { .own_user = AGENT };

	(void)state;
	assert_int_equal(level(&none, USER, ADMINS, READERS), CONTROL_NOTHING);
	/* The numbers of unknown groups are 0, as is the group root. */
	assert_int_equal(level(&none, USER, OTHERS, 0), CONTROL_READ);
}

static void the_kernel_names_the_other_end(void **state)
{
	struct permission permission = { .own_user = geteuid() };
	int ends[2], file[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(permission_of_socket(&permission, ends[0]),
			 CONTROL_CHANGE);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(pipe(file), 0);
	assert_int_equal(permission_of_socket(&permission, file[0]),
			 CONTROL_NOTHING);
	close(file[0]);
	close(file[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_and_the_agents_user_may_change),
		cmocka_unit_test(
			groups_count_as_primary_and_as_supplementary_ones),
		cmocka_unit_test(groups_that_do_not_exist_give_nothing),
		cmocka_unit_test(the_kernel_names_the_other_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
