// SPDX-License-Identifier: BSD-2-Clause
/* From the command line to a configuration. See host_config.h. */

#include "host_config.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/sha1.h"

enum {
	MAX_HOST_INTERFACES = 4096,
};

static int parse(const struct command_line *line, struct config *config,
		 enum config_request *request, FILE *errors)
{
	struct if_nameindex *list = if_nameindex();
	const char *names[MAX_HOST_INTERFACES + 1] = { NULL };
	int count;

	for (size_t i = 0; list && list[i].if_name && i < MAX_HOST_INTERFACES;
	     i++)
		names[i] = list[i].if_name;
	count = config_parse(config, line->argc, line->argv,
			     list ? names : NULL, request, errors);
	if (list)
		if_freenameindex(list);
	return count;
}

int host_config_parse(const struct command_line *line, struct config **out,
		      enum config_request *request, FILE *errors)
{
	struct config *config = calloc(1, sizeof(*config));
	int count;

	*out = NULL;
	if (!config) {
		fputs("headgate: out of memory\n", errors);
		return 1;
	}
	count = parse(line, config, request, errors);
	if (count)
		host_config_free(config);
	else
		*out = config;
	return count;
}

char *host_config_text(const struct config *config)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	config_print(config, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

const char *host_config_digest(const char *text,
			       char digest[HOST_CONFIG_DIGEST_SIZE])
{
	uint8_t bytes[SHA1_SIZE];

	sha1(text, strlen(text), bytes);
	hex_write(bytes, (HOST_CONFIG_DIGEST_SIZE - 1) / 2, digest);
	return digest;
}

/* The bytes of keys stay with their readers: core/secret.h. */
void host_config_free(struct config *config)
{
	if (!config)
		return;
	config_release(config);
	explicit_bzero(&config->datapath.hash_key,
		       sizeof(config->datapath.hash_key));
	free(config);
}
