/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_AGGREGATE_H
#define CONFIG_AGGREGATE_H

/* The value of --aggregate: a prefix announced for the VIPs inside it. */

#include "config/entry.h"

extern const struct entry aggregate_entry;

/* Check each aggregate against the others and against --vip. */
void aggregate_check_all(struct parser *parser);

#endif
