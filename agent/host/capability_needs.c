// SPDX-License-Identifier: BSD-2-Clause
/* The table of needed capabilities. See capability_needs.h. */

#include "host/capability_needs.h"

#include <linux/capability.h>

#include "core/array.h"

const struct capability_need capability_needs[] = {
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN",
	  "to attach the XDP program and write routes" },
	{ CAP_NET_RAW, "CAP_NET_RAW", "to probe next hops" },
	{ CAP_BPF, "CAP_BPF", "to load the XDP program" },
	{ CAP_PERFMON, "CAP_PERFMON", "to load the XDP program" },
	{ CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE",
	  "to listen on the port of --listen" },
};

const size_t capability_need_count = COUNT_OF(capability_needs);
