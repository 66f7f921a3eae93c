// SPDX-License-Identifier: MIT
// `firewatch doctor`: checks what all roles need, and says what to do.
//
// Changes nothing, but for a small object that is put into S3 and deleted again. Every wait is
// bounded: seconds where something does not answer.
#ifndef FW_DOCTOR_DOCTOR_H
#define FW_DOCTOR_DOCTOR_H

#include "config/config.h"

// Runs all checks and shows what they find on standard output. Returns the exit code: 1 when
// something is wrong, or when it was stopped. Needs fw_stop_init.
int fw_doctor(const struct fw_config *config);

#endif
