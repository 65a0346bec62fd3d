// SPDX-License-Identifier: BSD-2-Clause
/* Metrics of next hops. See metric.h. */

#include <errno.h>

#include "control/metrics/metric_tables.h"
#include "control/view.h"
#include "core/array.h"
#include "core/clock.h"
#include "nexthop/bfd.h"
#include "nexthop/tracker.h"

enum {
	ROWS_IN_PART = 64,
};

struct nexthop_row {
	struct address address;
	uint64_t alive, held;
	uint64_t states[NEXTHOP_STATE_COUNT];
	uint64_t probes_lost, conflicts;
	bool has_bfd;
	uint64_t bfd_up;
};

static void copy_nexthop(const struct control_view *view,
			 const struct nexthop *nexthop, struct nexthop_row *row)
{
	const struct bfd_session *bfd =
		tracker_bfd_session(view->tracker, &nexthop->address);

	row->address = nexthop->address;
	row->alive = nexthop_is_alive(nexthop);
	row->held = nexthop->held_until_ms > clock_now_ms();
	row->states[nexthop->state] = 1;
	row->probes_lost = nexthop->probes_lost;
	row->conflicts = nexthop->conflicts;
	row->has_bfd = bfd;
	row->bfd_up = bfd && bfd->state == BFD_STATE_UP;
}

/* Return the first next hop after those collected, which may have gone since. */
static const struct nexthop *go_on(const struct control_view *view,
				   const struct metric_rows *rows)
{
	const struct nexthop_row *list = (const void *)rows->rows;
	struct nexthop last;

	if (!rows->count)
		return tracker_next(view->tracker, NULL);
	last.address = list[rows->count - 1].address;
	return tracker_next(view->tracker, &last);
}

static int copy_nexthops(const struct metric_source *source,
			 struct metric_rows *rows)
{
	const struct nexthop *nexthop = go_on(source->view, rows);

	for (int i = 0; nexthop && i < ROWS_IN_PART; i++) {
		struct nexthop_row *row = metric_rows_add(rows);

		if (!row)
			return -ENOMEM;
		copy_nexthop(source->view, nexthop, row);
		nexthop = tracker_next(source->view->tracker, nexthop);
	}
	return nexthop != NULL;
}

static const char *nexthop_label(const void *row, char text[METRIC_LABEL_SIZE])
{
	const struct nexthop_row *nexthop = row;

	return address_format(&nexthop->address, text);
}

static const char *nexthop_state_word(unsigned int state)
{
	return nexthop_state_name(state);
}

/* Only of next hops that have a session. */
static void write_bfd(const struct metric_out *out, const struct metric *metric,
		      const void *row)
{
	const struct nexthop_row *nexthop = row;
	const struct metric plain = { metric->name, metric->type,
				      .offset = metric->offset };

	if (nexthop->has_bfd)
		metric_write_row(out, &metric_nexthops, &plain, row);
}

#define NUMBER(kind, member) \
	METRIC_##kind, .offset = offsetof(struct nexthop_row, member)

static const struct metric metrics[] = {
	{ "headgate_nexthop_alive", NUMBER(GAUGE, alive),
	  .help = "The next hop answers, and BFD does not object" },
	{ "headgate_nexthop_state", NUMBER(GAUGE, states),
	  .count = NEXTHOP_STATE_COUNT, .key = "state",
	  .word = nexthop_state_word,
	  .help = "What its probes say: 1 for that state" },
	{ "headgate_nexthop_held", NUMBER(GAUGE, held),
	  .help = "It is back, and not used yet: --hold-down" },
	{ "headgate_nexthop_probes_lost_total", NUMBER(COUNTER, probes_lost),
	  .help = "Probes that it did not answer in time" },
	{ "headgate_nexthop_mac_conflicts_total", NUMBER(COUNTER, conflicts),
	  .help = "Answers of other MACs while this one answers" },
	{ "headgate_nexthop_bfd_up", NUMBER(GAUGE, bfd_up), .write = write_bfd,
	  .help = "The BFD session with the next hop is Up" },
};

const struct metric_table metric_nexthops = {
	.metrics = metrics,
	.count = COUNT_OF(metrics),
	.row_size = sizeof(struct nexthop_row),
	.key = "address",
	.label = nexthop_label,
	.collect = copy_nexthops,
};
