// SPDX-License-Identifier: BSD-2-Clause
/* Keys of two configurations. See secrets.h. */

#include "config/secrets.h"

enum {
	OF_TCP,
	OF_BFD,
	OF_PATHS,
};

/* Return key number `index` of a kind, or NULL behind the last one. */
static struct secret *secret_at(const struct config *config, int kind,
				size_t index)
{
	struct config_lists *lists = (struct config_lists *)&config->lists;

	if (kind == OF_PATHS)
		return index < config->rib.static_path_count ?
			       &lists->static_paths[index].bfd_key.secret :
			       NULL;
	if (index >= config->bgp.neighbor_count)
		return NULL;
	return kind == OF_TCP ? &lists->neighbors[index].secret :
				&lists->neighbors[index].bfd_key.secret;
}

/* Find an equal key of any kind, or NULL. */
static const struct secret *find_equal(const struct config *config,
				       const struct secret *wanted)
{
	const struct secret *secret;

	for (int kind = OF_TCP; kind <= OF_PATHS; kind++)
		for (size_t i = 0; (secret = secret_at(config, kind, i)); i++)
			if (secret_equal(secret, wanted))
				return secret;
	return NULL;
}

void secrets_share(struct config *config, const struct config *other)
{
	struct secret *secret;

	for (int kind = OF_TCP; kind <= OF_PATHS; kind++)
		for (size_t i = 0; (secret = secret_at(config, kind, i)); i++) {
			const struct secret *same =
				secret->size ? find_equal(other, secret) : NULL;

			if (!same)
				continue;
			secret_free(secret);
			*secret = *same;
		}
}

void secrets_drop(struct config *config, const struct config *other,
		  bool in_use)
{
	struct secret *secret;

	for (int kind = OF_TCP; kind <= OF_PATHS; kind++)
		for (size_t i = 0; (secret = secret_at(config, kind, i)); i++)
			if (secret->size && (kind == OF_TCP || !in_use) &&
			    !find_equal(other, secret))
				secret_free(secret);
}
