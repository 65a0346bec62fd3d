// SPDX-License-Identifier: BSD-2-Clause
/* Verdicts on an UPDATE: the strongest error wins. See fault.h. */

#include "bgp/codec/fault.h"

static const char *const verdict_names[BGP_VERDICT_COUNT] = {
	[BGP_VERDICT_OK] = "ok",
	[BGP_VERDICT_DISCARD] = "discard",
	[BGP_VERDICT_WITHDRAW] = "withdraw",
	[BGP_VERDICT_RESET] = "reset",
};

void bgp_fault_clear(struct bgp_fault *fault)
{
	fault->verdict = BGP_VERDICT_OK;
	fault->attribute = 0;
	fault->reason = NULL;
	bgp_notification_set(&fault->notification, 0, BGP_UNSPECIFIC, NULL, 0);
}

bool bgp_fault_raise_attribute(struct bgp_fault *fault,
			       enum bgp_verdict verdict, unsigned int subcode,
			       const char *reason, uint8_t attribute,
			       struct reader data)
{
	if (verdict <= fault->verdict)
		return false;
	fault->verdict = verdict;
	fault->attribute = attribute;
	fault->reason = reason;
	bgp_notification_set(&fault->notification, BGP_ERROR_UPDATE, subcode,
			     data.data, data.left);
	return true;
}

bool bgp_fault_raise(struct bgp_fault *fault, enum bgp_verdict verdict,
		     unsigned int subcode, const char *reason)
{
	return bgp_fault_raise_attribute(fault, verdict, subcode, reason, 0,
					 reader_of(NULL, 0));
}

const char *bgp_verdict_name(unsigned int verdict)
{
	return verdict < BGP_VERDICT_COUNT ? verdict_names[verdict] : "unknown";
}
