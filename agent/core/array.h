/* SPDX-License-Identifier: BSD-2-Clause */
/* The number of elements of an array; not for a pointer to one. */
#ifndef CORE_ARRAY_H
#define CORE_ARRAY_H

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
