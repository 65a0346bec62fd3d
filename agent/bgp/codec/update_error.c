// SPDX-License-Identifier: BSD-2-Clause
/* Errors in an UPDATE. See update_error.h. */

#include "bgp/codec/update_error.h"

static const char *const verdict_names[BGP_VERDICT_COUNT] = {
	[BGP_VERDICT_OK] = "ok",
	[BGP_VERDICT_DISCARD] = "discard",
	[BGP_VERDICT_WITHDRAW] = "withdraw",
	[BGP_VERDICT_DISABLE] = "disable",
	[BGP_VERDICT_RESET] = "reset",
};

void bgp_update_error_clear(struct bgp_update_error *error)
{
	error->verdict = BGP_VERDICT_OK;
	error->attribute = 0;
	error->family = 0;
	error->reason = NULL;
	error->value = reader_of(NULL, 0);
	bgp_notification_set(&error->notification, 0, BGP_UNSPECIFIC, NULL, 0);
}

bool bgp_update_error_raise_attribute(struct bgp_update_error *error,
				      enum bgp_verdict verdict,
				      unsigned int subcode, const char *reason,
				      uint8_t attribute, struct reader data)
{
	if (verdict <= error->verdict)
		return false;
	error->verdict = verdict;
	error->attribute = attribute;
	error->reason = reason;
	error->value = reader_of(NULL, 0);
	bgp_notification_set(&error->notification, BGP_ERROR_UPDATE, subcode,
			     data.data, data.left);
	return true;
}

bool bgp_update_error_raise(struct bgp_update_error *error,
			    enum bgp_verdict verdict, unsigned int subcode,
			    const char *reason)
{
	return bgp_update_error_raise_attribute(error, verdict, subcode, reason,
						0, reader_of(NULL, 0));
}

const char *bgp_verdict_name(unsigned int verdict)
{
	return verdict < BGP_VERDICT_COUNT ? verdict_names[verdict] : "unknown";
}
