// SPDX-License-Identifier: BSD-2-Clause
/* Rates out of two replies. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "rates.h"
#include "value.h"

/* Return the object after rates_add() over `seconds`; the caller puts. */
static struct json_object *rated(const char *now_text, const char *before_text,
				 double seconds)
{
	struct json_object *now = json_tokener_parse(now_text);
	struct json_object *before = json_tokener_parse(before_text);

	assert_non_null(now);
	rates_add(now, before, seconds);
	json_object_put(before);
	return now;
}

static struct json_object *row_of(struct json_object *reply, size_t index)
{
	return json_object_array_get_idx(value_at(reply, "counters.vips"),
					 index);
}

static void a_rate_is_the_growth_per_second(void **state)
{
	struct json_object *reply = rated(
		"{\"counters\":{\"vips\":[{\"prefix\":\"192.0.2.2/32\","
		"\"packets\":50,\"bytes\":700},{\"prefix\":\"192.0.2.1/32\","
		"\"packets\":30,\"bytes\":18446744073709551615}]}}",
		"{\"counters\":{\"vips\":[{\"prefix\":\"192.0.2.1/32\","
		"\"packets\":10,\"bytes\":18446744073709551515}]}}",
		2.0);
	struct json_object *row = row_of(reply, 1);

	(void)state;
	assert_int_equal(json_object_get_uint64(value_at(row, "packet_rate")),
			 10);
	assert_int_equal(json_object_get_uint64(value_at(row, "byte_rate")),
			 50);
	/* The first row was not there before. */
	assert_null(value_at(row_of(reply, 0), "packet_rate"));
	json_object_put(reply);
}

static void a_counter_that_was_reset_has_no_rate(void **state)
{
	struct json_object *reply =
		rated("{\"counters\":{\"vips\":[{\"prefix\":\"192.0.2.1/32\","
		      "\"packets\":5}]}}",
		      "{\"counters\":{\"vips\":[{\"prefix\":\"192.0.2.1/32\","
		      "\"packets\":10}]}}",
		      1.0);

	(void)state;
	assert_null(value_at(row_of(reply, 0), "packet_rate"));
	json_object_put(reply);
}

static void replies_of_another_shape_do_no_harm(void **state)
{
	static const char *const before[] = {
		"{}",
		"{\"counters\":[]}",
		"{\"counters\":{\"vips\":7}}",
		"{\"counters\":{\"vips\":[1,null,{}]}}",
		"null",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		json_object_put(rated("{\"counters\":{\"vips\":[{\"packets\":"
				      "5},3,null]}}",
				      before[i], 1.0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_the_growth_per_second),
		cmocka_unit_test(a_counter_that_was_reset_has_no_rate),
		cmocka_unit_test(replies_of_another_shape_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
