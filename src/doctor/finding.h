// SPDX-License-Identifier: MIT
// What a check has found: how good it is, in words, what to do, and where the scaling guide speaks
// of it. Pure. One thread at a time.
#ifndef FW_DOCTOR_FINDING_H
#define FW_DOCTOR_FINDING_H

#include "base/macros.h"

#include <stddef.h>

enum fw_finding_status {
    FW_FINDING_OK,
    FW_FINDING_WARNING, // it works, and could be better
    FW_FINDING_WRONG,   // it does not work, or not as it should
    FW_FINDING_SKIPPED, // can't be known, or need not be
    FW_N_FINDING_STATUSES,
};

// "OK", "WARNING", "WRONG", "SKIPPED".
extern const char *const fw_finding_words[FW_N_FINDING_STATUSES];

// The headings of the scaling guide's troubleshooting.
enum fw_about {
    FW_ABOUT_NOTHING,
    FW_ABOUT_SCALING,
    FW_ABOUT_DISTRIBUTION,
    FW_ABOUT_LAG,
    FW_ABOUT_UPLOADS,
    FW_N_ABOUTS,
};

// "Consumers Not Scaling" ...; NULL for nothing.
extern const char *const fw_about_headings[FW_N_ABOUTS];

struct fw_finding {
    enum fw_finding_status status;
    const char *check; // static: "topics"
    enum fw_about about;
    char *text;   // owned; from outside too, so it is not safe to print
    char *remedy; // owned; NULL: nothing is to be done
};

struct fw_findings {
    struct fw_finding *items; // owned, in the order of adding
    size_t n;
};

// `remedy` (NULL: none) is copied.
void fw_findings_add(struct fw_findings *findings, enum fw_finding_status status, const char *check,
                     enum fw_about about, const char *remedy, const char *format, ...)
    FW_PRINTF(6, 7);

// How many have that status.
size_t fw_findings_count(const struct fw_findings *findings, enum fw_finding_status status);

void fw_findings_done(struct fw_findings *findings); // zeroes it

#endif
