// SPDX-License-Identifier: MIT
// One record's facts.
#include "inspect/facts.h"

#include "base/escape.h"

#include <math.h>
#include <string.h>

enum { TEXT_SIZE = 600 };

void fw_fact_bytes(struct fw_facts *facts, const char *key, const void *bytes, size_t size)
{
    char safe[TEXT_SIZE];
    if (bytes == NULL) {
        fw_fact_none(facts, key);
        return;
    }
    fw_escape(bytes, size, safe, sizeof(safe));
    if (facts->json != NULL) {
        fw_json_key(facts->json, key);
        fw_json_text(facts->json, safe);
    } else {
        const char *quote = safe[0] == '\0' || strpbrk(safe, " \"=") != NULL ? "\"" : "";
        fprintf(facts->text, " %s=%s%s%s", key, quote, safe, quote);
    }
}

void fw_fact_text(struct fw_facts *facts, const char *key, const char *text)
{
    fw_fact_bytes(facts, key, text, text != NULL ? strlen(text) : 0);
}

void fw_fact_none(struct fw_facts *facts, const char *key)
{
    if (facts->json != NULL) {
        fw_json_key(facts->json, key);
        fw_json_null(facts->json);
    } else {
        fprintf(facts->text, " %s=-", key);
    }
}

void fw_fact_int(struct fw_facts *facts, const char *key, int64_t value)
{
    if (facts->json != NULL) {
        fw_json_key(facts->json, key);
        fw_json_int(facts->json, value);
    } else {
        fprintf(facts->text, " %s=%lld", key, (long long)value);
    }
}

void fw_fact_bool(struct fw_facts *facts, const char *key, bool value)
{
    if (facts->json != NULL) {
        fw_json_key(facts->json, key);
        fw_json_bool(facts->json, value);
    } else {
        fprintf(facts->text, " %s=%s", key, value ? "yes" : "no");
    }
}

void fw_fact_number(struct fw_facts *facts, const char *key, double value)
{
    if (!isfinite(value)) {
        fw_fact_none(facts, key);
    } else if (facts->json != NULL) {
        fw_json_key(facts->json, key);
        fw_json_double(facts->json, value);
    } else {
        fprintf(facts->text, " %s=%.4g", key, value);
    }
}
