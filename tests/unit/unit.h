// SPDX-License-Identifier: MIT
// cmocka, with the headers that it needs before its own.
#ifndef FW_TESTS_UNIT_H
#define FW_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
