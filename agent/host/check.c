// SPDX-License-Identifier: BSD-2-Clause
/* The list of the host's checks, and the report. See check.h. */

#include "host/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"

enum {
	PATH_SIZE = 256,
};

const char *const check_level_names[CHECK_LEVEL_COUNT] = {
	[CHECK_OK] = "ok",
	[CHECK_WARNING] = "warning",
	[CHECK_FAILURE] = "failure",
};

static const struct row {
	const char *name;
	check_fn *run;
	bool of_port;
	bool stopped; /* an agent that runs has seen to it */
} rows[] = {
	{ "kernel", check_kernel },
	{ "jit", check_jit },
	{ "btf", check_btf },
	{ "capabilities", check_own_capabilities, .stopped = true },
	{ "bpffs", check_bpffs, .stopped = true },
	{ "second_agent", check_second_agent, .stopped = true },
	{ "pins", check_left_pins, .stopped = true },
	{ "ip_forward", check_ip_forward },
	{ "ipv6_forwarding", check_ipv6_forwarding },
	{ "gc_thresh", check_gc_thresh },
	{ "interface", check_interface, .of_port = true, .stopped = true },
	{ "foreign_xdp", check_foreign_xdp, .of_port = true, .stopped = true },
	{ "mtu", check_mtu, .of_port = true },
	{ "gro", check_gro, .of_port = true },
	{ "lro", check_lro, .of_port = true },
	{ "rxvlan", check_rxvlan, .of_port = true },
	{ "veth_tx", check_veth_tx, .of_port = true },
	{ "redirect", check_redirect, .of_port = true },
	{ "queues", check_queues, .of_port = true },
	{ "irq_affinity", check_irq_affinity, .of_port = true },
	{ "rp_filter", check_rp_filter, .of_port = true },
	{ "send_redirects", check_send_redirects, .of_port = true },
};

/* ------------------------------------------------------------- the steps */

/* A check that has nothing to say about this host leaves no finding. */
static void run_row(const struct row *row, struct check_scene *scene,
		    struct check_report *report)
{
	struct check_finding *finding = &report->findings[report->count];

	if (report->count == CHECK_MAX_FINDINGS)
		return;
	*finding = (struct check_finding){ .check = row->name };
	if (scene->port)
		memcpy(finding->interface, scene->port->name,
		       sizeof(finding->interface));
	scene->finding = finding;
	row->run(scene);
	report->count += finding->found[0] != '\0';
}

/* Run the checks of the host in step 0, those of port N in step N + 1. */
static void run_rows(const struct check_question *question, size_t step,
		     struct check_report *report)
{
	struct check_scene scene = { .question = question };
	struct device device = { .ifindex = 0 };

	if (step) {
		scene.port = &question->ports[step - 1];
		scene.device = &device;
		device_read(scene.port->name, &device);
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].of_port == (step > 0) &&
		    !(rows[i].stopped && question->running))
			run_row(&rows[i], &scene, report);
}

void check_all(const struct check_question *question,
	       struct check_report *report)
{
	report->count = 0;
	for (size_t step = 0; step <= question->port_count; step++)
		run_rows(question, step, report);
}

/* ------------------------------------------------------------- the report */

size_t check_report_count(const struct check_report *report,
			  enum check_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++)
		count += report->findings[i].level == level;
	return count;
}

const struct check_finding *check_report_find(const struct check_report *report,
					      const struct check_finding *like)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct check_finding *finding = &report->findings[i];

		if (!strcmp(finding->check, like->check) &&
		    !strcmp(finding->interface, like->interface))
			return finding;
	}
	return NULL;
}

const char *check_finding_format(const struct check_finding *finding,
				 char line[CHECK_LINE_SIZE])
{
	bool has_command = finding->command[0];

	snprintf(line, CHECK_LINE_SIZE, "%s%s%s%s%s%s", finding->found,
		 finding->harm ? ": " : "", finding->harm ? finding->harm : "",
		 has_command ? "; run `" : "", finding->command,
		 has_command ? "`" : "");
	return line;
}

/* ------------------------------------------------------------- for checks */

void check_found(const struct check_scene *scene, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(scene->finding->found, sizeof(scene->finding->found), format,
		  arguments);
	va_end(arguments);
}

void check_complain(const struct check_scene *scene, enum check_level level,
		    const char *harm)
{
	scene->finding->level = level;
	scene->finding->harm = harm;
}

void check_mend(const struct check_scene *scene, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(scene->finding->command, sizeof(scene->finding->command),
		  format, arguments);
	va_end(arguments);
}

bool check_read_line(const struct check_question *question, const char *path,
		     char *line, size_t size)
{
	char whole[PATH_SIZE];
	FILE *in;
	bool read;

	snprintf(whole, sizeof(whole), "%s%s", question->root, path);
	in = fopen(whole, "re");
	if (!in)
		return false;
	read = fgets(line, (int)size, in);
	fclose(in);
	if (read)
		line[strcspn(line, "\n")] = '\0';
	return read;
}

long check_read_number(const struct check_question *question,
		       const char *format, ...)
{
	char path[PATH_SIZE], line[32];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);
	return check_read_line(question, path, line, sizeof(line)) ?
		       strtol(line, NULL, 10) :
		       -1;
}
