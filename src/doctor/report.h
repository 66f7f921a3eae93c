// SPDX-License-Identifier: MIT
// Findings as lines and as JSON. Pure.
#ifndef FW_DOCTOR_REPORT_H
#define FW_DOCTOR_REPORT_H

#include "base/json_writer.h"
#include "doctor/finding.h"

#include <stdio.h>

// A line: status, check, what was found, what to do, the guide's heading where something is to be
// done. Safe to print.
void fw_finding_print(const struct fw_finding *finding, FILE *to);

// Appends an array with an object for each.
void fw_findings_put_json(struct fw_json *json, const struct fw_findings *findings);

#endif
