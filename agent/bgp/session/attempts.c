// SPDX-License-Identifier: BSD-2-Clause
/* SYNs that became no connection. See attempts.h. */

#include "bgp/session/attempts.h"

#include <inttypes.h>
#include <stdio.h>

enum attempts_times {
	MS_PER_S = 1000,
	/* Speakers try again at least every two minutes. */
	KEPT_MS = 5 * 60 * MS_PER_S,
};

enum {
	TTL_OF_NEAR = 256, /* RFC 5082: sent with 255 */
};

static bool is_old(const struct bgp_attempt *entry, uint64_t now_ms)
{
	return !entry->count || now_ms - entry->last_ms > KEPT_MS;
}

static struct bgp_attempt *find_attempt(struct bgp_attempts *attempts,
					const struct address *from)
{
	for (size_t i = 0; i < BGP_ATTEMPTS_MAX; i++) {
		struct bgp_attempt *entry = &attempts->entries[i];

		if (entry->count && address_equal(&entry->last.from, from))
			return entry;
	}
	return NULL;
}

/* Return a free or outdated entry, or the oldest one of a prefix, or NULL. */
static struct bgp_attempt *make_room(struct bgp_attempts *attempts,
				     uint64_t now_ms)
{
	struct bgp_attempt *oldest = NULL;

	for (size_t i = 0; i < BGP_ATTEMPTS_MAX; i++) {
		struct bgp_attempt *entry = &attempts->entries[i];

		if (is_old(entry, now_ms))
			return entry;
		if (entry->dynamic &&
		    (!oldest || entry->last_ms < oldest->last_ms))
			oldest = entry;
	}
	return oldest;
}

const struct bgp_attempt *bgp_attempts_note(struct bgp_attempts *attempts,
					    const struct bgp_syn *syn,
					    bool dynamic, uint64_t now_ms)
{
	struct bgp_attempt *entry = find_attempt(attempts, &syn->from);

	if (!entry) {
		entry = make_room(attempts, now_ms);
		if (!entry)
			return NULL;
		entry->count = 0;
	} else if (is_old(entry, now_ms)) {
		entry->count = 0;
	}
	entry->last = *syn;
	entry->count++;
	entry->last_ms = now_ms;
	entry->dynamic = dynamic;
	return entry;
}

void bgp_attempts_forget(struct bgp_attempts *attempts,
			 const struct address *from)
{
	struct bgp_attempt *entry = find_attempt(attempts, from);

	if (entry)
		entry->count = 0;
}

const struct bgp_attempt *bgp_attempts_find(const struct bgp_attempts *attempts,
					    const struct address *from,
					    uint64_t now_ms)
{
	const struct bgp_attempt *entry =
		find_attempt((struct bgp_attempts *)attempts, from);

	return entry && !is_old(entry, now_ms) ? entry : NULL;
}

/* Return what is wrong with the signature, or NULL. */
static const char *wrong_signature(const struct bgp_syn *syn,
				   const struct bgp_neighbor_options *options)
{
	bool has_md5 = options->password_file[0];
	bool has_ao = options->tcp_ao_key_file[0];

	if (has_md5 && !syn->md5)
		return "TCP-MD5 is not configured at its end";
	if (!has_md5 && syn->md5)
		return "TCP-MD5 is configured at its end only";
	if (has_ao && !syn->ao)
		return "TCP-AO is not configured at its end";
	if (!has_ao && syn->ao)
		return "TCP-AO is configured at its end only";
	if (has_ao && syn->ao_key != options->tcp_ao_id)
		return "TCP-AO key ids differ";
	if (has_md5)
		return "TCP-MD5 mismatch";
	return has_ao ? "TCP-AO mismatch" : NULL;
}

static const char *what_is_wrong(const struct bgp_syn *syn,
				 const struct bgp_neighbor_options *options)
{
	if (options->ttl_security &&
	    syn->hop_limit + options->ttl_security < TTL_OF_NEAR)
		return "it is further away than ttl-security allows, or has no "
		       "TTL security itself";
	return wrong_signature(syn, options);
}

bool bgp_attempt_hint(const struct bgp_attempt *attempt,
		      const struct bgp_neighbor_options *options,
		      uint64_t now_ms, char *text, size_t size)
{
	const char *wrong = what_is_wrong(&attempt->last, options);

	if (attempt->count < BGP_ATTEMPTS_TOLD || !wrong)
		return false;
	snprintf(text, size,
		 "likely cause: %s (%" PRIu64 " SYNs from there became no "
		 "connection, the last %" PRIu64 " s ago)",
		 wrong, attempt->count, (now_ms - attempt->last_ms) / MS_PER_S);
	return true;
}
