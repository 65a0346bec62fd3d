/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_JSON_H
#define CONTROL_JSON_H

/*
 * json-c with the agent's own types: a field with a NULL value is JSON's null.
 * Objects that are added belong to the object they are added to.
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
/* As "router_id"; host byte order. */
void json_add_identifier(struct json_object *object, uint32_t identifier);
/* Null for a MAC of zeroes: not known. */
void json_add_mac(struct json_object *object, const char *name,
		  const uint8_t mac[MAC_SIZE]);
/* As "packets" and "bytes". */
void json_add_counter(struct json_object *object,
		      const struct hg_counter *counter);

/* The text in a field of an object; NULL if there is none. */
const char *json_get_text(struct json_object *object, const char *name);

struct json_object *json_of_address(const struct address *address);
struct json_object *json_of_prefix(const struct prefix *prefix);

/* Seconds since a time of core/clock.h. */
uint64_t json_age_s(uint64_t since_ms);

/*
 * For json_object_array_sort(): objects by their field "prefix" or "address",
 * so that lists have one order whatever the order of the tables.
 */
int json_by_prefix(const void *a, const void *b);
int json_by_address(const void *a, const void *b);

#endif
