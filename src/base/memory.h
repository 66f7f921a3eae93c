// SPDX-License-Identifier: MIT
// Small allocations that never fail: the process dies with a message instead.
//
// A crash is a case that the system recovers from, so code that allocates a few bytes need not
// carry an error path for it. Frames and everything whose size comes from outside use malloc and
// check.
#ifndef FW_BASE_MEMORY_H
#define FW_BASE_MEMORY_H

#include "base/macros.h"

#include <stddef.h>

// Sets the allocator up for a process whose threads hand pictures to each other. Once, at the
// start.
void fw_memory_init(void);

// Each returns memory that the caller frees with free(). fw_xcalloc's is zeroed.
void *fw_xmalloc(size_t size_bytes);
void *fw_xcalloc(size_t n, size_t size_bytes);
void *fw_xrealloc(void *memory, size_t size_bytes);
char *fw_xstrdup(const char *text);
char *fw_xstrndup(const char *text, size_t n);
char *fw_xasprintf(const char *format, ...) FW_PRINTF(1, 2);

// For FW_SCOPE(fw_free_cleanup) on a pointer of any type to memory from malloc.
void fw_free_cleanup(void *pointer_to_pointer);

#endif
