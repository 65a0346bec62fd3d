/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_SERVICE_KEY_H
#define CONFIG_SERVICE_KEY_H

/* The keys check, check-interval and so on of --neighbor and --path. */

#include "config/entry.h"
#include "config/kind.h"
#include "core/service_options.h"

struct parser;

/* struct service_target: "tcp:PORT" or "http:PORT/PATH". */
extern const struct kind kind_service;

/* Name, metavar, help and kind of each key. */
#define SERVICE_CHECK                                                        \
	"check", "tcp:PORT|http:PORT/PATH",                                  \
		"Ask each VIP at the server, and send it no new flows of a " \
		"VIP that does not accept connections, or answers with a "   \
		"status other than 2xx and 3xx.",                            \
		&kind_service
#define SERVICE_CHECK_INTERVAL                                              \
	"check-interval", "MS", "From the end of a check to the next one.", \
		&kind_milliseconds, .minimum = SERVICE_MIN_INTERVAL_MS,     \
				    .maximum = SERVICE_MAX_INTERVAL_MS,     \
				    .usual = SERVICE_INTERVAL_MS
#define SERVICE_CHECK_TIMEOUT                                          \
	"check-timeout", "MS",                                         \
		"A check without an answer fails after this long.",    \
		&kind_milliseconds, .minimum = SERVICE_MIN_TIMEOUT_MS, \
				    .maximum = SERVICE_MAX_TIMEOUT_MS, \
				    .usual = SERVICE_TIMEOUT_MS
#define SERVICE_CHECK_RISE                                                   \
	"check-rise", "N",                                                   \
		"Checks in a row that must pass after a failure. The first " \
		"one of a new server decides alone.",                        \
		&kind_number, .minimum = 1, .maximum = SERVICE_MAX_RUN,      \
			      .usual = SERVICE_RISE
#define SERVICE_CHECK_FALL                                                  \
	"check-fall", "N", "Checks in a row that must fail.", &kind_number, \
		.minimum = 1, .maximum = SERVICE_MAX_RUN,                   \
		.usual = SERVICE_FALL

#define SERVICE_VALUE(type, member) \
	.effect = EFFECT_DECIDE, OPTION_MEMBER(type, service.member)

/* The rows of all keys; struct `type` has them in its `service`. */
#define SERVICE_KEYS(type)                                                    \
	{ SERVICE_CHECK, SERVICE_VALUE(type, target) },                       \
		{ SERVICE_CHECK_INTERVAL, SERVICE_VALUE(type, interval_ms) }, \
		{ SERVICE_CHECK_TIMEOUT, SERVICE_VALUE(type, timeout_ms) },   \
		{ SERVICE_CHECK_RISE, SERVICE_VALUE(type, rise) },            \
	{                                                                     \
		SERVICE_CHECK_FALL, SERVICE_VALUE(type, fall)                 \
	}

/* Fill in the defaults, or reject keys without check=. */
void service_key_finish(struct parser *parser, const struct entry_draft *draft,
			struct service_options *options);

#endif
