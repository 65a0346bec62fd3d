/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_JSON_H
#define HOST_JSON_H

/* The report of the checks as JSON: of the agent and of `doctor` alike. */

#include <stdbool.h>

struct check_report;
struct json_object;

/*
 * Return the counts, and the list of all findings or of those that are
 * complaints. The caller puts it. The report may change afterwards.
 */
struct json_object *check_report_json(const struct check_report *report,
				      bool complaints_only);

#endif
