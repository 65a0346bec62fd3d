// SPDX-License-Identifier: BSD-2-Clause
/* The configuration as it is shown: each line, and no secret. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "control/reply.h"
#include "control/show.h"

static void assert_rows(const char *text, size_t count,
			const char *const *expected)
{
	const struct control_view view = { .config_text = text };
	struct reply_keys keys = { 0 };

	assert_int_equal(show_config.collect(&view, &keys), 0);
	assert_int_equal(keys.count, count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *row = show_config.row(
			&view, (char *)keys.keys + i * show_config.key_size,
			NULL);

		assert_string_equal(json_object_get_string(row), expected[i]);
		json_object_put(row);
	}
	free(keys.keys);
}

static void shows_each_line(void **state)
{
	static const char *const lines[] = {
		"as 65000", "neighbor 10.0.0.1,password-file=/etc/key"
	};

	(void)state;
	assert_rows("as 65000\nneighbor 10.0.0.1,password-file=/etc/key\n", 2,
		    lines);
	assert_rows("", 0, NULL);
}

static void leaves_the_seed_out_but_not_the_name_of_its_file(void **state)
{
	static const char *const lines[] = {
		"as 65000", "hash-seed-file /var/lib/headgate/seed"
	};

	(void)state;
	assert_rows("as 65000\nhash-seed 123456\n"
		    "hash-seed-file /var/lib/headgate/seed\n",
		    2, lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_each_line),
		cmocka_unit_test(
			leaves_the_seed_out_but_not_the_name_of_its_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
