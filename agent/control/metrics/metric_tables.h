/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_METRIC_TABLES_H
#define CONTROL_METRIC_TABLES_H

/* The tables of metrics, each in a file of its name. */

#include "control/metrics/metric.h"

extern const struct metric_table metric_agent;
extern const struct metric_table metric_process;
extern const struct metric_table metric_interfaces;
extern const struct metric_table metric_neighbors;
extern const struct metric_table metric_nexthops;
extern const struct metric_table metric_vips;

#endif
