/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

/* The configuration of the command line, checked against this host. */

#include <stdio.h>

#include "config/config.h"

enum host_config_sizes {
	HOST_CONFIG_DIGEST_SIZE = 13, /* 12 digits and a NUL */
};

/* The command line, which a reload reads again. */
struct command_line {
	int argc;
	char **argv;
};

/*
 * Parse the command line and the files that it names into a new configuration,
 * which host_config_free() frees. Write all errors to `errors` and return their
 * number; with errors there is no configuration, and *config is NULL.
 */
int host_config_parse(const struct command_line *line, struct config **config,
		      enum config_request *request, FILE *errors);
/* Return the canonical form, which the caller frees. NULL: out of memory. */
char *host_config_text(const struct config *config);
/*
 * Write a digest of that text: equal configurations have equal ones. Returns
 * `digest`.
 */
const char *host_config_digest(const char *text,
			       char digest[HOST_CONFIG_DIGEST_SIZE]);
void host_config_free(struct config *config);

#endif
