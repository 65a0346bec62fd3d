// SPDX-License-Identifier: BSD-2-Clause
/* Requests and their verbs, by the table that the agent uses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <json-c/json.h>

#include "control/json.h"
#include "control/request.h"

/* Find the verb of a line; assert that it is found. */
static const struct control_verb *find_verb(const char *line)
{
	struct json_object *request = request_parse(line), *failure = NULL;
	const struct control_verb *verb = request_find_verb(request, &failure);

	json_object_put(request);
	assert_non_null(verb);
	return verb;
}

/* Assert that a line has no verb, and the error in the reply. */
static void assert_refused(const char *line, const char *error)
{
	struct json_object *request = request_parse(line), *failure = NULL;

	assert_null(request_find_verb(request, &failure));
	assert_non_null(failure);
	assert_string_equal(json_get_text(failure, "error"), error);
	json_object_put(failure);
	json_object_put(request);
}

static void each_row_is_found_by_its_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < control_verb_count; i++) {
		const struct control_verb *verb = &control_verbs[i];
		struct json_object *request = json_object_new_object();
		struct json_object *failure = NULL;

		json_add_text(request, "request", verb->name);
		if (verb->object)
			json_add_text(request, "what", verb->object);
		if (verb->argument)
			json_add_text(request, verb->argument, "192.0.2.1");
		assert_ptr_equal(request_find_verb(request, &failure), verb);
		json_object_put(request);
	}
}

static void each_row_answers_or_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < control_verb_count; i++)
		assert_int_equal(control_verbs[i].answer == NULL,
				 control_verbs[i].stream !=
					 CONTROL_STREAM_NONE);
}

static void further_fields_do_no_harm(void **state)
{
	(void)state;
	assert_string_equal(find_verb("{\"request\":\"show\",\"what\":"
				      "\"status\",\"prefix\":7,\"x\":[]}")
				    ->object,
			    "status");
	assert_int_equal(
		find_verb("{\"request\":\"capture\",\"what\":1}")->stream,
		CONTROL_STREAM_CAPTURE);
}

#define SHOW_FORMS                                                                                                      \
	"show status, show host, show neighbors, show neighbor neighbor, show config, "                                 \
	"show routes from, show routes to, show routes, "                                                               \
	"show vips [filter] [limit] [from], show route prefix, show nexthops, show drains, show filters, show groups, " \
	"show flows [vip] [nexthop] [limit] [from], show counters, "                                                    \
	"show events [vip] [neighbor] [nexthop] [interface] [event] "                                                   \
	"[severity] [after] [last]"
#define EVENT_FORMS                                                         \
	"events [vip] [neighbor] [nexthop] [interface] [event] [severity] " \
	"[after]"
#define EXPLAIN_FORMS "explain prefix, explain frame, explain flow"
#define ORDER_FORMS                                                      \
	"neighbor shutdown neighbor [reason], neighbor enable neighbor " \
	"[reason], neighbor restart neighbor [reason], neighbor clear "  \
	"neighbor [reason], neighbor refresh in neighbor [reason], "     \
	"neighbor refresh out neighbor [reason]"
#define DRAIN_FORMS "drain target [for_s] [reason], undrain target"

static void an_unknown_request_is_answered_by_all_forms(void **state)
{
	static const char all_forms[] = SHOW_FORMS
		", " EVENT_FORMS ", dump, " EXPLAIN_FORMS ", " ORDER_FORMS
		", " DRAIN_FORMS
		", reload [dry_run] [confirm_s], confirm, handover, capture [vip] "
		"[rate]";
	char error[2048];

	(void)state;
	snprintf(error, sizeof(error), "request 'halt': unknown; allowed: %s",
		 all_forms);
	assert_refused("{\"request\":\"halt\"}", error);
	snprintf(error, sizeof(error), "request '': unknown; allowed: %s",
		 all_forms);
	assert_refused("{}", error);
	assert_refused("{\"request\":[\"show\"]}", error);
	snprintf(error, sizeof(error),
		 "request '%.32s %.32s': unknown; allowed: %s",
		 "haltxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		 "statusxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", all_forms);
	assert_refused("{\"request\":\"haltxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
		       "\"what\":\"statusxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
		       error);
}

static void
an_incomplete_request_is_answered_by_the_forms_of_its_verb(void **state)
{
	(void)state;
	assert_refused("{\"request\":\"show\"}",
		       "request 'show': unknown or incomplete; "
		       "allowed: " SHOW_FORMS);
	assert_refused("{\"request\":\"show\",\"what\":\"route\"}",
		       "request 'show route': unknown or incomplete; "
		       "allowed: " SHOW_FORMS);
	assert_refused("{\"request\":\"explain\",\"what\":\"flow\"}",
		       "request 'explain flow': unknown or incomplete; "
		       "allowed: " EXPLAIN_FORMS);
}

static void a_line_that_is_no_object_is_refused(void **state)
{
	static const char *const lines[] = { "",     "{",  "[]",
					     "null", "17", "\"show\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_refused(lines[i], "request: not a JSON object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_found_by_its_fields),
		cmocka_unit_test(each_row_answers_or_streams),
		cmocka_unit_test(further_fields_do_no_harm),
		cmocka_unit_test(an_unknown_request_is_answered_by_all_forms),
		cmocka_unit_test(
			an_incomplete_request_is_answered_by_the_forms_of_its_verb),
		cmocka_unit_test(a_line_that_is_no_object_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
