/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_FAILURE_H
#define DATAPATH_FAILURE_H

/*
 * Error texts. An errno alone says too little when the kernel refuses a
 * program or a driver refuses XDP; the reason stands in what libbpf would print
 * on stderr. It is collected here instead, for the text of the error.
 */

#include "datapath/datapath.h"

/* Writes the text of an error and returns `code`, so that one can return it. */
int failure(struct datapath_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Has libbpf's warnings collected rather than printed. */
void failure_collect(void);
/* Forgets what was collected so far. */
void failure_forget(void);
/* The warnings since then on one line; "no reason given" if there were none. */
const char *failure_reason(void);

#endif
