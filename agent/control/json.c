// SPDX-License-Identifier: BSD-2-Clause
/* JSON of the agent's own types. See json.h. */

#include "control/json.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"

enum {
	BEGIN_SLACK_MS = 100, /* of the wall clock against the other one */
};

void json_add(struct json_object *object, const char *name,
	      struct json_object *value)
{
	json_object_object_add(object, name, value);
}

void json_add_text(struct json_object *object, const char *name,
		   const char *text)
{
	json_add(object, name, text ? json_object_new_string(text) : NULL);
}

void json_add_number(struct json_object *object, const char *name,
		     uint64_t number)
{
	json_add(object, name, json_object_new_uint64(number));
}

void json_add_time(struct json_object *object, const char *name,
		   uint64_t unix_ms)
{
	const time_t seconds = (time_t)(unix_ms / CLOCK_MS_PER_S);
	char date[sizeof("2026-01-02T03:04:05")], text[sizeof(date) + 8];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(date, sizeof(date), "%FT%T", &utc);
	snprintf(text, sizeof(text), "%s.%03uZ", date,
		 (unsigned int)(unix_ms % CLOCK_MS_PER_S));
	json_add_text(object, name, text);
}

void json_add_bool(struct json_object *object, const char *name, bool value)
{
	json_add(object, name, json_object_new_boolean(value));
}

const char *json_get_text(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

struct json_object *json_of_address(const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];

	return json_object_new_string(address_format(address, text));
}

struct json_object *json_of_prefix(const struct prefix *prefix)
{
	char text[PREFIX_TEXT_SIZE];

	return json_object_new_string(prefix_format(prefix, text));
}

void json_add_identifier(struct json_object *object, uint32_t identifier)
{
	struct address address = address_from_ipv4(htonl(identifier));

	json_add(object, "router_id", json_of_address(&address));
}

void json_add_mac(struct json_object *object, const char *name,
		  const uint8_t mac[MAC_SIZE])
{
	static const uint8_t none[MAC_SIZE];
	char text[MAC_TEXT_SIZE];

	json_add_text(object, name,
		      memcmp(mac, none, MAC_SIZE) ? mac_format(mac, text) :
						    NULL);
}

void json_add_counter(struct json_object *object,
		      const struct hg_counter *counter)
{
	json_add_number(object, "packets", counter->packets);
	json_add_number(object, "bytes", counter->bytes);
}

struct json_object *json_wrap(const char *name, struct json_object *value)
{
	struct json_object *object = json_object_new_object();

	json_add(object, name, value);
	return object;
}

uint64_t json_age_s(uint64_t since_ms)
{
	return (clock_now_ms() - since_ms) / CLOCK_MS_PER_S;
}

/*
 * Return the milliseconds from the epoch to the begin of clock_now_ms(). Two clocks
 * are read one after the other: a difference that changes by less than a tenth of a
 * second is kept, so that a time is the same in two replies.
 */
static uint64_t unix_begin_ms(uint64_t now_ms)
{
	static uint64_t kept_ms;
	uint64_t begin_ms =
		clock_read_ns(CLOCK_REALTIME) /
			((uint64_t)CLOCK_NS_PER_US * CLOCK_US_PER_MS) -
		now_ms;

	if (begin_ms - kept_ms + BEGIN_SLACK_MS > 2 * BEGIN_SLACK_MS)
		kept_ms = begin_ms;
	return kept_ms;
}

void json_add_age(struct json_object *object, const char *age_name,
		  const char *time_name, uint64_t since_ms)
{
	uint64_t now_ms = clock_now_ms();

	json_add_number(object, age_name, (now_ms - since_ms) / CLOCK_MS_PER_S);
	json_add_time(object, time_name, unix_begin_ms(now_ms) + since_ms);
}

void json_add_no_age(struct json_object *object, const char *age_name,
		     const char *time_name)
{
	json_add(object, age_name, NULL);
	json_add(object, time_name, NULL);
}

void json_add_wait(struct json_object *object, const char *wait_name,
		   const char *time_name, uint64_t until_ms)
{
	uint64_t now_ms = clock_now_ms();

	if (!until_ms) {
		json_add_no_age(object, wait_name, time_name);
		return;
	}
	json_add_number(
		object, wait_name,
		until_ms > now_ms ? (until_ms - now_ms) / CLOCK_MS_PER_S : 0);
	json_add_time(object, time_name, unix_begin_ms(now_ms) + until_ms);
}

/* Return ::/0, which is first, for null: an address that is not known yet. */
static struct prefix text_prefix(struct json_object *value)
{
	const char *text = json_object_get_string(value);
	struct prefix prefix = { .length = 0 };

	if (text)
		prefix_parse(text, &prefix);
	return prefix;
}

static int compare_text(struct json_object *a, struct json_object *b)
{
	struct prefix left = text_prefix(a), right = text_prefix(b);

	return prefix_compare(&left, &right);
}

int json_by_text(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;

	return compare_text(*x, *y);
}
