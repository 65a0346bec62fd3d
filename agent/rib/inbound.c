// SPDX-License-Identifier: BSD-2-Clause
/* What becomes of attributes on their way in. See inbound.h. */

#include "rib/inbound.h"

#include <errno.h>

#include "rib/table.h"

int inbound_begin(struct inbound *in, struct rib *rib,
		  const struct rib_peer *peer,
		  const struct bgp_attributes *attributes)
{
	in->rib = rib;
	in->peer = peer;
	in->attributes = *attributes;
	in->loop = import_is_loop(&rib->options.import, attributes);
	in->judged = false;
	in->result.verdict = POLICY_UNDECIDED;
	in->result.rule = 0;
	in->changed = NULL;
	in->received = attribute_set_intern(&rib->attributes, attributes, 0);
	return in->received ? 0 : -ENOMEM;
}

static void forget_changed(struct inbound *in)
{
	if (in->changed)
		attribute_set_release(&in->rib->attributes, in->changed);
	in->changed = NULL;
}

/* The rules matched otherwise than for the last route. */
static int keep(struct inbound *in, const struct bgp_attributes *attributes,
		const struct policy_result *result)
{
	in->result = *result;
	in->judged = true;
	forget_changed(in);
	if (!result->set || result->verdict == POLICY_DENY)
		return 0;
	in->changed = attribute_set_intern(&in->rib->attributes, attributes,
					   result->weight);
	return in->changed ? 0 : -ENOMEM;
}

static int ask_rules(struct inbound *in, const struct prefix *prefix)
{
	struct bgp_attributes attributes = in->attributes;
	const struct policy_peer peer = rib_policy_peer(in->rib, in->peer);
	struct policy_result result;

	policy_apply(&in->rib->options.policy, RULE_FROM, &peer, prefix,
		     &attributes, &in->rib->policy_scratch, &result);
	if (in->judged && policy_trace_equal(&result.trace, &in->result.trace))
		return 0;
	return keep(in, &attributes, &result);
}

int inbound_judge(struct inbound *in, const struct prefix *prefix,
		  struct inbound_verdict *verdict)
{
	const struct rib_options *options = &in->rib->options;
	int error = 0;

	verdict->cause = import_check(&options->import, in->peer->role, prefix);
	verdict->rule = 0;
	verdict->attributes = in->received;
	if (verdict->cause == IMPORT_ACCEPTED && in->loop)
		verdict->cause = IMPORT_LOOP;
	if (verdict->cause != IMPORT_ACCEPTED)
		return 0;
	if (options->policy.used[RULE_FROM] &&
	    (!in->judged || options->policy.by_prefix[RULE_FROM]))
		error = ask_rules(in, prefix);
	verdict->cause = import_by_policy(in->peer->role, in->result.verdict);
	verdict->rule = in->result.rule;
	if (verdict->cause == IMPORT_ACCEPTED && in->changed)
		verdict->attributes = in->changed;
	return error;
}

void inbound_end(struct inbound *in)
{
	forget_changed(in);
	attribute_set_release(&in->rib->attributes, in->received);
}
