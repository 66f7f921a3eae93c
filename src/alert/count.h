// SPDX-License-Identifier: MIT
// What an alerter counts, in the process's metrics.
#ifndef FW_ALERT_COUNT_H
#define FW_ALERT_COUNT_H

#include "alert/job.h"

// A settled job.
void fw_alert_count_result(const struct fw_alert_job *job);

#endif
