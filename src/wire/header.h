// SPDX-License-Identifier: MIT
// A header of a Kafka record: a name and bytes.
#ifndef FW_WIRE_HEADER_H
#define FW_WIRE_HEADER_H

#include <stddef.h>

struct fw_header {
    const char *name;
    const void *value; // NULL: a header without a value
    size_t size;
};

#endif
