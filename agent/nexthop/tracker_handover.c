// SPDX-License-Identifier: BSD-2-Clause
/* BFD sessions between agents. See tracker_handover.h. */

#include "nexthop/tracker_handover.h"

#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "nexthop/bfd.h"
#include "nexthop/entry.h"
#include "nexthop/tracker_internal.h"

void tracker_bfd_pause(struct tracker *tracker)
{
	if (tracker->bfd)
		bfd_pause(tracker->bfd);
}

void tracker_bfd_go_on(struct tracker *tracker)
{
	if (tracker->bfd)
		bfd_go_on(tracker->bfd);
}

void tracker_bfd_send_all(struct tracker *tracker)
{
	if (tracker->bfd)
		bfd_send_all(tracker->bfd);
}

int tracker_bfd_port(const struct tracker *tracker, bool ipv4)
{
	if (!tracker->bfd)
		return -1;
	return bfd_port_fd(tracker->bfd, ipv4 ? BFD_PORT_IPV4 : BFD_PORT_IPV6);
}

int tracker_bfd_export(const struct tracker *tracker,
		       const struct address *address, struct bfd_given *given)
{
	const struct entry *entry = tracker_find_entry(tracker, address);

	return entry && entry->bfd ? bfd_export(entry->bfd, given) : -1;
}

/* Return the entry that goes on with the session, or NULL. */
static struct entry *find_heir(const struct tracker *tracker,
			       const struct address *address)
{
	struct entry *entry = tracker_find_entry(tracker, address);

	return entry && entry->watchers > entry->leaving_watchers &&
			       !entry->bfd ?
		       entry :
		       NULL;
}

static bool fits_key(const struct bfd_given *given, const struct bfd_key *key)
{
	return given->auth.key.type == key->type &&
	       (key->type == BFD_AUTH_NONE || given->auth.key.id == key->id);
}

static void adopt_orphan(struct tracker *tracker, const struct bfd_given *given,
			 int fd)
{
	const struct bfd_key none = { .type = BFD_AUTH_NONE };
	const struct event_objects objects = {
		.nexthop = &given->endpoints.remote,
	};
	struct bfd_peer *orphan;

	log_event(EVENT_BFD_ENDED, &objects,
		  "BFD ends: not configured any more");
	/* Without its key nothing can be said to the neighbor. */
	if (given->auth.key.type == BFD_AUTH_NONE)
		bfd_adopt(tracker->bfd, given, fd, &none, NULL, &orphan);
	else
		close(fd);
}

void tracker_bfd_adopt(struct tracker *tracker, const struct bfd_given *given,
		       int fd)
{
	const struct address *address = &given->endpoints.remote;
	const struct event_objects objects = { .nexthop = address };
	struct entry *heir = find_heir(tracker, address);
	int error;

	if (!tracker->bfd) {
		close(fd);
		return;
	}
	if (!heir) {
		adopt_orphan(tracker, given, fd);
		return;
	}
	if (!fits_key(given, &heir->bfd_key)) {
		log_event(EVENT_BFD_ANEW, &objects,
			  "BFD begins anew with another key");
		close(fd);
		return;
	}
	error = bfd_adopt(tracker->bfd, given, fd, &heir->bfd_key, heir,
			  &heir->bfd);
	if (error)
		log_event(EVENT_BFD_ANEW, &objects, "BFD begins anew: %s",
			  strerror(-error));
}
