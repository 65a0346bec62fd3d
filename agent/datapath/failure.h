/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_FAILURE_H
#define DATAPATH_FAILURE_H

/*
 * Error texts. An errno alone says too little when the kernel refuses a program
 * or a driver refuses XDP: the reason is in the warnings that libbpf would
 * print on stderr. They are collected here instead and become part of the error
 * text.
 */

#include "datapath/datapath.h"

/* Write an error text and return `code`. */
int failure(struct datapath_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Collect libbpf's warnings instead of printing them. */
void failure_collect(void);
/* Forget the warnings collected so far. */
void failure_forget(void);
/*
 * Return the warnings since then on one line; "no reason given" if there were
 * none.
 */
const char *failure_reason(void);

#endif
