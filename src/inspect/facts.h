// SPDX-License-Identifier: MIT
// One record's facts, written as key=value words or as members of a JSON object.
#ifndef FW_INSPECT_FACTS_H
#define FW_INSPECT_FACTS_H

#include "base/json_writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Either `json` or `text` is set; both are the caller's.
struct fw_facts {
    struct fw_json *json;
    FILE *text;
};

// `key` is a literal. Texts come from outside: what is not safe to print is escaped, what is long
// is cut. NULL is null, or "-".
void fw_fact_text(struct fw_facts *facts, const char *key, const char *text);
void fw_fact_bytes(struct fw_facts *facts, const char *key, const void *bytes, size_t size);
void fw_fact_int(struct fw_facts *facts, const char *key, int64_t value);
void fw_fact_bool(struct fw_facts *facts, const char *key, bool value);
void fw_fact_number(struct fw_facts *facts, const char *key, double value); // NaN: none
void fw_fact_none(struct fw_facts *facts, const char *key);

#endif
