/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_TABLES_H
#define DATAPATH_TABLES_H

/* The memory of an mmapable array map, as 64-bit words. */

#include <stdint.h>

struct table {
	uint64_t *words;
	uint32_t entries;
	uint32_t entry_words;
};

/* Map the memory of `map`; table_close() releases it. */
int table_open(struct table *table, int map);
/* Release the memory. A table of zeroes, never opened, is legal. */
void table_close(struct table *table);

#endif
