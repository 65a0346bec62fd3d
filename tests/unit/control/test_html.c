// SPDX-License-Identifier: BSD-2-Clause
/* Rows of HTML out of JSON. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>
#include <json-c/json.h>

#include "control/pages/html.h"

enum {
	TEXT_SIZE = 1024,
};

static const char *take(struct evbuffer *out, char text[TEXT_SIZE])
{
	int size = evbuffer_remove(out, text, TEXT_SIZE - 1);

	assert_true(size >= 0);
	text[size] = '\0';
	evbuffer_free(out);
	return text;
}

static const char *row_of(const char *json, const struct html_column *columns,
			  size_t count, char text[TEXT_SIZE])
{
	const struct html_table table = { columns, count };
	struct json_object *row = json_tokener_parse(json);
	struct evbuffer *out = evbuffer_new();

	assert_non_null(row);
	html_write_row(out, &table, row);
	json_object_put(row);
	return take(out, text);
}

static void text_of_others_is_no_markup(void **state)
{
	struct evbuffer *out = evbuffer_new();
	char text[TEXT_SIZE];

	(void)state;
	html_write_text(out, "<b a='1' c=\"2\">&amp;");
	assert_string_equal(take(out, text),
			    "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
	out = evbuffer_new();
	html_write_query(out, "a\"&b c/1");
	assert_string_equal(take(out, text), "a%22%26b%20c%2f1");
}

static void a_cell_is_as_its_column_says(void **state)
{
	static const struct html_column columns[] = {
		{ "name", HTML_HEADER }, { "up", HTML_STATE },
		{ "count", HTML_RATE },	 { "age", HTML_AGE },
		{ "none", HTML_TEXT },
	};
	char text[TEXT_SIZE];

	(void)state;
	assert_string_equal(
		row_of("{\"name\":\"<x>\",\"up\":false,\"count\":7,"
		       "\"age\":3725,\"none\":null}",
		       columns, 5, text),
		"<tr><th scope=\"row\">&lt;x&gt;</th>"
		"<td class=\"s\" data-is=\"no\">no</td>"
		"<td class=\"n\" data-count=\"7\">7</td>"
		"<td class=\"n\">1h02m</td><td>&ndash;</td></tr>\n");
}

static void ages_have_two_units_at_most(void **state)
{
	static const struct html_column column = { "age", HTML_AGE };
	static const struct {
		const char *json, *age;
	} cases[] = {
		{ "{\"age\":0}", ">0s<" },
		{ "{\"age\":59}", ">59s<" },
		{ "{\"age\":60}", ">1m00s<" },
		{ "{\"age\":3600}", ">1h00m<" },
		{ "{\"age\":90000}", ">1d01h<" },
	};
	char text[TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_non_null(strstr(row_of(cases[i].json, &column, 1, text),
				       cases[i].age));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_others_is_no_markup),
		cmocka_unit_test(a_cell_is_as_its_column_says),
		cmocka_unit_test(ages_have_two_units_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
