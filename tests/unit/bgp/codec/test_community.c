// SPDX-License-Identifier: BSD-2-Clause
/* Communities: membership and text. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/community.h"
#include "bytes.h"

static void finds_a_community_in_a_list(void **state)
{
	struct reader list = BYTES(0xfd, 0xe9, 0, 1, 0xff, 0xff, 0xff, 1);

	(void)state;
	assert_true(community_list_contains(list, BGP_COMMUNITY_NO_EXPORT));
	assert_true(community_list_contains(list, 0xfde90001));
	assert_false(community_list_contains(list, 0x0001ffff));
	assert_false(community_list_contains(list, 0));
	assert_false(community_list_contains(reader_of("", 0), 0));
}

static void formats_by_name_or_by_halves(void **state)
{
	char text[COMMUNITY_TEXT_SIZE];

	(void)state;
	assert_string_equal(community_format(0xfde90064, text), "65001:100");
	assert_string_equal(community_format(UINT32_MAX, text), "65535:65535");
	assert_string_equal(community_format(0xffff0000, text),
			    "graceful-shutdown");
	assert_string_equal(community_format(0xffffff03, text),
			    "no-export-subconfed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_community_in_a_list),
		cmocka_unit_test(formats_by_name_or_by_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
