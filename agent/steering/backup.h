/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_BACKUP_H
#define STEERING_BACKUP_H

/*
 * Exact backups: the owner of a bucket in the table without its owner. Pure.
 */

#include "steering/ranking.h"
#include "steering/share.h"

/*
 * Fill backups[] for a set of at least two candidates. Owners and backups are
 * candidates, not members. Returns 0 or -ENOMEM.
 */
int backup_fill(const struct ranking *ranking, struct share *share,
		const uint16_t *owners, uint16_t *backups);

#endif
