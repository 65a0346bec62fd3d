/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_TABLES_H
#define DATAPATH_TABLES_H

/* The memory of an mmapable array map, as the 64-bit words it is made of. */

#include <stdint.h>

struct table {
	uint64_t *words;
	uint32_t entries;
	uint32_t entry_words;
};

/* Maps the memory of `map`; to be released with table_close(). */
int table_open(struct table *table, int map);
/* Legal for a table of zeroes, which was never opened. */
void table_close(struct table *table);

#endif
