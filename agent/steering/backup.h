/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_BACKUP_H
#define STEERING_BACKUP_H

/*
 * Who takes a bucket if its owner is removed: exactly whom the table without
 * the owner says. Pure.
 */

#include "steering/ranking.h"
#include "steering/share.h"

/*
 * Fills backups[] of a set of two candidates at least. Owners and backups are
 * candidates here, not members. Returns 0 or -ENOMEM.
 */
int backup_fill(const struct ranking *ranking, struct share *share,
		const uint16_t *owners, uint16_t *backups);

#endif
