/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_GROW_H
#define DATAPATH_GROW_H

/*
 * Larger tables out of the smaller ones of a previous run. A hash chooses its bucket
 * by its low bits, so a bucket of the previous run is as many of ours, and no flow
 * moves while each of them has its words. What the larger table has elsewhere then
 * moves as any change does.
 */

struct datapath;

/* Fill the buckets of all groups, and their previous slots. Returns 0 or -errno. */
int grow_tables(struct datapath *dp);

#endif
