/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_RULE_KINDS_H
#define CONFIG_RULE_KINDS_H

/* The kinds of values that only rules have, for members of union rule_value. */

#include "config/option.h"

extern const struct kind kind_range;   /* "N", "N-M" or ">=N" */
extern const struct kind kind_change;  /* "N", "+N" or "-N" */
extern const struct kind kind_prepend; /* an AS, and how often */
extern const struct kind kind_hop;     /* a range of ASes, "?" or "*" */
extern const struct kind kind_host;    /* the prefix of one address */

/* community.c, as they are on the wire: see the traits. */
extern const struct kind kind_community;
extern const struct kind kind_weight_community; /* "community N:*" */
extern const struct kind kind_ext_community;
extern const struct kind kind_large_community;

#endif
