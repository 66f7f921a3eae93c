// SPDX-License-Identifier: MIT
// `firewatch alert`: from events on Kafka to a webhook, as one of many.
#ifndef FW_ALERT_ALERT_H
#define FW_ALERT_ALERT_H

#include "config/config.h"

// Works until it is asked to stop. Returns the exit code: 0 when it was, 1 when it can't go on,
// which is logged.
int fw_alert(const struct fw_config *config);

#endif
