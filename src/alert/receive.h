// SPDX-License-Identifier: MIT
// The first step: what an alerter does with a partition of events.
#ifndef FW_ALERT_RECEIVE_H
#define FW_ALERT_RECEIVE_H

#include "alert/job.h"

// Its argument is a struct fw_alert_shared.
extern const struct fw_member_role fw_alert_role;

#endif
