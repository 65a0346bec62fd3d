// SPDX-License-Identifier: BSD-2-Clause
/* The report as JSON. See json.h. */

#include "host/json.h"

#include <json-c/json.h>

#include "host/check.h"

static struct json_object *json_of_text(const char *text)
{
	return text && text[0] ? json_object_new_string(text) : NULL;
}

static struct json_object *finding_json(const struct check_finding *finding)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(out, "check", json_of_text(finding->check));
	json_object_object_add(out, "interface",
			       json_of_text(finding->interface));
	json_object_object_add(out, "level",
			       json_of_text(check_level_names[finding->level]));
	json_object_object_add(out, "found", json_of_text(finding->found));
	json_object_object_add(out, "harm", json_of_text(finding->harm));
	json_object_object_add(out, "command", json_of_text(finding->command));
	return out;
}

struct json_object *check_report_json(const struct check_report *report,
				      bool complaints_only)
{
	struct json_object *out = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < report->count; i++)
		if (!complaints_only || report->findings[i].level != CHECK_OK)
			json_object_array_add(
				list, finding_json(&report->findings[i]));
	json_object_object_add(out, "checks",
			       json_object_new_uint64(report->count));
	json_object_object_add(out, "warnings",
			       json_object_new_uint64(check_report_count(
				       report, CHECK_WARNING)));
	json_object_object_add(out, "failures",
			       json_object_new_uint64(check_report_count(
				       report, CHECK_FAILURE)));
	json_object_object_add(out, "findings", list);
	return out;
}
