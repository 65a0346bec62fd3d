// SPDX-License-Identifier: BSD-2-Clause
/* Which CPUs take the interrupts of an interface. See check.h. */

#include "host/check.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/array.h"

enum {
	MAX_IRQS = 64, /* looked at */
	CPUS_SIZE = 32,
	DECIMAL = 10,
};

struct irqs {
	size_t count;
	long numbers[MAX_IRQS];
};

static int compare_irqs(const void *a, const void *b)
{
	const long *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* List the interrupts of a folder; a missing one has none. */
static void list_irqs(const char *folder, struct irqs *irqs)
{
	DIR *open = opendir(folder);
	struct dirent *entry;

	while (open && irqs->count < MAX_IRQS && (entry = readdir(open)))
		if (strspn(entry->d_name, "0123456789"))
			irqs->numbers[irqs->count++] =
				strtol(entry->d_name, NULL, DECIMAL);
	if (open)
		closedir(open);
	qsort(irqs->numbers, irqs->count, sizeof(*irqs->numbers), compare_irqs);
}

/* The device itself has them, or what it is plugged into (virtio). */
static const char *find_irqs(const struct check_scene *scene, struct irqs *irqs)
{
	static const char *const folders[] = { "msi_irqs", "../msi_irqs" };
	char path[PATH_MAX];
	size_t i = 0;

	while (i < COUNT_OF(folders) && !irqs->count) {
		snprintf(path, sizeof(path), "%s/sys/class/net/%s/device/%s",
			 scene->question->root, scene->port->name,
			 folders[i++]);
		list_irqs(path, irqs);
	}
	return folders[i - 1];
}

/* True if one CPU takes all that are in use. */
static bool share_a_cpu(const struct check_scene *scene,
			const struct irqs *irqs, char cpu[CPUS_SIZE])
{
	char path[PATH_MAX], other[CPUS_SIZE];
	size_t used = 0;

	for (size_t i = 0; i < irqs->count; i++) {
		snprintf(path, sizeof(path),
			 "/proc/irq/%ld/effective_affinity_list",
			 irqs->numbers[i]);
		if (!check_read_line(scene->question, path, other,
				     sizeof(other)) ||
		    !other[0])
			continue;
		if (used && strcmp(cpu, other))
			return false;
		used++;
		memcpy(cpu, other, CPUS_SIZE);
	}
	return used > 1 && !cpu[strspn(cpu, "0123456789")];
}

void check_irq_affinity(const struct check_scene *scene)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char cpu[CPUS_SIZE] = "";
	struct irqs irqs = { .count = 0 };
	const char *folder = find_irqs(scene, &irqs);

	if (irqs.count < 2)
		return;
	if (cpus < 2 || !share_a_cpu(scene, &irqs, cpu)) {
		check_found(scene, "%zu interrupts on several CPUs",
			    irqs.count);
		return;
	}
	check_found(scene, "%zu interrupts, all on CPU %s", irqs.count, cpu);
	check_complain(scene, CHECK_WARNING, "one CPU does the work of all");
	check_mend(scene,
		   "n=0; for i in $(ls /sys/class/net/%s/device/%s); do echo "
		   "$((n %% %ld)) >/proc/irq/$i/smp_affinity_list; "
		   "n=$((n + 1)); done",
		   scene->port->name, folder, cpus);
}
