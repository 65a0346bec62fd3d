/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CHANGE_H
#define CONFIG_CHANGE_H

/*
 * The difference between two configurations, for a reload: one change for each
 * value that differs, with its effect on an agent that runs. The tables of
 * options know the values and their effects, so a new flag or key is compared as
 * soon as it has a row. Pure.
 *
 * Entries of a list are the same if their identity is: neighbors by address,
 * VIPs by prefix, servers of --path by prefix and address. Their order does not
 * count. The order of rules does: the first that matches decides.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"
#include "config/option.h"

#define CHANGE_NO_ENTRY SIZE_MAX

/* A value that differs, an entry of a list that comes, or one that goes. */
struct change {
	const struct option *flag;
	const struct option *key; /* of an entry that stays; or NULL */
	/* Index in the list, or CHANGE_NO_ENTRY; 0 for a single value. */
	size_t before;
	size_t after;
	enum option_effect effect;
	/* Sessions or routes that the effect is on. Set by the user. */
	uint64_t touched;
};

struct changes {
	const struct config *before;
	const struct config *after;
	struct change *list;
	size_t count;
	size_t room;
};

/*
 * Find all changes, in the order of the flags. Both configurations must outlive
 * the result, which changes_free() frees. Returns 0 or -ENOMEM.
 */
int changes_find(struct changes *changes, const struct config *before,
		 const struct config *after);
void changes_free(struct changes *changes);
/* True if some change has this effect. */
bool changes_have(const struct changes *changes, enum option_effect effect);

/*
 * True if a session of a neighbor with the options `before` cannot go on with
 * those of `after`, whichever addresses they are about.
 */
bool change_resets_neighbor(const struct bgp_neighbor_options *before,
			    const struct bgp_neighbor_options *after);

/*
 * Write those options of a neighbor with which its session stands and falls, for a
 * comparison with those of another process: " role=backend hold-time=9". A TCP-MD5
 * key is only there or not. Secrets are never written.
 */
void change_session_text(const struct bgp_neighbor_options *options, char *text,
			 size_t size);

/* Names of effects for programs: "live", "session_reset" and so on. */
extern const char *const change_effect_names[EFFECT_COUNT];

/*
 * Write the change and its effect in words:
 * "neighbor 10.1.0.12: hold-time 9 -> 3: session is reset". Never has a secret.
 */
void change_print(const struct changes *changes, const struct change *change,
		  FILE *out);

#endif
