// SPDX-License-Identifier: MIT
// Memory for pictures, kept for the next picture of the same size.
//
// A picture's pages cost as much to get from the system as its pixels cost to write. A few blocks
// that were given back wait here; more than that go back to the system. Any thread.
#ifndef FW_BASE_IMAGE_MEMORY_H
#define FW_BASE_IMAGE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

enum { FW_IMAGE_ALIGNMENT = 64 };

// `size` bytes (a multiple of the alignment), aligned, contents undefined. NULL when memory is
// short.
uint8_t *fw_image_memory_take(size_t size);

// Gives a block back, whole. For fw_image_wrap.
void fw_image_memory_give(void *memory);

#endif
