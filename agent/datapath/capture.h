/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_CAPTURE_H
#define DATAPATH_CAPTURE_H

/* The running capture, if any. */

#include "datapath/datapath.h"

struct perf_buffer;

struct capture {
	struct perf_buffer *rings; /* one for each CPU; NULL: no capture */
	struct datapath_capture options;
};

#endif
