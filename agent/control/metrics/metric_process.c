// SPDX-License-Identifier: BSD-2-Clause
/* The metrics that every process has, under their usual names. See metric.h. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/metrics/metric_tables.h"
#include "core/array.h"

enum {
	STAT_SIZE = 1024,
};

struct process_row {
	double cpu_s, start_s;
	double resident, virtual;
	double open_fds, max_fds;
};

/* Return the time at which this host started, in seconds since 1970. */
static double boot_time(void)
{
	struct timespec now, age;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &age);
	return (double)(now.tv_sec - age.tv_sec) +
	       (double)(now.tv_nsec - age.tv_nsec) / 1e9;
}

/* Read proc(5), "/proc/pid/stat": its fields are behind the last parenthesis. */
static void read_stat(struct process_row *row)
{
	const double ticks = (double)sysconf(_SC_CLK_TCK);
	unsigned long user = 0, system = 0, size = 0;
	unsigned long long start = 0;
	char text[STAT_SIZE];
	const char *fields;
	long pages = 0;
	FILE *file = fopen("/proc/self/stat", "re");

	if (!file)
		return;
	if (fgets(text, sizeof(text), file) && (fields = strrchr(text, ')')) &&
	    sscanf(fields,
		   ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu "
		   "%*d %*d %*d %*d %*d %*d %llu %lu %ld",
		   &user, &system, &start, &size, &pages) == 5) {
		row->cpu_s = (double)(user + system) / ticks;
		/* Whole seconds: the clocks are not read at one moment. */
		row->start_s =
			(double)(uint64_t)(boot_time() + (double)start / ticks);
		row->virtual = (double)size;
		row->resident = (double)pages * (double)sysconf(_SC_PAGESIZE);
	}
	fclose(file);
}

static double count_open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	double count = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 3; /* ".", ".." and the folder itself */
}

/* Read the limit in /proc: the filter of system calls has no getrlimit(2). */
static double read_max_files(void)
{
	FILE *file = fopen("/proc/self/limits", "re");
	unsigned long limit = 0;
	char line[STAT_SIZE];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Max open files %lu", &limit) == 1)
			break;
	fclose(file);
	return (double)limit;
}

static int collect_process(const struct metric_source *source,
			   struct metric_rows *rows)
{
	struct process_row *row = metric_rows_add(rows);

	(void)source;
	if (!row)
		return -ENOMEM;
	read_stat(row);
	row->open_fds = count_open_files();
	row->max_fds = read_max_files();
	return 0;
}

#define REAL(kind, member)              \
	METRIC_##kind, .is_real = true, \
		       .offset = offsetof(struct process_row, member)

static const struct metric metrics[] = {
	{ "process_cpu_seconds_total", REAL(COUNTER, cpu_s),
	  .help = "CPU time of the agent" },
	{ "process_start_time_seconds", REAL(GAUGE, start_s),
	  .help = "When the process started, in seconds since 1970" },
	{ "process_resident_memory_bytes", REAL(GAUGE, resident),
	  .help = "Memory of the agent in RAM, without that of the tables" },
	{ "process_virtual_memory_bytes", REAL(GAUGE, virtual),
	  .help = "Address space of the agent" },
	{ "process_open_fds", REAL(GAUGE, open_fds),
	  .help = "Open descriptors of the agent" },
	{ "process_max_fds", REAL(GAUGE, max_fds),
	  .help = "The limit of them" },
};

const struct metric_table metric_process = {
	.metrics = metrics,
	.count = COUNT_OF(metrics),
	.row_size = sizeof(struct process_row),
	.collect = collect_process,
};
