/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LOG_LEVEL_H
#define CORE_LOG_LEVEL_H

/* How serious a message is; the gravest first. */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_COUNT,
};

/* Names as in --log-level, indexed by enum log_level. */
extern const char *const log_level_names[LOG_LEVEL_COUNT];

#endif
