/* SPDX-License-Identifier: BSD-2-Clause */
/* How many elements an array has that the compiler can see whole. */
#ifndef CORE_ARRAY_H
#define CORE_ARRAY_H

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
