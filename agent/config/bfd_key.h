/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_BFD_KEY_H
#define CONFIG_BFD_KEY_H

/* The keys bfd-key-file, bfd-key-id and bfd-auth of --neighbor and --path. */

#include <stdbool.h>

#include "config/entry.h"
#include "core/address.h"
#include "core/key_file.h"

struct parser;

/* Fill in defaults, check the keys and read the file. */
void bfd_key_finish(struct parser *parser, const struct entry_draft *draft,
		    bool bfd, struct key_file *key);
/*
 * A server has one BFD session, whichever flags ask for it: check the key of a
 * --path that is pointed at against those of the paths and neighbors before it.
 */
void bfd_key_check_server(struct parser *parser, const struct address *server,
			  const struct key_file *key, bool bfd);

#endif
