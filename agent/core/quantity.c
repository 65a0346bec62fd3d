// SPDX-License-Identifier: BSD-2-Clause
/* Numbers with units. See quantity.h. */

#include "core/quantity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"

enum {
	DECIMAL = 10,
	MS_PER_S = 1000,
	S_PER_M = 60,
	S_PER_H = 3600,
	S_PER_D = 86400,
	KILO = 1000,
	KIBI = 1024,
};

static const struct quantity_unit second_units[] = {
	{ "ms", 1, MS_PER_S }, { "s", 1, 1 },	    { "m", S_PER_M, 1 },
	{ "h", S_PER_H, 1 },   { "d", S_PER_D, 1 },
};

static const struct quantity_unit millisecond_units[] = {
	{ "ms", 1, 1 },
	{ "s", MS_PER_S, 1 },
	{ "m", (uint64_t)MS_PER_S *S_PER_M, 1 },
	{ "h", (uint64_t)MS_PER_S *S_PER_H, 1 },
	{ "d", (uint64_t)MS_PER_S *S_PER_D, 1 },
};

static const struct quantity_unit count_units[] = {
	{ "k", KILO, 1 },
	{ "M", KILO *KILO, 1 },
	{ "G", (uint64_t)KILO *KILO *KILO, 1 },
};

static const struct quantity_unit binary_units[] = {
	{ "k", KIBI, 1 },
	{ "M", KIBI *KIBI, 1 },
	{ "G", (uint64_t)KIBI *KIBI *KIBI, 1 },
};

static const struct quantity_unit megabit_units[] = {
	{ "M", 1, 1 },
	{ "G", KILO, 1 },
	{ "T", KILO *KILO, 1 },
};

#define UNITS(table, names)                       \
	{                                         \
		(table), COUNT_OF(table), (names) \
	}

const struct quantity quantity_plain = { NULL, 0, NULL };
const struct quantity quantity_seconds =
	UNITS(second_units, "ms, s, m, h and d");
const struct quantity quantity_milliseconds =
	UNITS(millisecond_units, "ms, s, m, h and d");
const struct quantity quantity_count = UNITS(count_units, "k, M and G");
const struct quantity quantity_binary = UNITS(binary_units, "k, M and G");
const struct quantity quantity_megabits = UNITS(megabit_units, "M, G and T");

static const struct quantity_unit *find_unit(const struct quantity *quantity,
					     const char *name)
{
	static const struct quantity_unit base = { "", 1, 1 };

	if (!*name)
		return &base;
	for (size_t i = 0; i < quantity->unit_count; i++)
		if (!strcmp(quantity->units[i].name, name))
			return &quantity->units[i];
	return NULL;
}

/* Digits only: strtoull() alone takes signs, blanks and prefixes. */
bool quantity_read(const struct quantity *quantity, const char *text,
		   uint64_t maximum, uint64_t *number)
{
	size_t digits = strspn(text, "0123456789");
	const struct quantity_unit *unit = find_unit(quantity, text + digits);
	unsigned long long value;

	if (!digits || !unit)
		return false;
	errno = 0;
	value = strtoull(text, NULL, DECIMAL);
	if (errno || value > UINT64_MAX / unit->times)
		return false;
	value *= unit->times;
	if (value % unit->parts || value / unit->parts > maximum)
		return false;
	*number = value / unit->parts;
	return true;
}
