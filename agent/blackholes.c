// SPDX-License-Identifier: BSD-2-Clause
/* Blackholes of neighbors. See blackholes.h. */

#include "blackholes.h"

#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "filter/book.h"
#include "rib/rib.h"

static void learn(struct filter_book *filters, const struct address *neighbor,
		  const struct prefix *prefix)
{
	const struct event_objects objects = { .neighbor = neighbor };
	char text[PREFIX_TEXT_SIZE];
	int err = filter_book_learn(filters, neighbor, prefix);

	if (!err)
		return;
	prefix_format(prefix, text);
	if (err == -ENOSPC)
		log_event(EVENT_BLACKHOLE_REFUSED, &objects,
			  "blackhole %s refused: there are %d of all "
			  "neighbors; it needs to be announced again when "
			  "there is room",
			  text, HG_MAX_FILTERS);
	else
		log_event(EVENT_FILTERS_FAILED, &objects, "no blackhole %s: %s",
			  text, strerror(-err));
}

void blackholes_change(struct filter_book *filters, const struct rib_peer *peer,
		       const struct prefix *prefix, bool wanted)
{
	if (wanted)
		learn(filters, &peer->source.address, prefix);
	else
		filter_book_withdraw(filters, &peer->source.address, prefix);
}

void blackholes_apply(struct filter_book *filters)
{
	size_t refused;
	int err;

	if (!filter_book_is_dirty(filters))
		return;
	err = filter_book_apply(filters);
	if (err) {
		log_event(EVENT_FILTERS_FAILED, NULL,
			  "blackholes are not put in force: %s",
			  strerror(-err));
		return;
	}
	refused = filter_book_refused(filters);
	if (refused)
		log_event(EVENT_BLACKHOLE_REFUSED, NULL,
			  "%zu blackholes do not fit: at most %d filters, %d "
			  "for a VIP; show filters has them",
			  refused, HG_MAX_FILTERS, HG_MAX_FILTERS_OF_VIP);
}
