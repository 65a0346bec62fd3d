/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_SECRETS_H
#define CONFIG_SECRETS_H

/*
 * The keys of a configuration while there are two: each stands in memory once,
 * however often its file is read.
 */

#include "config/config.h"

/* Let equal keys of `config` be those of `other`, and free the copies. */
void secrets_share(struct config *config, const struct config *other);
/*
 * Free the keys of `config` that are not those of `other`. Those of BFD stay if
 * `in_use`: a session that ends still signs by them.
 */
void secrets_drop(struct config *config, const struct config *other,
		  bool in_use);

#endif
