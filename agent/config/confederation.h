/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFEDERATION_H
#define CONFIG_CONFEDERATION_H

struct parser;

/*
 * Check the members of the confederation, and that the AS of each neighbor
 * says whether it is one: our OPEN depends on that (RFC 5065 4).
 */
void confederation_check(struct parser *parser);

#endif
