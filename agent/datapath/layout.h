/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_LAYOUT_H
#define DATAPATH_LAYOUT_H

/*
 * Whether tables of a previous run fit: plain values of both runs, compared.
 * Pure.
 */

#include <stddef.h>
#include <stdint.h>

/* Everything that the meaning of the tables depends on */
struct layout {
	uint32_t number;     /* enum hg_layout */
	uint32_t table_size; /* buckets of a group */
	uint32_t group_count;
	uint32_t flow_room; /* flows in `flows_pinned` */
	uint32_t cpus;	    /* elements of `counters` */
	uint64_t hash_key;
};

enum layout_misfit {
	LAYOUT_FITS,
	LAYOUT_NUMBER,
	LAYOUT_TABLE_SIZE,
	LAYOUT_GROUPS,
	LAYOUT_FLOWS,
	LAYOUT_SEED,
	LAYOUT_CPUS,
	LAYOUT_GROWS, /* only in more buckets: each becomes several */
};

/* Return the first difference. */
enum layout_misfit layout_compare(const struct layout *was,
				  const struct layout *is);
/* Write it in words: "--table-size is 4096 and was 65536". */
void layout_explain(enum layout_misfit misfit, const struct layout *was,
		    const struct layout *is, char *text, size_t size);

#endif
