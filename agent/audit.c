// SPDX-License-Identifier: BSD-2-Clause
/* The kernel beside what is wanted. See audit.h. */

#include "audit.h"

#include <errno.h>
#include <event2/event.h>

#include "core/log.h"
#include "datapath/datapath.h"
#include "interfaces.h"
#include "rib/export.h"

static void set_withdrawn(struct audit *audit, bool withdrawn)
{
	if (withdrawn == audit->withdrawn)
		return;
	audit->withdrawn = withdrawn;
	if (withdrawn)
		log_error("agent", "all VIPs are withdrawn until the program "
				   "is attached again; --withdraw-on-desync no "
				   "leaves them announced");
	else
		log_info("agent", "the program is attached again: VIPs are "
				  "announced");
	export_set_detached(audit->rib, withdrawn);
}

static void on_audit(evutil_socket_t fd, short what, void *context)
{
	struct audit *audit = context;

	(void)fd, (void)what;
	if (!interfaces_are_attached(audit->interfaces))
		return;
	datapath_audit_ports(audit->datapath);
	set_withdrawn(audit, !audit->desync_stays &&
				     !datapath_audit(audit->datapath)->in_sync);
}

int audit_begin(struct audit *audit, uint32_t interval_s)
{
	const struct timeval interval = { .tv_sec = interval_s };

	if (!interval_s)
		return 0;
	audit->turn = event_new(audit->base, -1, EV_PERSIST, on_audit, audit);
	if (!audit->turn || event_add(audit->turn, &interval))
		return -ENOMEM;
	return 0;
}

void audit_release(struct audit *audit)
{
	if (audit->turn)
		event_free(audit->turn);
}
