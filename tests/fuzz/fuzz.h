// SPDX-License-Identifier: MIT
// The entry of a fuzz target, as libFuzzer calls it.
#ifndef FW_TESTS_FUZZ_H
#define FW_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
