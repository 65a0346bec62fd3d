/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BMP_STATION_H
#define BMP_STATION_H

/*
 * The connection to one BMP collector: dialled, dialled again with growing pauses,
 * and written to without ever waiting. A collector that takes less than it gets is
 * dropped when BMP_BUFFER_MAX bytes wait for it; the next connection begins with all
 * tables again (RFC 7854 3.2).
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/bmp_report.h"
#include "core/wire.h"

struct bufferevent;
struct event;
struct event_base;

enum bmp_station_sizes {
	BMP_BUFFER_MAX = 8 << 20,
	BMP_BUFFER_LOW = 256 << 10, /* tables are written up to here */
};

struct bmp_station_hooks {
	/* The connection is up; nothing was sent yet. */
	void (*connected)(void *context);
	/* Less than BMP_BUFFER_LOW bytes wait. */
	void (*drained)(void *context);
	/* The connection has ended. */
	void (*lost)(void *context);
};

struct bmp_station {
	struct event_base *base;
	const struct bmp_station_hooks *hooks;
	void *context;
	struct bmp_collector_report *report;
	struct bufferevent *stream; /* NULL: not connected */
	struct event *timer; /* to dial, or the end of a dial that hangs */
	uint32_t delay_s;
	bool failure_logged; /* since the last connection */
};

/* Begin to dial. Returns 0 or -ENOMEM. */
int bmp_station_begin(struct bmp_station *station);
/* Send the message, if there is a connection. It may be lost by this. */
void bmp_station_send(struct bmp_station *station,
		      const struct writer *message);
bool bmp_station_is_connected(const struct bmp_station *station);
/* True if tables may be written. */
bool bmp_station_has_room(const struct bmp_station *station);
/* Close, with what the socket takes of the bytes that wait. */
void bmp_station_end(struct bmp_station *station);

#endif
