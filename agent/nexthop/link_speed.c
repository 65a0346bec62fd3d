// SPDX-License-Identifier: BSD-2-Clause
/* Speeds of links. See link_speed.h. */

#include "nexthop/link_speed.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <linux/ethtool.h>

#include "core/log.h"
#include "host/ethtool.h"

enum link_speed_times {
	READ_INTERVAL_S = 5,
};

enum link_speed_masks {
	MASK_COUNT = 3,	     /* behind the settings: three sets of modes */
	MASK_MAX_WORDS = 16, /* of 32 bits, in each; Linux 6.18 has 4 */
};

union settings {
	struct ethtool_link_settings head;
	uint8_t room[sizeof(struct ethtool_link_settings) +
		     MASK_COUNT * MASK_MAX_WORDS * sizeof(uint32_t)];
};

struct link_speed {
	char name[INTERFACE_SIZE];
	uint32_t mbit;
};

struct link_speeds {
	int fd;
	struct event *timer;
	void (*changed)(void *context);
	void *context;
	size_t count;
	struct link_speed links[];
};

/* Return the speed in Mbit/s; 0: the driver knows none. */
static uint32_t read_speed(int fd, const char *name)
{
	union settings settings = {
		.head = { .cmd = ETHTOOL_GLINKSETTINGS },
	};
	struct ethtool_link_settings *head = &settings.head;
	int words;

	/* The first answer says, as a negative number, how large the masks are. */
	if (!ethtool_ask(fd, name, &settings))
		return 0;
	words = -head->link_mode_masks_nwords;
	if (words <= 0 || words > MASK_MAX_WORDS)
		return 0;
	*head = (struct ethtool_link_settings){
		.cmd = ETHTOOL_GLINKSETTINGS,
		.link_mode_masks_nwords = (int8_t)words,
	};
	if (!ethtool_ask(fd, name, &settings) ||
	    head->speed == (uint32_t)SPEED_UNKNOWN)
		return 0;
	return head->speed;
}

/* Return whether a speed changed. */
static bool read_all(struct link_speeds *speeds)
{
	bool changed = false;

	for (size_t i = 0; i < speeds->count; i++) {
		struct link_speed *link = &speeds->links[i];
		uint32_t mbit = read_speed(speeds->fd, link->name);

		if (mbit == link->mbit)
			continue;
		log_event(EVENT_LINK_SPEED,
			  &(struct event_objects){ .interface = link->name },
			  "link speed %" PRIu32 " Mbit/s, before %" PRIu32
			  " (0: unknown)",
			  mbit, link->mbit);
		link->mbit = mbit;
		changed = true;
	}
	return changed;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct link_speeds *speeds = context;

	(void)fd;
	(void)what;
	if (read_all(speeds))
		speeds->changed(speeds->context);
}

struct link_speeds *
link_speeds_new(struct event_base *base, const char (*names)[INTERFACE_SIZE],
		size_t count, void (*changed)(void *context), void *context)
{
	const struct timeval interval = { .tv_sec = READ_INTERVAL_S };
	struct link_speeds *speeds =
		calloc(1, sizeof(*speeds) + count * sizeof(speeds->links[0]));

	if (!speeds)
		return NULL;
	speeds->changed = changed;
	speeds->context = context;
	speeds->count = count;
	for (size_t i = 0; i < count; i++)
		memcpy(speeds->links[i].name, names[i], INTERFACE_SIZE);
	speeds->fd = ethtool_open();
	speeds->timer = event_new(base, -1, EV_PERSIST, on_timer, speeds);
	if (speeds->fd < 0 || !speeds->timer ||
	    event_add(speeds->timer, &interval)) {
		link_speeds_free(speeds);
		return NULL;
	}
	read_all(speeds);
	return speeds;
}

void link_speeds_free(struct link_speeds *speeds)
{
	if (!speeds)
		return;
	if (speeds->timer)
		event_free(speeds->timer);
	if (speeds->fd >= 0)
		close(speeds->fd);
	free(speeds);
}

void link_speeds_read(struct link_speeds *speeds)
{
	read_all(speeds);
}

uint32_t link_speeds_find(const struct link_speeds *speeds, const char *name)
{
	for (size_t i = 0; i < speeds->count; i++)
		if (!strcmp(speeds->links[i].name, name))
			return speeds->links[i].mbit;
	return 0;
}
