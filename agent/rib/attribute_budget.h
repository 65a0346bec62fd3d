/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_ATTRIBUTE_BUDGET_H
#define RIB_ATTRIBUTE_BUDGET_H

/*
 * The bytes of path attributes that the paths of a neighbor may have together, as
 * received. One UPDATE may have 64 KiB of them (RFC 8654), so a limit of prefixes
 * alone does not bound memory. Each path counts with all its attributes, even
 * where paths share them: what others announce makes no difference. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

struct attribute_budget {
	uint64_t limit; /* 0: none */
	uint64_t used;
	bool blocked; /* a path was refused, */
	bool room;    /* and another one has gone since */
	bool logged;
};

/*
 * True if a path may have this many bytes in place of those that it has. Less is
 * taken in any case.
 */
static inline bool
attribute_budget_has_room(const struct attribute_budget *budget, uint64_t has,
			  uint64_t wants)
{
	return !budget->limit || wants <= has ||
	       budget->used - has + wants <= budget->limit;
}

static inline void attribute_budget_add(struct attribute_budget *budget,
					uint64_t bytes)
{
	budget->used += bytes;
}

static inline void attribute_budget_remove(struct attribute_budget *budget,
					   uint64_t bytes)
{
	budget->used -= bytes;
}

/* A path goes: there may be room for one that was refused. */
static inline void attribute_budget_make_room(struct attribute_budget *budget)
{
	budget->room = budget->blocked;
}

/*
 * True once when the peer can be asked for what was refused. A larger limit makes
 * room as well.
 */
static inline bool attribute_budget_take_room(struct attribute_budget *budget)
{
	bool room = budget->room;

	if (room)
		budget->blocked = budget->room = false;
	return room;
}

static inline void attribute_budget_set_limit(struct attribute_budget *budget,
					      uint64_t limit)
{
	budget->room |= budget->blocked && (!limit || limit > budget->limit);
	budget->limit = limit;
}

#endif
