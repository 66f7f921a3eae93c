// SPDX-License-Identifier: MIT
// What checks have found.
#include "doctor/finding.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_SIZE = 1024 };

const char *const fw_finding_words[FW_N_FINDING_STATUSES] = { "OK", "WARNING", "WRONG", "SKIPPED" };

const char *const fw_about_headings[FW_N_ABOUTS] = {
    [FW_ABOUT_SCALING] = "Consumers Not Scaling",
    [FW_ABOUT_DISTRIBUTION] = "Uneven Partition Distribution",
    [FW_ABOUT_LAG] = "High Consumer Lag",
    [FW_ABOUT_UPLOADS] = "S3 Upload Failures",
};

void fw_findings_add(struct fw_findings *findings, enum fw_finding_status status, const char *check,
                     enum fw_about about, const char *remedy, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    findings->items = fw_xrealloc(findings->items, (findings->n + 1) * sizeof(findings->items[0]));
    findings->items[findings->n++] =
        (struct fw_finding){ .status = status,
                             .check = check,
                             .about = about,
                             .text = fw_xstrdup(text),
                             .remedy = remedy != NULL ? fw_xstrdup(remedy) : NULL };
}

size_t fw_findings_count(const struct fw_findings *findings, enum fw_finding_status status)
{
    size_t n = 0;
    for (size_t i = 0; i < findings->n; i++) {
        n += findings->items[i].status == status ? 1 : 0;
    }
    return n;
}

void fw_findings_done(struct fw_findings *findings)
{
    for (size_t i = 0; i < findings->n; i++) {
        free(findings->items[i].text);
        free(findings->items[i].remedy);
    }
    free(findings->items);
    *findings = (struct fw_findings){ 0 };
}
