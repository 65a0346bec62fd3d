/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_JSON_H
#define CONTROL_JSON_H

/*
 * json-c with the agent's own types. A value of NULL becomes JSON's null. A
 * value that is added belongs to the object it is added to.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "headgate/abi.h"

struct json_object;

void json_add(struct json_object *object, const char *name,
	      struct json_object *value);
void json_add_text(struct json_object *object, const char *name,
		   const char *text);
void json_add_number(struct json_object *object, const char *name,
		     uint64_t number);
void json_add_bool(struct json_object *object, const char *name, bool value);
/* Add a time of the wall clock as RFC 3339 has it, in UTC. */
void json_add_time(struct json_object *object, const char *name,
		   uint64_t unix_ms);
/* Add a BGP identifier in host byte order, under the name "router_id". */
void json_add_identifier(struct json_object *object, uint32_t identifier);
/* Add a MAC; null if it is all zeroes, which means unknown. */
void json_add_mac(struct json_object *object, const char *name,
		  const uint8_t mac[MAC_SIZE]);
/* Add a counter under the names "packets" and "bytes". */
void json_add_counter(struct json_object *object,
		      const struct hg_counter *counter);
/* Return {NAME: VALUE}, which the caller puts. */
struct json_object *json_wrap(const char *name, struct json_object *value);

/* Return the string in a field of an object, or NULL. */
const char *json_get_text(struct json_object *object, const char *name);

struct json_object *json_of_address(const struct address *address);
struct json_object *json_of_prefix(const struct prefix *prefix);

/* Return the seconds since a time of core/clock.h. */
uint64_t json_age_s(uint64_t since_ms);
/* The same with its time of the wall clock: json_add_time(). */
void json_add_age(struct json_object *object, const char *age_name,
		  const char *time_name, uint64_t since_ms);
/* Add the seconds until a time, and the time; both null for 0: there is none. */
void json_add_wait(struct json_object *object, const char *wait_name,
		   const char *time_name, uint64_t until_ms);
/* Add both as null. */
void json_add_no_age(struct json_object *object, const char *age_name,
		     const char *time_name);

/*
 * Compare two prefixes or addresses as text, for json_object_array_sort(), so
 * that a list has one order whatever the order of the table it comes from.
 */
int json_by_text(const void *a, const void *b);

#endif
