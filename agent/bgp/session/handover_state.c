// SPDX-License-Identifier: BSD-2-Clause
/* A neighbor as a record. See handover_state.h. */

#include "bgp/session/handover_state.h"

#include <string.h>

#include "core/array.h"

enum handover_flags {
	FLAG_UP = 1 << 0,
	FLAG_INCOMING = 1 << 1,
	FLAG_ADMIN_DOWN = 1 << 2,
};

/* ------------------------------------------------------------- texts, lists */

static void write_long_text(struct writer *w, const char *text)
{
	size_t length = strlen(text);

	writer_u16(w, (uint16_t)length);
	writer_bytes(w, text, length);
}

/* Read a text that has no zero byte and fits into `size` bytes. */
static void read_long_text(struct reader *r, char *text, size_t size)
{
	size_t length = reader_u16(r);
	const uint8_t *bytes = reader_take(r, length);

	text[0] = '\0';
	if (!bytes)
		return;
	if (length >= size || memchr(bytes, 0, length)) {
		r->failed = true;
		return;
	}
	memcpy(text, bytes, length);
	text[length] = '\0';
}

static void write_open_body(struct writer *w, struct reader open)
{
	writer_u16(w, (uint16_t)open.left);
	writer_bytes(w, open.data, open.left);
}

static struct reader read_open_body(struct reader *r)
{
	size_t length = reader_u16(r);

	return reader_sub(r, length);
}

static void write_counts(struct writer *w, const uint64_t *numbers,
			 size_t count)
{
	writer_u16(w, (uint16_t)count);
	for (size_t i = 0; i < count; i++)
		writer_u64(w, numbers[i]);
}

/* Read a list that may be longer or shorter than ours. */
static void read_counts(struct reader *r, uint64_t *numbers, size_t count)
{
	size_t given = reader_u16(r);

	for (size_t i = 0; i < given && !r->failed; i++) {
		uint64_t number = reader_u64(r);

		if (i < count)
			numbers[i] = number;
	}
}

/* ------------------------------------------------------------- parts */

static void write_counters(struct writer *w,
			   const struct bgp_counters *counters)
{
	write_counts(w, counters->received, COUNT_OF(counters->received));
	write_counts(w, counters->sent, COUNT_OF(counters->sent));
	write_counts(w, counters->verdicts, COUNT_OF(counters->verdicts));
	writer_u64(w, counters->foreign);
}

static void read_counters(struct reader *r, struct bgp_counters *counters)
{
	read_counts(r, counters->received, COUNT_OF(counters->received));
	read_counts(r, counters->sent, COUNT_OF(counters->sent));
	read_counts(r, counters->verdicts, COUNT_OF(counters->verdicts));
	counters->foreign = reader_u64(r);
}

static void write_session(struct writer *w,
			  const struct bgp_handover_state *state)
{
	write_open_body(w, state->local_open);
	write_open_body(w, state->remote_open);
	write_long_text(w, state->options);
	writer_u32(w, state->disabled_families);
	writer_u32(w, state->end_of_rib_due);
	writer_u32(w, state->refreshing);
	writer_u32(w, state->refreshed);
	writer_u32(w, state->end_of_rib);
	writer_u64(w, state->end_of_rib_ms);
	writer_u64(w, state->warm_since_ms);
}

static void read_session(struct reader *r, struct bgp_handover_state *state)
{
	state->local_open = read_open_body(r);
	state->remote_open = read_open_body(r);
	read_long_text(r, state->options, sizeof(state->options));
	state->disabled_families = reader_u32(r);
	state->end_of_rib_due = reader_u32(r);
	state->refreshing = reader_u32(r);
	state->refreshed = reader_u32(r);
	state->end_of_rib = reader_u32(r);
	state->end_of_rib_ms = reader_u64(r);
	state->warm_since_ms = reader_u64(r);
}

/* ------------------------------------------------------------- the record */

void bgp_handover_state_encode(struct writer *w,
			       const struct bgp_handover_state *state)
{
	const unsigned int flags = (state->up ? FLAG_UP : 0) |
				   (state->incoming ? FLAG_INCOMING : 0) |
				   (state->admin.down ? FLAG_ADMIN_DOWN : 0);

	writer_u8(w, (uint8_t)flags);
	writer_bytes(w, state->address.bytes, sizeof(state->address.bytes));
	writer_u32(w, state->ifindex);
	writer_u64(w, state->admin.since_ms);
	write_long_text(w, state->admin.reason);
	writer_u64(w, state->held_until_ms);
	writer_u64(w, state->changed_ms);
	writer_u64(w, state->sessions_ended);
	write_counters(w, &state->counters);
	writer_u64(w, state->last_error_ms);
	write_long_text(w, state->last_error);
	if (state->up)
		write_session(w, state);
}

bool bgp_handover_state_decode(struct reader *r,
			       struct bgp_handover_state *state)
{
	unsigned int flags = reader_u8(r);

	*state = (struct bgp_handover_state){
		.up = flags & FLAG_UP,
		.incoming = flags & FLAG_INCOMING,
		.admin.down = flags & FLAG_ADMIN_DOWN,
	};
	reader_bytes(r, state->address.bytes, sizeof(state->address.bytes));
	state->ifindex = reader_u32(r);
	state->admin.since_ms = reader_u64(r);
	read_long_text(r, state->admin.reason, sizeof(state->admin.reason));
	state->held_until_ms = reader_u64(r);
	state->changed_ms = reader_u64(r);
	state->sessions_ended = reader_u64(r);
	read_counters(r, &state->counters);
	state->last_error_ms = reader_u64(r);
	read_long_text(r, state->last_error, sizeof(state->last_error));
	if (state->up)
		read_session(r, state);
	return !r->failed;
}
